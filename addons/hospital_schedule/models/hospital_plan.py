from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.hospital_base.const import HALF_DAYS
from odoo.addons.hospital_base.guard import GuardedFields
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]
#: A range of one number per weekday and half-day: GiST compares it without an extension.
HALF_DAY_OF_WEEK = (
    "int4range(weekday::int * 1000 + ascii(half_day), weekday::int * 1000 + ascii(half_day), '[]')"
)

#: The first of some plans that meets another active one.
OVERLAP = """
SELECT p.id FROM hospital_plan p
  JOIN hospital_plan o
    ON o.weekday = p.weekday AND o.half_day = p.half_day AND o.state = 'active' AND o.id <> p.id
   AND (o.doctor_id = p.doctor_id
        OR p.doctor_id IS NULL AND o.doctor_id IS NULL
           AND o.department_id = p.department_id AND o.number_type_id = p.number_type_id)
   AND daterange(o.date_from, o.date_to, '[]') && daterange(p.date_from, p.date_to, '[]')
 WHERE p.id = ANY(%s) AND p.state = 'active'
 ORDER BY p.id LIMIT 1
"""


class HospitalPlan(GuardedFields, models.Model):
    _name = "hospital.plan"
    _description = "Weekly plan"
    _order = "department_id, weekday, half_day, id"
    _rec_names_search = ["doctor_id", "department_id"]

    _check_company_auto = True
    _guarded_fields = frozenset(["state"])

    doctor_id = fields.Many2one(
        "hospital.doctor", index=True, ondelete="restrict", check_company=True,
        help="Empty: the department's numbers.",
    )  # fmt: skip
    department_id = fields.Many2one(
        "hospital.department", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="department_id.company_id", store=True, index=True)
    number_type_id = fields.Many2one(
        "hospital.number.type", required=True, index=True, ondelete="restrict", check_company=True
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
    # deferred, so that the sentence of _check_overlap comes first where it can
    _doctor_planned_once = models.Constraint(
        "EXCLUDE USING gist (int4range(doctor_id, doctor_id, '[]') WITH &&, "
        f"{HALF_DAY_OF_WEEK} WITH &&, daterange(date_from, date_to, '[]') WITH &&) "
        "WHERE (state = 'active' AND doctor_id IS NOT NULL) DEFERRABLE INITIALLY DEFERRED",
        "Another active plan of the doctor already covers this half-day.",
    )
    _department_planned_once = models.Constraint(
        "EXCLUDE USING gist (int4range(department_id, department_id, '[]') WITH &&, "
        "int4range(number_type_id, number_type_id, '[]') WITH &&, "
        f"{HALF_DAY_OF_WEEK} WITH &&, daterange(date_from, date_to, '[]') WITH &&) "
        "WHERE (state = 'active' AND doctor_id IS NULL) DEFERRABLE INITIALLY DEFERRED",
        "Another active plan of the department already covers this half-day.",
    )

    @api.onchange("doctor_id")
    def _onchange_doctor_id(self):
        """Suggest the doctor's main department, and the room there."""
        self.department_id = self.department_id or self.doctor_id.department_id
        self.room = self.room or self.department_id.room

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
        self.flush_model()
        rows = self.env.execute_query(SQL(OVERLAP, self.ids))
        if rows:
            raise ValidationError(
                self.env._(
                    "%s: another active plan already covers this half-day.",
                    self.browse(rows[0][0]).display_name,
                )
            )
        # a plan that somebody else is saving at this moment
        for name in ("doctor", "department"):
            constraint = SQL.identifier(f"hospital_plan_{name}_planned_once")
            self.env.cr.execute(SQL("SET CONSTRAINTS %s IMMEDIATE", constraint))
            self.env.cr.execute(SQL("SET CONSTRAINTS %s DEFERRED", constraint))

    @api.constrains("half_day")
    def _check_periods(self):
        self.period_ids._check_periods()

    def action_pause(self):
        """Stop generating; sessions that exist stay."""
        self.filtered(lambda plan: plan.state == "active")._as_writer().state = "paused"

    def action_resume(self):
        """Generate again."""
        self.filtered(lambda plan: plan.state == "paused")._as_writer().state = "active"

    def action_copy(self):
        """Ask for the validity of the copies, or for the doctor who gets them."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "hospital_schedule.hospital_plan_copy_action"
        )
        return {**action, "context": {"default_plan_ids": self.ids}}

    def action_end(self):
        """Ask for the last day, and show the sessions that exist beyond it."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("End plans"),
            "res_model": "hospital.plan.end",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_plan_ids": self.filtered(lambda p: p.state != "ended").ids},
        }

    def _end(self, last_day):
        """Let ``last_day`` be the last of these plans; sessions that exist stay.

        A plan that was to begin later ends with its first day.
        """
        today = self.env["hospital.clock"]._today()
        for plan in self:
            over = last_day <= today or last_day < plan.date_from
            plan._as_writer().write(
                {
                    "date_to": max(last_day, plan.date_from),
                    "state": "ended" if over else plan.state,
                }
            )

    def _copy_to(self, date_from, date_to=False, doctor=None):
        """Copy the plans to another validity.

        :param doctor: who gets the copies; without one the copies replace these plans,
            which then end the day before.
        :raise UserError: when the new validity does not begin after the old one.
        """
        if not doctor:
            self._end_before(date_from)
        values = {"date_from": date_from, "date_to": date_to}
        if doctor:
            values["doctor_id"] = doctor.id
        return self.browse(copy.id for copy in self.copy(values))

    def _end_before(self, date_from):
        if any(plan.date_from >= date_from for plan in self):
            raise UserError(self.env._("The copy begins after the plan it replaces."))
        last_day = date_from - timedelta(days=1)
        self.filtered(lambda plan: not plan.date_to or plan.date_to > last_day).date_to = last_day
