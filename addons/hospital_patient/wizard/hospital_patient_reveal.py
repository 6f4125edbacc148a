from odoo import fields, models


class HospitalPatientReveal(models.TransientModel):
    """The numbers in clear, for a reason that stays on file (L5)."""

    _name = "hospital.patient.reveal"
    _description = "Reveal personal data"

    patient_id = fields.Many2one("hospital.patient", required=True, readonly=True)
    reason = fields.Char(required=True)
    shown = fields.Boolean()
    id_number = fields.Char("Document number", compute="_compute_clear")
    phone = fields.Char(compute="_compute_clear")
    address = fields.Char(compute="_compute_clear")

    def _compute_clear(self):
        """Never stored: a transient table would keep the clear text for hours."""
        for wizard in self:
            patient = wizard.patient_id if wizard.shown else wizard.patient_id.browse()
            wizard.id_number = patient.id_number
            wizard.phone = patient.phone
            wizard.address = patient.address

    def action_show(self):
        """Write the audit row first, then show."""
        self.ensure_one()
        self.env["hospital.audit.log"]._record(
            "reveal",
            self.patient_id,
            self.patient_id.ids,
            ["id_number", "phone", "address"],
            reason=self.reason,
        )
        self.shown = True
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "name": self.env._("Reveal personal data"),
        }
