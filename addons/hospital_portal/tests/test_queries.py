from odoo.tests import tagged

from .common import PortalCommon

#: Queries of a page that was opened before, session and language included.
MOST = 12


@tagged("post_install", "-at_install")
class TestQueries(PortalCommon):
    """No page asks more for more rows, and none asks much."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.member = cls.account_a.member_ids
        for name in ("Cleo", "Dora", "Ella"):
            cls.account_a._add_member(cls._patient(name=f"{name} Alpha"))
        done = cls.env["hospital.booking"]._claim(
            cls.channel, cls.patient_a, cls.clinic, "queries-a", account=cls.account_a, confirm=True
        )
        cls.booking = cls.env["hospital.booking"].browse(done.booking_id)

    def _pages(self):
        department, ref = self.department.id, self.booking.ref
        mine = f"/h5/my-data/{self.member.id}"
        return {
            "/h5/": MOST,
            "/h5/help": MOST,
            "/h5/departments": MOST,
            f"/h5/department/{department}": MOST,
            f"/h5/department/{department}/experts": MOST,
            f"/h5/department/{department}/about": MOST,
            f"/h5/doctor/{self.doctor.public_ref}": MOST,
            f"/h5/session/{self.clinic.id}": MOST,
            f"/h5/confirm?session={self.clinic.id}&period={self._period()}": 14,
            f"/h5/booking/{ref}": MOST,
            f"/h5/booking/{ref}/cancel": MOST,
            f"/h5/booking/{ref}/move": MOST,
            "/h5/bookings": MOST,
            "/h5/bookings?tab=waiting": MOST,
            "/h5/family": MOST,
            "/h5/family/add": MOST,
            "/h5/messages": MOST,
            "/h5/messages/switches": MOST,
            "/h5/my-data": MOST,
            mine: MOST,
            f"{mine}/seen": MOST,
            f"{mine}/copy": MOST,
            f"{mine}/correct": MOST,
            f"{mine}/delete": MOST,
        }

    def _count(self, path):
        """Return how many queries the page needs when nothing but Odoo's caches is warm."""
        self.url_open(path)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        answer = self.url_open(path)
        self.assertEqual(answer.status_code, 200, path)
        return self.cr.sql_log_count - before

    def test_every_page_holds_its_bound(self):
        self._sign_in_as(self.portal_a)
        found = {path: self._count(path) for path in self._pages()}
        self.assertEqual(
            {path: count for path, count in found.items() if count > self._pages()[path]}, {}
        )
