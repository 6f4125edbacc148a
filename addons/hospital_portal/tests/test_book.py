from odoo.tests import tagged

from .common import PortalCommon


@tagged("post_install", "-at_install")
class TestBook(PortalCommon):
    def setUp(self):
        super().setUp()
        self._sign_in_as(self.portal_a)

    def test_the_form_books_for_the_own_patient(self):
        answer, _values = self._book()
        self.assertEqual(answer.status_code, 303)
        booking = self._bookings(self.patient_a)
        self.assertEqual(len(booking), 1)
        self.assertTrue(answer.headers["Location"].endswith(f"/h5/booking/{booking.ref}"))

    def test_a_double_tap_books_once(self):
        first, values = self._book()
        second = self.url_open("/h5/book", data=values, allow_redirects=False)
        self.assertEqual(second.headers["Location"], first.headers["Location"])
        self.assertEqual(len(self._bookings(self.patient_a)), 1)

    def test_another_accounts_patient_is_refused(self):
        answer, _values = self._book(patient=self.patient_b)
        self.assertIn("refused=not_member", answer.headers["Location"])
        self.assertFalse(self._bookings(self.patient_b))

    def test_a_short_key_is_refused(self):
        answer, _values = self._book(key="x")
        self.assertIn("refused=", answer.headers["Location"])
        self.assertFalse(self._bookings(self.patient_a))

    def test_a_withdrawn_consent_stops_booking_until_it_is_given_again(self):
        self.consent_a._withdraw()
        answer, values = self._book()
        self.assertIn("refused=consent", answer.headers["Location"])
        self.assertFalse(self._bookings(self.patient_a))
        self.assertIn('role="alert"', self.url_open(answer.headers["Location"]).text)
        member = self.account_a.member_ids.id
        self._post(f"/h5/my-data/{member}/consent/{self.consent_a.text_id.id}")
        answer = self.url_open("/h5/book", data=values, allow_redirects=False)
        self.assertIn("/h5/booking/", answer.headers["Location"])

    def test_newer_words_ask_again(self):
        self.consent_a.text_id.copy({"body": "Newer words"})
        answer, _values = self._book()
        self.assertIn("refused=consent", answer.headers["Location"])

    def test_another_family_learns_nothing_about_consents(self):
        self.env["hospital.consent"].search([("patient_id", "=", self.patient_b.id)])._withdraw()
        answer, _values = self._book(patient=self.patient_b)
        self.assertIn("refused=not_member", answer.headers["Location"])

    def test_the_refusal_says_what_to_do(self):
        for outcome in ("full", "duplicate_doctor", "day_limit", "blocked", "closed", "limit"):
            problem, advice = self.env["hospital.portal"]._refusal(outcome)
            self.assertTrue(problem and advice)
            page = self.url_open(f"/h5/session/{self.clinic.id}?refused={outcome}").text
            self.assertIn('role="alert"', page)

    def test_a_hold_is_confirmed_into_a_ticket(self):
        self._book()
        booking = self._bookings(self.patient_a)
        self.assertEqual(booking.state, "hold")
        self._post(f"/h5/booking/{booking.ref}/confirm")
        self.assertEqual(booking.state, "confirmed")
        self.assertIn("<svg", self.url_open(f"/h5/booking/{booking.ref}").text)

    def test_cancelling_asks_first_and_then_frees_the_number(self):
        self._book()
        booking = self._bookings(self.patient_a)
        self._post(f"/h5/booking/{booking.ref}/confirm")
        self.assertEqual(self.url_open(f"/h5/booking/{booking.ref}/cancel").status_code, 200)
        self.assertEqual(booking.state, "confirmed")
        self._post(f"/h5/booking/{booking.ref}/cancel", reason="Better")
        self.assertEqual(booking.state, "cancelled")
