from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    hospital_hold_minutes = fields.Integer("Hold (minutes)", required=True, default=15)
    hospital_day_limit = fields.Integer("Doctors per patient and day", required=True, default=2)
    hospital_cancel_hours = fields.Integer("Cancel until (hours before)", required=True, default=1)
    hospital_cancel_limit = fields.Integer(
        "Cancellations per period", required=True, default=10, help="0: no limit."
    )
    hospital_cancel_days = fields.Integer("Period (days)", required=True, default=30)
    hospital_move_limit = fields.Integer(
        "Moves per booking", required=True, default=3, help="0: no limit."
    )
    hospital_late_minutes = fields.Integer("Late after (minutes)", required=True, default=0)
    hospital_walkin_extra = fields.Boolean("Extra number for late patients")
    hospital_no_show_minutes = fields.Integer("No-show after (minutes)", required=True, default=30)
    hospital_offer_minutes = fields.Integer("Wait-list offer (minutes)", required=True, default=15)
    hospital_reminder_hour = fields.Integer(
        "Reminder at (hour of the day before)", required=True, default=18, help="0: no reminder."
    )

    _hospital_day_limit_in_range = models.Constraint(
        "CHECK (hospital_day_limit BETWEEN 1 AND 10)", "One to ten doctors a day."
    )
    _hospital_booking_minutes = models.Constraint(
        "CHECK (hospital_hold_minutes > 0 AND hospital_offer_minutes > 0 "
        "AND hospital_late_minutes >= 0 AND hospital_no_show_minutes >= 0 "
        "AND hospital_cancel_hours >= 0 AND hospital_cancel_limit >= 0 "
        "AND hospital_cancel_days > 0 AND hospital_move_limit >= 0 "
        "AND hospital_reminder_hour BETWEEN 0 AND 23)",
        "Times and limits of bookings are not negative.",
    )
