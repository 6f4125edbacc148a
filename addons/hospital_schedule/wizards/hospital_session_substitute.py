from odoo import api, fields, models


class HospitalSessionSubstitute(models.TransientModel):
    _name = "hospital.session.substitute"
    _description = "Substitution"

    session_ids = fields.Many2many("hospital.session", required=True)
    doctor_id = fields.Many2one("hospital.doctor", "Substitute", required=True)
    reason = fields.Char(required=True)
    affected_count = fields.Integer("Affected patients", compute="_compute_affected")
    affected_html = fields.Html(compute="_compute_affected")

    @api.depends("session_ids")
    def _compute_affected(self):
        for wizard in self:
            wizard.affected_count = wizard.session_ids._affected_bookings_count()
            wizard.affected_html = wizard.session_ids._affected_html()

    def action_substitute(self):
        """Hand the sessions over to the substitute."""
        self.env["hospital.session"]._before_change()
        self.ensure_one()
        self.session_ids._substitute(self.doctor_id, self.reason)
