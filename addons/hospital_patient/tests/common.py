from datetime import date

from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon

from ..tools_id import make_resident_id


class PatientCommon(BaseCommon):
    """Users by role and factories for fictional people and their phone accounts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = cls._user("outpatient_office")
        cls.desk = cls._user("triage_desk")
        cls.doctor_user = cls._user("doctor")
        cls.cashier = cls._user("cashier")
        cls.admin_user = cls._user("admin")
        cls.revealer = new_test_user(
            cls.env,
            "patient_revealer",
            "hospital_base.group_triage_desk,hospital_base.group_reveal",
        )
        cls.portal_a = new_test_user(cls.env, "patient_portal_a", "base.group_portal")
        cls.portal_b = new_test_user(cls.env, "patient_portal_b", "base.group_portal")
        cls.Patient = cls.env["hospital.patient"]

    @classmethod
    def _user(cls, role):
        return new_test_user(cls.env, f"patient_{role}", f"hospital_base.group_{role}")

    @classmethod
    def _number(cls, birth=date(1980, 5, 17), sex="female", area="996001"):
        """Return a valid fictional ID number that no patient of the database has."""
        for serial in range(500):
            number = make_resident_id(birth, sex, serial, area=area)
            if not cls.env["hospital.patient"]._find_by_id_number("resident", number):
                return number
        raise AssertionError("no free number on that day")

    @classmethod
    def _patient(cls, name="Test Person", birth=date(1980, 5, 17), sex="female", **values):
        """Create a patient with a valid fictional ID; keywords override."""
        if values.get("id_type", "resident") == "resident":
            values.setdefault("id_number", cls._number(birth, sex))
        return cls.env["hospital.patient"].create({"name": name, **values})

    @classmethod
    def _account(cls, user, *patients, phone=None):
        """Create the phone account of a portal user with ``patients`` as its family."""
        phone = phone or f"199{user.id % 10**8:08d}"
        account = cls.env["hospital.account"].create({"user_id": user.id, "phone": phone})
        for patient in patients:
            account._add_member(patient, "self" if not account.member_ids else "other")
        return account
