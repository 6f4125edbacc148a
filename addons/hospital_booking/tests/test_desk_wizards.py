from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from .common import NOW, TOMORROW, BookingCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestDeskWizards(BookingCommon):
    def _window(self, user=None, **values):
        Window = self.env["hospital.booking.window"].with_user(user or self.desk)
        return Window.create(
            {"patient_id": self.patient.id, "session_id": self.session.id, **values}
        )

    def test_the_window_books_the_first_free_number(self):
        action = self._window().action_book()
        booking = self.Booking.browse(action["res_id"])
        self.assertEqual((booking.number, booking.state), (1, "confirmed"))
        self.assertEqual((booking.channel_id.code, booking.create_uid), ("window", self.desk))

    def test_the_window_books_the_chosen_number_once(self):
        wizard = self._window(slot_id=self.session.slot_ids[4].id)
        self.assertEqual(wizard.action_book()["res_id"], wizard.action_book()["res_id"])
        booking = self.Booking.search([("patient_id", "=", self.patient.id)])
        self.assertEqual(booking.mapped("number"), [5])

    def test_a_refusal_says_why_and_books_nothing(self):
        self._booked()
        with self.assertRaisesRegex(UserError, "already"):
            self._window().action_book()
        self.assertEqual(self.Booking.search_count([("patient_id", "=", self.patient.id)]), 1)

    def test_another_day_forgets_session_and_number(self):
        with Form(self.env["hospital.booking.window"].with_user(self.desk)) as form:
            form.patient_id = self.patient
            form.date = TOMORROW
            form.session_id = self.session
            form.slot_id = self.session.slot_ids[0]
            form.session_id = self._session(TOMORROW, doctor=self.doctor2)
            self.assertFalse(form.slot_id)
            form.slot_id = form.session_id.slot_ids[2]
        form.record.action_book()
        self.assertEqual(form.record.slot_id.state, "taken")

    def test_cancel_wants_a_reason_and_keeps_it(self):
        booking = self._booked()
        Cancel = self.env["hospital.booking.cancel"].with_user(self.desk)
        Cancel.create({"booking_id": booking.id, "reason": "Called in"}).action_cancel()
        self.assertEqual((booking.state, booking.cancel_by), ("cancelled", "office"))
        self.assertEqual((booking.cancel_reason, booking.slot_id.state), ("Called in", "free"))
        self.assertEqual(booking.event_ids[:1].reason, "Called in")
        self.assertEqual(booking.event_ids[:1].channel_id.code, "window")

    def test_move_keeps_one_booking_and_the_old_one_when_full(self):
        booking = self._booked()
        Move = self.env["hospital.booking.move"].with_user(self.desk)
        full = self._session(TOMORROW, doctor=self.doctor2, numbers=1)
        self._booked(self._patient(name="Other"), full)
        with self.assertRaisesRegex(UserError, "No number is left"):
            Move.create({"booking_id": booking.id, "session_id": full.id}).action_move()
        self.assertEqual((booking.state, booking.slot_id.state), ("confirmed", "taken"))
        pm = self._session(TOMORROW, half_day="pm")
        action = Move.create({"booking_id": booking.id, "session_id": pm.id}).action_move()
        self.assertEqual(self.Booking.browse(action["res_id"]).session_id, pm)
        self.assertEqual((booking.state, booking.slot_id.state), ("cancelled", "free"))

    def test_the_office_moves_after_the_patients_deadline(self):
        booking = self._booked()
        target = self._session(TOMORROW, half_day="pm")
        with freeze_time("2031-03-03 23:30:00"):
            with self.assertRaises(UserError):
                booking._reschedule(target, "late")
            self.assertEqual(booking.state, "confirmed")
            Move = self.env["hospital.booking.move"].with_user(self.desk)
            action = Move.create({"booking_id": booking.id, "session_id": target.id}).action_move()
        self.assertEqual(self.Booking.browse(action["res_id"]).session_id, target)

    def test_numbers_show_their_time_in_the_wizards(self):
        slot = self.session.slot_ids[0].with_context(hospital_slot_time=True)
        self.assertEqual(slot.display_name, "1 · 08:00–08:18")

    def test_others_cannot_use_the_wizards(self):
        booking = self._booked()
        for user in (self.doctor_user, self.cashier, self.roles["manager"], self.portal_a):
            for model, values in (
                ("window", {"patient_id": self.patient.id, "session_id": self.session.id}),
                ("move", {"booking_id": booking.id, "session_id": self.session.id}),
                ("cancel", {"booking_id": booking.id, "reason": "x"}),
            ):
                with self.assertRaises(AccessError):
                    self.env[f"hospital.booking.{model}"].with_user(user).create(values)
        self.assertEqual(booking.state, "confirmed")

    def test_the_desk_confirms_a_hold(self):
        hold = self._booked(confirm=False)
        for user in (self.doctor_user, self.cashier, self.portal_a):
            with self.assertRaises(AccessError):
                hold.with_user(user).action_confirm()
        self.assertEqual(hold.state, "hold")
        hold.with_user(self.desk).action_confirm()
        self.assertEqual((hold.state, hold.event_ids[:1].channel_id.code), ("confirmed", "window"))

    def test_what_was_sent_about_a_booking_is_one_click_away(self):
        booking = self._booked()
        action = booking.with_user(self.desk).action_messages()
        found = self.env["hospital.message"].with_user(self.desk).search(action["domain"])
        self.assertEqual(found.event_id.code, "booking.confirmed")

    def test_sessions_show_what_is_left_in_the_wizards(self):
        session = self.session.with_context(hospital_session_left=True)
        self.assertIn("10 left", session.display_name)
        self.assertNotIn("left", self.session.display_name)
