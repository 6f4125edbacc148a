from datetime import timedelta

from odoo import api, models

#: Fields of the sheet, in order.
COLUMNS = ["date", "half_day", "starts_at", "ends_at", "department_id", "doctor_id",
           "original_doctor_id", "number_type_id", "room", "total_count", "free_count",
           "taken_count", "state"]  # fmt: skip


class HospitalSession(models.Model):
    """The roster on paper and in a spreadsheet."""

    _inherit = "hospital.session"

    @api.model
    def _week_domain(self, monday, departments=None):
        domain = [("date", ">=", monday), ("date", "<", monday + timedelta(days=7))]
        if departments:
            domain.append(("department_id", "in", departments._with_children().ids))
        return domain

    @api.model
    def _sheet_header(self):
        labels = self.fields_get(COLUMNS, ["string"])
        return [labels[name]["string"] for name in COLUMNS]

    @api.model
    def _sheet_rows(self, monday, departments=None):
        """Yield the rows of one week; the number of queries does not grow with them."""
        choices = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("half_day", "state")
        }
        clock = self.env["hospital.clock"]
        for session in self.search(self._week_domain(monday, departments)):
            yield [
                session.date,
                choices["half_day"][session.half_day],
                f"{clock._local(session.starts_at):%H:%M}",
                f"{clock._local(session.ends_at):%H:%M}",
                session.department_id.display_name,
                session.doctor_id.name,
                session.original_doctor_id.name,
                session.number_type_id.name,
                session.room,
                session.total_count,
                session.free_count,
                session.taken_count,
                choices["state"][session.state],
            ]

    @api.model
    def _roster_pages(self, sessions):
        """Return what to print: one page per week and department, one row per doctor.

        :return: [{"department", "days": [(date, note)], "rows": [(name, [[session] * 7])]}]
        """
        pages = {}
        for session in sessions:
            monday = session.date - timedelta(days=session.date.weekday())
            rows = pages.setdefault((monday, session.department_id), {})
            who = session.doctor_id or session.number_type_id
            cells = rows.setdefault(who, [[] for _day in range(7)])
            cells[session.date.weekday()].append(session)
        notes = self._day_notes({monday for monday, _department in pages})

        def place(page):
            (monday, department), _rows = page
            return monday, department.sequence, department.id

        def rank(row):
            who, _cells = row
            return who._name == "hospital.doctor", who.sequence, who.id

        return [
            {
                "department": department,
                "days": [
                    (day, notes.get(day))
                    for day in (monday + timedelta(days=index) for index in range(7))
                ],
                "rows": [(who.name, cells) for who, cells in sorted(rows.items(), key=rank)],
            }
            for (monday, department), rows in sorted(pages.items(), key=place)
        ]

    @api.model
    def _day_notes(self, mondays):
        """Return {date: name of the holiday, or of the make-up workday} of these weeks."""
        if not mondays:
            return {}
        holidays = (
            self.env["hospital.holiday"]
            .sudo()
            .search([("date", ">=", min(mondays)), ("date", "<", max(mondays) + timedelta(days=7))])
        )
        return {
            row.date: self.env._("%s (make-up workday)", row.name) if row.is_workday else row.name
            for row in holidays
        }
