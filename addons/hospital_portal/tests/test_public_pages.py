import json

from odoo.tests import tagged

from .common import PortalCommon


@tagged("post_install", "-at_install")
class TestPublicPages(PortalCommon):
    """Reading needs neither an account nor JavaScript."""

    def test_a_visitor_reads_every_public_page(self):
        department = self.department.id
        for path in (
            "/h5",
            "/h5/",
            "/h5/help",
            "/h5/sign-in",
            "/h5/departments",
            "/h5/departments?mode=same_day",
            f"/h5/department/{department}",
            f"/h5/department/{department}?mode=advance&date={self.day}",
            f"/h5/department/{department}/experts",
            f"/h5/department/{department}/about",
            f"/h5/doctor/{self.doctor.public_ref}",
            f"/h5/doctor/{self.doctor.public_ref}/photo",
            f"/h5/session/{self.clinic.id}",
        ):
            with self.subTest(path):
                self.assertEqual(self.url_open(path).status_code, 200)

    def test_the_chosen_day_shows_its_session_with_what_is_left(self):
        page = self.url_open(f"/h5/department/{self.department.id}?date={self.day}").text
        self.assertIn(f"/h5/session/{self.clinic.id}", page)
        row = self.env["hospital.portal"]._public_session(self.clinic.id)
        self.assertEqual((row["free"], row["status"]), (4, "open"))

    def test_the_doctors_page_tells_education_and_place(self):
        self.doctor.education = "master"
        self.department.write({"building": "House 9", "floor": "7F"})
        page = self.url_open(f"/h5/doctor/{self.doctor.public_ref}").text
        website = self.env["website"].get_current_website()
        doctor = self.doctor.with_context(lang=website.default_lang_id.code)
        labels = dict(doctor._fields["education"]._description_selection(doctor.env))
        for words in (labels["master"], "House 9", "7F"):
            self.assertIn(words, page)

    def test_a_draft_session_is_not_shown(self):
        draft = self._session(self.day, half_day="pm", released=False)
        self.assertEqual(self.url_open(f"/h5/session/{draft.id}").status_code, 404)

    def test_a_wrong_address_says_what_to_do(self):
        answer = self.url_open("/h5/doctor/nobody")
        self.assertEqual(answer.status_code, 404)
        self.assertIn('role="alert"', answer.text)

    def test_numbers_left_are_the_same_for_all_and_may_be_kept_a_second(self):
        answer = self.url_open(f"/h5/left/{self.clinic.id}")
        self.assertEqual(answer.headers["Cache-Control"], "public, max-age=1")
        self.assertNotIn("Set-Cookie", answer.headers)
        left = json.loads(answer.text)
        self.assertEqual((left["free"], sum(left["periods"].values())), (4, 4))

    def test_same_day_and_advance_are_different_days(self):
        portal = self.env["hospital.portal"]
        today = self.env["hospital.clock"]._today()
        self.department.booking_horizon_days = 3
        self.assertEqual(portal._days(self.department, "same_day"), [today])
        advance = portal._days(self.department, "advance")
        self.assertEqual([(day - today).days for day in advance], [1, 2, 3])

    def test_tiles_can_be_added(self):
        tiles = self.env["hospital.portal"]._sorted_tiles()
        self.assertEqual([tile["key"] for tile in tiles[:3]], ["today", "advance", "bookings"])

    def test_only_local_patient_pages_follow_a_sign_in(self):
        local = self.env["hospital.portal"]._local_next
        for bad in ("//evil.example", "https://evil.example", "/web", "/h5//evil", "/\\evil", ""):
            self.assertEqual(local(bad), "/h5/")
        for good in ("/h5/bookings", "/en/h5/family", "/h5/confirm?session=1&period=2"):
            self.assertEqual(local(good), good)
