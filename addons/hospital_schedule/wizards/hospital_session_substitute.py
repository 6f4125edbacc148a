from odoo import fields, models

from .affected import AffectedPatients


class HospitalSessionSubstitute(AffectedPatients, models.TransientModel):
    _name = "hospital.session.substitute"
    _description = "Substitution"
    _sessions_field = "session_ids"

    session_ids = fields.Many2many("hospital.session", required=True)
    doctor_id = fields.Many2one("hospital.doctor", "Substitute", required=True)
    reason = fields.Char(required=True)
    affected_count = fields.Integer("Affected patients", compute="_compute_affected")
    affected_html = fields.Html(compute="_compute_affected")

    def action_substitute(self):
        """Hand the sessions over to the substitute."""
        self._begin()._substitute(self.doctor_id, self.reason)
