from odoo import api, fields, models
from odoo.addons.hospital_base.const import HALF_DAY_END
from odoo.exceptions import ValidationError

from ..patterns import PatternError, resolve

#: First local hour of each half-day: where the one before ends.
HALF_DAY_START = dict(zip(HALF_DAY_END, (0.0, *HALF_DAY_END.values()), strict=False))


class HospitalPlanPeriod(models.Model):
    _name = "hospital.plan.period"
    _description = "Period of a weekly plan"
    _order = "start_hour, id"

    plan_id = fields.Many2one("hospital.plan", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    start_hour = fields.Float("Start time", required=True)
    end_hour = fields.Float("End time", required=True)
    capacity = fields.Integer("Numbers", required=True, default=10)
    pattern = fields.Char(
        help="Empty: the next unused numbers. Or 1-10, or 2,4,6, or odd, or even."
    )
    numbers = fields.Json("Numbers given out", compute="_compute_numbers", store=True)

    _hours_in_order = models.Constraint(
        "CHECK (start_hour >= 0 AND start_hour < end_hour AND end_hour <= 24)",
        "A period ends after it starts, within one day.",
    )
    _capacity_in_range = models.Constraint(
        "CHECK (capacity BETWEEN 1 AND 200)", "A period has 1 to 200 numbers."
    )

    @api.depends(
        "plan_id.period_ids.start_hour",
        "plan_id.period_ids.capacity",
        "plan_id.period_ids.pattern",
    )
    def _compute_numbers(self):
        for plan in self.plan_id:
            periods = plan.period_ids.sorted("start_hour")
            try:
                lists = resolve([(row.pattern, row.capacity) for row in periods])
            except PatternError:
                lists = [[]] * len(periods)
            for period, numbers in zip(periods, lists, strict=True):
                period.numbers = numbers
        for period in self.filtered(lambda row: not row.plan_id):
            period.numbers = []

    @api.constrains("start_hour", "end_hour", "capacity", "pattern", "plan_id")
    def _check_periods(self):
        for plan in self.plan_id:
            periods = plan.period_ids.sorted("start_hour")
            for earlier, later in zip(periods, periods[1:], strict=False):
                if later.start_hour < earlier.end_hour:
                    raise ValidationError(self.env._("%s: two periods overlap.", plan.display_name))
            self._check_half_day(plan, periods)
            self._check_pattern(plan, periods)

    @api.model
    def _check_half_day(self, plan, periods):
        if not periods:
            return
        if periods[-1:].end_hour > HALF_DAY_END[plan.half_day]:
            raise ValidationError(
                self.env._("%s: a period ends after its half-day.", plan.display_name)
            )
        if periods[0].start_hour < HALF_DAY_START[plan.half_day]:
            raise ValidationError(
                self.env._("%s: a period begins before its half-day.", plan.display_name)
            )

    def _check_pattern(self, plan, periods):
        try:
            resolve([(row.pattern, row.capacity) for row in periods])
        except PatternError as error:
            raise ValidationError(
                self.env._(
                    "%(plan)s: the pattern “%(pattern)s” does not fit. Write 1-10, or 2,4,6, "
                    "or odd, or even; name as many numbers as the period has, each once.",
                    plan=plan.display_name,
                    pattern=str(error),
                )
            ) from error
