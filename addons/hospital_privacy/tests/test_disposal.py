from datetime import date

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import TODAY, PrivacyCommon


@tagged("post_install", "-at_install")
@freeze_time("2031-01-06 01:00:00")
class TestDisposal(PrivacyCommon):
    def _proposal(self):
        self._outlive(self.patient, date(2031, 1, 5))
        self.env["hospital.disposal"]._cron_propose()
        return self.env["hospital.disposal"].search([("patient_id", "=", self.patient.id)])

    def test_job_only_proposes_and_only_once(self):
        disposal = self._proposal()
        self.assertEqual((disposal.state, self.patient.name), ("proposed", "Test Person A"))
        self.assertIn("art. 53", disposal.reason)
        self.assertFalse(self.env["hospital.disposal"]._cron_propose())

    def test_patient_inside_retention_is_not_proposed(self):
        self._outlive(self.patient, TODAY)
        self.assertNotIn(self.patient, self.env["hospital.disposal"]._cron_propose().patient_id)

    def test_two_persons_decide(self):
        disposal = self._proposal()
        disposal.with_user(self.security).action_approve()
        with self.assertRaises(UserError):
            disposal.with_user(self.security).action_approve()
        disposal.with_user(self.security).action_dispose()
        self.assertEqual((disposal.state, self.patient.name), ("proposed", "Test Person A"))
        disposal.with_user(self.security2).action_approve()
        self.assertEqual(disposal.state, "approved")
        disposal.with_user(self.security2).action_dispose()
        self.assertEqual(disposal.state, "done")
        self.assertFalse(self.patient.active)
        self.assertNotIn("Test Person", self.patient.name)
        self.assertFalse(self.patient.sudo().phone)

    @mute_logger("odoo.sql_db")
    def test_database_wants_two_different_persons(self):
        disposal = self._proposal()
        self.env.flush_all()
        for first, second in ((self.security.id, self.security.id), (self.security.id, None)):
            with self.assertRaises(CheckViolation), self.cr.savepoint():
                self.cr.execute(
                    "UPDATE hospital_disposal SET state = 'approved', first_approver_id = %s,"
                    " second_approver_id = %s WHERE id = %s",
                    [first, second, disposal.id],
                )

    def test_newer_visit_stops_an_approved_disposal(self):
        disposal = self._proposal()
        disposal.with_user(self.security).action_approve()
        disposal.with_user(self.security2).action_approve()
        self.patient._keep("outpatient", TODAY)
        disposal.with_user(self.security).action_dispose()
        self.assertEqual((disposal.state, self.patient.name), ("refused", "Test Person A"))

    def test_others_do_not_decide(self):
        disposal = self._proposal()
        for user in (self.office, self.auditor, self.admin_user):
            with self.assertRaises(AccessError):
                disposal.with_user(user).action_approve()
        self.assertFalse(disposal.first_approver_id)
