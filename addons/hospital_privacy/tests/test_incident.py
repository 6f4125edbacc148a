from datetime import datetime

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import PrivacyCommon

TEXTS = ("data_kinds", "cause", "harm", "remedies", "contact")


@tagged("post_install", "-at_install")
class TestIncident(PrivacyCommon):
    def _incident(self, **values):
        return self.env["hospital.incident"].create(
            {
                "name": "Lost list",
                "level": "larger",
                "discovered_at": "2031-01-06 01:00:00",
                **values,
            }
        )

    def test_deadline_is_four_hours_or_one(self):
        self.assertEqual(self._incident().deadline_at, datetime(2031, 1, 6, 5))
        self.assertEqual(self._incident(cii=True).deadline_at, datetime(2031, 1, 6, 2))
        small = self._incident(level="general")
        self.assertEqual((small.must_report, small.deadline_at), (False, False))

    def test_overdue_after_the_deadline(self):
        incident = self._incident()
        with freeze_time("2031-01-06 05:00:00"):
            self.assertFalse(incident.is_overdue)
        incident.invalidate_recordset(["is_overdue"])
        with freeze_time("2031-01-06 05:00:01"):
            self.assertTrue(incident.is_overdue)

    @mute_logger("odoo.sql_db")
    def test_report_says_all_five_things(self):
        complete = dict.fromkeys(TEXTS, "said")
        for name in TEXTS:
            incident = self._incident(**(complete | {name: False}))
            with self.assertRaises(CheckViolation), self.cr.savepoint():
                incident.action_report()
                self.env.flush_all()
        incident = self._incident(**complete)
        incident.action_report()
        self.env.flush_all()
        self.assertEqual(incident.state, "reported")

    def test_patients_concerned_come_from_the_audit_trail(self):
        other = self._patient(name="Test Person B")
        Log = self.env["hospital.audit.log"]
        with freeze_time("2031-01-05 02:00:00"):
            Log.with_user(self.desk)._record("reveal", self.patient, self.patient.ids, reason="x")
            Log.with_user(self.office)._record("reveal", other, other.ids, reason="x")
        with freeze_time("2031-01-07 02:00:00"):
            Log.with_user(self.desk)._record("reveal", other, other.ids, reason="x")
        incident = self._incident(
            period_from="2031-01-05 00:00:00",
            period_to="2031-01-06 00:00:00",
            suspect_user_ids=self.desk.ids,
        )
        self.assertEqual(incident.affected_patient_ids, self.patient)
        incident.period_to = "2031-01-08 00:00:00"
        self.assertEqual(incident.affected_patient_ids, self.patient | other)
        self.assertEqual(incident.affected_count, 2)
        self.assertEqual(self._incident().affected_count, 0)

    def test_only_security_sees_incidents(self):
        incident = self._incident()
        for user in (self.office, self.desk, self.portal_a, self.admin_user):
            with self.assertRaises(AccessError):
                incident.with_user(user).read(["name"])
        with self.assertRaises(AccessError):
            incident.with_user(self.auditor).write({"name": "other"})

    def test_minutes_run_until_the_report(self):
        incident = self._incident(**dict.fromkeys(TEXTS, "said"))
        with freeze_time("2031-01-06 04:30:30"):
            self.assertEqual(incident.minutes_left, 29)
        incident.invalidate_recordset()
        with freeze_time("2031-01-06 06:00:00"):
            self.assertEqual((incident.minutes_left, incident.is_overdue), (0, True))
        incident.invalidate_recordset()
        with freeze_time("2031-01-06 04:00:00"):
            incident.action_report()
            self.assertEqual((incident.minutes_left, incident.is_overdue), (0, False))

    def test_notice_says_what_the_law_wants_said(self):
        incident = self._incident(**{name: f"<{name}>" for name in TEXTS})
        for said in (*(f"<{name}>" for name in TEXTS), "Lost list", "2031-01-06"):
            self.assertIn(said, incident.notice)
        incident.cause = "Another cause"
        self.assertIn("Another cause", incident.notice)

    @mute_logger("odoo.addons.hospital_base.models.hospital_audit_seal")
    def test_a_broken_audit_trail_is_an_incident_once(self):
        Seal = self.env["hospital.audit.seal"]
        before = self.env["hospital.incident"].search([])
        self.patch(type(Seal), "_verify", lambda _self: [41, 42])
        self.patch(type(Seal), "_head_is_kept", lambda _self: True)
        Seal._cron_verify()
        Seal._cron_verify()
        incident = self.env["hospital.incident"].search([]) - before
        self.assertEqual((len(incident), incident.must_report), (1, True))
        self.assertIn("41, 42", incident.cause)
