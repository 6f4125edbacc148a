from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import NOW, TOMORROW, BookingCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestMoves(BookingCommon):
    """One transaction, a deadline, a count; the old number stays when it is refused."""

    def _move(self, booking, day, by="patient"):
        target = self._session(TOMORROW + timedelta(days=day))
        result = booking._reschedule(target, f"move-{booking.id}-{day}", by=by)
        return self.Booking.browse(result.booking_id)

    def test_the_new_booking_remembers_the_old_one(self):
        booking = self._booked()
        moved = self._move(booking, 1)
        self.assertEqual((moved.moved_from_id, moved.moves), (booking, 1))
        self.assertEqual((booking.state, booking.cancel_by), ("cancelled", "system"))

    def test_moves_are_counted_along_the_chain(self):
        self.env.company.hospital_move_limit = 2
        moved = self._move(self._move(self._booked(), 1), 2)
        self.assertEqual(moved.moves, 2)
        with self.assertRaisesRegex(UserError, "too often"):
            self._move(moved, 3)
        self.assertEqual((moved.state, moved.slot_id.state), ("confirmed", "taken"))
        self.env.company.hospital_move_limit = 0
        self.assertEqual(self._move(moved, 4).moves, 3)

    def test_the_hospitals_moves_do_not_count(self):
        self.env.company.hospital_move_limit = 1
        moved = self._move(self._booked(), 1)
        by_office = self._move(moved, 2, by="office")
        self.assertEqual(by_office.moves, 1)
        by_office._transition("displaced")
        chosen = self._move(by_office, 3)
        self.assertEqual((chosen.moves, by_office.displaced_choice), (1, "move"))

    def test_a_moved_hold_does_not_count(self):
        self.assertEqual(self._move(self._booked(confirm=False), 1).moves, 0)

    def test_a_move_is_no_cancellation(self):
        self.env.company.hospital_cancel_limit = 1
        moved = self._move(self._move(self._booked(), 1), 2)
        moved._cancel("", "patient")
        self.assertEqual(moved.state, "cancelled")

    def test_the_same_request_moves_once(self):
        booking = self._booked()
        target = self._session(TOMORROW + timedelta(days=1))
        first = booking._reschedule(target, "again")
        second = booking._reschedule(target, "again")
        self.assertEqual((first.outcome, second.outcome), ("ok", "replay"))
        self.assertEqual(first.booking_id, second.booking_id)
        self.assertEqual(self.Booking.browse(first.booking_id).moves, 1)
