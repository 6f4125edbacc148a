import re

from odoo.tests import tagged

from .common import PortalCommon


@tagged("post_install", "-at_install")
class TestOwnPages(PortalCommon):
    """Own record yes, another's no."""

    def setUp(self):
        super().setUp()
        self._sign_in_as(self.portal_a)
        self._book()
        self.booking = self._bookings(self.patient_a)

    def test_the_owner_sees_the_booking_and_the_list(self):
        self.assertEqual(self.url_open(f"/h5/booking/{self.booking.ref}").status_code, 200)
        self.assertIn(self.booking.ref, self.url_open("/h5/bookings").text)
        self.assertEqual(self.url_open(f"/h5/booking/{self.booking.ref}/move").status_code, 200)

    def test_another_account_sees_and_changes_nothing(self):
        self._sign_in_as(self.portal_b)
        base = f"/h5/booking/{self.booking.ref}"
        state = self.booking.state
        for path in (base, f"{base}/cancel", f"{base}/move"):
            self.assertEqual(self.url_open(path).status_code, 404)
        for path in (f"{base}/confirm", f"{base}/cancel", f"{base}/choose"):
            self.assertEqual(self._post(path, choice="cancel").status_code, 404)
        self.assertEqual(self.booking.state, state)
        self.assertNotIn(self.booking.ref, self.url_open("/h5/bookings").text)

    def test_the_pages_of_the_account_open(self):
        for path in ("/h5/messages", "/h5/messages/switches", "/h5/my-data", "/h5/register"):
            self.assertEqual(self.url_open(path).status_code, 200)
        for tab in ("waiting", "visited", "cancelled", "missed"):
            self.assertEqual(self.url_open(f"/h5/bookings?tab={tab}").status_code, 200)

    def test_my_home_leads_to_the_same_things(self):
        page = self.url_open("/my").text
        for tile in self.env["hospital.portal"]._tiles():
            self.assertIn(f'href="{tile["url"]}"', page)

    def test_larger_type_and_language_lead_back_to_the_same_page(self):
        address = f"/h5/confirm?session={self.clinic.id}&period={self._period()}"
        page = self.url_open(address).text
        self.assertIn(f'name="back" value="{address.replace("&", "&amp;")}"', page)
        local = self.env["hospital.portal"]._local_next(address)
        self.assertEqual(local, address)

    def test_a_refused_form_leads_back_to_a_page_that_opens(self):
        base = f"/h5/booking/{self.booking.ref}"
        self._post(f"{base}/cancel")
        for path, data in (
            (f"{base}/confirm", {}),
            ("/h5/family/save", {}),
            ("/h5/family/code", {}),
            ("/h5/sign-in/code", {"phone": "1"}),
            ("/h5/move", {"move": "x"}),
        ):
            with self.subTest(path):
                page = self._post(path, **data).text
                back = re.search(r'name="back" value="([^"]+)"', page).group(1)
                self.assertLess(self.url_open(back).status_code, 400)

    def test_a_silenceable_message_is_switched_off_and_a_safety_one_is_not(self):
        events = self.env["hospital.message.event"]
        quiet = events.create(
            {"code": "t.quiet", "name": "Quiet", "audience": "patient", "silenceable": True}
        )
        loud = events.create(
            {"code": "t.loud", "name": "Loud", "audience": "patient", "silenceable": False}
        )
        self.assertEqual(self._post("/h5/messages/switches").status_code, 303)
        enabled = dict(self.env["hospital.message.preference"]._switches(self.account_a))
        self.assertFalse(enabled[quiet])
        self.assertTrue(enabled[loud])

    def test_another_accounts_consent_is_not_withdrawn(self):
        text = self.env["hospital.consent.text"].create(
            {"purpose": "research", "title": "Words", "body": "…", "version": 99}
        )
        consent = self.env["hospital.consent"]._give(self.account_b, self.patient_b, text, "portal")
        answer = self._post(f"/h5/my-data/consent/{consent.id}/withdraw")
        self.assertEqual(answer.status_code, 404)
        self.assertFalse(consent.withdrawn_at)
