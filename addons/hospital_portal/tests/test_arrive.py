from datetime import date
from unittest.mock import patch

from odoo.addons.hospital_base import crypto
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common import PortalCommon

DAY = date(2031, 1, 8)
#: 07:30, 09:30 and 12:30 of that day in the hospital's time.
EARLY, LATE, OVER = "2031-01-07 23:30:00", "2031-01-08 01:30:00", "2031-01-08 04:30:00"


@tagged("post_install", "-at_install")
@freeze_time(EARLY)
class TestArrive(PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"hospital_late_minutes": 30, "hospital_walkin_extra": True})
        cls.today_clinic = cls._session(DAY, numbers=6)
        cls.other_department = cls._department(name="Cupping", bookable=True)
        cls.booking = cls._claim_today(cls.patient_a, cls.account_a)
        cls.booking_b = cls._claim_today(cls.patient_b, cls.account_b)
        cls.token = cls._token_of(cls.department)

    @classmethod
    def _claim_today(cls, patient, account):
        done = cls.env["hospital.booking"]._claim(
            cls.channel,
            patient,
            cls.today_clinic,
            f"arrive-{patient.id}",
            account=account,
            confirm=True,
        )
        return cls.env["hospital.booking"].browse(done.booking_id)

    @classmethod
    def _token_of(cls, department):
        url = department.with_user(cls.roles["outpatient_office"])._arrival_url()
        return url.rpartition("/")[2]

    def setUp(self):
        super().setUp()
        self._sign_in_as(self.portal_a)

    def _arrive(self, ref=None, token=None):
        return self._post(f"/h5/arrive/{token or self.token}", ref=ref or self.booking.ref)

    def test_looking_changes_nothing_and_shows_only_the_own_booking(self):
        page = self.url_open(f"/h5/arrive/{self.token}")
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.booking.ref, page.text)
        self.assertNotIn(self.booking_b.ref, page.text)
        self.assertEqual(self.booking.state, "confirmed")

    def test_the_tap_checks_in_by_the_phone_and_once(self):
        self.assertEqual(self._arrive().status_code, 303)
        self.assertEqual(self._arrive().status_code, 303)
        self.assertEqual(self.booking.state, "checked_in")
        events = self.booking.event_ids.filtered(lambda event: event.to_state == "checked_in")
        self.assertEqual(events.channel_id, self.channel)
        self.assertEqual(len(events), 1)

    def test_another_familys_booking_is_not_checked_in(self):
        self.assertEqual(self._arrive(self.booking_b.ref).status_code, 422)
        self.assertEqual(self.booking_b.state, "confirmed")

    def test_forged_codes_are_refused(self):
        number, _sep, seal = self.token.partition("-")
        wrong = f"{number}-{'0' * len(seal)}"
        lent = f"{self.other_department.id}-{seal}"
        short = f"{number}-{seal[:8]}"
        for token in (wrong, lent, short, number, f"{number}-", "x", "²-x", "9" * 30 + "-" + seal):
            with self.subTest(token):
                self.assertEqual(self.url_open(f"/h5/arrive/{token}").status_code, 404)
                self.assertEqual(self._arrive(token=token).status_code, 404)
        self.assertEqual(self.booking.state, "confirmed")

    def test_a_new_code_ends_the_old_one(self):
        office = self.roles["outpatient_office"]
        self.department.with_user(office).action_new_arrival_code()
        self.assertEqual(self._arrive().status_code, 404)
        self.assertEqual(self.booking.state, "confirmed")
        self.assertEqual(self._arrive(token=self._token_of(self.department)).status_code, 303)
        self.assertEqual(self.booking.state, "checked_in")

    def test_the_code_is_made_with_the_key(self):
        seal = self.department._arrival_seal()
        with patch.object(crypto.provider(), "_index_key", b"another key of the same ring...."):
            self.assertNotEqual(self.department._arrival_seal(), seal)

    def test_only_the_office_gets_the_address(self):
        for user in (self.portal_a, self.roles["doctor"], self.roles["triage_desk"]):
            with self.assertRaises(AccessError):
                self.department.with_user(user)._arrival_url()
        with self.assertRaises(AccessError):
            self.department.with_user(self.roles["doctor"]).action_new_arrival_code()

    def test_the_wrong_door_tells_the_way(self):
        token = self._token_of(self.other_department)
        self.assertEqual(self._arrive(token=token).status_code, 422)
        self.assertEqual(self.booking.state, "confirmed")
        self.assertIn(self.booking.ref, self.url_open(f"/h5/arrive/{token}").text)

    def test_a_first_level_code_serves_its_departments(self):
        parent = self._department(name="Tuina")
        self.department.parent_id = parent
        self.assertEqual(self._arrive(token=self._token_of(parent)).status_code, 303)
        self.assertEqual(self.booking.state, "checked_in")

    def test_another_day_is_refused(self):
        with freeze_time("2031-01-06 23:30:00"):
            self._sign_in_as(self.portal_a)
            self.assertEqual(self._arrive().status_code, 422)
            self.assertIn(self.booking.ref, self.url_open(f"/h5/arrive/{self.token}").text)
        self.assertEqual(self.booking.state, "confirmed")

    def test_who_comes_late_is_told_the_new_number(self):
        with freeze_time(LATE):
            self._sign_in_as(self.portal_a)
            self.assertEqual(self._arrive().status_code, 303)
            page = self.url_open(f"/h5/arrive/{self.token}").text
        self.assertEqual(self.booking.state, "checked_in")
        self.assertTrue(self.booking.walkin_number)
        self.assertIn(f'<p class="num">{self.booking.walkin_number}</p>', page)

    def test_too_late_is_refused_with_what_to_do(self):
        self.env.company.hospital_walkin_extra = False
        with freeze_time(OVER):
            self._sign_in_as(self.portal_a)
            answer = self._arrive()
        self.assertEqual(answer.status_code, 422)
        self.assertIn('role="alert"', answer.text)
        self.assertEqual(self.booking.state, "confirmed")

    def test_the_channels_right_is_respected(self):
        self.channel.may_checkin = False
        self.assertEqual(self._arrive().status_code, 422)
        self.assertEqual(self.booking.state, "confirmed")

    def test_without_the_forms_token_nothing_happens(self):
        answer = self._post_bare(f"/h5/arrive/{self.token}", ref=self.booking.ref)
        self.assertEqual(answer.status_code, 400)
        self.assertEqual(self.booking.state, "confirmed")

    def test_a_visitor_signs_in_and_comes_back(self):
        self.authenticate(None, None)
        self._choose_language()
        answer = self.url_open(f"/h5/arrive/{self.token}", allow_redirects=False)
        self.assertIn("/h5/sign-in?next=%2Fh5%2Farrive%2F", answer.headers["Location"])

    def test_the_office_prints_every_language_beside_the_code(self):
        report = self.env["ir.actions.report"].with_user(self.roles["outpatient_office"])
        html, kind = report._render_qweb_html("hospital_portal.report_arrival", self.department.ids)
        self.assertEqual(kind, "html")
        self.assertIn(b"<svg", html)
        count = len(self.department._arrival_languages())
        self.assertEqual(html.count(b"o_arrival_do"), count + 1)
        self.assertGreaterEqual(count, 1)
