import json

from odoo.tests import HttpCase, new_test_user, tagged

from .common import PrivacyCommon


@tagged("post_install", "-at_install")
class TestExport(PrivacyCommon, HttpCase):
    def setUp(self):
        super().setUp()
        Request = self.env["hospital.subject.request"]
        self.request = Request._open(self.account, self.patient, "copy")
        self.url = f"/hospital/privacy/export/{self.request.id}"

    def test_copy_holds_the_own_data_and_is_audited(self):
        user = new_test_user(
            self.env,
            "privacy_export",
            "hospital_base.group_security_admin,hospital_base.group_export_personal",
        )
        self.authenticate(user.login, user.login.ljust(8, "x"))
        answer = self.url_open(self.url)
        self.assertEqual((answer.status_code, answer.headers["Cache-Control"]), (200, "no-store"))
        data = json.loads(answer.text)
        self.assertEqual(data["hospital.patient"][0]["phone"], "13900001111")
        self.assertEqual(data["hospital.subject.request"][0]["kind"], "copy")
        self.assertEqual(len(data["hospital.account.member"]), 1)
        names = {name for rows in data.values() for row in rows for name in row}
        self.assertFalse([name for name in names if name.endswith("_hash")])
        log = self.env["hospital.audit.log"].search([("action", "=", "export")], limit=1)
        self.assertEqual((log.user_id, log.patient_ids), (user, self.patient.ids))

    def test_others_get_nothing(self):
        for user in (self.portal_a, self.office, self.security, self.auditor):
            self.authenticate(user.login, user.login.ljust(8, "x"))
            self.assertEqual(self.url_open(self.url).status_code, 404, user.login)
