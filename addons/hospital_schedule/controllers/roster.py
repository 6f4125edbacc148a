from datetime import date, timedelta

from odoo import http
from odoo.http import Response, content_disposition, request

from ..workbook import WorkbookWriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_WEEKS = 13


class RosterController(http.Controller):
    @http.route("/hospital/roster/export", type="http", auth="user", methods=["GET"], readonly=True)
    def export(self, date_from=None, weeks="1", departments="", **kwargs):
        """Send whole weeks, Monday to Sunday, one sheet each; then the plans in force.

        The sheet of plans is what the roster import reads.
        """
        if not self._is_office():
            return self._refuse()
        mondays = self._mondays(date_from, weeks)
        units = self._departments(departments)
        writer = WorkbookWriter()
        sessions = request.env["hospital.session"]
        for monday in mondays:
            sheet = "{}-W{:02}".format(*monday.isocalendar())
            rows = sessions._sheet_rows(monday, units)
            writer.add_sheet(sheet, sessions._sheet_header(), rows)
            request.env.invalidate_all(flush=False)
        plans = request.env["hospital.plan"]._sheet_rows(
            mondays[0], mondays[-1] + timedelta(days=6), units
        )
        writer.add_sheet("plans", request.env["hospital.plan"]._sheet_titles(), plans)
        return self._send(writer, f"roster-{mondays[0]}.xlsx")

    @http.route(
        "/hospital/roster/template", type="http", auth="user", methods=["GET"], readonly=True
    )
    def template(self, **kwargs):
        """Send an empty workbook with the columns of the roster import, and what they hold."""
        if not self._is_office():
            return self._refuse()
        writer = WorkbookWriter()
        plans = request.env["hospital.plan"]
        writer.add_sheet("plans", plans._sheet_titles(), [])
        writer.add_sheet("help", [], plans._sheet_help(), width=40)
        return self._send(writer, "roster-template.xlsx")

    @http.route("/hospital/roster/print", type="http", auth="user", methods=["GET"], readonly=True)
    def print_roster(self, date_from=None, weeks="1", departments="", **kwargs):
        """Show whole weeks for printing, one landscape page per department."""
        if not request.env.user.has_group("hospital_base.group_staff"):
            return self._refuse()
        mondays = self._mondays(date_from, weeks)
        sessions = request.env["hospital.session"]
        domain = sessions._week_domain(mondays[0], self._departments(departments))
        domain[1] = ("date", "<", mondays[-1] + timedelta(days=7))
        content, _kind = request.env["ir.actions.report"]._render_qweb_html(
            "hospital_schedule.report_roster", sessions.search(domain).ids
        )
        return request.make_response(content, [("Content-Type", "text/html; charset=utf-8")])

    def _is_office(self):
        return request.env.user.has_group("hospital_base.group_outpatient_office")

    def _refuse(self):
        text = request.env._("Rosters are exported by the outpatient office.")
        return request.make_response(
            text, [("Content-Type", "text/plain; charset=utf-8")], status=403
        )

    def _mondays(self, date_from, weeks):
        """Return the Mondays asked for; this week when the arguments are no use."""
        try:
            first = date.fromisoformat(date_from or "")
        except ValueError:
            first = request.env["hospital.clock"]._today()
        count = min(int(weeks), MAX_WEEKS) if weeks.isdecimal() else 1
        monday = first - timedelta(days=first.weekday())
        return [monday + timedelta(weeks=index) for index in range(max(count, 1))]

    def _departments(self, text):
        ids = [int(part) for part in text.split(",") if part.isdecimal()]
        units = request.env["hospital.department"].search([("id", "in", ids)]) if ids else None
        return units and units._with_children()

    def _send(self, writer, filename):
        headers = [("Content-Type", XLSX), ("Content-Disposition", content_disposition(filename))]
        return Response(writer.stream(), headers=headers, direct_passthrough=True)
