from datetime import date, timedelta

from psycopg2 import IntegrityError
from psycopg2.errors import RaiseException

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import TODAY, PrivacyCommon


@tagged("post_install", "-at_install")
class TestRetention(PrivacyCommon):
    def test_periods_come_from_the_table_with_their_source(self):
        Rule = self.env["hospital.retention.rule"]
        self.assertEqual(Rule._until("outpatient", TODAY), date(2046, 1, 6))
        self.assertEqual(Rule._until("inpatient", TODAY), date(2061, 1, 6))
        self.env.ref("hospital_privacy.retention_rule_outpatient").number = 30
        self.assertEqual(Rule._until("outpatient", TODAY), date(2061, 1, 6))
        self.assertTrue(all(Rule.search([]).mapped("source")))
        with self.assertRaises(ValueError):
            Rule._until("nothing", TODAY)

    def test_patient_inside_retention_is_deleted_by_nobody(self):
        patient = self._patient(name="Test Person B")
        patient._keep("outpatient", fields.Date.today())
        with self.assertRaises(UserError) as refused:
            patient.sudo().unlink()
        self.assertIn("art. 53", str(refused.exception))
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(RaiseException), self.cr.savepoint():
            self.cr.execute("DELETE FROM hospital_patient WHERE id = %s", [patient.id])
        self.assertTrue(patient.exists())

    @mute_logger("odoo.sql_db")
    def test_period_is_never_shortened(self):
        self.patient._keep("outpatient", fields.Date.today())
        until = self.patient.retention_until
        self.patient._keep("outpatient", fields.Date.today() - timedelta(days=900))
        self.assertEqual(self.patient.retention_until, until)
        for value in (until - timedelta(days=1), False):
            with self.assertRaises(RaiseException), self.cr.savepoint():
                self.patient.retention_until = value
                self.env.flush_all()

    def test_rule_row_finds_the_last_visit(self):
        self.env["hospital.retention.rule"].create(
            {
                "code": "requests",
                "name": "Requests",
                "number": 2,
                "source": "Test text",
                "model_name": "hospital.subject.request",
                "date_field": "received_at",
            }
        )
        with freeze_time("2029-03-01 01:00:00"):
            for kind in ("access", "copy"):
                self.env["hospital.subject.request"]._open(self.account, self.patient, kind)
        self.patient._refresh_retention()
        self.assertEqual(self.patient.retention_until, date(2031, 3, 1))
        self.assertEqual(self.patient.retention_rule_id.code, "requests")
        with freeze_time("2031-03-01 01:00:00"):
            self.assertTrue(self.patient._is_kept_by_law())
        with freeze_time("2031-03-02 01:00:00"):
            self.assertFalse(self.patient._is_kept_by_law())

    def test_rule_with_wrong_fields_is_refused(self):
        with self.assertRaises(ValidationError):
            self.env["hospital.retention.rule"].create(
                {
                    "code": "wrong",
                    "name": "Wrong",
                    "number": 1,
                    "source": "x",
                    "model_name": "hospital.subject.request",
                    "date_field": "kind",
                }
            )
        with self.assertRaises(UserError):
            self.env.ref("hospital_privacy.retention_rule_pia").unlink()

    @mute_logger("odoo.sql_db")
    def test_audit_trail_is_kept_190_days_at_least(self):
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.env.company.hospital_audit_keep_days = 189
            self.env.flush_all()
        self.env["res.company"].search([]).hospital_audit_keep_days = 190
        Log = self.env["hospital.audit.log"]
        with freeze_time("2020-01-01"):
            old = Log._record("read", self.patient)
            self.env["hospital.audit.seal"]._seal_batch()
        new = Log._record("read", self.patient)
        self.env["res.company"]._cron_purge_audit()
        self.env.invalidate_all()
        self.assertEqual((old | new).exists(), new)

    def test_every_field_is_classified(self):
        classes = self.env["hospital.data.class"]
        own = ("retention", "disposal", "processing", "pia", "incident", "mlps", "subject")
        found = classes._unclassified_fields() + classes._unprotected_fields()
        self.assertEqual([name for name in found if name.split(".")[1] in own], [])

    def test_merged_records_are_kept_as_long_as_either(self):
        other = self._patient(name="Test Person A")
        other._keep("inpatient", TODAY)
        self.patient._keep("outpatient", TODAY)
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env["hospital.patient.merge"]._merge(self.patient, other, "same person")
        self.assertEqual(self.patient.retention_until, date(2061, 1, 6))
        self.assertEqual(self.patient.retention_rule_id.code, "inpatient")

    def test_periods_are_not_set_by_hand(self):
        for values in ({"retention_until": "2099-01-01"}, {"erased_at": "2031-01-01"}):
            with self.assertRaises(AccessError):
                self.patient.with_user(self.office).write(values)
