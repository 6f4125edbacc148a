from datetime import timedelta

from odoo import api, models


class HospitalSession(models.Model):
    _inherit = "hospital.session"

    def _sheet_rows(self):
        """Return (titles, rows) of these sessions for a spreadsheet."""
        names = [
            "date",
            "half_day",
            "department_id",
            "doctor_id",
            "original_doctor_id",
            "number_type_id",
            "room",
            "free_count",
            "taken_count",
            "state",
        ]
        labels = self.fields_get(names, ["string", "selection"])
        choices = {name: dict(labels[name].get("selection", ())) for name in names}

        def text(session, name):
            value = session[name]
            if isinstance(value, models.BaseModel):
                return value.display_name or ""
            return choices[name].get(value, value)

        header = [labels[name]["string"] for name in names]
        return header, [[text(session, name) for name in names] for session in self]

    @api.model
    def _roster_grid(self, sessions):
        """Return weeks to print: [{"days": [date], "rows": [(department, [[session]])]}]."""
        weeks = {}
        for session in sessions:
            monday = session.date - timedelta(days=session.date.weekday())
            rows = weeks.setdefault(monday, {})
            cells = rows.setdefault(session.department_id, [[] for _day in range(7)])
            cells[session.date.weekday()].append(session)
        return [
            {
                "days": [monday + timedelta(days=day) for day in range(7)],
                "rows": sorted(rows.items(), key=lambda row: (row[0].sequence, row[0].id)),
            }
            for monday, rows in sorted(weeks.items())
        ]
