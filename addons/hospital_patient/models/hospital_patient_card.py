from odoo import fields, models
from odoo.addons.hospital_base.fields_encrypted import EncryptedChar
from odoo.addons.hospital_base.masking import mask_id_number

CARD_KINDS = [
    ("visit", "Visit card"),
    ("insurance", "Insurance card"),
    ("e_insurance", "Electronic insurance certificate"),
    ("id", "ID card"),
    ("record", "Record number"),
    ("phone", "Phone"),
]


class HospitalPatientCard(models.Model):
    """Any card leads to the one patient (R0.3)."""

    _name = "hospital.patient.card"
    _inherit = ["hospital.encrypted.mixin"]
    _description = "Patient card"
    _rec_name = "kind"

    patient_id = fields.Many2one("hospital.patient", required=True, index=True, ondelete="restrict")
    kind = fields.Selection(CARD_KINDS, required=True, default="visit")
    number = EncryptedChar(
        required=True,
        hash_field="number_hash",
        last4_field="number_last4",
        domain="card",
        groups="hospital_base.group_staff",
    )
    number_hash = fields.Char(copy=False, groups="base.group_system")
    number_last4 = fields.Char("Last four", copy=False)
    masked_number = fields.Char(compute="_compute_masked_number", compute_sudo=True)
    issued_on = fields.Date()
    active = fields.Boolean(default=True)

    _one_holder_per_card = models.UniqueIndex(
        "(kind, number_hash) WHERE active", "This card already belongs to a patient."
    )

    def init(self):
        self.env["hospital.patient.merge"]._follow_merges(self._table)

    def _compute_masked_number(self):
        for card in self:
            card.masked_number = mask_id_number(card.number)
