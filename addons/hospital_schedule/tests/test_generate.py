from datetime import date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import freeze_time, tagged

from .common import ScheduleCommon

MONDAY = date(2031, 1, 6)


@tagged("post_install", "-at_install")
class TestGenerate(ScheduleCommon):
    def _generate(self, first=MONDAY, last=MONDAY):
        return self.env["hospital.plan"]._generate(first, last, self.department.ids)

    def _made(self, plan):
        return self.env["hospital.session"].search([("plan_id", "=", plan.id)])

    def test_session_and_numbers(self):
        plan = self._plan([(8.0, 9.0, 3, "odd"), (9.0, 10.0, 2, "")], room="301")
        self.assertEqual(self._generate(), 1)
        session = self._made(plan)
        self.assertEqual(session.date, MONDAY)
        self.assertEqual(session.state, "draft")
        self.assertEqual(session.fee_fen, 5000)
        self.assertEqual(session.room, "301")
        self.assertEqual(session.starts_at, datetime(2031, 1, 6, 0, 0))
        self.assertEqual(session.ends_at, datetime(2031, 1, 6, 2, 0))
        self.assertEqual(session.release_at, datetime(2030, 12, 29, 23, 0))
        self.assertEqual(
            [(slot.number, slot.starts_at.minute, slot.state) for slot in session.slot_ids],
            [(1, 0, "free"), (2, 0, "free"), (3, 20, "free"), (4, 30, "free"), (5, 40, "free")],
        )
        self.assertEqual((session.free_count, session.taken_count), (5, 0))

    def test_twice_adds_nothing(self):
        plan = self._plan()
        self.assertEqual(self._generate(MONDAY, date(2031, 1, 31)), 4)
        self.assertEqual(self._generate(MONDAY, date(2031, 1, 31)), 0)
        self.assertEqual(len(self._made(plan).slot_ids), 40)

    def test_plan_change_leaves_sessions_alone(self):
        plan = self._plan()
        self._generate()
        plan.period_ids.write({"capacity": 20, "start_hour": 7.0})
        self.assertEqual(self._generate(), 0)
        self.assertEqual(len(self._made(plan).slot_ids), 10)
        self.assertEqual(self._made(plan).starts_at, datetime(2031, 1, 6, 0, 0))

    def test_substituted_and_moved_sessions_do_not_come_back(self):
        plan = self._plan()
        self._generate()
        session = self._made(plan)
        session._substitute(self.doctor2, "ill")
        session._move(datetime(2031, 1, 7, 0, 0), "conference")
        self.assertEqual(self._generate(), 0)
        self.assertEqual(self._made(plan).date, date(2031, 1, 7))

    def test_paused_ended_and_not_bookable(self):
        plan = self._plan()
        plan.action_pause()
        self.assertEqual(self._generate(), 0)
        plan.action_resume()
        self.department.bookable = False
        self.assertEqual(self._generate(), 0)
        self.department.bookable = True
        plan.date_to = "2031-01-05"
        self.assertEqual(self._generate(), 0)

    def test_holidays_and_make_up_days(self):
        holidays = self.env["hospital.holiday"]
        holidays.create({"date": MONDAY, "name": "Feast", "is_workday": False})
        saturday = date(2031, 1, 11)
        plan = self._plan()
        self.assertEqual(self._generate(), 0)
        plan.holiday_policy = "keep"
        self.assertEqual(self._generate(), 1)
        holidays.create(
            {"date": saturday, "name": "Feast", "is_workday": True, "roster_weekday": "0"}
        )
        self.assertEqual(self._generate(saturday, saturday), 1)

    def test_department_horizon_sets_release(self):
        self.department.booking_horizon_days = 14
        self.env.company.hospital_release_hour = 0.5
        plan = self._plan()
        self._generate()
        # 00:30 in Lishui on 23 December is still 22 December in UTC
        self.assertEqual(self._made(plan).release_at, datetime(2030, 12, 22, 16, 30))

    def test_cron_uses_the_local_day_at_half_past_midnight(self):
        self._plan(weekday="1")
        with freeze_time("2031-01-06 16:30:00"):  # Tuesday 00:30 local
            self.env["hospital.plan"]._cron_generate()
        sessions = self.env["hospital.session"].search([("doctor_id", "=", self.doctor.id)])
        self.assertEqual(
            sessions.mapped("date"), [date(2031, 1, 7), date(2031, 1, 14), date(2031, 1, 21)]
        )

    def test_release_catches_up_and_may_run_twice(self):
        plan = self._plan()
        self._generate(MONDAY, date(2031, 1, 31))
        with freeze_time("2030-12-29 22:59:59"):
            self.env["hospital.plan"]._cron_release()
        self.assertEqual(set(self._made(plan).mapped("state")), {"draft"})
        with freeze_time("2031-01-14 03:00:00"):  # two weeks down
            self.assertEqual(self.env["hospital.plan"]._cron_release(), 3)
            self.assertEqual(self.env["hospital.plan"]._cron_release(), 0)
        self.assertEqual(
            self._made(plan).mapped("state"), ["released", "released", "released", "draft"]
        )

    def test_query_count_does_not_grow(self):
        self._plan()
        self.env.flush_all()
        with self.assertQueryCount(3):
            self._generate(MONDAY, date(2031, 6, 30))
        sessions = self.env["hospital.session"].search([("doctor_id", "=", self.doctor.id)])
        self.assertEqual(len(sessions), 26)
        sessions.invalidate_recordset()
        with self.assertQueryCount(1):
            sessions.mapped("free_count")

    @settings(max_examples=12, deadline=None)
    @given(st.integers(1, 60), st.integers(5, 180))
    def test_periods_are_split_evenly(self, capacity, minutes):
        plan = self._plan([(8.0, 8.0 + minutes / 60, capacity, "")])
        self._generate()
        slots = self._made(plan).slot_ids
        self.assertEqual(slots[0].starts_at, datetime(2031, 1, 6, 0, 0))
        self.assertEqual((slots[-1].ends_at - slots[0].starts_at).total_seconds(), minutes * 60)
        for earlier, later in zip(slots, slots[1:], strict=False):
            self.assertEqual(earlier.ends_at, later.starts_at)
        lengths = {int((slot.ends_at - slot.starts_at).total_seconds()) for slot in slots}
        self.assertLessEqual(max(lengths) - min(lengths), 1)
        self._made(plan).unlink()
        plan.unlink()
