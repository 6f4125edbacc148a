from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.hospital_base.const import HALF_DAYS
from odoo.exceptions import UserError, ValidationError

from ..guard import GuardedFields

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]


class HospitalPlan(GuardedFields, models.Model):
    _name = "hospital.plan"
    _description = "Weekly plan"
    _order = "department_id, weekday, half_day, id"

    _guarded_fields = frozenset(["state"])

    doctor_id = fields.Many2one(
        "hospital.doctor", index=True, ondelete="restrict", help="Empty: the department's numbers."
    )
    department_id = fields.Many2one(
        "hospital.department", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="department_id.company_id", store=True, index=True)
    number_type_id = fields.Many2one(
        "hospital.number.type", required=True, index=True, ondelete="restrict"
    )
    weekday = fields.Selection(WEEKDAYS, required=True, default="0")
    half_day = fields.Selection(HALF_DAYS, required=True, default="am")
    date_from = fields.Date("Valid from", required=True, default=fields.Date.context_today)
    date_to = fields.Date("Valid to", help="Empty: until it is ended.")
    room = fields.Char()
    holiday_policy = fields.Selection(
        [("skip", "No session"), ("keep", "Session as usual")],
        "On public holidays",
        required=True,
        default="skip",
    )
    state = fields.Selection(
        [("active", "Active"), ("paused", "Paused"), ("ended", "Ended")],
        required=True,
        default="active",
        index=True,
        copy=False,
    )
    period_ids = fields.One2many("hospital.plan.period", "plan_id", "Periods", copy=True)
    capacity = fields.Integer("Numbers", compute="_compute_capacity")

    _dates_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_from <= date_to)", "The plan ends before it begins."
    )

    @api.depends("period_ids.capacity")
    def _compute_capacity(self):
        for plan in self:
            plan.capacity = sum(plan.period_ids.mapped("capacity"))

    @api.depends("doctor_id.name", "department_id.name", "weekday", "half_day")
    def _compute_display_name(self):
        days = dict(self._fields["weekday"]._description_selection(self.env))
        halves = dict(self._fields["half_day"]._description_selection(self.env))
        for plan in self:
            who = plan.doctor_id.name or plan.department_id.name or ""
            plan.display_name = f"{who} {days.get(plan.weekday, '')} {halves.get(plan.half_day)}"

    @api.constrains("doctor_id", "department_id", "number_type_id", "weekday", "half_day",
                    "date_from", "date_to", "state")  # fmt: skip
    def _check_overlap(self):
        for plan in self.filtered(lambda row: row.state == "active"):
            domain = [
                ("id", "!=", plan.id),
                ("state", "=", "active"),
                ("weekday", "=", plan.weekday),
                ("half_day", "=", plan.half_day),
                ("doctor_id", "=", plan.doctor_id.id),
                ("date_from", "<=", plan.date_to or fields.Date.to_date("9999-12-31")),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", plan.date_from),
            ]
            if not plan.doctor_id:
                domain += [
                    ("department_id", "=", plan.department_id.id),
                    ("number_type_id", "=", plan.number_type_id.id),
                ]
            if self.search_count(domain, limit=1):
                raise ValidationError(
                    self.env._(
                        "%s: another active plan already covers this half-day.",
                        plan.display_name,
                    )
                )

    def action_pause(self):
        """Stop generating; sessions that exist stay."""
        self.filtered(lambda plan: plan.state == "active")._as_writer().state = "paused"

    def action_resume(self):
        """Generate again."""
        self.filtered(lambda plan: plan.state == "paused")._as_writer().state = "active"

    def action_end(self):
        """End the plans today; sessions that exist stay.

        A plan that was to begin later is ended without a last day.
        """
        today = self.env["hospital.clock"]._today()
        for plan in self:
            plan._as_writer().write({"state": "ended", "date_to": max(today, plan.date_from)})

    def _copy_to(self, date_from, date_to=False):
        """Copy the plans to another validity and end the old ones the day before.

        :raise UserError: when the new validity does not begin after the old one.
        """
        if any(plan.date_from >= date_from for plan in self):
            raise UserError(self.env._("The copy begins after the plan it replaces."))
        for plan in self:
            last_day = date_from - timedelta(days=1)
            if not plan.date_to or plan.date_to > last_day:
                plan.date_to = last_day
        copies = self.browse()
        for plan in self:
            copies += plan.copy({"date_from": date_from, "date_to": date_to})
        return copies
