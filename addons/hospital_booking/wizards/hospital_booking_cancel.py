from odoo import fields, models


class HospitalBookingCancel(models.TransientModel):
    _name = "hospital.booking.cancel"
    _description = "Cancel a booking"

    booking_id = fields.Many2one("hospital.booking", required=True, readonly=True)
    reason = fields.Char(required=True)

    def action_cancel(self):
        """Cancel for the patient, without deadline, with the reason that was given."""
        self.ensure_one()
        self.env["hospital.channel"]._check_desk()
        self.booking_id._cancel(self.reason, "office", self.env["hospital.channel"]._window())
