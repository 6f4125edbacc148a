import gzip

from odoo.tests import tagged
from odoo.tools import file_open

from ..models.hospital_portal import STATIC_FILES
from .common import PortalCommon

HTML_BYTES = 15_000
CSS_BYTES = 30_000
JS_BYTES = 10_000
REQUESTS = 6


@tagged("post_install", "-at_install")
class TestHeadersAndBudgets(PortalCommon):
    def test_pages_are_kept_nowhere_and_framed_nowhere(self):
        headers = self.url_open("/h5/").headers
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(headers["X-Frame-Options"], "DENY")
        self.assertEqual(headers["Referrer-Policy"], "same-origin")
        policy = headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertIn("script-src 'self';", policy)
        self.assertNotIn("unsafe", policy)

    def test_pages_hold_their_budgets(self):
        self._sign_in_as(self.portal_a)
        booked, _values = self._book()
        for path in (
            "/h5/",
            "/h5/departments",
            f"/h5/department/{self.department.id}",
            f"/h5/doctor/{self.doctor.public_ref}",
            f"/h5/session/{self.clinic.id}",
            f"/h5/confirm?session={self.clinic.id}&period={self._period()}",
            booked.headers["Location"],
            "/h5/bookings",
            "/h5/family",
            "/h5/family/add",
            "/h5/messages",
            "/h5/messages/switches",
            "/h5/my-data",
            f"/h5/my-data/{self.account_a.member_ids.id}",
        ):
            with self.subTest(path):
                page = self.url_open(path)
                self.assertLess(len(gzip.compress(page.content)), HTML_BYTES)
                loads = page.text.count("<script") + page.text.count('rel="stylesheet"') + 1
                self.assertLessEqual(loads + page.text.count("<img"), REQUESTS)

    def test_style_and_script_hold_their_budgets(self):
        sizes = {".css": 0, ".js": 0}
        for path in STATIC_FILES:
            with file_open(path, "rb") as static_file:
                kind = path[path.rindex(".") :]
                sizes[kind] += len(gzip.compress(static_file.read()))
        self.assertLess(sizes[".css"], CSS_BYTES)
        self.assertLess(sizes[".js"], JS_BYTES)

    def test_reading_a_session_needs_the_same_queries_for_more_numbers(self):
        portal = self.env["hospital.portal"]
        large = self._session(self.day, half_day="pm", doctor=self.doctor2, numbers=40)
        portal._public_session(large.id)
        with self.assertQueryCount(3):
            self.env.invalidate_all()
            portal._free_counts(self.clinic | large)
            portal._periods(large.id)
