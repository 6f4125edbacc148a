from odoo import api, fields, models
from odoo.tools import SQL


class HospitalWaitlist(models.Model):
    """Place in line and time left of an offer, as the office sees them."""

    _name = "hospital.waitlist"
    _inherit = ["hospital.waitlist", "hospital.masked.mixin"]

    position = fields.Integer(
        compute="_compute_position", aggregator=None, help="1 is next; nothing when not waiting."
    )
    offer_left = fields.Integer(
        "Minutes left", compute="_compute_offer_left", aggregator=None,
        help="Until the offered number goes to the next in line.",
    )  # fmt: skip

    @api.depends("patient_id", "session_id")
    def _compute_display_name(self):
        for entry in self:
            entry.display_name = f"{entry.patient_masked} · {entry.session_id.display_name}"

    @api.depends("state", "session_id")
    def _compute_position(self):
        self.flush_model(["state", "session_id"])
        rows = self.env.execute_query(
            SQL(
                "SELECT w.id, count(o.id) FROM hospital_waitlist w JOIN hospital_waitlist o "
                "ON o.session_id = w.session_id AND o.state = 'waiting' AND o.id <= w.id "
                "WHERE w.id = ANY(%s) AND w.state = 'waiting' GROUP BY w.id",
                self.ids,
            )
        )
        places = dict(rows)
        for entry in self:
            entry.position = places.get(entry.id, 0)

    @api.depends("state", "offer_until")
    def _compute_offer_left(self):
        now = self.env["hospital.clock"]._now()
        for entry in self:
            left = 0
            if entry.state == "offered" and entry.offer_until and entry.offer_until > now:
                left = -(-(entry.offer_until - now).total_seconds() // 60)
            entry.offer_left = left
