from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged

from .common import NOW, BookingCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestBlacklistRelease(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env["hospital.blacklist.rule"].search([("kind", "=", "no_show")])[:1] or (
            cls.env["hospital.blacklist.rule"].create({"name": "No-shows"})
        )
        (cls.rule.search([]) - cls.rule).active = False
        cls.rule.write({"count": 3, "window_days": 30, "lock_days": 90, "second_person": False})
        cls.second = new_test_user(
            cls.env, "booking_office_two", "hospital_base.group_outpatient_office"
        )
        cls.entries = cls.env["hospital.blacklist.entry"]

    def _entry(self):
        now = self.env["hospital.clock"]._now()
        return self.entries.create(
            {"patient_id": self.patient.id, "rule_id": self.rule.id, "start_at": now,
             "until": now + timedelta(days=90)}
        )  # fmt: skip

    def _release(self, entry, user, reason="In hospital"):
        Release = self.env["hospital.blacklist.release"].with_user(user)
        return Release.create({"entry_id": entry.id, "reason": reason}).action_release()

    def test_one_person_releases_with_a_reason(self):
        entry = self._entry()
        self._release(entry, self.office)
        self.assertEqual((entry.state, entry.released_by), ("released", self.office))
        self.assertEqual(entry.release_reason, "In hospital")

    def test_the_same_person_twice_does_not_release(self):
        self.rule.second_person = True
        entry = self._entry()
        self._release(entry, self.office)
        action = self._release(entry, self.office)
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual((entry.state, entry.requested_by), ("active", self.office))
        self.assertTrue(
            self.entries._is_blocked(self.patient.ids, self.env["hospital.clock"]._now())
        )
        self._release(entry, self.second, "Seen the papers")
        self.assertEqual((entry.state, entry.released_by), ("released", self.second))
        self.assertEqual(entry.requested_by, self.office)

    def test_nobody_writes_around_the_button(self):
        self.rule.second_person = True
        entry = self._entry()
        for user in (self.office, self.admin_user):
            for vals in (
                {"state": "released"}, {"requested_by": self.second.id},
                {"until": "2031-03-04"}, {"patient_id": self._patient().id},
            ):  # fmt: skip
                with self.assertRaises(UserError):
                    entry.with_user(user).write(vals)
        self.assertEqual((entry.state, entry.requested_by.id), ("active", False))
        entry.with_user(self.office).appeal_note = "Was in hospital"
        self.assertEqual(entry.appeal_note, "Was in hospital")

    def test_only_the_office_releases(self):
        entry = self._entry()
        for user in (self.desk, self.doctor_user, self.cashier, self.roles["manager"]):
            with self.assertRaises(AccessError):
                self._release(entry, user)
        self.assertEqual(entry.state, "active")

    def test_the_last_allowed_no_show_warns_once_and_the_next_locks(self):
        messages = self.env["hospital.message"]

        def told(code):
            domain = [("patient_id", "=", self.patient.id), ("event_id.code", "=", code)]
            return messages.search_count(domain)

        for days, warnings, locks in ((1, 0, 0), (2, 1, 0), (3, 1, 1)):
            self._missed((days,))
            with freeze_time(f"2031-03-{4 + days:02d} 14:00:00"):
                self.Booking._cron_no_show()
            self.assertEqual(
                (told("booking.lock_warning"), told("booking.locked")), (warnings, locks), days
            )
        self.assertEqual(
            self.entries.search([("patient_id", "=", self.patient.id)]).state, "active"
        )

    def test_the_lock_ends_by_itself(self):
        entry = self._entry()
        with freeze_time(entry.until - timedelta(seconds=1)):
            self.entries._cron_release()
            self.assertEqual(entry.state, "active")
        with freeze_time(entry.until):
            now = self.env["hospital.clock"]._now()
            self.assertFalse(self.entries._is_blocked(self.patient.ids, now))
            self.entries._cron_release()
        self.assertEqual(entry.state, "released")

    def test_the_rule_is_written_out(self):
        self.assertIn("3 within 30 days lock for 90 days", self.rule.sentence)

    def test_titles_are_masked_and_say_what_it_is(self):
        entry = self._entry()
        wait = self.env["hospital.waitlist"]._join(self.session, self._patient(), self.channel)
        self.assertEqual(entry.display_name, f"T********** · {self.rule.name}")
        self.assertEqual(wait.display_name, f"T********** · {self.session.display_name}")
        booking = self._booked(self._patient())
        self.assertEqual(booking.display_name, f"2031-03-04 08:00 {self.department.name}, number 1")
