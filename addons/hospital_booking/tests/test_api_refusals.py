from datetime import date, timedelta

from odoo.tests import freeze_time, tagged

from .api_common import ApiCommon
from .common import NOW, TOMORROW


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestApiRefusals(ApiCommon):
    """Each refusal of the claim over HTTP: status, code, a sentence, and nothing kept."""

    def _refused(self, code, status=409, **values):
        before = self.Booking.search_count([])
        reply = self._hold(key=f"refused-{code}", **values)
        self.assertRefused(reply, status, code)
        self.assertGreater(len(reply[1]["error"]["message"]), 20)
        self.assertEqual(self.Booking.search_count([]), before)

    def test_day_limit(self):
        self._held()
        self._held(key="call-0002", session=self._session(TOMORROW, doctor=self.doctor2).id)
        third = self._session(TOMORROW, half_day="pm", doctor=False)
        self._refused("day_limit", session=third.id)
        self.assertEqual(self._record({"ref": self._held(
            key="call-0003", session=self._session(TOMORROW + timedelta(days=1)).id)["ref"],
        }).ordinal, 1)  # fmt: skip

    def test_blocked_and_released(self):
        lock = self.env["hospital.blacklist.entry"].create(
            {"patient_id": self.patient.id, "start_at": NOW, "until": "2031-04-01"}
        )
        self._refused("blocked")
        lock._release("In hospital")
        self.assertEqual(self._hold()[0], 200)

    def test_guardian(self):
        child = self._patient(birth=date(2016, 3, 1))
        self.env["hospital.patient.card"].create(
            {"patient_id": child.id, "kind": "visit", "number": "V-CHILD"}
        )
        person = {"card": {"kind": "visit", "number": "V-CHILD"}}
        self._refused("guardian", patient=person)
        child.guardian_name = "Mother"
        self.assertEqual(self._hold(patient=person)[0], 200)

    def test_horizon(self):
        self._held(session=self._session(TOMORROW + timedelta(days=6)).id)
        far = self._session(TOMORROW + timedelta(days=7), doctor=self.doctor2)
        self._refused("horizon", session=far.id)
        self.department.booking_horizon_days = 14
        self.assertEqual(self._hold(key="call-0002", session=far.id)[0], 200)

    def test_not_released(self):
        draft = self._session(TOMORROW, doctor=self.doctor2, released=False)
        self._refused("not_released", session=draft.id)

    def test_closed(self):
        self._refused("closed", session=self._session(date(2031, 3, 2), doctor=self.doctor2).id)
        self.env["hospital.suspension"].create(
            {"doctor_id": self.doctor.id, "date_from": TOMORROW, "date_to": TOMORROW,
             "reason": "Ill"}
        ).action_apply()  # fmt: skip
        self._refused("closed")

    def test_an_archived_patient(self):
        self.patient.active = False
        self._refused("patient_inactive")
        self.assertFalse(self.Booking.search([("patient_id", "=", self.patient.id)]))

    def test_a_displaced_booking_is_answered_by_cancelling_or_coming(self):
        booking = self._confirmed()
        self.session._substitute(self.doctor2, "Ill")
        with freeze_time("2031-03-03 23:50:00"):
            status, body = self._post("checkin", self.kiosk, patient=self.person)
        self.assertEqual((status, body["booking"]["state"]), (200, "checked_in"), body)
        self.assertEqual(body["booking"]["doctor"]["code"], self.doctor2.code)
        self.assertEqual(self._record(booking).displaced_choice, "accept")

    def test_moves_are_limited(self):
        self.env.company.hospital_move_limit = 1
        booking = self._confirmed()
        days = [self._session(TOMORROW + timedelta(days=day)).id for day in (1, 2)]
        first = self._post("reschedule", key="move-0001", ref=booking["ref"], session=days[0])
        self.assertEqual(first[0], 200, first)
        moved = first[1]["booking"]["ref"]
        reply = self._post("reschedule", key="move-0002", ref=moved, session=days[1])
        self.assertRefused(reply, 409, "cannot_reschedule")
