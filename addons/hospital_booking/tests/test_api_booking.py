from odoo.tests import freeze_time, tagged

from .api_common import PERIOD, ApiCommon
from .common import NOW, TOMORROW


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestApiBooking(ApiCommon):
    """Hold, confirm, cancel, reschedule and their refusals."""

    def test_a_number_is_held_confirmed_and_cancelled(self):
        held = self._held(period=PERIOD)
        self.assertEqual(
            {name: held[name] for name in ("state", "number", "starts_at", "hold_until", "date")},
            {"state": "hold", "number": 1, "starts_at": PERIOD, "date": "2031-03-04",
             "hold_until": "2031-03-03T08:15:00+08:00"},
        )  # fmt: skip
        self.assertEqual(held["patient"], "T**********")
        self.assertEqual(held["department"]["code"], self.department.code)
        self.assertEqual(held["doctor"]["code"], self.doctor.code)
        booking = self._record(held)
        self.assertEqual((booking.channel_id, booking.patient_id), (self.phone, self.patient))
        status, body = self._post("confirm", ref=held["ref"])
        self.assertEqual((status, body["booking"]["state"]), (200, "confirmed"))
        status, body = self._post("cancel", ref=held["ref"], reason="ill")
        self.assertEqual((status, body["booking"]["state"]), (200, "cancelled"))
        self.assertEqual((booking.cancel_by, booking.cancel_reason), ("patient", "ill"))
        self.assertEqual(booking.slot_id.state, "free")
        self.assertEqual(self._post("cancel", ref=held["ref"])[0], 200)

    def test_an_exact_number_can_be_named(self):
        self.assertEqual(self._held(number=4)["number"], 4)

    def test_the_same_key_gets_the_same_answer(self):
        first = self._hold()
        self.assertEqual(self._hold(), first)
        self.assertEqual(self.Booking.search_count([("channel_id", "=", self.phone.id)]), 1)
        self.assertEqual(self._get("booking", key="call-0001"), first)

    def test_a_key_of_another_booking_is_refused(self):
        self._held()
        other = self._session(TOMORROW, doctor=self.doctor2)
        self.assertRefused(self._hold(session=other.id), 409, "key_reused")
        self.env["hospital.patient.card"].create(
            {"patient_id": self._patient().id, "kind": "visit", "number": "V-9"}
        )
        person = {"card": {"kind": "visit", "number": "V-9"}}
        self.assertRefused(self._hold(patient=person), 409, "key_reused")
        self.assertEqual(self.Booking.search_count([("channel_id", "=", self.phone.id)]), 1)

    def test_a_key_is_required(self):
        for key in (None, "short", "x" * 65, "with space in it"):
            self.assertRefused(self._hold(key=key), 422, "bad_input")
        booking = self._confirmed()
        reply = self._post("reschedule", ref=booking["ref"], session=self.session.id)
        self.assertRefused(reply, 422, "bad_input")

    def test_outcomes_of_the_claim_have_their_status(self):
        self._held()
        self.assertRefused(self._hold(key="call-0002"), 409, "duplicate_doctor")
        one = self._session(TOMORROW, doctor=self.doctor2, numbers=1)
        self._booked(self._patient(), session=one)
        self.assertRefused(self._hold(key="call-0003", session=one.id), 409, "full")
        self.assertRefused(self._hold(key="call-0004", session=10**8), 404, "session_unknown")

    def test_a_hold_that_ran_out_is_not_confirmed(self):
        held = self._held()
        with freeze_time("2031-03-03 00:15:00"):
            self.assertRefused(self._post("confirm", ref=held["ref"]), 409, "hold_over")
        self.assertEqual(self._record(held).state, "hold")

    def test_cancelling_too_late_is_refused(self):
        booking = self._confirmed()
        with freeze_time("2031-03-03 23:59:00"):
            self.assertRefused(self._post("cancel", ref=booking["ref"]), 409, "cannot_cancel")
        self.assertEqual(self._record(booking).state, "confirmed")

    def test_a_booking_is_moved_once_for_one_key(self):
        booking = self._confirmed()
        other = self._session(TOMORROW, doctor=self.doctor2)
        values = {"ref": booking["ref"], "session": other.id, "number": 2}
        status, body = self._post("reschedule", key="move-0001", **values)
        self.assertEqual((status, body["booking"]["number"]), (200, 2), body)
        self.assertEqual(body["booking"]["session"], other.id)
        self.assertEqual(self._record(booking).state, "cancelled")
        self.assertEqual(self._post("reschedule", key="move-0001", **values), (200, body))
        self.assertEqual(self.Booking.search_count([("session_id", "=", other.id)]), 1)
        again = self._post("reschedule", key="move-0002", **values)
        self.assertRefused(again, 409, "cannot_reschedule")

    def test_a_refused_move_keeps_the_old_number(self):
        booking = self._confirmed()
        one = self._session(TOMORROW, doctor=self.doctor2, numbers=1)
        self._booked(self._patient(), session=one)
        reply = self._post("reschedule", key="move-0001", ref=booking["ref"], session=one.id)
        self.assertRefused(reply, 409, "full")
        record = self._record(booking)
        self.assertEqual((record.state, record.slot_id.state), ("confirmed", "taken"))

    def test_a_hold_is_not_moved_into_a_confirmed_booking(self):
        held = self._held()
        other = self._session(TOMORROW, doctor=self.doctor2)
        reply = self._post("reschedule", key="move-0001", ref=held["ref"], session=other.id)
        self.assertRefused(reply, 409, "cannot_reschedule")
        self.assertEqual(self._record(held).state, "hold")

    def test_another_channels_booking_does_not_exist(self):
        booking = self._confirmed()
        ref, other = booking["ref"], self._session(TOMORROW, doctor=self.doctor2)
        replies = (
            self._get("booking", self.kiosk, ref=ref),
            self._get("booking", self.kiosk, key="call-0001"),
            self._post("confirm", self.kiosk, ref=ref),
            self._post("cancel", self.kiosk, ref=ref),
            self._post("reschedule", self.kiosk, "move-0001", ref=ref, session=other.id),
        )
        for reply in replies:
            self.assertRefused(reply, 404, "booking_unknown")
        unknown = self._get("booking", self.kiosk, ref="nobody-has-this")
        self.assertEqual(unknown, replies[0])
        self.assertEqual(self._get("bookings", self.kiosk, date="2031-03-04")[1]["bookings"], [])
        self.assertEqual(self._record(booking).state, "confirmed")
