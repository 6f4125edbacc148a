import base64
import io
from datetime import date

import openpyxl

from odoo.exceptions import UserError
from odoo.tests import HttpCase, freeze_time, tagged

from ..workbook import IMPORT_COLUMNS, write_workbook
from .common import ScheduleCommon


@tagged("post_install", "-at_install")
class TestRosterImport(ScheduleCommon):
    def _row(self, **values):
        row = {
            "department_code": self.department.code,
            "doctor_code": self.doctor.code,
            "number_type_code": "TE",
            "weekday": 1,
            "half_day": "am",
            "date_from": "2031-01-01",
            "room": "301",
            "start": "08:00",
            "end": "09:30",
            "capacity": 6,
            **values,
        }
        return [row.get(name, "") for name in IMPORT_COLUMNS]

    def _wizard(self, *rows):
        content = write_workbook(IMPORT_COLUMNS, rows)
        return self.env["hospital.roster.import"].create({"file": base64.b64encode(content)})

    def _plans(self):
        return self.env["hospital.plan"].search([("department_id", "=", self.department.id)])

    def test_dry_run_writes_nothing_then_all(self):
        wizard = self._wizard(
            self._row(), self._row(start="10:00", end="11:00", pattern="odd"), self._row(weekday=2)
        )
        wizard.action_check()
        self.assertEqual(wizard.result, "2 plans can be imported.")
        self.assertEqual(len(self._plans()), 0)
        wizard.action_import()
        self.assertEqual(self._plans().mapped("capacity"), [12, 6])
        self.assertEqual(self._plans()[0].period_ids[1].numbers, [1, 3, 5, 7, 9, 11])

    def test_every_wrong_row_is_named_and_nothing_written(self):
        wizard = self._wizard(
            self._row(),
            self._row(department_code="??"),
            self._row(weekday=9),
            self._row(weekday=3, start="10:00", end="09:00"),
            self._row(weekday=4, pattern="1-3"),
        )
        wizard.action_check()
        self.assertEqual(
            [line.split(":")[0] for line in wizard.result.splitlines()],
            ["Line 3", "Line 4", "Line 5"],
        )
        with self.assertRaises(UserError):
            wizard.action_import()
        self.assertEqual(len(self._plans()), 0)

    def test_rules_of_plans_are_told_per_line(self):
        wizard = self._wizard(self._row(), self._row(weekday=4, pattern="1-3"))
        with self.assertRaisesRegex(UserError, "Line 3"):
            wizard.action_import()
        self.assertEqual(len(self._plans()), 0)

    def test_other_files_are_refused(self):
        wizard = self.env["hospital.roster.import"].create({"file": base64.b64encode(b"no")})
        with self.assertRaises(UserError):
            wizard.action_import()


@tagged("post_install", "-at_install")
class TestRosterOut(ScheduleCommon, HttpCase):
    @freeze_time("2031-01-02 02:00:00")
    def test_print_grid(self):
        session = self._session(date(2031, 1, 6))
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "hospital_schedule.report_roster", session.ids
        )
        self.assertIn(b"Acupuncture", html)
        [week] = session._roster_grid(session)
        self.assertEqual(week["days"][0], date(2031, 1, 6))
        self.assertEqual(week["rows"], [(self.department, [[session]] + [[]] * 6)])

    def test_export(self):
        self._session(date(2031, 1, 6))
        url = "/hospital/roster/export?date_from=2031-01-06&date_to=2031-01-06"
        self.authenticate("base_outpatient_office", "base_outpatient_office")
        book = openpyxl.load_workbook(io.BytesIO(self.url_open(url).content))
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        self.assertEqual(len(rows), 2)
        self.assertEqual((rows[1][0], rows[1][7]), ("2031-01-06", 10))

    def test_doctor_cannot_export(self):
        self.authenticate("base_doctor", "base_doctor")
        self.assertEqual(self.url_open("/hospital/roster/export").status_code, 403)
