from odoo.tests import tagged

from .common import KEY, PortalCommon


@tagged("post_install", "-at_install")
class TestBookingChanges(PortalCommon):
    """Answering a displaced booking and moving one: own yes, another's no, once."""

    def setUp(self):
        super().setUp()
        self._sign_in_as(self.portal_a)
        done = self.env["hospital.booking"]._claim(
            self.channel,
            self.patient_a,
            self.clinic,
            "changes-a",
            account=self.account_a,
            confirm=True,
        )
        self.booking = self.env["hospital.booking"].browse(done.booking_id)
        self.base = f"/h5/booking/{self.booking.ref}"

    def _entries(self, target):
        return self.booking.event_ids.filtered(lambda event: event.to_state == target)

    def _displace(self):
        self.booking._transition("displaced")

    def test_a_substitute_is_accepted_once(self):
        self._displace()
        self.assertEqual(self._post(f"{self.base}/choose", choice="accept").status_code, 303)
        second = self._post(f"{self.base}/choose", choice="accept")
        self.assertEqual(second.status_code, 422)
        self.assertIn('role="alert"', second.text)
        self.assertEqual(
            (self.booking.state, self.booking.displaced_choice), ("confirmed", "accept")
        )
        answers = self._entries("confirmed").filtered(lambda event: event.from_state == "displaced")
        self.assertEqual(len(answers), 1)

    def test_a_displaced_number_is_given_back_once(self):
        self._displace()
        self.assertEqual(self._post(f"{self.base}/choose", choice="cancel").status_code, 303)
        self.assertEqual(self._post(f"{self.base}/choose", choice="cancel").status_code, 422)
        self.assertEqual(
            (self.booking.state, self.booking.displaced_choice), ("cancelled", "cancel")
        )
        self.assertEqual(len(self._entries("cancelled")), 1)

    def test_an_unknown_choice_and_a_foreign_form_change_nothing(self):
        self._displace()
        self.assertEqual(self._post(f"{self.base}/choose", choice="done").status_code, 404)
        for choice in ("accept", "cancel"):
            answer = self._post_bare(f"{self.base}/choose", choice=choice)
            self.assertEqual(answer.status_code, 400)
        self.assertEqual(self.booking.state, "displaced")

    def test_another_family_answers_nothing(self):
        self._displace()
        self._sign_in_as(self.portal_b)
        for choice in ("accept", "cancel"):
            self.assertEqual(self._post(f"{self.base}/choose", choice=choice).status_code, 404)
        self.assertEqual(self.booking.state, "displaced")

    def _move_values(self):
        target = self._session(self.day, half_day="pm", doctor=self.doctor2, numbers=3)
        address = f"/h5/confirm?session={target.id}&period={self._period(target)}"
        page = self.url_open(f"{address}&move={self.booking.ref}").text
        values = {
            "session": target.id,
            "period": self._period(target),
            "move": self.booking.ref,
            "key": KEY.search(page).group(1),
        }
        return target, values

    def test_a_booking_is_moved_once(self):
        target, values = self._move_values()
        first = self._post("/h5/move", **values)
        second = self._post("/h5/move", **values)
        self.assertEqual(second.headers["Location"], first.headers["Location"])
        self.assertEqual(self.booking.state, "cancelled")
        moved = self._bookings(self.patient_a) - self.booking
        self.assertEqual((moved.session_id, moved.state), (target, "confirmed"))
        self.assertIn(moved.ref, first.headers["Location"])

    def test_another_family_moves_nothing(self):
        _target, values = self._move_values()
        self._sign_in_as(self.portal_b)
        self.assertEqual(self._post("/h5/move", **values).status_code, 404)
        self.assertEqual(self._bookings(self.patient_a), self.booking)
        self.assertEqual(self.booking.state, "confirmed")

    def test_a_foreign_form_moves_nothing(self):
        _target, values = self._move_values()
        self.assertEqual(self._post_bare("/h5/move", **values).status_code, 400)
        self.assertEqual(self.booking.state, "confirmed")

    def test_a_full_target_leaves_the_old_number(self):
        target, values = self._move_values()
        self._take(target.slot_ids)
        answer = self._post("/h5/move", **values)
        self.assertIn("refused=full", answer.headers["Location"])
        self.assertEqual(self.booking.state, "confirmed")
