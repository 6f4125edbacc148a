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
