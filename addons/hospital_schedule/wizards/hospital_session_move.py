from odoo import api, fields, models


class HospitalSessionMove(models.TransientModel):
    _name = "hospital.session.move"
    _description = "Move a session"

    session_id = fields.Many2one("hospital.session", required=True)
    starts_at = fields.Datetime("New start", required=True)
    reason = fields.Char(required=True)
    affected_count = fields.Integer("Affected patients", compute="_compute_affected")
    affected_html = fields.Html(compute="_compute_affected")

    @api.depends("session_id")
    def _compute_affected(self):
        for wizard in self:
            wizard.affected_count = wizard.session_id._affected_bookings_count()
            wizard.affected_html = wizard.session_id._affected_html()

    def action_move(self):
        """Move the session with all its numbers."""
        self.env["hospital.session"]._before_change()
        self.ensure_one()
        self.session_id._move(self.starts_at, self.reason)
