from odoo.addons.base.tests.common import BaseCommon
from odoo.tests import new_test_user

ROLES = (
    "outpatient_office",
    "triage_desk",
    "doctor",
    "cashier",
    "finance",
    "finance_manager",
    "manager",
    "integration",
    "admin",
    "security_admin",
    "auditor",
)


class HospitalCommon(BaseCommon):
    """One user per role, one campus and one department."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = {
            role: new_test_user(cls.env, f"base_staff_{role}", f"hospital_base.group_{role}")
            for role in ROLES
        }
        cls.campus = cls.env["hospital.campus"].create({"name": "North", "code": "N-T"})
        cls.department = cls._department()

    @classmethod
    def _department(cls, **values):
        count = cls.env["hospital.department"].search_count([])
        return cls.env["hospital.department"].create(
            {
                "name": "Acupuncture",
                "code": f"T{count}",
                "campus_id": cls.campus.id,
                **values,
            }
        )

    @classmethod
    def _doctor(cls, **values):
        count = cls.env["hospital.doctor"].search_count([])
        return cls.env["hospital.doctor"].create(
            {
                "name": "Lin",
                "code": f"TD{count}",
                "department_id": cls.department.id,
                **values,
            }
        )
