from datetime import date
from unittest.mock import patch

import psycopg2
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError, ValidationError
from odoo.tests import BaseCase, freeze_time, tagged
from odoo.tools import mute_logger

from ..patterns import PatternError, parse, resolve
from .common import ScheduleCommon


@tagged("post_install", "-at_install")
class TestPatterns(BaseCase):
    def test_named_numbers(self):
        self.assertEqual(parse("1-3,8"), [1, 2, 3, 8])
        self.assertEqual(parse("2，4,6"), [2, 4, 6])

    def test_nonsense_is_refused(self):
        for pattern in ("", "a", "3-1", "0", "1,1", "1-", "501", "-4", "1;2"):
            with self.subTest(pattern=pattern), self.assertRaises(PatternError):
                parse(pattern)

    def test_odd_even_and_rest(self):
        self.assertEqual(resolve([("odd", 3), ("even", 2), ("", 2)]), [[1, 3, 5], [2, 4], [6, 7]])
        self.assertEqual(resolve([("", 2), ("1-2", 2)]), [[3, 4], [1, 2]])

    @settings(max_examples=150, deadline=None)
    @given(
        st.lists(
            st.tuples(st.sampled_from(["", "odd", "even"]), st.integers(1, 30)),
            min_size=1,
            max_size=6,
        )
    )
    def test_no_number_twice_and_capacity_kept(self, periods):
        lists = resolve(periods)
        self.assertEqual([len(row) for row in lists], [count for _p, count in periods])
        numbers = [number for row in lists for number in row]
        self.assertEqual(len(set(numbers)), len(numbers))
        for (pattern, _count), row in zip(periods, lists, strict=True):
            self.assertEqual(row, sorted(row))
            if pattern:
                self.assertEqual({number % 2 for number in row}, {int(pattern == "odd")})


@tagged("post_install", "-at_install")
class TestPlanRules(ScheduleCommon):
    def test_pattern_must_match_capacity(self):
        with self.assertRaises(ValidationError):
            self._plan([(8.0, 9.0, 9, "1-10")])

    def test_two_periods_cannot_share_numbers(self):
        with self.assertRaises(ValidationError):
            self._plan([(8.0, 9.0, 2, "1-2"), (9.0, 10.0, 2, "2-3")])

    def test_periods_do_not_overlap(self):
        with self.assertRaises(ValidationError):
            self._plan([(8.0, 9.5, 2, ""), (9.0, 10.0, 2, "")])

    def test_periods_stay_within_their_half_day(self):
        with self.assertRaises(ValidationError):
            self._plan([(8.0, 9.0, 2, "")], half_day="pm")
        with self.assertRaises(ValidationError):
            self._plan([(17.5, 18.5, 2, "")], half_day="pm")
        plan = self._plan([(9.0, 12.0, 2, "")])
        with self.assertRaises(ValidationError):
            plan.half_day = "pm"

    @mute_logger("odoo.sql_db")
    def test_database_refuses_two_active_plans(self):
        """As when two people save at once, and neither sees the other's plan."""
        plans = self.registry["hospital.plan"]
        self.startPatcher(patch.object(plans, "_check_overlap", lambda self: None))
        of_department = {"doctor_id": False, "number_type_id": self.type_normal.id}
        for values in ({}, of_department):
            with self.subTest(values=values), self.env.cr.savepoint() as savepoint:
                self._plan(**values)
                self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
                with self.assertRaises(psycopg2.errors.ExclusionViolation):
                    with self.env.cr.savepoint():
                        self._plan(**values)
                self._plan(**values, half_day="pm", periods=[(14.0, 15.0, 2, "")])
                self._plan(**values, weekday="1")
                self.env.cr.execute("SET CONSTRAINTS ALL DEFERRED")
                savepoint.rollback()

    def test_all_of_one_hospital(self):
        company = self.env["res.company"].create({"name": "Second hospital"})
        campus = self.campus.create({"name": "S", "code": "S-T", "company_id": company.id})
        stranger = self._doctor(department_id=self._department(campus_id=campus.id).id)
        with self.assertRaises(UserError):
            self._plan(doctor_id=stranger.id)

    def test_one_active_plan_per_half_day(self):
        plan = self._plan()
        with self.assertRaises(ValidationError):
            self._plan()
        plan.action_pause()
        self.assertEqual(self._plan().state, "active")

    def test_copy_to_another_validity(self):
        plan = self._plan([(8.0, 9.0, 3, "odd")])
        copy = plan._copy_to(self.env["hospital.clock"]._today().replace(2032, 3, 1))
        self.assertEqual(str(plan.date_to), "2032-02-29")
        self.assertEqual(copy.period_ids.numbers, [1, 3, 5])

    def test_copy_to_another_doctor_leaves_the_plan(self):
        plans = self._plan([(8.0, 9.0, 3, "odd")]) + self._plan(weekday="2")
        action = plans.action_copy()
        wizard = self.env["hospital.plan.copy"].with_context(**action["context"]).create(
            {"target_doctor_id": self.doctor2.id, "date_from": "2031-03-01"}
        )  # fmt: skip
        wizard.action_copy()
        copies = self.env["hospital.plan"].search([("doctor_id", "=", self.doctor2.id)])
        self.assertEqual(copies.mapped("weekday"), ["0", "2"])
        self.assertEqual(copies[0].period_ids.numbers, [1, 3, 5])
        self.assertEqual(plans.mapped("date_to"), [False, False])

    def test_copy_finds_the_plans_of_a_doctor(self):
        plan = self._plan()
        self._plan(doctor_id=self.doctor2.id)
        wizard = self.env["hospital.plan.copy"].create(
            {"doctor_id": self.doctor.id, "date_from": "2031-03-01", "date_to": "2031-03-31"}
        )
        self.assertEqual(wizard.plan_ids, plan)
        wizard.action_copy()
        plans = self.env["hospital.plan"].search([("doctor_id", "=", self.doctor.id)])
        self.assertEqual(
            sorted((str(row.date_from), str(row.date_to)) for row in plans),
            [("2031-01-01", "2031-02-28"), ("2031-03-01", "2031-03-31")],
        )

    def test_choosing_a_doctor_suggests_department_and_room(self):
        self.department.room = "301"
        plan = self.env["hospital.plan"].new({"doctor_id": self.doctor.id})
        plan._onchange_doctor_id()
        self.assertEqual((plan.department_id._origin, plan.room), (self.department, "301"))


@tagged("post_install", "-at_install")
@freeze_time("2031-01-06 02:00:00")
class TestPlanEnd(ScheduleCommon):
    """What becomes of the sessions that a plan has made beyond its last day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stand_alone()

    def setUp(self):
        super().setUp()
        self.plan = self._plan()
        self.env["hospital.plan"]._generate(date(2031, 1, 6), date(2031, 2, 2), self.department.ids)
        self.sessions = self.env["hospital.session"].search([("plan_id", "=", self.plan.id)])
        self._take(self.sessions[2].slot_ids[0])

    def _end(self, **values):
        context = self.plan.action_end()["context"]
        return self.env["hospital.plan.end"].with_context(**context).create(
            {"reason": "moved away", **values}
        )  # fmt: skip

    def test_unbooked_sessions_are_closed_and_give_their_half_day_back(self):
        wizard = self._end()
        self.assertEqual(wizard.session_ids, self.sessions[1:])
        self.assertEqual((wizard.session_count, wizard.affected_count), (3, 1))
        wizard.action_end()
        self.assertEqual(self.plan.state, "ended")
        self.assertEqual(self.sessions.mapped("state"), ["draft", "closed", "draft", "closed"])
        self.assertEqual(self.sessions[1].event_ids.mapped("kind"), ["close"])
        other = self._plan(date_from="2031-01-07", number_type_id=self.type_normal.id)
        self.assertIn((date(2031, 1, 13), True), [
            row[:2] for row in other._preview(date(2031, 1, 7), date(2031, 1, 20))
        ])  # fmt: skip
        self.env["hospital.plan"]._generate(date(2031, 1, 7), date(2031, 2, 2), self.department.ids)
        made = self.env["hospital.session"].search([("plan_id", "=", other.id)])
        self.assertEqual(made.mapped("date"), [date(2031, 1, 13), date(2031, 1, 27)])

    def test_sessions_stay_when_asked(self):
        self._end(close_unbooked=False).action_end()
        self.assertEqual(set(self.sessions.mapped("state")), {"draft"})

    def test_a_later_last_day_lets_the_plan_go_on_until_then(self):
        self._end(last_day="2031-01-20").action_end()
        self.assertEqual((self.plan.state, self.plan.date_to), ("active", date(2031, 1, 20)))
        self.assertEqual(self.sessions.mapped("state"), ["draft", "draft", "draft", "closed"])

    def test_what_was_booked_meanwhile_is_not_closed(self):
        self._take(self.sessions[1].slot_ids[0])
        self.assertEqual(self.sessions._close_unbooked("x"), self.sessions[0] + self.sessions[3])
