from datetime import date

from odoo.addons.base.tests.common import BaseCommon
from odoo.tests import new_test_user

from ..tools_id import make_resident_id

BIRTH = date(1990, 3, 7)


class PatientCommon(BaseCommon):
    """One user per role, two portal users, and factories for people and accounts."""

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
        cls._serial = 0

    @classmethod
    def _user(cls, role):
        return new_test_user(cls.env, f"patient_{role}", f"hospital_base.group_{role}")

    @classmethod
    def _number(cls, birth=BIRTH, sex="female", area="996001"):
        """Return a valid fictional ID number that no patient of the database has."""
        for serial in range(500):
            number = make_resident_id(birth, sex, serial, area=area)
            if not cls.env["hospital.patient"]._find_by_id_number("resident", number):
                return number
        raise AssertionError("no free number on that day")

    @classmethod
    def _patient(cls, name="Test Person", birth=BIRTH, sex="female", **values):
        """Create a patient with a fictional document and phone of their own."""
        cls._serial += 1
        vals = {"name": name, "phone": f"199{cls._serial:08d}", **values}
        if vals.get("id_type", "resident") == "resident" and "id_number" not in vals:
            vals["id_number"] = cls._number(birth, sex)
        return cls.env["hospital.patient"].create(vals)

    @classmethod
    def _account(cls, user, *patients, phone=None):
        """Create the phone account of ``user`` with ``patients`` as its family."""
        cls._serial += 1
        account = cls.env["hospital.account"].create(
            {"user_id": user.id, "phone": phone or f"198{cls._serial:08d}"}
        )
        for patient in patients:
            account._add_member(patient, "self" if not account.member_ids else "other")
        return account

    @classmethod
    def _agree(cls, account, patient):
        """Agree to what the service cannot do without."""
        consents = cls.env["hospital.consent"]
        wanted = consents._offered(patient, "zh_CN").filtered("required")
        return consents._give(account, patient, wanted, "test")
