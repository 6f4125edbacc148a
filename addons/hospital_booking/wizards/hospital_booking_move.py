from odoo import api, fields, models

from .number_choice import NumberChoice


class HospitalBookingMove(NumberChoice, models.TransientModel):
    _name = "hospital.booking.move"
    _description = "Move a booking"

    booking_id = fields.Many2one("hospital.booking", required=True, readonly=True)
    department_id = fields.Many2one(related="booking_id.department_id")
    date = fields.Date(required=True, default=lambda self: self._default_date())
    session_id = fields.Many2one("hospital.session", required=True)
    slot_id = fields.Many2one("hospital.slot", "Number", help="Empty: the first free number.")

    @api.model
    def _default_date(self):
        """Begin with the day of the booking, unless it is over."""
        booking = self.env["hospital.booking"].browse(self.env.context.get("default_booking_id"))
        today = self.env["hospital.clock"]._today()
        return max(booking.date or today, today)

    @api.onchange("date")
    def _onchange_date(self):
        if self.session_id.date != self.date:
            self.session_id = False

    @api.onchange("session_id")
    def _onchange_session_id(self):
        if self.slot_id.session_id != self.session_id:
            self.slot_id = False

    def action_move(self):
        """Change to the chosen number; the old one stays when that is refused.

        :raise UserError: with what to do instead, when it is refused.
        """
        self.ensure_one()
        self.env["hospital.channel"]._check_desk()
        result = self.booking_id._reschedule(
            self.session_id, f"desk-move:{self.id}", number=self.slot_id.number or None,
            by="office",
        )  # fmt: skip
        return self._open(result)
