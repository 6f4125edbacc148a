from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import ValidationError
from odoo.tests import BaseCase, tagged

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
