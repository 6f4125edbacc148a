from collections import Counter
from datetime import date

from odoo.tests import freeze_time, tagged, users

from .common import ScheduleCommon

NAMES = ["total_count", "free_count", "taken_count", "stopped_count"]


@tagged("post_install", "-at_install")
@freeze_time("2031-01-06 02:00:00")
class TestCounts(ScheduleCommon):
    """Sums of lists and pivots against a count of every single number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._department(name="Massage", bookable=True)
        cls.sessions = (
            cls._session(date(2031, 1, 6), numbers=10)
            + cls._session(date(2031, 1, 7), numbers=5, doctor=cls.doctor2)
            + cls._session(date(2031, 1, 7), numbers=4, department_id=cls.other.id)
            + cls._session(date(2031, 1, 8), numbers=6, doctor=False)
        )
        cls._take(cls.sessions[0].slot_ids[:9])
        cls._take(cls.sessions[1].slot_ids)
        cls._take(cls.sessions[3].slot_ids[0])
        cls._take(cls.sessions[0].slot_ids[9], "stopped")
        cls.sessions[3]._as_writer().state = "suspended"

    def _by_hand(self, key):
        """Count number after number in Python."""
        found = {}
        for slot in self.sessions.slot_ids:
            session = slot.session_id
            open_ = session.state in ("draft", "released")
            kind = {"free": "free_count" if open_ else "stopped_count", "taken": "taken_count",
                    "stopped": "stopped_count"}[slot.state]  # fmt: skip
            found.setdefault(key(session), Counter()).update([kind, "total_count"])
        return {group: tuple(row[name] for name in NAMES) for group, row in found.items()}

    def _summed(self, group):
        rows = self.env["hospital.session"]._read_group(
            [("id", "in", self.sessions.ids)], [group], [f"{name}:sum" for name in NAMES]
        )
        return {key: tuple(counts) for key, *counts in rows}

    @users("base_staff_outpatient_office", "base_staff_manager")
    def test_sums_by_everything(self):
        for group in ("department_id", "doctor_id", "number_type_id", "half_day", "state"):
            with self.subTest(group=group):
                self.assertEqual(
                    self._summed(group), self._by_hand(lambda row, group=group: row[group])
                )
        self.assertEqual(self._summed("date:day"), self._by_hand(lambda row: row.date))

    def test_rows_add_up(self):
        self.assertEqual(
            [tuple(row[name] for name in NAMES) for row in self.sessions],
            [(10, 0, 9, 1), (5, 0, 5, 0), (4, 4, 0, 0), (6, 0, 1, 5)],
        )
        for row in self.sessions:
            self.assertEqual(row.total_count, row.free_count + row.taken_count + row.stopped_count)

    def test_availability_and_colour(self):
        few = self._session(date(2031, 1, 9), numbers=10)
        self._take(few.slot_ids[:8])
        draft = self._session(date(2031, 1, 10), released=False)
        sessions = self.sessions + few + draft
        self.assertEqual(
            sessions.mapped("fullness"), ["full", "full", "free", "suspended", "few", "draft"]
        )
        self.assertEqual(len(set(sessions[1:].mapped("color"))), 5)

    def test_lists_and_pivots_offer_the_sums(self):
        offered = self.env["hospital.session"].fields_get(NAMES, ["aggregator"])
        self.assertEqual({name: row.get("aggregator") for name, row in offered.items()},
                         dict.fromkeys(NAMES, "sum"))  # fmt: skip
