from datetime import date, timedelta

from odoo import api, fields, models

#: A calendar asks for a few weeks; more would only keep the server busy.
MAX_DAYS = 400


class HospitalSession(models.Model):
    """What the roster calendar shows."""

    _inherit = "hospital.session"

    @api.depends_context("roster_titles")
    def _compute_display_name(self):
        if not self.env.context.get("roster_titles"):
            return super()._compute_display_name()
        halves = dict(self._fields["half_day"]._description_selection(self.env))
        for session in self:
            who = session.doctor_id.name or session.number_type_id.name
            session.display_name = self.env._(
                "%(who)s %(free)s/%(total)s free · %(half_day)s",
                who=who,
                free=session.free_count,
                total=session.total_count,
                half_day=halves[session.half_day],
            )

    @api.model
    @api.readonly
    def get_unusual_days(self, date_from, date_to=None):
        """Return {"2031-01-01": True} for the days on which the hospital has no workday."""
        self.check_access("read")
        try:
            first = fields.Date.to_date(date_from)
            last = fields.Date.to_date(date_to) or first
        except (ValueError, TypeError, LookupError):  # what a client may send instead of days
            first = last = None
        if not isinstance(first, date) or not isinstance(last, date):
            return {}
        count = min((last - first).days + 1, MAX_DAYS)
        holidays = (
            self.env["hospital.holiday"]
            .sudo()
            .search([("date", ">=", first), ("date", "<=", last)])
        )
        known = {row.date: row.is_workday for row in holidays}
        days = [first + timedelta(days=day) for day in range(count)]
        return {str(day): not known.get(day, day.weekday() < 5) for day in days}

    @api.model
    def _roster_action(self):
        """Return the roster calendar, opened on the user's own department.

        Who is no doctor starts with the department that has the next session.
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "hospital_schedule.hospital_session_action"
        )
        department = self._own_department() or self._next_department()
        return {
            **action,
            "context": {"roster_titles": True, "search_default_department_id": department.id},
        }

    @api.model
    def _own_department(self):
        doctors = self.env["hospital.doctor"].search([("user_id", "=", self.env.uid)], limit=1)
        return doctors.department_id

    @api.model
    def _next_department(self):
        today = self.env["hospital.clock"]._today()
        return self.search(
            [("date", ">=", today)], order="date, department_id, id", limit=1
        ).department_id
