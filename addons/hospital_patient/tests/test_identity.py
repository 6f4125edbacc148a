from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import BaseCase, Form, freeze_time, tagged
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

    def test_digits_of_other_scripts_make_no_second_person(self):
        """Chinese keyboards type wide digits; digits of other scripts are no number."""
        number = make_resident_id(BIRTH, "female", 303)
        wide = "".join(chr(ord(sign) + 0xFEE0) for sign in number)
        Patient = self.env["hospital.patient"]
        first = Patient._register_person(
            {"name": "Lin San", "id_number": wide, "phone": "１９９ ００００-３００４"}
        )
        self.assertEqual((first.id_number, first.phone), (number, "19900003004"))
        self.assertEqual(Patient._register_person({"name": "Lin San", "id_number": number}), first)
        arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
        with self.assertRaises(ValidationError):
            Patient._checked_phone("13" + "900001234".translate(arabic))
        with self.assertRaises(ValidationError):
            Patient._checked_number("taiwan", "12345678".translate(arabic))

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

    def test_birth_date_and_sex_change_with_the_number_only(self):
        patient = self._patient(sex="female")
        for values in (
            {"birth_date": "1990-03-08"},
            {"birth_date": False},
            {"sex": "male"},
            {"sex": "unknown"},
        ):
            with self.assertRaisesRegex(ValidationError, "does not agree"), self.cr.savepoint():
                patient.with_user(self.desk).write(values)
        patient.with_user(self.desk).write({"birth_date": str(BIRTH), "sex": "female"})
        other = date(1991, 4, 8)
        patient.with_user(self.desk).write({"new_id_number": self._number(other, "male")})
        self.assertEqual((patient.birth_date, patient.sex), (other, "male"))

    def test_people_with_another_document_say_their_birth_date(self):
        patient = self._patient(
            id_type="passport",
            id_number="P7654321",
            birth_date="1980-01-01",
            guardian_name="Mother",
        )
        patient.with_user(self.desk).write({"birth_date": "1980-01-02", "sex": "male"})
        self.assertEqual((patient.birth_date, patient.sex), (date(1980, 1, 2), "male"))
        with freeze_time("2026-05-19 15:59:00"):
            with self.assertRaisesRegex(ValidationError, "future"):
                patient.birth_date = "2026-05-20"
            patient.birth_date = "2026-05-19"

    def test_the_kind_of_document_fits_its_number(self):
        passport = self._patient(id_type="passport", id_number="P7654322")
        resident = self._patient()
        for patient, kind in ((passport, "resident"), (resident, "hk_macao")):
            with self.assertRaises(ValidationError):
                patient.with_user(self.desk).write({"id_type": kind})

    def test_a_newborn_gets_the_first_document(self):
        birth = date(2026, 3, 1)
        with freeze_time("2026-05-19"):
            newborn = self._patient(
                birth=birth, id_type="none", guardian_name="Mother", birth_date=birth
            )
            with self.assertRaisesRegex(ValidationError, "birth date"), self.cr.savepoint():
                newborn.with_user(self.desk).write(
                    {"id_type": "resident", "new_id_number": self._number(date(2026, 3, 2), "male")}
                )
            newborn.with_user(self.desk).write(
                {"id_type": "resident", "new_id_number": self._number(birth, "male")}
            )
        self.assertEqual((newborn.birth_date, newborn.sex), (birth, "male"))
        self.assertTrue(newborn.id_last4)

    def test_desk_changes_several_things_in_one_save(self):
        patient = self._patient()
        patient.with_user(self.desk).write(
            {
                "sex": "female",
                "new_phone": "19900008888",
                "new_address": "Lishui",
                "new_guardian_phone": "+86 199 0000 7777",
            }
        )
        self.assertEqual(
            (patient.phone, patient.address, patient.guardian_phone),
            ("19900008888", "Lishui", "19900007777"),
        )
        with self.assertRaises(AccessError):
            patient.with_user(self.doctor_user).write({"new_phone": "19900008889"})

    def test_form_tells_at_once_what_the_number_says(self):
        with Form(self.env["hospital.patient"].with_user(self.desk)) as form:
            form.name = "Form Person"
            form.new_id_number = self._number(date(1975, 6, 5), "male")
            self.assertEqual((form.birth_date, form.sex), (date(1975, 6, 5), "male"))
        form = Form(form.record)
        with self.assertLogs("odoo.tests.form.onchange", "WARNING") as said:
            form.new_id_number = "99600119750605001X"
        self.assertIn("number", said.output[0])

    def test_guardians_document_is_checked_and_kept_hidden(self):
        birth = date(2020, 5, 20)
        mother = self._number(date(1990, 1, 1), "female")
        with freeze_time("2026-05-19"):
            child = self._patient(birth=birth, guardian_name="Mother")
            self.assertTrue(child.guardian_document_missing)
            desk_child = child.with_user(self.desk)
            for wrong in ("990101199003071230", "12", self._number(date(2015, 1, 1), "female")):
                with self.assertRaises(ValidationError), self.cr.savepoint():
                    desk_child.write({"new_guardian_id_number": wrong})
            desk_child.write({"new_guardian_id_number": mother})
            child.invalidate_recordset()
            self.assertFalse(child.guardian_document_missing)
        self.assertEqual(child.sudo().guardian_id_number, mother)
        self.assertNotIn(mother, str(desk_child.read(["masked_guardian_id"])))

    def test_a_child_is_nobodys_guardian(self):
        with freeze_time("2026-05-19"):
            child = self._patient(birth=date(2020, 5, 20), guardian_name="Mother")
            with self.assertRaisesRegex(ValidationError, "cannot be a guardian"):
                self._patient(birth=date(2021, 5, 20), guardian_id=child.id)
            grown = self._patient(birth=date(2000, 5, 20))
            self.assertTrue(self._patient(birth=date(2021, 5, 20), guardian_id=grown.id))

    def test_another_name_or_document_is_not_verified(self):
        patient = self._patient(id_type="passport", id_number="P7654323")
        for values in ({"name": "Another"}, {"new_id_number": "P7654324"}):
            patient.with_user(self.desk).action_verify_window()
            self.assertEqual(patient.verified_level, "window")
            patient.with_user(self.desk).write({"new_phone": "19900006661"})
            patient.with_user(self.desk).write({"name": patient.name})
            self.assertEqual(patient.verified_level, "window")
            patient.with_user(self.desk).write(values)
            self.assertEqual((patient.verified_level, patient.verified_at), ("none", False))
        with self.assertRaises(AccessError):
            patient.with_user(self.doctor_user).action_verify_window()
        newborn = self._patient(id_type="none", guardian_name="Mother")
        with self.assertRaises(UserError):
            newborn.with_user(self.desk).action_verify_window()

    def test_the_service_says_match_no_match_or_nothing(self):
        for digit, level, kind in (
            (1, "police", "success"),
            (8, "none", "danger"),
            (9, "none", "warning"),
        ):
            number = next(
                number
                for serial in range(500)
                if (number := make_resident_id(BIRTH, "male", serial, area="996002"))[15]
                == str(digit)
            )
            patient = self._patient(id_number=number, sex="male")
            self.env.company.hospital_identity_driver = "sandbox"
            answer = patient.with_user(self.desk).action_verify_service()
            self.assertEqual((patient.verified_level, answer["params"]["type"]), (level, kind))
            self.env.company.hospital_identity_driver = "none"
            answer = patient.with_user(self.desk).action_verify_service()
            self.assertEqual(answer["params"]["type"], "warning")
        risks = self.env["hospital.risk.event"].search([("kind", "=", "identity_mismatch")])
        self.assertEqual(len(risks), 1)

    def test_cards_are_found_with_and_without_hyphens(self):
        patient = self._patient()
        Card = self.env["hospital.patient.card"].with_user(self.desk)
        card = Card.create({"patient_id": patient.id, "kind": "visit", "new_number": "AB-0091-7"})
        Patient = self.env["hospital.patient"]
        for text in ("AB-0091-7", "ab00917", "AB 0091 7", "0917"):
            self.assertEqual(Patient.search([("find", "ilike", text)]), patient, text)
        self.assertEqual(Patient._resolve_card("visit", "AB00917"), patient)
        with self.assertRaises(AccessError):
            card.read(["number"])
        self.assertNotIn("AB-0091", str(card.read(["masked_number", "new_number"])))
        with self.assertRaises(UserError):
            Card.create({"patient_id": patient.id, "kind": "visit"})
        card.write({"new_number": "CD-1"})
        self.assertEqual(Patient._resolve_card("visit", "CD1"), patient)

    def test_a_phone_leads_to_its_only_holder(self):
        first = self._patient(phone="19900002221")
        Patient = self.env["hospital.patient"]
        self.assertEqual(Patient._resolve_card("phone", "+86 199-0000-2221"), first)
        self.assertEqual(Patient.search([("find", "=", "+86 199-0000-2221")]), first)
        self._patient(phone="19900002221")
        self.assertFalse(Patient._resolve_card("phone", "19900002221"))
        self.assertFalse(Patient._resolve_card("phone", ""))

    def test_office_goes_through_possible_duplicates(self):
        twins = self._patient(name="Twin", phone="19900004000")
        twins += self._patient(name="Twin", phone="19900004000")
        single = self._patient(name="Twin", phone="19900004001")
        everybody = twins + single
        office = self.env["hospital.patient"].with_user(self.office)
        found = office.search([("duplicate_count", ">", 0), ("id", "in", everybody.ids)])
        self.assertEqual(found, twins)
        self.assertEqual(everybody.with_user(self.office).mapped("duplicate_count"), [1, 1, 0])
        action = twins[0].with_user(self.office).action_show_duplicates()
        self.assertEqual(office.search(action["domain"]), twins)
