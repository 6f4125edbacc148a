from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import HospitalCommon


@tagged("post_install", "-at_install")
class TestStructure(HospitalCommon):
    def test_departments_have_two_levels(self):
        second = self._department(parent_id=self.department.id)
        with self.assertRaises(ValidationError):
            self._department(parent_id=second.id)
        with self.assertRaises(ValidationError):
            self.department.parent_id = self._department()

    def test_the_hospital_of_a_department_is_not_set_by_hand(self):
        other = self.env["res.company"].create({"name": "Other hospital"})
        office = self.department.with_user(self.roles["outpatient_office"])
        with self.assertRaises(AccessError):
            office.write({"company_id": other.id})
        Department = office.browse().with_context(default_company_id=other.id)
        with self.assertRaises(AccessError):
            Department.create({"name": "X", "code": "X-T", "campus_id": self.campus.id})
        self.assertEqual(self.department.company_id, self.campus.company_id)

    def test_place_names_the_room_once(self):
        self.department.write({"building": "B", "floor": "3F", "room": "305"})
        self.assertEqual(self.department.location, "North B 3F 305")
        self.assertEqual(self.department._place("305-2"), "North B 3F 305-2")

    def test_horizon_falls_back_to_the_hospital(self):
        self.env.company.hospital_horizon_days = 9
        self.assertEqual(self.department._horizon_days(), 9)
        self.department.booking_horizon_days = 14
        self.assertEqual(self.department._horizon_days(), 14)

    @mute_logger("odoo.sql_db")
    def test_database_refuses_bad_settings(self):
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.department.booking_horizon_days = 91
            self.env.flush_all()
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.env.company.hospital_audit_keep_days = 180
            self.env.flush_all()

    @mute_logger("odoo.sql_db")
    def test_codes_are_unique(self):
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._department(code=self.department.code)
        doctor = self._doctor()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._doctor(code=doctor.code)

    @mute_logger("odoo.sql_db")
    def test_one_user_is_one_doctor(self):
        user = new_test_user(self.env, "two_doctors_user", "hospital_base.group_doctor")
        self._doctor(user_id=user.id)
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._doctor(user_id=user.id)

    def test_doctor_page_is_opaque_and_has_a_qr(self):
        first, second = self._doctor(), self._doctor()
        self.assertNotEqual(first.public_ref, second.public_ref)
        self.assertGreaterEqual(len(first.public_ref), 12)
        self.assertTrue(first.public_url.endswith(f"/h5/doctor/{first.public_ref}"))
        self.assertTrue(first.qr_image.startswith(b"iVBOR"))
        self.assertIn(self.department, first.department_ids)

    def test_identifiers_find_their_record(self):
        Identifier = self.env["hospital.identifier"]
        Identifier._set(self.department, "HIS", "0412")
        Identifier._set(self.department, "HIS", "0413")
        model = "hospital.department"
        self.assertEqual(Identifier._find("HIS", model, "0413"), self.department)
        self.assertFalse(Identifier._find("HIS", model, "0412"))

    @mute_logger("odoo.sql_db")
    def test_one_identifier_names_one_record(self):
        Identifier = self.env["hospital.identifier"]
        Identifier._set(self.department, "HIS", "0412")
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            Identifier._set(self._department(), "HIS", "0412")

    def test_every_own_field_is_classified(self):
        classes = self.env["hospital.data.class"]
        own = [name for name in classes._unclassified_fields() if "sms.sandbox" in name]
        self.assertEqual(own, [])
        self.assertEqual(
            [name for name in classes._unprotected_fields() if "sms.sandbox" in name], []
        )
