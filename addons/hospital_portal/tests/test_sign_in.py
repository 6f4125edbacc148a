import re

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PortalCommon

PRIVATE = (
    "/h5/bookings",
    "/h5/family",
    "/h5/register",
    "/h5/family/add",
    "/h5/messages",
    "/h5/messages/switches",
    "/h5/my-data",
    "/h5/booking/unknown",
)
CHANGES = (
    "/h5/book",
    "/h5/move",
    "/h5/family/save",
    "/h5/family/code",
    "/h5/family/1/remove",
    "/h5/family/1/default",
    "/h5/messages/read",
    "/h5/booking/x/confirm",
    "/h5/booking/x/choose",
    "/h5/elder",
    "/h5/language",
    "/h5/sign-out",
)


@tagged("post_install", "-at_install")
class TestSignIn(PortalCommon):
    def test_a_visitor_of_a_private_page_is_sent_to_our_sign_in(self):
        for path in PRIVATE:
            with self.subTest(path):
                answer = self.url_open(path, allow_redirects=False)
                self.assertEqual(answer.status_code, 303)
                self.assertIn("/h5/sign-in?next=", answer.headers["Location"])

    def test_changes_are_post_with_a_token(self):
        self._sign_in_as(self.portal_a)
        for path in CHANGES:
            with self.subTest(path), mute_logger("odoo.http"):
                self.assertEqual(self.url_open(path).status_code, 405)
                self.assertEqual(self._post(path, csrf=False).status_code, 400)
        with mute_logger("odoo.http"):  # it has a page that asks, too
            self.assertEqual(self._post("/h5/wait", csrf=False).status_code, 400)

    def test_a_phone_and_its_code_open_the_account(self):
        phone = "13900009999"
        page = self._post("/h5/sign-in/code", phone=phone, next="/h5/bookings")
        self.assertEqual(page.status_code, 200)
        text = self.env["hospital.sms.sandbox"]._last_text(phone)
        code = re.search(r"(?<!\d)\d{6}(?!\d)", text).group()
        wrong = self._post("/h5/sign-in/check", code="000000" if code != "000000" else "1")
        self.assertEqual(wrong.status_code, 422)
        right = self._post("/h5/sign-in/check", code=code)
        self.assertEqual(right.status_code, 303)
        self.assertTrue(right.headers["Location"].endswith("/h5/register"))
        self.assertEqual(self.url_open("/h5/family", allow_redirects=False).status_code, 200)
        self.assertNotIn(phone, self.url_open("/h5/family").text)

    def test_signing_out_closes_the_private_pages(self):
        self._sign_in_as(self.portal_a)
        self._post("/h5/sign-out")
        answer = self.url_open("/h5/bookings", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)

    def test_larger_type_is_kept_with_the_account(self):
        self._sign_in_as(self.portal_a)
        self._post("/h5/elder", mode="1", back="/h5/family")
        self.assertTrue(self.account_a.elder_mode)
        self.assertIn('class="elder"', self.url_open("/h5/").text)
