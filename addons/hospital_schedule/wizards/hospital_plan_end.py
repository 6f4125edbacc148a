from odoo import api, fields, models

from .affected import AffectedPatients


class HospitalPlanEnd(AffectedPatients, models.TransientModel):
    _name = "hospital.plan.end"
    _description = "End plans"
    _sessions_field = "session_ids"

    plan_ids = fields.Many2many("hospital.plan", string="Plans", required=True)
    last_day = fields.Date(
        "Last day", required=True, default=lambda self: self.env["hospital.clock"]._today()
    )
    session_ids = fields.Many2many(
        "hospital.session", string="Sessions after it", compute="_compute_session_ids"
    )
    session_count = fields.Integer("Number of sessions after it", compute="_compute_session_ids")
    affected_count = fields.Integer("Affected patients", compute="_compute_affected")
    affected_html = fields.Html(compute="_compute_affected")
    close_unbooked = fields.Boolean(
        "Close those that nobody has booked",
        default=True,
        help="Their half-days are free again. Sessions with patients stay: suspend them, or "
        "let somebody substitute.",
    )
    reason = fields.Char(required=True)

    @api.depends("plan_ids", "last_day")
    def _compute_session_ids(self):
        for wizard in self:
            wizard.session_ids = self.env["hospital.session"].search(
                [("plan_id", "in", wizard.plan_ids._origin.ids), ("date", ">", wizard.last_day),
                 ("state", "in", ("draft", "released"))]
            )  # fmt: skip
            wizard.session_count = len(wizard.session_ids)

    def action_end(self):
        """End the plans, and close what nobody has booked beyond the last day."""
        sessions = self._begin()
        sessions._lock()
        self.plan_ids._end(self.last_day)
        if self.close_unbooked:
            sessions._close_unbooked(self.reason)
