from odoo import api, fields, models
from odoo.addons.hospital_base.fields_encrypted import EncryptedChar
from odoo.addons.hospital_base.masking import mask_id_number
from odoo.exceptions import UserError

from .hospital_patient import CLEAR, STAFF

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
        ignored="-",
        groups=CLEAR,
    )
    number_hash = fields.Char(copy=False, groups="base.group_system")
    number_last4 = fields.Char("Last four", copy=False, groups=STAFF)
    new_number = fields.Char(
        "New number", compute="_compute_new_number", inverse="_inverse_new_number"
    )
    masked_number = fields.Char(compute="_compute_masked_number", compute_sudo=True)
    issued_on = fields.Date()
    active = fields.Boolean(default=True)

    _one_holder_per_card = models.UniqueIndex(
        "(kind, number_hash) WHERE active", "This card already belongs to a patient."
    )

    def _compute_masked_number(self):
        for card in self:
            card.masked_number = mask_id_number(card.number)

    def _compute_new_number(self):
        """Input only: what was typed is stored encrypted and shown masked."""
        self.new_number = False

    def _inverse_new_number(self):
        for card in self.filtered("new_number"):
            card.sudo().number = card.new_number

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever may register a card may write its number, but not read it back."""
        self.check_access("create")
        stored = [self._with_typed_number(vals) for vals in vals_list]
        return super(HospitalPatientCard, self.sudo()).create(stored).with_env(self.env)

    @api.model
    def _with_typed_number(self, vals):
        """Return ``vals`` with what was typed as the number to store.

        :raise UserError: when there is none.
        """
        number = vals.get("new_number") or vals.get("number")
        if not number:
            raise UserError(self.env._("Type the number of the card."))
        return {name: vals[name] for name in vals if name != "new_number"} | {"number": number}
