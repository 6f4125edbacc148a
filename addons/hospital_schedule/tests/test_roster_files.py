import base64
import io
import tracemalloc
import zipfile
from contextlib import suppress
from datetime import date

import openpyxl

from odoo.exceptions import UserError
from odoo.tests import BaseCase, HttpCase, freeze_time, tagged

from ..workbook import (
    IMPORT_COLUMNS,
    MAX_UNPACKED_BYTES,
    PLAN_COLUMNS,
    WorkbookError,
    WorkbookWriter,
    read_workbook,
    write_workbook,
)
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
        self.assertIn("2 new plans, 0 changed, 0 as they were.", wizard.result)
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

    def test_known_plans_are_changed_or_left_alone(self):
        self._wizard(self._row(), self._row(weekday=2), self._row(weekday=3)).action_import()
        first, second, third = self._plans()
        wizard = self._wizard(
            self._row(),
            self._row(weekday=2, room="302", capacity=8, pattern="even"),
            self._row(weekday=2, room="302", start="10:00", end="11:00", capacity=2),
            self._row(weekday=4),
        )
        wizard.action_check()
        self.assertIn("1 new plans, 1 changed, 1 as they were.", wizard.result)
        self.assertEqual((len(self._plans()), second.room), (3, "301"))
        wizard.action_import()
        self.assertEqual(len(self._plans()), 4)
        self.assertEqual((second.room, second.period_ids.mapped("capacity")), ("302", [8, 2]))
        self.assertEqual(first.period_ids.mapped("capacity"), [6])
        self.assertEqual(third.state, "active")

    def test_rows_of_one_half_day_agree(self):
        self._wizard(self._row(), self._row(start="10:00", end="11:00")).action_import()
        wizard = self._wizard(self._row(room="399"), self._row(start="10:00", end="11:00"))
        wizard.action_check()
        self.assertRegex(wizard.result, "^Line 3: This row and line 2")
        with self.assertRaises(UserError):
            wizard.action_import()
        self.assertEqual(self._plans().mapped("room"), ["301"])
        self.assertEqual(len(self._plans().period_ids), 2)

    def test_words_and_titles_of_every_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        chinese = self.env["hospital.plan"].with_context(lang="zh_CN")
        titles = chinese._sheet_titles()
        self.assertNotEqual(titles, self.env["hospital.plan"]._sheet_titles())
        words = {name: dict(chinese._fields[name]._description_selection(chinese.env))
                 for name in ("weekday", "half_day", "holiday_policy")}  # fmt: skip
        row = dict(
            zip(
                IMPORT_COLUMNS,
                self._row(
                    weekday=words["weekday"]["4"], capacity=6.0, half_day=words["half_day"]["am"]
                ),
                strict=True,
            )
        )
        row |= {"start": "8：00", "end": 0.375, "on_holidays": words["holiday_policy"]["keep"]}
        content = write_workbook(titles, [[row.get(name, "") for name in PLAN_COLUMNS]])
        self.env["hospital.roster.import"].create(
            {"file": base64.b64encode(content)}
        ).action_import()
        plan = self._plans()
        self.assertEqual((plan.weekday, plan.half_day, plan.holiday_policy), ("4", "am", "keep"))
        self.assertEqual(plan.period_ids.mapped("end_hour"), [9.0])

    def test_queries_do_not_grow_with_plans(self):
        def count(rows):
            wizard = self._wizard(*rows)
            wizard.action_check()  # fills the caches
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            wizard.action_check()
            self.assertIn(f"{len(rows)} new", wizard.result)
            return self.env.cr.sql_log_count - before

        rows = [
            self._row(doctor_code=self._doctor(name=f"D{index}").code, weekday=day)
            for index in range(6)
            for day in range(1, 8)
        ]
        self.assertEqual(count(rows[:2]), count(rows))

    def test_rules_of_plans_are_told_per_line(self):
        wizard = self._wizard(self._row(), self._row(weekday=4, pattern="1-3"))
        with self.assertRaisesRegex(UserError, "Line 3"):
            wizard.action_import()
        self.assertEqual(len(self._plans()), 0)

    def test_other_files_are_refused(self):
        wizard = self.env["hospital.roster.import"].create({"file": base64.b64encode(b"no")})
        with self.assertRaises(UserError):
            wizard.action_import()

    def test_damaged_and_swollen_workbooks_are_refused(self):
        good = write_workbook(PLAN_COLUMNS, [["x"] * len(PLAN_COLUMNS)])
        with zipfile.ZipFile(io.BytesIO(good)) as packed:
            parts = {name: packed.read(name) for name in packed.namelist()}
        sheet = "xl/worksheets/sheet1.xml"
        spoilt = [{**parts, name: data[: len(data) // 2]} for name, data in parts.items()]
        spoilt += [{key: parts[key] for key in parts if key != name} for name in parts]
        spoilt.append({**parts, sheet: parts[sheet] + b" " * MAX_UNPACKED_BYTES})
        for number, pieces in enumerate(spoilt):
            content = io.BytesIO()
            with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
                for name, data in pieces.items():
                    packed.writestr(name, data)
            # what the reader can do without is read; nothing but the refusal may come out
            with self.subTest(number), suppress(WorkbookError):
                read_workbook(content.getvalue())
        with self.assertRaises(WorkbookError):
            read_workbook(content.getvalue())


@tagged("post_install", "-at_install")
@freeze_time("2031-01-02 02:00:00")
class TestRosterOut(ScheduleCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.monday = self._session(date(2031, 1, 6), room="301")
        self._session(date(2031, 1, 12), doctor=self.doctor2)
        self._session(date(2031, 1, 13))

    def _get(self, path, user="base_staff_outpatient_office"):
        self.authenticate(user, user)
        return self.url_open(f"/hospital/roster/{path}&departments={self.department.id}")

    def _book(self, path):
        return openpyxl.load_workbook(io.BytesIO(self._get(path).content))

    def test_one_page_per_week_and_department(self):
        self.env["hospital.holiday"].create(
            {"date": "2031-01-08", "name": "Feast", "is_workday": False}
        )
        other = self._department(name="Massage")
        self._session(date(2031, 1, 6), doctor=False, department_id=other.id)
        sessions = self.env["hospital.session"]
        pages = sessions._roster_pages(sessions.search([("date", ">=", "2031-01-06")]))
        pages = [page for page in pages if page["department"] in self.department + other]
        self.assertEqual(
            [(page["department"], page["days"][0][0]) for page in pages],
            [(self.department, date(2031, 1, 6)), (other, date(2031, 1, 6)),
             (self.department, date(2031, 1, 13))],
        )  # fmt: skip
        [(name, cells), (second, _cells)] = pages[0]["rows"]
        self.assertEqual((name, second), ("Lin", "Chen"))
        self.assertEqual(cells, [[self.monday]] + [[]] * 6)
        self.assertEqual(pages[0]["days"][2], (date(2031, 1, 8), "Feast"))

    def test_two_doctors_of_one_name_have_a_row_each(self):
        twin = self._doctor(name="Lin", sequence=1)
        normal = self._session(date(2031, 1, 6), doctor=False)
        sessions = normal + self.monday + self._session(date(2031, 1, 7), doctor=twin)
        [page] = self.env["hospital.session"]._roster_pages(sessions.sorted("id", reverse=True))
        self.assertEqual([name for name, _cells in page["rows"]], ["normal", "Lin", "Lin"])
        self.assertEqual(page["rows"][2][1][0], [self.monday])

    def test_print(self):
        answer = self._get("print?date_from=2031-01-08&weeks=2", "base_staff_doctor")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.text.count("<section"), 2)
        self.assertIn("Acupuncture", answer.text)
        self.assertIn("301", answer.text)
        empty = self._get("print?date_from=2032-01-08&weeks=x", "base_staff_doctor")
        self.assertNotIn("<section", empty.text)
        self.assertRegex(empty.text, "<p>.{10,}</p>")

    def test_export_takes_whole_weeks_one_sheet_each(self):
        book = self._book("export?date_from=2031-01-08&weeks=2")
        self.assertEqual(book.sheetnames, ["2031-W02", "2031-W03", "plans"])
        first, second, _plans = ([*sheet.iter_rows(values_only=True)] for sheet in book)
        self.assertEqual(
            [row[0].date() for row in first[1:]], [date(2031, 1, 6), date(2031, 1, 12)]
        )
        self.assertEqual([row[0].date() for row in second[1:]], [date(2031, 1, 13)])
        self.assertIn(first[1][1], ("Morning", "上午"))
        self.assertEqual(first[1][2:4], ("08:00", "11:00"))
        self.assertEqual(first[1][8:12], ("301", 10, 10, 0))

    def test_a_first_level_department_includes_the_second(self):
        self.department.parent_id = self._department(name="Surgery")
        parent = self.department.parent_id
        self.authenticate("base_staff_doctor", "base_staff_doctor")
        page = self.url_open(f"/hospital/roster/print?date_from=2031-01-06&departments={parent.id}")
        self.assertEqual(page.text.count("<section"), 1)
        wizard = self.env["hospital.roster.week"].create(
            {"date": "2031-01-08", "department_ids": parent.ids}
        )
        self.assertEqual(wizard.session_count, 2)

    def test_week_of_today_by_default(self):
        self.assertEqual(self._book("export?date_from=x&weeks=0").sheetnames[0], "2031-W01")

    def test_only_the_office_exports(self):
        for path in ("export?x=1", "template?x=1"):
            self.assertEqual(self._get(path, "base_staff_doctor").status_code, 403)

    def test_import_reads_the_export_back(self):
        self._plan([(8.0, 9.5, 3, "odd"), (9.5, 10 + 1 / 3, 2, "2,4")], room="0301")
        self._plan(weekday="2", doctor_id=False, holiday_policy="keep", date_to="2031-02-01")
        fields = ["doctor_id", "number_type_id", "weekday", "half_day", "date_from", "date_to",
                  "room", "holiday_policy"]  # fmt: skip

        def content():
            plans = self.env["hospital.plan"].search(
                [("department_id", "=", self.department.id)], order="weekday"
            )
            return [
                (*(plan[name] for name in fields),
                 [(round(row.start_hour, 6), round(row.end_hour, 6), row.capacity, row.numbers)
                  for row in plan.period_ids])
                for plan in plans
            ]  # fmt: skip

        before = content()
        exported = self._get("export?date_from=2031-01-06").content
        self.env["hospital.plan"].search([("department_id", "=", self.department.id)]).unlink()
        wizard = self.env["hospital.roster.import"].create({"file": base64.b64encode(exported)})
        wizard.action_import()
        self.assertEqual(content(), before)
        self.assertEqual(len(before), 2)

    def test_text_is_never_a_formula(self):
        self.monday.room = "=1+1"
        sheet = self._book("export?date_from=2031-01-06").worksheets[0]
        self.assertEqual((sheet["I2"].value, sheet["I2"].data_type), ("=1+1", "s"))

    def test_queries_do_not_grow_with_rows(self):
        sessions = self.env["hospital.session"].with_user(self.roles["outpatient_office"])

        def count(monday):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = list(sessions._sheet_rows(monday))
            pages = sessions._roster_pages(sessions.search(sessions._week_domain(monday)))
            return self.env.cr.sql_log_count - before, len(rows), pages

        count(date(2031, 1, 13))
        few = count(date(2031, 1, 13))
        for index in range(20):
            doctor = self._doctor(name=f"D{index}")
            self._session(date(2031, 1, 14), doctor=doctor, room=str(index))
        many = count(date(2031, 1, 13))
        self.assertEqual((few[1], many[1]), (1, 21))
        self.assertEqual(few[0], many[0])

    def test_wizard_shows_the_range_and_opens_it(self):
        wizard = self.env["hospital.roster.week"].create(
            {"date": "2031-01-08", "weeks": 2, "department_ids": self.department.ids}
        )
        self.assertEqual((wizard.first_day, wizard.last_day, wizard.session_count),
                         (date(2031, 1, 6), date(2031, 1, 19), 3))  # fmt: skip
        self.assertEqual(
            wizard.action_export()["url"],
            f"/hospital/roster/export?date_from=2031-01-06&weeks=2&departments={self.department.id}",
        )


@tagged("post_install", "-at_install")
class TestWorkbookMemory(BaseCase):
    def test_memory_does_not_grow_with_rows(self):
        def peak(count):
            tracemalloc.start()
            writer = WorkbookWriter()
            writer.add_sheet("rows", ["x"] * 10, (["text"] * 10 for _row in range(count)))
            pieces = sum(len(piece) for piece in writer.stream())
            found = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return found, pieces

        peak(100)
        small, large = peak(1000), peak(10000)
        self.assertGreater(large[1], 3 * small[1])
        self.assertLess(large[0], 1.5 * small[0])
