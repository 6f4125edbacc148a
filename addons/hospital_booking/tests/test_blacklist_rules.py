from datetime import datetime, timedelta

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import NOW, TOMORROW, BookingCommon

START = datetime(2031, 3, 5)  # the visit of the first day begins, in UTC


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestBlacklistRules(BookingCommon):
    """Each rule counts what it says, within its window, since the last release."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.env["hospital.blacklist.rule"]
        cls.Rule.search([]).active = False
        cls.env.company.hospital_cancel_limit = 0
        cls.Entry = cls.env["hospital.blacklist.entry"]
        cls.serial_day = 0

    def _rule(self, kind="no_show", count=3, window_days=30, lock_days=90, **values):
        return self.Rule.create(
            {"name": kind, "kind": kind, "count": count, "window_days": window_days,
             "lock_days": lock_days, **values}
        )  # fmt: skip

    def _miss(self, day):
        """Let the patient miss the visit ``day`` days later, found the same day."""
        visit = START + timedelta(days=day)
        with freeze_time(visit - timedelta(hours=20)):
            self._booked(session=self._session(visit.date()))
        with freeze_time(visit + timedelta(hours=10)):
            self.Booking._cron_no_show()

    def _locks(self):
        return self.Entry.search([("patient_id", "=", self.patient.id)])

    def _codes(self):
        messages = self.env["hospital.message"].search(
            [("patient_id", "=", self.patient.id), ("event_id.code", "=like", "booking.%lock%")],
            order="id",
        )
        return [row.event_id.code.removeprefix("booking.") for row in messages]

    def test_exactly_the_count_locks(self):
        self._rule(count=2)
        self._miss(0)
        self.assertFalse(self._locks())
        self._miss(1)
        self.assertEqual(len(self._locks()), 1)

    def test_the_window_is_of_visits_not_of_the_night_that_found_them(self):
        self._rule(count=2, window_days=5)
        for day in (0, 6):
            visit = START + timedelta(days=day)
            with freeze_time(visit - timedelta(hours=20)):
                self._booked(session=self._session(visit.date()))
        with freeze_time(START + timedelta(days=6, hours=10)):  # the server was down for a week
            self.assertEqual(self.Booking._cron_no_show(), 2)
        self.assertFalse(self._locks())
        self._miss(7)
        self.assertEqual(len(self._locks()), 1)

    def test_the_lock_lasts_its_days(self):
        self._rule(count=1, lock_days=7)
        self._miss(0)
        entry = self._locks()
        self.assertEqual(entry.until - entry.start_at, timedelta(days=7))
        for moment, blocked in (
            (entry.until - timedelta(seconds=1), True), (entry.until, False),
        ):  # fmt: skip
            self.assertEqual(bool(self.Entry._is_blocked(self.patient.ids, moment)), blocked)

    def test_an_archived_rule_locks_nobody(self):
        self._rule(count=1).active = False
        self._miss(0)
        self.assertFalse(self._locks())

    def test_late_arrivals_lock(self):
        self._rule("late", count=2)
        for day in (0, 1):
            visit = START + timedelta(days=day)
            with freeze_time(visit - timedelta(hours=20)):
                booking = self._booked(session=self._session(visit.date()))
            self.assertFalse(self._locks())
            with freeze_time(visit + timedelta(hours=1)):
                booking._check_in()
        self.assertEqual(self._locks().rule_id.kind, "late")

    def test_cancellations_lock_and_holds_do_not(self):
        self._rule("cancel", count=2)
        for day in (0, 1, 2):
            held = self._booked(
                session=self._session(TOMORROW + timedelta(days=day + 1)), confirm=False
            )
            held._cancel("", "patient")
        self._booked(session=self._session(TOMORROW, half_day="pm"))._cancel("", "office")
        self.assertFalse(self._locks())
        for day in (3, 4):
            self.assertFalse(self._locks())
            self._booked(session=self._session(TOMORROW + timedelta(days=day + 1)))._cancel(
                "", "patient"
            )
        self.assertEqual(self._locks().rule_id.kind, "cancel")

    def test_a_longer_lock_takes_the_place_of_a_shorter_one_and_not_the_other_way(self):
        short = self._rule(count=1, lock_days=7)
        long = self._rule(count=2, lock_days=90, second_person=True)
        visits = [START + timedelta(days=day) for day in (0, 1, 2)]
        for visit in visits:
            with freeze_time(visit - timedelta(hours=20)):
                self._booked(session=self._session(visit.date()))
        for visit, rule, days in zip(visits, (short, long, long), (7, 90, 90), strict=True):
            with freeze_time(visit + timedelta(hours=10)):
                self.Booking._cron_no_show()
            entry = self._locks()
            self.assertEqual((len(entry), entry.rule_id), (1, rule))
            since = visits[1] if rule == long else visits[0]
            self.assertEqual(entry.until, since + timedelta(hours=10, days=days))

    def test_a_lock_whose_time_is_over_does_not_shield(self):
        self._rule(count=1, lock_days=1)
        self._miss(0)
        # the job that ends locks has not run since
        self._miss(3)
        self.assertEqual(sorted(self._locks().mapped("state")), ["active", "released"])

    def test_what_a_lock_has_paid_for_is_forgotten(self):
        self._rule(count=2, lock_days=5)
        self._miss(0)
        self._miss(1)
        self._miss(8)
        self.assertEqual(self._locks().mapped("state"), ["released"])

    def test_a_visit_missed_before_the_release_is_forgotten_though_found_later(self):
        self._rule(count=1)
        self._miss(0)
        visit = START + timedelta(days=2)
        with freeze_time(visit - timedelta(hours=20)):
            self.assertEqual(self._claim(session=self._session(visit.date())).outcome, "blocked")
            self._locks()._release("In hospital")
            self._booked(session=self._session(visit.date(), half_day="pm"))
        with freeze_time(visit + timedelta(hours=10)):
            self.Booking._cron_no_show()
        self.assertEqual(sorted(self._locks().mapped("state")), ["active", "released"])

    def test_a_warning_is_given_once_per_event(self):
        self._rule(count=3)
        self._miss(0)
        self._miss(1)
        for day in (2, 3):  # something else makes the rules look again
            with freeze_time(START + timedelta(days=day)):
                self.Rule._apply(self.patient.ids)
        self.assertEqual(self._codes(), ["lock_warning"])

    def test_messages_say_what_and_until_when(self):
        self._rule(count=2, lock_days=10)
        self._miss(0)
        self._miss(1)
        with freeze_time(START + timedelta(days=2)):
            self._locks()._release("In hospital")
            self.env["hospital.message"]._cron_deliver()
        self.assertEqual(self._codes(), ["lock_warning", "locked", "unlocked"])
        locked = self.env["hospital.message"].search(
            [("patient_id", "=", self.patient.id), ("event_id.code", "=", "booking.locked")]
        )
        self.assertIn("2031-03-16", locked.delivery_ids[0].body)
        self.assertIn("爽约", locked.delivery_ids[0].body)
        self.assertEqual(locked.variables["what"]["en_US"], "No-shows")

    def test_the_end_of_a_lock_is_told(self):
        self._rule(count=1, lock_days=1)
        self._miss(0)
        with freeze_time(START + timedelta(days=2)):
            self.Entry._cron_release()
            self.Entry._cron_release()
        self.assertEqual(self._codes(), ["locked", "unlocked"])

    def test_a_rule_of_one_says_nothing_of_warnings(self):
        self.assertNotIn("warning", self._rule(count=1).sentence)
        self.assertIn("warning goes out at 2", self._rule(count=3).sentence)

    def test_a_release_wants_a_reason(self):
        self._rule(count=1)
        self._miss(0)
        with self.assertRaises(UserError):
            self._locks()._release("")
        self.assertEqual(self._locks().state, "active")

    def test_another_hospitals_visits_do_not_count(self):
        other = self.env["res.company"].create({"name": "Second hospital"})
        self._rule(count=1, company_id=other.id)
        self._miss(0)
        self.assertFalse(self._locks())
