from odoo import api, models


def _clock(hour):
    minutes = round(hour * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


class HospitalPlan(models.Model):
    """Plans as rows that the roster import reads back."""

    _inherit = "hospital.plan"

    @api.model
    def _sheet_rows(self, first, last, departments=None):
        """Yield one row per period of the active plans in force between two dates."""
        domain = [
            ("state", "=", "active"),
            ("date_from", "<=", last),
            "|",
            ("date_to", "=", False),
            ("date_to", ">=", first),
        ]
        if departments:
            domain.append(("department_id", "in", departments.ids))
        for plan in self.search(domain):
            for period in plan.period_ids:
                yield [
                    plan.department_id.code,
                    plan.doctor_id.code,
                    plan.number_type_id.code,
                    int(plan.weekday) + 1,
                    plan.half_day,
                    plan.date_from,
                    plan.date_to,
                    plan.room,
                    _clock(period.start_hour),
                    _clock(period.end_hour),
                    period.capacity,
                    period.pattern,
                    plan.holiday_policy,
                ]
