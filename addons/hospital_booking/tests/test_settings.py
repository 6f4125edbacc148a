from datetime import datetime, timedelta

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import NOW, TOMORROW, BookingCommon

START = datetime(2031, 3, 4)  # number 1 of tomorrow: 08:00 to 08:18 in Shanghai


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestSettings(BookingCommon):
    """Each setting decides; the values differ from the defaults."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.session.company_id

    def _at(self, **after_start):
        return freeze_time(START + timedelta(**after_start))

    def test_hold_minutes(self):
        self.company.hospital_hold_minutes = 7
        booking = self._booked(confirm=False)
        self.assertEqual(booking.hold_until, datetime(2031, 3, 3, 0, 7))
        with freeze_time("2031-03-03 00:06:59"):
            self.Booking._cron_expire_holds()
        self.assertEqual(booking.state, "hold")
        with freeze_time("2031-03-03 00:07:00"):
            self.Booking._cron_expire_holds()
        self.assertEqual((booking.state, booking.slot_id.state), ("expired", "free"))

    def test_day_limit_down_and_up(self):
        second = self._session(TOMORROW, doctor=self.doctor2)
        third = self._session(TOMORROW, half_day="pm", doctor=False)
        self.company.hospital_day_limit = 1
        self._booked()
        self.assertEqual(self._claim(session=second).outcome, "day_limit")
        self.company.hospital_day_limit = 3
        self.assertEqual(self._booked(session=second).ordinal, 2)
        self.assertEqual(self._booked(session=third).ordinal, 3)

    def test_a_lowered_day_limit_counts_the_bookings_above_it(self):
        first = self._booked()
        self._booked(session=self._session(TOMORROW, doctor=self.doctor2))
        first._cancel("", "patient")
        self.company.hospital_day_limit = 1
        third = self._session(TOMORROW, half_day="pm", doctor=False)
        self.assertEqual(self._claim(session=third).outcome, "day_limit")

    def test_cancel_hours(self):
        self.company.hospital_cancel_hours = 5
        booking = self._booked()
        with self._at(hours=-4, minutes=-59):
            with self.assertRaises(UserError):
                booking._cancel("", "patient")
            self.assertEqual(booking.state, "confirmed")
        with self._at(hours=-5):
            booking._cancel("", "patient")
        self.assertEqual(booking.state, "cancelled")

    def test_cancel_hours_of_none_allow_it_to_the_start(self):
        self.company.hospital_cancel_hours = 0
        booking = self._booked()
        with self._at(minutes=-1):
            booking._cancel("", "patient")
        self.assertEqual(booking.state, "cancelled")

    def test_cancel_limit_within_its_days(self):
        self.company.write({"hospital_cancel_limit": 1, "hospital_cancel_days": 2})
        self._booked()._cancel("", "patient")
        later = self._session(TOMORROW + timedelta(days=4))
        booking = self._booked(session=later)
        with freeze_time("2031-03-04 23:59:00"), self.assertRaises(UserError):
            booking._cancel("", "patient")
        with freeze_time("2031-03-05 00:00:00"):
            booking._cancel("", "patient")
        self.assertEqual(booking.state, "cancelled")

    def test_late_minutes(self):
        self.company.hospital_late_minutes = 20
        first, other = self._booked(), self._booked(self._patient(name="Other"))
        with self._at(minutes=20):
            self.assertEqual(first._check_in(), "checked_in")
        self.assertEqual((first.is_late, first.slot_id.number), (False, 1))
        with self._at(minutes=18 + 21):
            self.assertEqual(other._check_in(), "walkin")
        self.assertTrue(other.is_late)

    def test_walkin_extra(self):
        small = self._session(TOMORROW, doctor=self.doctor2, numbers=1)
        booking = self._booked(session=small)
        self.company.hospital_walkin_extra = False
        with self._at(hours=1), self.assertRaises(UserError):
            booking._check_in()
        self.assertEqual(len(small.slot_ids), 1)
        self.company.hospital_walkin_extra = True
        with self._at(hours=1):
            self.assertEqual(booking._check_in(), "walkin")
        self.assertEqual((booking.walkin_number, booking.slot_id.kind), (2, "walkin"))

    def test_no_show_minutes(self):
        self.company.hospital_no_show_minutes = 45
        booking = self._booked()
        with self._at(minutes=18 + 44):
            self.Booking._cron_no_show()
        self.assertEqual(booking.state, "confirmed")
        with self._at(minutes=18 + 45):
            self.Booking._cron_no_show()
        self.assertEqual(booking.state, "no_show")

    def test_offer_minutes(self):
        self.company.write({"hospital_offer_minutes": 4, "hospital_hold_minutes": 9})
        small = self._session(TOMORROW, doctor=self.doctor2, numbers=1)
        booking = self._booked(session=small)
        entry = self.env["hospital.waitlist"]._join(small, self._patient(name="W"), self.channel)
        booking._cancel("", "patient")
        self.assertEqual(entry.offer_until, datetime(2031, 3, 3, 0, 4))
        self.assertEqual(entry.booking_id.hold_until, entry.offer_until)
        with freeze_time("2031-03-03 00:04:00"):
            self.Booking._cron_expire_holds()
        self.assertEqual((entry.state, entry.booking_id.state), ("expired", "expired"))

    def test_move_limit(self):
        self.company.hospital_move_limit = 1
        first = self._booked()
        second = first._reschedule(self._session(TOMORROW + timedelta(days=1)), "move-1")
        moved = self.Booking.browse(second.booking_id)
        with self.assertRaises(UserError):
            moved._reschedule(self._session(TOMORROW + timedelta(days=2)), "move-2")
        self.assertEqual(moved.state, "confirmed")

    def test_reminder_hour(self):
        reminders = [("event_id.code", "=", "booking.reminder")]
        messages = self.env["hospital.message"]
        self._booked()
        self.company.hospital_reminder_hour = 0
        with freeze_time("2031-03-03 15:00:00"):
            self.Booking._cron_remind()
            self.assertFalse(messages.search_count(reminders))
            self.company.hospital_reminder_hour = 23
            self.Booking._cron_remind()
            self.assertEqual(messages.search_count(reminders), 1)

    def test_every_setting_of_bookings_has_a_test(self):
        """A new field of the settings page wants a test of its name here."""
        owned = [
            field.name
            for field in self.company._fields.values()
            if field._module == "hospital_booking" and field.name.startswith("hospital_")
        ]
        tested = {name for name in dir(self) if name.startswith("test_")}
        for name in owned:
            short = name.removeprefix("hospital_")
            self.assertTrue(
                any(test.startswith(f"test_{short}") for test in tested)
                or name == "hospital_cancel_days",  # test_cancel_limit_within_its_days
                name,
            )
        self.assertGreaterEqual(len(owned), 11)
        self.assertEqual(
            {name for name in self.env["res.config.settings"]._fields if name in owned}, set(owned)
        )


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestQuotaSettings(BookingCommon):
    """A quota holds where its department and type say, and is a rule over one pool."""

    def _quota(self, **values):
        return self.env["hospital.channel.rule"].create(
            {"channel_id": self.channel.id, "maximum": 0, **values}
        )

    def _result(self, session=None):
        result = self._claim(self._patient(), session)
        return result.outcome

    def test_quota_of_a_department(self):
        elsewhere = self.env["hospital.department"].create(
            {"name": "Elsewhere", "code": "ELSE", "campus_id": self.department.campus_id.id}
        )
        rule = self._quota(department_id=elsewhere.id)
        self.assertEqual(self._result(), "ok")
        rule.department_id = self.department
        self.assertEqual(self._result(), "quota")

    def test_quota_of_a_number_type(self):
        rule = self._quota(number_type_id=self.type_normal.id)
        self.assertEqual(self._result(), "ok")
        rule.number_type_id = self.type_expert
        self.assertEqual(self._result(), "quota")
        self.assertEqual(self._result(self._session(TOMORROW, half_day="pm", doctor=False)), "ok")

    def test_the_strictest_of_several_quotas_counts(self):
        self._quota(maximum=5)
        self._quota(maximum=1, number_type_id=self.type_expert.id)
        self.assertEqual([self._result(), self._result()], ["ok", "quota"])

    def test_an_archived_quota_does_not_count(self):
        rule = self._quota()
        self.assertEqual(self._result(), "quota")
        rule.active = False
        self.assertEqual(self._result(), "ok")

    def test_a_quota_is_of_its_channel_only(self):
        phone = self.env["hospital.channel"].search([("code", "=", "phone")])
        self._quota(channel_id=phone.id)
        self.assertEqual(self._result(), "ok")
        self.channel = phone
        self.assertEqual(self._result(), "quota")

    def test_what_is_given_back_can_be_booked_again(self):
        self._quota(maximum=1)
        booking = self._booked()
        self.assertEqual(self._result(), "quota")
        booking._cancel("", "office")
        self.assertEqual(self._result(), "ok")
