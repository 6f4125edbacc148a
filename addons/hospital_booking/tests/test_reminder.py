from odoo.tests import freeze_time, tagged

from .common import NOW, TOMORROW, BookingCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestReminder(BookingCommon):
    """The evening before at 18:00 in Shanghai, 10:00 UTC; each visit once."""

    def _reminded(self, booking):
        return self.env["hospital.message"].search_count(
            [("event_id.code", "=", "booking.reminder"), ("res_id", "=", booking.id)]
        )

    def _remind(self, moment):
        with freeze_time(moment):
            self.Booking._cron_remind()

    def test_once_the_evening_before(self):
        booking = self._booked()
        self._remind("2031-03-03 09:59:00")
        self.assertEqual(self._reminded(booking), 0)
        for moment in ("2031-03-03 10:00:00", "2031-03-03 10:30:00", "2031-03-03 16:30:00"):
            self._remind(moment)
            self.assertEqual(self._reminded(booking), 1, moment)

    def test_a_night_without_power_is_caught_up_until_the_visit(self):
        first = self._booked()
        second = self._booked(self._patient(), self._session(TOMORROW, half_day="pm"))
        self._remind("2031-03-04 01:00:00")
        self.assertEqual((self._reminded(first), self._reminded(second)), (0, 1))

    def test_only_confirmed_visits_booked_before(self):
        hold = self._booked(confirm=False)
        gone = self._booked(self._patient())
        gone._cancel("", "office")
        with freeze_time("2031-03-03 12:00:00"):
            late = self._booked(self._patient())
        far = self._booked(self._patient(), self._session(TOMORROW.replace(day=6)))
        self._remind("2031-03-03 13:00:00")
        self.assertEqual([self._reminded(one) for one in (hold, gone, late, far)], [0] * 4)
