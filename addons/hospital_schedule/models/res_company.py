from odoo import fields, models
from odoo.tools import SQL

#: Settings that decide when numbers open.
RELEASE_FIELDS = {"hospital_release_hour", "hospital_horizon_days", "hospital_tz"}


class ResCompany(models.Model):
    _inherit = "res.company"

    hospital_release_hour = fields.Float(
        "Release hour", required=True, default=7.0, help="Local hour at which numbers open."
    )
    hospital_generate_days = fields.Integer("Generate ahead (days)", required=True, default=14)

    _hospital_release_hour_in_day = models.Constraint(
        "CHECK (hospital_release_hour >= 0 AND hospital_release_hour < 24)",
        "The release hour lies between 00:00 and 23:59.",
    )
    _hospital_generate_days_in_range = models.Constraint(
        "CHECK (hospital_generate_days BETWEEN 1 AND 90)",
        "Sessions are generated 1 to 90 days ahead.",
    )

    def write(self, vals):
        result = super().write(vals)
        if RELEASE_FIELDS & set(vals):
            self.env["hospital.session"].sudo()._plan_release(SQL("c.id = ANY(%s)", self.ids))
        return result
