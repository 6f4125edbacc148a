from datetime import date

from odoo.addons.hospital_patient.tests.common import PatientCommon
from odoo.tests import new_test_user

TODAY = date(2031, 1, 6)


class PrivacyCommon(PatientCommon):
    """Two security administrators, an auditor, and one patient with an account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.security, cls.security2 = (
            new_test_user(cls.env, login, "hospital_base.group_security_admin")
            for login in ("privacy_security_1", "privacy_security_2")
        )
        cls.auditor = new_test_user(cls.env, "privacy_auditor", "hospital_base.group_auditor")
        cls.patient = cls._patient(name="Test Person A", phone="13900001111")
        cls.account = cls._account(cls.portal_a, cls.patient)

    def _outlive(self, patient, until):
        """Give the patient a period that ended on ``until``, as years gone by would."""
        rule = self.env.ref("hospital_privacy.retention_rule_outpatient")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE hospital_patient SET retention_until = %s, retention_rule_id = %s"
            " WHERE id = %s",
            [until, rule.id, patient.id],
        )
        self.env.invalidate_all()
