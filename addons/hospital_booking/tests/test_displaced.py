from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import NOW, TOMORROW, BookingCommon

EARLY = "2031-03-03 23:50:00"  # 07:50 in Shanghai, before number 1
AFTER = "2031-03-04 04:00:00"  # noon, the session of the morning is over


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestDisplaced(BookingCommon):
    """The hospital changes a session; the patient chooses, or nothing is held against them."""

    def _suspend(self):
        suspension = self.env["hospital.suspension"].create(
            {"doctor_id": self.doctor.id, "date_from": TOMORROW, "date_to": TOMORROW,
             "reason": "Ill"}
        )  # fmt: skip
        suspension.action_apply()
        return suspension

    def _told(self, booking):
        messages = self.env["hospital.message"].search(
            [("res_model", "=", "hospital.booking"), ("res_id", "=", booking.id)], order="id"
        )
        return [row.event_id.code.removeprefix("booking.") for row in messages]

    def test_a_hold_of_a_suspended_session_is_given_up_and_not_brought_back(self):
        hold = self._booked(confirm=False)
        suspension = self._suspend()
        self.assertEqual((hold.state, hold.cancel_by), ("cancelled", "system"))
        self.assertEqual(self._told(hold), ["cancelled"])
        suspension.action_recover()
        self.assertEqual((hold.state, hold.slot_id.state), ("cancelled", "free"))

    def test_each_change_is_told_in_its_own_words(self):
        booking = self._booked()
        suspension = self._suspend()
        suspension.action_recover()
        self.session._substitute(self.doctor2, "Ill")
        with freeze_time("2031-03-03 00:10:00"):
            booking._choose_displaced("accept")
        self.session._move(self.session.starts_at + timedelta(hours=1), "Meeting")
        self.assertEqual(
            self._told(booking),
            ["confirmed", "displaced", "restored", "substituted", "confirmed", "session_moved"],
        )

    def test_who_has_not_answered_is_told_of_the_next_change_too(self):
        booking = self._booked()
        self.session._substitute(self.doctor2, "Ill")
        suspension = self.env["hospital.suspension"].create(
            {"doctor_id": self.doctor2.id, "date_from": TOMORROW, "date_to": TOMORROW,
             "reason": "Ill too"}
        )  # fmt: skip
        with freeze_time("2031-03-03 00:10:00"):
            suspension.action_apply()
        self.assertEqual(self._told(booking), ["confirmed", "substituted", "displaced"])
        with self.assertRaisesRegex(UserError, "suspended"):
            booking._choose_displaced("accept")
        self.assertEqual(booking.state, "displaced")

    def test_a_second_number_of_the_substitute_is_not_kept(self):
        other = self._booked(session=self._session(TOMORROW, half_day="pm", doctor=self.doctor2))
        booking = self._booked()
        self.session._substitute(self.doctor2, "Ill")
        with self.assertRaisesRegex(UserError, "another number of this doctor"):
            booking._choose_displaced("accept")
        self.assertEqual((booking.state, booking.doctor_id), ("displaced", self.doctor))
        booking._choose_displaced("cancel")
        self.assertEqual((booking.state, other.state), ("cancelled", "confirmed"))

    def test_nothing_is_kept_after_the_session(self):
        booking = self._booked()
        self.session._substitute(self.doctor2, "Ill")
        with freeze_time(AFTER), self.assertRaisesRegex(UserError, "over"):
            booking._choose_displaced("accept")
        self.assertEqual(booking.state, "displaced")

    def test_who_never_answered_is_no_no_show(self):
        booking = self._booked()
        self._suspend()
        with freeze_time("2031-03-04 00:47:59"):
            self.Booking._cron_no_show()
            self.assertEqual(booking.state, "displaced")
        with freeze_time("2031-03-04 00:48:00"):
            self.assertEqual(self.Booking._cron_no_show(), 0)
        self.assertEqual((booking.state, booking.cancel_by), ("cancelled", "system"))
        self.assertEqual(self._told(booking), ["confirmed", "displaced"])
        self.assertFalse(
            self.env["hospital.credit.event"].search([("patient_id", "=", self.patient.id)])
        )

    def test_who_comes_to_a_substitute_accepts_by_coming(self):
        booking = self._booked()
        self.session._substitute(self.doctor2, "Ill")
        with freeze_time(EARLY):
            desk = self.env["hospital.desk"].with_user(self.desk)
            row = desk.find(booking.ref)["rows"][0]
            self.assertTrue(row["ready"])
            self.assertIn(self.doctor2.name, row["note"])
            self.assertEqual(desk.check_in(booking.id)["big"], 1)
        self.assertEqual((booking.state, booking.displaced_choice), ("checked_in", "accept"))
        self.assertEqual(
            booking.event_ids.sorted("id").mapped("to_state"),
            ["confirmed", "displaced", "confirmed", "checked_in"],
        )
        self.assertEqual(self._told(booking), ["confirmed", "substituted", "checked_in"])

    def test_who_comes_to_a_suspended_session_is_not_checked_in(self):
        booking = self._booked()
        self._suspend()
        with freeze_time(EARLY):
            desk = self.env["hospital.desk"].with_user(self.desk)
            self.assertFalse(desk.find(booking.ref)["rows"][0]["ready"])
            self.assertEqual(desk.check_in(booking.id)["kind"], "danger")
        self.assertEqual(booking.state, "displaced")

    def test_giving_up_after_a_change_counts_for_nothing(self):
        rule = self.env["hospital.blacklist.rule"].create(
            {"name": "Cancellations", "kind": "cancel", "count": 1}
        )
        self.env.company.hospital_cancel_limit = 1
        booking = self._booked()
        self._suspend()
        with freeze_time("2031-03-03 23:59:00"):  # after the patient's deadline
            booking._cancel("ill", "patient")
        self.assertEqual(
            (booking.state, booking.cancel_by, booking.displaced_choice, booking.cancel_reason),
            ("cancelled", "system", "cancel", "ill"),
        )
        self.assertFalse(self.env["hospital.blacklist.entry"].search([("rule_id", "=", rule.id)]))
        later = self._booked(session=self._session(TOMORROW + timedelta(days=3)))
        later._cancel("", "patient")
        self.assertEqual(later.state, "cancelled")

    def test_the_desk_keeps_the_number_for_the_patient(self):
        booking = self._booked()
        self.session._substitute(self.doctor2, "Ill")
        booking.with_user(self.desk).action_accept()
        self.assertEqual((booking.state, booking.event_ids[:1].user_id), ("confirmed", self.desk))
        self.assertEqual(booking.event_ids[:1].channel_id, self.channel)

    def test_a_session_moves_to_a_day_on_which_patients_have_other_numbers(self):
        day = TOMORROW + timedelta(days=1)
        other = self._booked(session=self._session(day, half_day="pm", doctor=self.doctor2))
        booking = self._booked()
        clash = self._patient()
        same = self._booked(clash, self._session(day, half_day="pm"))
        kept = self._booked(clash)
        self.session._move(self.session.starts_at + timedelta(days=1), "Meeting")
        self.assertEqual((booking.date, booking.ordinal, other.ordinal), (day, 2, 1))
        booking._choose_displaced("accept")
        self.assertEqual((kept.date, kept.state, same.state), (TOMORROW, "displaced", "confirmed"))
        with self.assertRaisesRegex(UserError, "another number of this doctor"):
            kept._choose_displaced("accept")

    def test_the_office_sees_who_was_told_and_what_they_chose(self):
        stays, leaves, calm = (self._booked(self._patient(name=name)) for name in ("A", "B", "C"))
        self.assertNotIn("eached", self.session._affected_html())
        self.assertEqual(self.session._affected_html(told=True), "")
        self.session._substitute(self.doctor2, "Ill")
        self.env["hospital.message"]._cron_deliver()
        stays._choose_displaced("accept")
        leaves._choose_displaced("cancel")
        rows = self.session._affected_html(told=True).split("</tr>")[1:]
        self.assertEqual(len(rows) - 1, 3)
        for booking, word in ((stays, "Accepted"), (leaves, "Cancelled"), (calm, "No answer yet")):
            (row,) = (one for one in rows if f"hospital-bookings/{booking.id}" in one)
            self.assertIn("Reached", row)
            self.assertIn(word, row)
