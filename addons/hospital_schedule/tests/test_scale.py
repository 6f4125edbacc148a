from datetime import date, timedelta

from odoo import Command
from odoo.tests import freeze_time, tagged

from .common import ScheduleCommon

FIRST = date(2031, 1, 6)
WEEKS = 18
#: The ORM inserts and updates a hundred rows in one statement.
BATCH = 100


@tagged("post_install", "-at_install")
@freeze_time("2031-01-02 02:00:00")
class TestScale(ScheduleCommon):
    """Two thousand sessions: statements grow by the hundred rows, never by the row."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stand_alone()
        cls.env["hospital.plan"].create(
            [
                {
                    "department_id": cls.department.id,
                    "doctor_id": cls._doctor(name=f"D{index}").id,
                    "number_type_id": cls.type_expert.id,
                    "weekday": str(weekday),
                    "half_day": half_day,
                    "date_from": FIRST,
                    "period_ids": [
                        Command.create({"start_hour": hour, "end_hour": hour + 1, "capacity": 2})
                    ],
                }
                for index in range(8)
                for weekday in range(7)
                for half_day, hour in (("am", 8.0), ("pm", 14.0))
            ]
        )

    def setUp(self):
        super().setUp()
        last = FIRST + timedelta(days=7 * WEEKS - 1)
        with self.assertQueryCount(3):
            added = self.env["hospital.plan"]._generate(FIRST, last, self.department.ids)
        self.sessions = self.env["hospital.session"].search(
            [("department_id", "=", self.department.id)]
        )
        self.assertEqual((added, len(self.sessions)), (8 * 14 * WEEKS, 8 * 14 * WEEKS))
        self.env.flush_all()

    def _count(self, work):
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        result = work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before, result

    def test_release_is_one_statement(self):
        self.sessions._as_writer().write({"release_at": "2031-01-01 00:00:00"})
        self.env.flush_all()
        queries, released = self._count(self.env["hospital.plan"]._cron_release)
        self.assertGreaterEqual(released, len(self.sessions))
        self.assertLessEqual(queries, 2)

    def test_settings_plan_the_release_of_all_at_once(self):
        queries, _nothing = self._count(lambda: self.department.write({"booking_horizon_days": 14}))
        self.assertLess(queries, 15)
        self.assertEqual(len(set(self.sessions.mapped("release_at"))), 7 * WEEKS)

    def test_suspending_and_recovering_all(self):
        suspension = self.env["hospital.suspension"].create(
            {"department_id": self.department.id, "date_from": FIRST, "date_to": "2031-12-31",
             "reason": "typhoon"}
        )  # fmt: skip
        bound = 40 + 6 * len(self.sessions) // BATCH
        queries, _nothing = self._count(suspension.action_apply)
        self.assertEqual(set(self.sessions.mapped("state")), {"suspended"})
        self.assertLess(queries, bound)
        queries, _nothing = self._count(suspension.action_recover)
        self.assertEqual(set(self.sessions.mapped("state")), {"released", "draft"})
        self.assertLess(queries, bound)

    def test_hours_of_many_days(self):
        suspension = self.env["hospital.suspension"].create(
            {"department_id": self.department.id, "date_from": FIRST, "date_to": "2031-12-31",
             "start_hour": 8.0, "end_hour": 8.5, "reason": "training"}
        )  # fmt: skip
        queries, _nothing = self._count(suspension.action_apply)
        self.assertEqual(sum(self.sessions.mapped("stopped_count")), len(self.sessions) // 2)
        self.assertLess(queries, 40 + 6 * len(self.sessions) // BATCH)

    def test_print_and_sheet_of_everything(self):
        monday = FIRST + timedelta(days=7)
        week = self.sessions.filtered(lambda row: 0 <= (row.date - monday).days < 7)
        few, _pages = self._count(lambda: self.env["hospital.session"]._roster_pages(week))
        many, pages = self._count(lambda: self.env["hospital.session"]._roster_pages(self.sessions))
        self.assertEqual(len(pages), WEEKS)
        self.assertLessEqual(many, few + len(self.sessions) // 1000)
        queries, rows = self._count(lambda: list(self.env["hospital.session"]._sheet_rows(monday)))
        self.assertEqual(len(rows), 8 * 14)
        self.assertLess(queries, 20)

    def test_calendar_of_a_month(self):
        office = self.env["hospital.session"].with_user(self.roles["outpatient_office"])
        spec = dict.fromkeys(
            ["display_name", "color", "fullness", "free_count", "taken_count", "starts_at",
             "ends_at", "state"], {},
        )  # fmt: skip

        def month(days):
            domain = [("date", ">=", FIRST), ("date", "<", FIRST + timedelta(days=days))]
            found = office.with_context(roster_titles=True).web_search_read(domain, spec)
            return len(found["records"])

        self._count(lambda: month(31))
        few, day = self._count(lambda: month(1))
        many, whole = self._count(lambda: month(31))
        self.assertGreater(whole, 20 * day)
        self.assertEqual(few, many)
