from odoo.tests import freeze_time, tagged

from .api_common import ApiCommon
from .common import NOW, TOMORROW

EARLY = "2031-03-03 23:50:00"  # 07:50 in Shanghai, before number 1
LATE = "2031-03-04 01:00:00"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestApiCheckin(ApiCommon):
    """The ticket's code and the card, on time and late, here and elsewhere."""

    def test_the_kiosk_checks_in_any_channels_ticket(self):
        booking = self._confirmed()
        with freeze_time(EARLY):
            status, body = self._post("checkin", self.kiosk, ref=booking["ref"])
            self.assertEqual((status, body["booking"]["state"]), (200, "checked_in"), body)
            self.assertEqual((body["booking"]["number"], body["booking"]["late"]), (1, False))
            again = self._post("checkin", self.kiosk, ref=booking["ref"])
        self.assertEqual(again, (status, body))
        record = self._record(booking)
        self.assertEqual(record.event_ids.sorted("id")[-1].channel_id, self.kiosk)

    def test_other_channels_check_in_their_own_only(self):
        booking = self._confirmed(channel=self.kiosk)
        with freeze_time(EARLY):
            by_ref = self._post("checkin", ref=booking["ref"])
            by_card = self._post("checkin", patient=self.person)
            self.assertRefused(by_ref, 404, "booking_unknown")
            self.assertRefused(by_card, 404, "booking_unknown")
        self.assertEqual(self._record(booking).state, "confirmed")

    def test_the_card_finds_the_only_booking_of_today(self):
        booking = self._confirmed()
        self.assertRefused(
            self._post("checkin", self.kiosk, patient=self.person), 404, "booking_unknown"
        )
        with freeze_time(EARLY):
            status, body = self._post("checkin", self.kiosk, patient=self.person)
        self.assertEqual((status, body["booking"]["ref"]), (200, booking["ref"]))

    def test_several_bookings_of_today_are_offered(self):
        first = self._confirmed()
        other = self._session(TOMORROW, half_day="pm", doctor=self.doctor2)
        second = self._confirmed(key="call-0002", session=other.id)
        with freeze_time(EARLY):
            reply = self._post("checkin", self.kiosk, patient=self.person)
            self.assertRefused(reply, 409, "choose")
            offered = [one["ref"] for one in reply[1]["error"]["bookings"]]
            self.assertEqual(offered, [first["ref"], second["ref"]])
            self.assertEqual(self._post("checkin", self.kiosk, ref=first["ref"])[0], 200)
            # the one that is left needs no choice
            status, body = self._post("checkin", self.kiosk, patient=self.person)
        self.assertEqual((status, body["booking"]["ref"]), (200, second["ref"]))

    def test_a_late_patient_is_told_the_walk_in_number(self):
        booking = self._confirmed()
        with freeze_time(LATE):
            status, body = self._post("checkin", self.kiosk, ref=booking["ref"])
        self.assertEqual((status, body["booking"]["late"]), (200, True), body)
        self.assertEqual(body["booking"]["number"], self._record(booking).walkin_number)
        self.assertNotEqual(body["booking"]["number"], booking["number"])

    def test_a_late_patient_without_a_number_left_is_refused(self):
        one = self._session(TOMORROW, doctor=self.doctor2, numbers=1)
        booking = self._confirmed(session=one.id)
        with freeze_time(LATE):
            reply = self._post("checkin", self.kiosk, ref=booking["ref"])
        self.assertRefused(reply, 409, "cannot_checkin")
        self.assertEqual(self._record(booking).state, "confirmed")

    def test_another_day_is_refused(self):
        booking = self._confirmed()
        reply = self._post("checkin", self.kiosk, ref=booking["ref"])
        self.assertRefused(reply, 409, "cannot_checkin")
