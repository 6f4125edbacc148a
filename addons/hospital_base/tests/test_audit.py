from psycopg2.errors import RaiseException

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import HospitalCommon


@tagged("post_install", "-at_install")
class TestAudit(HospitalCommon):
    def setUp(self):
        super().setUp()
        self.Log = self.env["hospital.audit.log"]
        self.Seal = self.env["hospital.audit.seal"]
        self._seal_all()

    def _seal_all(self):
        while self.Seal._seal_batch():
            continue

    def _tamper(self, statement, *params):
        """Change the table behind the guard's back, as a database owner could."""
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE hospital_audit_log DISABLE TRIGGER USER")
        self.env.cr.execute(statement, params)
        self.env.cr.execute("ALTER TABLE hospital_audit_log ENABLE TRIGGER USER")
        self.env.invalidate_all()

    def test_row_says_who_did_what_without_values(self):
        log = self.Log.with_user(self.roles["triage_desk"])._record(
            "reveal", self.department, [7], ["phone"], reason="call back"
        )
        self.assertEqual(
            (log.user_id, log.action, log.res_ids, log.patient_ids, log.field_names, log.reason),
            (
                self.roles["triage_desk"],
                "reveal",
                self.department.ids,
                [7],
                "phone",
                "call back",
            ),
        )
        self.assertTrue(log._is_intact())

    @mute_logger("odoo.sql_db")
    def test_database_refuses_update_delete_and_truncate(self):
        log = self.Log._record("read", self.department)
        self.env.flush_all()
        for statement in (
            "UPDATE hospital_audit_log SET reason = 'x' WHERE id = %s",
            "DELETE FROM hospital_audit_log WHERE id = %s",
        ):
            with self.assertRaises(RaiseException), self.cr.savepoint():
                self.env.cr.execute(statement, [log.id])
        with self.assertRaises(RaiseException), self.cr.savepoint():
            self.env.cr.execute("TRUNCATE hospital_audit_log CASCADE")
        with self.assertRaises(AccessError):
            log.reason = "x"

    def test_untouched_chain_verifies(self):
        for _count in range(3):
            self.Log._record("read", self.department)
        self._seal_all()
        self.assertEqual(self.Seal._verify(), [])

    def test_changed_row_is_found(self):
        logs = [self.Log._record("read", self.department) for _count in range(3)]
        self._seal_all()
        self._tamper("UPDATE hospital_audit_log SET reason = 'other' WHERE id = %s", logs[1].id)
        self.assertEqual(self.Seal._verify(), [logs[1].id])

    def test_removed_row_is_found(self):
        logs = [self.Log._record("read", self.department) for _count in range(3)]
        self._seal_all()
        self._tamper("DELETE FROM hospital_audit_log WHERE id = %s", logs[1].id)
        self.assertIn(logs[1].id, self.Seal._verify())

    def test_forged_seal_breaks_the_chain(self):
        log = self.Log._record("read", self.department)
        self._seal_all()
        forge = "UPDATE hospital_audit_seal SET mac = 'x' WHERE audit_id = %s"
        self.env.cr.execute(forge, [log.id])
        self.env.invalidate_all()
        self.assertEqual(self.Seal._verify(), [log.id])

    def test_purge_keeps_what_the_law_wants(self):
        with self.assertRaises(AccessError):
            self.Log._purge(180)
        with freeze_time("2020-01-01"):
            old = self.Log._record("read", self.department)
        new = self.Log._record("read", self.department)
        self.env.flush_all()
        purged = [row[0] for row in self.Log._purge(190)]
        self.assertIn(old.id, purged)
        self.assertNotIn(new.id, purged)
