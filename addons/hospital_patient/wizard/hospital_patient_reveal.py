from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

SHOWN = ("id_number", "phone", "address", "guardian_id_number", "guardian_phone")
SHORTEST_REASON = 4


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
    guardian_id_number = fields.Char("Guardian's document number", compute="_compute_clear")
    guardian_phone = fields.Char("Guardian's phone", compute="_compute_clear")

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.get("shown") for vals in vals_list):
            raise AccessError(self.env._("The numbers are shown after the reason was kept."))
        # a default in the context of a remote call is a value as well
        model = self.with_context(default_shown=False)
        return super(HospitalPatientReveal, model).create(vals_list)

    def write(self, vals):
        """One reason opens one patient's numbers: neither is exchanged afterwards."""
        if not self.env.su and (set(vals) - {"reason"} or any(self.mapped("shown"))):
            raise AccessError(self.env._("The numbers are shown after the reason was kept."))
        return super().write(vals)

    def _compute_clear(self):
        """Never stored: a transient table would keep the clear text for hours."""
        for wizard in self:
            patient_sudo = wizard.patient_id.sudo() if wizard.shown else wizard.patient_id.browse()
            for name in SHOWN:
                wizard[name] = patient_sudo.sudo()[name]

    def action_show(self):
        """Write the audit row first, then show.

        :raise UserError: when the reason says nothing.
        """
        self.ensure_one()
        if len("".join(self.reason.split())) < SHORTEST_REASON:
            raise UserError(
                self.env._("Say in a few words why you need to see it, e.g. “call back, report”.")
            )
        self.patient_id.check_access("read")
        self.env["hospital.audit.log"]._record(
            "reveal",
            self.patient_id,
            self.patient_id.ids,
            SHOWN,
            reason=self.reason,
        )
        self.sudo().shown = True
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "name": self.env._("Reveal personal data"),
        }
