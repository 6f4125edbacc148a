from datetime import timedelta

from werkzeug.urls import url_encode

from odoo import api, fields, models


class HospitalRosterWeek(models.TransientModel):
    _name = "hospital.roster.week"
    _description = "Print or export the roster"

    date = fields.Date(
        "Week of", required=True, default=lambda self: self.env["hospital.clock"]._today()
    )
    weeks = fields.Integer("Number of weeks", required=True, default=1)
    department_ids = fields.Many2many("hospital.department", help="Empty: all departments.")
    first_day = fields.Date("Monday", compute="_compute_days")
    last_day = fields.Date("Sunday", compute="_compute_days")
    session_count = fields.Integer("Sessions", compute="_compute_days")

    _weeks_in_range = models.Constraint("CHECK (weeks BETWEEN 1 AND 13)", "Choose 1 to 13 weeks.")

    @api.depends("date", "weeks", "department_ids")
    def _compute_days(self):
        sessions = self.env["hospital.session"]
        for wizard in self:
            day = wizard.date or self.env["hospital.clock"]._today()
            wizard.first_day = day - timedelta(days=day.weekday())
            wizard.last_day = wizard.first_day + timedelta(days=7 * max(wizard.weeks, 1) - 1)
            domain = sessions._week_domain(wizard.first_day, wizard.department_ids._origin)
            domain[1] = ("date", "<=", wizard.last_day)
            wizard.session_count = sessions.search_count(domain)

    def action_print(self):
        """Open the pages to print in a new tab."""
        return self._open("print", "new")

    def action_export(self):
        """Download the workbook."""
        return self._open("export", "self")

    def _open(self, what, target):
        self.ensure_one()
        query = {"date_from": str(self.first_day), "weeks": self.weeks}
        if self.department_ids:
            query["departments"] = ",".join(map(str, self.department_ids.ids))
        return {
            "type": "ir.actions.act_url",
            "url": f"/hospital/roster/{what}?{url_encode(query)}",
            "target": target,
        }
