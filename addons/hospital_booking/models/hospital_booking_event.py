from odoo import fields, models

from .hospital_booking import STATES


class HospitalBookingEvent(models.Model):
    """Who changed a booking, when, why and through which channel."""

    _name = "hospital.booking.event"
    _description = "Booking history"
    _order = "at desc, id desc"
    _log_access = False

    booking_id = fields.Many2one("hospital.booking", required=True, index=True, ondelete="cascade")
    from_state = fields.Selection(STATES)
    to_state = fields.Selection(STATES, required=True)
    at = fields.Datetime(required=True)
    user_id = fields.Many2one("res.users", index="btree_not_null", ondelete="restrict")
    channel_id = fields.Many2one("hospital.channel", index="btree_not_null", ondelete="restrict")
    reason = fields.Char()
