from odoo.tests import freeze_time, tagged

from .api_common import ApiCommon
from .common import NOW, TOMORROW

EARLY = "2031-03-03 23:50:00"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestApiRights(ApiCommon):
    """Each switch of a channel decides."""

    def test_may_hold(self):
        self.phone.may_hold = False
        self.assertRefused(self._hold(), 403, "channel")
        self.assertFalse(self.Booking.search_count([("channel_id", "=", self.phone.id)]))
        self.assertEqual(self._hold(channel=self.kiosk)[0], 200)

    def test_may_hold_is_needed_to_move(self):
        booking = self._confirmed()
        other = self._session(TOMORROW, doctor=self.doctor2)
        self.phone.may_hold = False
        reply = self._post("reschedule", key="move-0001", ref=booking["ref"], session=other.id)
        self.assertRefused(reply, 403, "channel")
        self.assertEqual(self._record(booking).state, "confirmed")

    def test_may_cancel(self):
        booking = self._confirmed()
        other = self._session(TOMORROW, doctor=self.doctor2)
        self.phone.may_cancel = False
        self.assertRefused(self._post("cancel", ref=booking["ref"]), 403, "channel")
        reply = self._post("reschedule", key="move-0001", ref=booking["ref"], session=other.id)
        self.assertRefused(reply, 403, "channel")
        self.assertEqual(self._record(booking).state, "confirmed")

    def test_may_checkin(self):
        booking = self._confirmed()
        self.kiosk.may_checkin = False
        with freeze_time(EARLY):
            reply = self._post("checkin", self.kiosk, ref=booking["ref"])
            self.assertRefused(reply, 403, "channel")
            self.assertEqual(self._record(booking).state, "confirmed")
            self.assertEqual(self._post("checkin", ref=booking["ref"])[0], 200)

    def test_allow_advance(self):
        self.phone.allow_advance = False
        self.assertRefused(self._hold(), 403, "channel")
        with freeze_time(EARLY):
            self.assertEqual(self._hold()[0], 200)

    def test_allow_same_day(self):
        self.phone.allow_same_day = False
        with freeze_time(EARLY):
            self.assertRefused(self._hold(), 403, "channel")
        self.assertEqual(self._hold()[0], 200)

    def test_quota(self):
        self.env["hospital.channel.rule"].create({"channel_id": self.phone.id, "maximum": 1})
        self._held()
        self.env["hospital.patient.card"].create(
            {"patient_id": self._patient().id, "kind": "visit", "number": "V-9"}
        )
        other = {"card": {"kind": "visit", "number": "V-9"}}
        reply = self._hold(key="call-0002", patient=other)
        self.assertRefused(reply, 409, "quota")
        self.assertEqual(self._hold(key="call-0002", channel=self.kiosk, patient=other)[0], 200)
