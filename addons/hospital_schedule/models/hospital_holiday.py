from odoo import fields, models

from .hospital_plan import WEEKDAYS


class HospitalHoliday(models.Model):
    _inherit = "hospital.holiday"

    roster_weekday = fields.Selection(
        WEEKDAYS,
        "Roster of",
        help="A make-up workday runs the roster of this weekday; empty keeps its own.",
    )
