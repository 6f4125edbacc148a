from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from .hospital_plan_generate import RELEASE_AT, SESSIONS

PREVIEW_DAYS = 28


class HospitalPlan(models.Model):
    """What a plan would generate, shown before it does."""

    _inherit = "hospital.plan"

    preview_html = fields.Html("Next four weeks", compute="_compute_preview_html")

    @api.depends("doctor_id", "department_id", "number_type_id", "weekday", "half_day",
                 "date_from", "date_to", "holiday_policy", "state",
                 "period_ids.capacity")  # fmt: skip
    def _compute_preview_html(self):
        today = self.env["hospital.clock"]._today()
        for plan in self:
            if not plan.department_id:
                plan.preview_html = False
                continue
            lines = [
                Markup('<li class="%s">%s · %s</li>')
                % (
                    "" if made else "text-muted",
                    format_date(self.env, day, date_format="yyyy-MM-dd EEE"),
                    text,
                )
                for day, made, text in plan._preview(today, today + timedelta(days=PREVIEW_DAYS))
            ]
            plan.preview_html = (
                Markup("<ul>%s</ul>") % Markup("").join(lines)
                if lines
                else self.env._("No day of the next four weeks falls to this plan.")
            )

    def _preview(self, first, last):
        """Return [(day, whether a session would be added, sentence)] of this plan's days."""
        self.ensure_one()
        holidays = (
            self.env["hospital.holiday"]
            .sudo()
            .search([("date", ">=", first), ("date", "<=", last)])
        )
        special = {row.date: row for row in holidays}
        taken = self._taken_days(first, last)
        found = []
        for day in (first + timedelta(days=index) for index in range((last - first).days + 1)):
            row = special.get(day, self.env["hospital.holiday"])
            if (row.roster_weekday or str(day.weekday())) != self.weekday:
                continue
            if self.date_from and day < self.date_from or self.date_to and day > self.date_to:
                continue
            made, text = self._preview_day(row, taken.get(day))
            found.append((day, made, text))
        return found

    def _preview_day(self, holiday, session):
        if session:
            return False, self.env._("a session exists already: %s", session.display_name)
        if self.state != "active":
            return False, self.env._("no session, the plan is not active")
        if not self.department_id.active or not self.department_id.bookable:
            return False, self.env._("no session, the department is not bookable")
        if self.doctor_id and not self.doctor_id.active:
            return False, self.env._("no session, the doctor is archived")
        if holiday and not holiday.is_workday and self.holiday_policy == "skip":
            return False, self.env._("no session, holiday: %s", holiday.name)
        if not self.period_ids:
            return False, self.env._("no session, the plan has no period")
        text = self.env._("%s numbers", sum(self.period_ids.mapped("capacity")))
        if holiday.is_workday:
            text = self.env._(
                "%(numbers)s, make-up workday: %(name)s", numbers=text, name=holiday.name
            )
        return True, text

    def _taken_days(self, first, last):
        """Return {day: session} that keeps a new session of this plan away."""
        sessions = self.env["hospital.session"]
        half_day = [("half_day", "=", self.half_day), ("state", "!=", "closed")]
        between = [("date", ">=", first), ("date", "<=", last)]
        if self.doctor_id:
            doctor = self.doctor_id._origin.id
            found = sessions.search(
                half_day + between
                + ["|", ("doctor_id", "=", doctor), ("original_doctor_id", "=", doctor)]
            )  # fmt: skip
        else:
            found = sessions.search(
                half_day + between
                + [("doctor_id", "=", False),
                   ("department_id", "=", self.department_id._origin.id),
                   ("number_type_id", "=", self.number_type_id._origin.id)]
            )  # fmt: skip
        taken = {session.date: session for session in found}
        if self._origin:
            planned = sessions.search(
                [("plan_id", "=", self._origin.id), ("planned_date", ">=", first),
                 ("planned_date", "<=", last)]
            )  # fmt: skip
            taken.update((session.planned_date, session) for session in planned)
        return taken

    @api.model
    def _preview_generation(self, date_from, date_to, department_ids):
        """Generate and take it back: return [(department, sessions, numbers)]."""
        self.env.flush_all()
        savepoint = self.env.cr.savepoint()
        rows = self.env.execute_query(
            SQL(
                SESSIONS,
                uid=self.env.uid,
                now=self.env["hospital.clock"]._now(),
                first=date_from,
                last=date_to,
                release=SQL(RELEASE_AT, day=SQL("d.day")),
                limits=SQL("p.department_id = ANY(%s)", list(department_ids)),
            )
        )
        found = self.env.execute_query(
            SQL(
                "SELECT s.department_id, count(DISTINCT s.id), sum(r.capacity) "
                "FROM hospital_session s JOIN hospital_plan_period r ON r.plan_id = s.plan_id "
                "WHERE s.id = ANY(%s) GROUP BY s.department_id ORDER BY s.department_id",
                [row[0] for row in rows],
            )
        )
        savepoint.close(rollback=True)
        departments = self.env["hospital.department"]
        return [(departments.browse(row[0]), row[1], row[2]) for row in found]
