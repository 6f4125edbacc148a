from odoo import api, fields, models

from .affected import AffectedPatients


class HospitalSessionMove(AffectedPatients, models.TransientModel):
    _name = "hospital.session.move"
    _description = "Move a session"
    _sessions_field = "session_id"

    session_id = fields.Many2one("hospital.session", required=True)
    starts_now = fields.Datetime(related="session_id.starts_at", string="Starts now")
    starts_at = fields.Datetime("New start", required=True)
    clash_id = fields.Many2one(
        "hospital.session", "Taken already", compute="_compute_clash",
        help="The doctor already has this session in the half-day of the new start.",
    )  # fmt: skip
    reason = fields.Char(required=True)
    affected_count = fields.Integer("Affected patients", compute="_compute_affected")
    affected_html = fields.Html(compute="_compute_affected")

    @api.depends("session_id", "starts_at")
    def _compute_clash(self):
        for wizard in self:
            wizard.clash_id = wizard.starts_at and wizard.session_id._origin._clash(
                wizard.starts_at
            )

    def action_move(self):
        """Move the session with all its numbers."""
        self._begin()._move(self.starts_at, self.reason)
