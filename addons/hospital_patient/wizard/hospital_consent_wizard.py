from odoo import api, fields, models
from odoo.exceptions import UserError


class HospitalConsentWizard(models.TransientModel):
    """What somebody agreed to at the window, on paper or after reading (L2)."""

    _name = "hospital.consent.wizard"
    _description = "Record consents"

    patient_id = fields.Many2one("hospital.patient", required=True, readonly=True)
    offered_ids = fields.Many2many("hospital.consent.text", compute="_compute_offered_ids")
    text_ids = fields.Many2many(
        "hospital.consent.text", string="Agreed to", domain="[('id', 'in', offered_ids)]"
    )

    @api.depends("patient_id")
    def _compute_offered_ids(self):
        lang = "en_US" if self.env.lang == "en_US" else "zh_CN"
        for wizard in self:
            wizard.offered_ids = self.env["hospital.consent"]._offered(wizard.patient_id, lang)

    def action_record(self):
        """Write the chosen consents down; nothing is chosen before (L2).

        :raise UserError: when nothing is chosen.
        """
        self.ensure_one()
        if not self.text_ids & self.offered_ids:
            raise UserError(self.env._("Choose what the person agreed to."))
        account = self.env["hospital.account"]
        self.env["hospital.consent"]._give(
            account, self.patient_id, self.text_ids & self.offered_ids, "window"
        )
        return {"type": "ir.actions.act_window_close"}
