from datetime import timedelta

from odoo import fields, http
from odoo.http import content_disposition, request

from ..workbook import IMPORT_COLUMNS, write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RosterController(http.Controller):
    @http.route("/hospital/roster/export", type="http", auth="user", methods=["GET"], readonly=True)
    def export(self, date_from=None, date_to=None, **kwargs):
        """Send the sessions of up to 92 days as a workbook; the week from today by default."""
        if not self._is_office():
            return self._refuse()
        first = self._date(date_from) or request.env["hospital.clock"]._today()
        last = self._date(date_to) or first + timedelta(days=6)
        last = min(last, first + timedelta(days=91))
        sessions = request.env["hospital.session"].search(
            [("date", ">=", first), ("date", "<=", last)]
        )
        header, rows = sessions._sheet_rows()
        return self._send(write_workbook(header, rows), f"roster-{first}-{last}.xlsx")

    @http.route(
        "/hospital/roster/template", type="http", auth="user", methods=["GET"], readonly=True
    )
    def template(self, **kwargs):
        """Send an empty workbook with the columns of the roster import."""
        if not self._is_office():
            return self._refuse()
        return self._send(write_workbook(IMPORT_COLUMNS, []), "roster-template.xlsx")

    def _is_office(self):
        return request.env.user.has_group("hospital_base.group_outpatient_office")

    def _refuse(self):
        text = request.env._("Rosters are exported by the outpatient office.")
        return request.make_response(
            text, [("Content-Type", "text/plain; charset=utf-8")], status=403
        )

    def _date(self, text):
        try:
            return fields.Date.to_date(text)
        except ValueError:
            return None

    def _send(self, content, filename):
        return request.make_response(
            content,
            [("Content-Type", XLSX), ("Content-Disposition", content_disposition(filename))],
        )
