from odoo import fields, models

EVENTS = [
    ("adhoc", "Ad-hoc session"),
    ("release", "Released"),
    ("suspend", "Suspended"),
    ("resume", "Resumed"),
    ("substitute", "Substituted"),
    ("move", "Moved"),
    ("extra", "Extra numbers"),
    ("withdraw", "Numbers withdrawn"),
    ("close", "Closed"),
]


class HospitalSessionEvent(models.Model):
    _name = "hospital.session.event"
    _description = "Session history"
    _order = "at desc, id desc"

    session_id = fields.Many2one("hospital.session", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="session_id.company_id", store=True, index=True)
    kind = fields.Selection(EVENTS, required=True)
    at = fields.Datetime(required=True, default=lambda self: self.env["hospital.clock"]._now())
    user_id = fields.Many2one(
        "res.users", required=True, default=lambda self: self.env.user, ondelete="restrict"
    )
    detail = fields.Char()
    reason = fields.Char()
