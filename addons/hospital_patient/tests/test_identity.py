from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import BaseCase, freeze_time, tagged
from odoo.tools import mute_logger

from ..tools_id import check_resident_id, make_resident_id
from .common import BIRTH, PatientCommon

BIRTHS = st.dates(date(1900, 1, 1), date(2026, 12, 31))


@tagged("post_install", "-at_install")
class TestResidentId(BaseCase):
    def test_published_example(self):
        """GB 11643-1999, annex: 11010519491231002X is a woman born 1949-12-31."""
        self.assertEqual(check_resident_id("11010519491231002x"), (date(1949, 12, 31), "female"))

    @settings(deadline=None, derandomize=True)
    @given(BIRTHS, st.sampled_from(["male", "female"]), st.integers(0, 499))
    def test_made_numbers_check(self, birth, sex, serial):
        self.assertEqual(check_resident_id(make_resident_id(birth, sex, serial)), (birth, sex))

    @settings(deadline=None, derandomize=True)
    @given(BIRTHS, st.integers(0, 499), st.integers(0, 16), st.integers(1, 9))
    def test_one_wrong_digit_is_found(self, birth, serial, position, shift):
        number = make_resident_id(birth, "male", serial)
        wrong = str((int(number[position]) + shift) % 10)
        with self.assertRaises(ValueError):
            check_resident_id(number[:position] + wrong + number[position + 1 :])

    def test_each_fault_has_its_name(self):
        good = make_resident_id(BIRTH, "male", 1)
        faults = {
            good[:-1]: "length",
            "A" + good[1:]: "digits",
            good[:10] + "13" + good[12:]: "birth",
            good[:17] + ("0" if good[17] != "0" else "1"): "checksum",
        }
        for number, name in faults.items():
            with self.assertRaisesRegex(ValueError, name):
                check_resident_id(number)


@tagged("post_install", "-at_install")
class TestIdentity(PatientCommon):
    def test_birth_date_and_sex_come_from_the_number(self):
        patient = self._patient(birth=date(2000, 2, 29), sex="male")
        self.assertEqual((patient.birth_date, patient.sex), (date(2000, 2, 29), "male"))

    def test_contradictions_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "birth date"):
            self._patient(birth_date="1991-01-01")
        with self.assertRaisesRegex(ValidationError, "checksum|does not check"):
            self._patient(id_number="99010119900307123X")
        patient = self._patient(sex="female")
        with self.assertRaisesRegex(ValidationError, "sex"):
            patient.write(
                {"id_number": make_resident_id(BIRTH, "male", 77), "sex": "female"}
            )

    def test_other_documents_have_their_shape(self):
        hk = self._patient(id_type="hk_macao", id_number="H12345678")
        self.assertEqual(hk.id_last4, "5678")
        with self.assertRaises(ValidationError):
            self._patient(id_type="hk_macao", id_number="12345678")

    def test_phone_is_checked_and_folded(self):
        patient = self._patient(phone="+86 199-0000-1234")
        self.assertEqual(patient.phone, "19900001234")
        with self.assertRaises(ValidationError):
            self._patient(phone="12345")

    @mute_logger("odoo.sql_db")
    def test_one_person_per_document(self):
        first = self._patient()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._patient(id_number=first.id_number)

    @mute_logger("odoo.sql_db")
    def test_document_is_given_or_said_to_be_missing(self):
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self._patient(id_number=False)
        newborn = self._patient(id_type="none", guardian_name="Mother")
        self.assertFalse(newborn.id_number_hash)

    def test_registering_twice_finds_the_same_person(self):
        vals = {
            "name": "Lin Yi",
            "id_number": make_resident_id(BIRTH, "female", 300),
            "phone": "19900003000",
        }
        Patient = self.env["hospital.patient"]
        first = Patient._register_person(vals)
        self.assertEqual(Patient._register_person(vals), first)
        with self.assertRaisesRegex(UserError, "another name"):
            Patient._register_person({**vals, "name": "Somebody Else"})

    def test_guardian_until_the_fourteenth_birthday(self):
        birth = date(2012, 5, 20)
        child = {
            "name": "Child",
            "id_number": make_resident_id(birth, "male", 301),
            "phone": "19900003001",
        }
        Patient = self.env["hospital.patient"]
        with (
            freeze_time("2026-05-19 12:00:00"),
            self.assertRaisesRegex(ValidationError, "guardian"),
            self.cr.savepoint(),
        ):
            Patient._register_person(child)
        self.assertFalse(Patient._find_by_id_number("resident", child["id_number"]).exists())
        with freeze_time("2026-05-19 16:00:00"):
            self.assertTrue(Patient._register_person(child))

    def test_every_card_leads_to_the_one_patient(self):
        patient = self._patient()
        card = self.env["hospital.patient.card"].create(
            {"patient_id": patient.id, "kind": "visit", "number": "V 0001 7"}
        )
        Patient = self.env["hospital.patient"]
        self.assertEqual(Patient._resolve_card("visit", "V00017"), patient)
        self.assertEqual(Patient._resolve_card("id", patient.id_number), patient)
        self.assertEqual(Patient._resolve_card("record", patient.mrn), patient)
        self.assertFalse(Patient._resolve_card("insurance", "V00017"))
        card.active = False
        self.assertFalse(Patient._resolve_card("visit", "V00017"))

    def test_one_box_finds_everything(self):
        patient = self._patient(name="Zhou Findable")
        Patient = self.env["hospital.patient"].with_user(self.desk)
        number = patient.id_number
        for text in ("findable", patient.mrn, number, number[-4:], patient.phone):
            self.assertIn(patient, Patient.search([("find", "ilike", text)]), text)
        self.assertFalse(Patient.search([("find", "ilike", number[:10])]))

    def test_duplicates_by_name_birth_and_phone(self):
        first = self._patient(name="Twin", phone="19900004000")
        second = self._patient(name="Twin", phone="19900004000")
        self._patient(name="Twin", phone="19900004001")
        self.assertEqual(first._duplicate_candidates(), second)

    def test_age_is_counted_in_local_days(self):
        patient = self._patient(birth=date(2000, 3, 10))
        with freeze_time("2026-03-09 15:59:00"):
            patient.invalidate_recordset()
            self.assertEqual(patient.age, 25)
        with freeze_time("2026-03-09 16:00:00"):
            patient.invalidate_recordset()
            self.assertEqual(patient.age, 26)
