import re

from odoo.tests import tagged

from .common import PortalCommon


@tagged("post_install", "-at_install")
class TestFamily(PortalCommon):
    def setUp(self):
        super().setUp()
        self._sign_in_as(self.portal_a)

    def _consents(self):
        texts = self.env["hospital.consent.text"]._current("zh_CN").filtered("required")
        return {f"consent_{text.id}": "1" for text in texts}

    def test_the_list_shows_masked_own_people_only(self):
        page = self.url_open("/h5/family").text
        self.assertIn(self.patient_a.mrn, page)
        self.assertNotIn(self.patient_b.mrn, page)
        self.assertNotIn(self.patient_a.id_number, page)

    def test_another_persons_member_is_not_touched(self):
        member = self.account_b.member_ids
        self.assertEqual(self._post(f"/h5/family/{member.id}/remove").status_code, 404)
        self.assertEqual(self._post(f"/h5/family/{member.id}/default").status_code, 404)
        self.assertEqual(member.exists().patient_id, self.patient_b)

    def test_an_own_member_is_removed(self):
        member = self.account_a.member_ids
        self.assertEqual(self._post(f"/h5/family/{member.id}/remove").status_code, 303)
        self.assertFalse(member.exists())

    def test_a_needed_consent_left_out_registers_nobody(self):
        self.env["hospital.consent.text"].create(
            {"purpose": "service", "title": "Words", "body": "…", "required": True, "version": 99}
        )
        before = self.env["hospital.patient"].search_count([])
        answer = self._post(
            "/h5/family/save", name="Cleo", id_number=self._number(), phone="13900001111"
        )
        self.assertEqual(answer.status_code, 422)
        self.assertEqual(self.env["hospital.patient"].search_count([]), before)

    def test_a_wrong_phone_code_adds_nobody(self):
        answer = self._post(
            "/h5/family/save",
            name="Cleo",
            id_number=self._number(),
            phone="13900001111",
            code="123456",
            **self._consents(),
        )
        self.assertEqual(answer.status_code, 422)
        self.assertEqual(len(self.account_a.member_ids), 1)

    def test_who_registers_on_the_way_to_a_booking_goes_on_with_it(self):
        self.account_a.member_ids.unlink()
        target = f"/h5/confirm?session={self.clinic.id}&period={self._period()}"
        page = self.url_open("/h5/register", params={"next": target}).text
        self.assertIn(f'name="next" value="{target.replace("&", "&amp;")}"', page)
        answer = self._post(
            "/h5/family/save",
            name="Cleo",
            id_type="resident",
            id_number=self._number(),
            phone=self.account_a.phone,
            next=target,
            **self._consents(),
        )
        patient = self.account_a.member_ids.patient_id
        address = answer.headers["Location"]
        self.assertTrue(address.endswith(f"{target}&patient={patient.id}"), address)
        self.assertEqual(self.url_open(address).status_code, 200)

    def test_a_foreign_page_after_registering_is_the_own_list(self):
        self.account_a.member_ids.unlink()
        answer = self._post(
            "/h5/family/save",
            name="Cleo",
            id_type="resident",
            id_number=self._number(),
            phone=self.account_a.phone,
            next="https://evil.example/h5/",
            **self._consents(),
        )
        self.assertTrue(answer.headers["Location"].endswith("/h5/family"))

    def test_registering_oneself_gives_consent_and_a_place_on_the_list(self):
        self.account_a.member_ids.unlink()
        answer = self._post(
            "/h5/family/save",
            name="Cleo",
            id_type="resident",
            id_number=self._number(),
            phone=self.account_a.phone,
            relation="self",
            **self._consents(),
        )
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(self.account_a.member_ids.patient_id.name, "Cleo")
        self.assertEqual(self.account_a.member_ids.relation, "self")

    def test_another_phone_than_that_of_the_sign_in_needs_its_code(self):
        self.account_a.member_ids.unlink()
        person = {"name": "Cleo", "id_number": self._number(), "phone": "13900001111"}
        person |= {"id_type": "resident", **self._consents()}
        self.assertEqual(self._post("/h5/family/save", **person).status_code, 422)
        self.assertFalse(self.account_a.member_ids)
        self._post("/h5/family/code", **person)
        text = self.env["hospital.sms.sandbox"]._last_text(person["phone"])
        code = re.search(r"\d{6}", text).group()
        self.assertEqual(self._post("/h5/family/save", code=code, **person).status_code, 303)
        self.assertEqual(self.account_a.member_ids.patient_id.name, "Cleo")

    def test_name_and_document_alone_open_nobody_elses_record(self):
        self.account_a.member_ids.unlink()
        person = {
            "name": self.patient_b.name,
            "id_number": self.patient_b.id_number,
            "phone": "13900001111",
            **self._consents(),
        }
        answer = self._post("/h5/family/save", relation="self", **person)
        self.assertEqual(answer.status_code, 422)
        self.assertFalse(self.account_a.member_ids)

    def test_the_phone_on_file_opens_the_record_however_it_is_written(self):
        person = {
            "name": self.patient_b.name,
            "id_number": self.patient_b.id_number,
            "phone": f"+86 {self.patient_b.phone[:3]}-{self.patient_b.phone[3:]}",
            **self._consents(),
        }
        self._post("/h5/family/code", **person)
        text = self.env["hospital.sms.sandbox"]._last_text(self.patient_b.phone)
        code = re.search(r"\d{6}", text).group()
        answer = self._post("/h5/family/save", code=code, **person)
        self.assertEqual(answer.status_code, 303)
        self.assertIn(self.patient_b, self.account_a.member_ids.patient_id)
