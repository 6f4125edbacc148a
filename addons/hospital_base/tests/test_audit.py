from pathlib import Path
from tempfile import TemporaryDirectory

from psycopg2.errors import RaiseException

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..models import hospital_audit_seal
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
        for column, value in (("mac", "x"), ("audit_mac", "x"), ("at", "2001-01-01")):
            with self.subTest(column), self.cr.savepoint() as savepoint:
                forge = SQL(
                    "UPDATE hospital_audit_seal SET %s = %s WHERE audit_id = %s",
                    SQL.identifier(column),
                    value,
                    log.id,
                )
                self.env.cr.execute(forge)
                self.env.invalidate_all()
                self.assertEqual(self.Seal._verify(), [log.id])
                savepoint.rollback()
        self.env.invalidate_all()
        self.assertEqual(self.Seal._verify(), [])

    def test_taking_out_the_oldest_rows_or_all_of_them_is_found(self):
        logs = [self.Log._record("read", self.department) for _count in range(3)]
        self._seal_all()
        self._tamper("DELETE FROM hospital_audit_log WHERE id <= %s", logs[1].id)
        self.assertEqual(self.Seal._verify()[-2:], [logs[0].id, logs[1].id])
        self._tamper("DELETE FROM hospital_audit_log")
        self.assertEqual(self.Seal._verify()[-1], logs[2].id)

    def test_cutting_the_end_off_is_found_by_the_published_head(self):
        head = self.enterContext(TemporaryDirectory())
        self.patch(type(self.Seal), "_head_file", lambda _self: Path(head) / "head.log")
        self.assertTrue(self.Seal._head_is_kept())
        self.Log._record("read", self.department)
        self._seal_all()
        self.Seal._publish_head()
        self.assertTrue(self.Seal._head_is_kept())
        newest = self.Seal.search([], order="sequence desc", limit=1)
        self._tamper("DELETE FROM hospital_audit_log WHERE id = %s", newest.audit_id)
        newest.unlink()
        self.assertEqual(self.Seal._verify(), [])
        self.assertFalse(self.Seal._head_is_kept())
        with self.assertLogs("odoo.addons.hospital_base", "CRITICAL") as said:
            self.Seal._cron_verify()
        self.assertIn("head kept: False", said.output[0])

    def test_the_nightly_look_is_silent_about_a_whole_chain(self):
        self.patch(type(self.Seal), "_head_is_kept", lambda _self: True)
        with self.assertNoLogs("odoo.addons.hospital_base", "CRITICAL"):
            self.Seal._cron_verify()

    def test_the_auditor_checks_the_chain(self):
        self.patch(type(self.Seal), "_head_is_kept", lambda _self: True)
        log = self.Log._record("read", self.department)
        self._seal_all()
        trail = self.Log.with_user(self.roles["auditor"])
        self.assertEqual(trail.action_check_chain()["params"]["type"], "success")
        self._tamper("UPDATE hospital_audit_log SET reason = 'other' WHERE id = %s", log.id)
        answer = trail.action_check_chain()["params"]
        self.assertEqual(answer["type"], "danger")
        self.assertIn(str(log.id), answer["message"])
        self.assertEqual(self.Log.search([("action", "=", "verify")], limit=1).result, "broken")
        with self.assertRaises(AccessError):
            self.Log.with_user(self.roles["admin"]).action_check_chain()

    def test_a_long_chain_is_checked_in_batches(self):
        self.patch(hospital_audit_seal, "BATCH", 2)
        logs = [self.Log._record("read", self.department) for _count in range(5)]
        self._seal_all()
        self._tamper("UPDATE hospital_audit_log SET ip = 'x' WHERE id = %s", logs[3].id)
        self.assertEqual(self.Seal._verify(), [logs[3].id])

    def test_purge_keeps_what_the_law_wants(self):
        with self.assertRaises(AccessError):
            self.Log._purge(180)
        with freeze_time("2020-01-01"):
            old = self.Log._record("read", self.department)
            self._seal_all()
            unsealed = self.Log._record("read", self.department)
        new = self.Log._record("read", self.department)
        self.env.flush_all()
        purged = [row[0] for row in self.Log._purge(190)]
        self.assertIn(old.id, purged)
        self.assertNotIn(unsealed.id, purged)
        self.assertNotIn(new.id, purged)
        self.env.invalidate_all()
        self.assertEqual(self.Seal._verify(), [])

    def test_rights_given_and_taken_are_written_down(self):
        user = new_test_user(self.env, "trail_of_rights", "hospital_base.group_cashier")
        reveal = self.env.ref("hospital_base.group_reveal")
        user.group_ids += reveal
        user.group_ids -= reveal
        reveal.user_ids += user
        user.active = False
        rows = self.Log.search([("action", "=", "rights")], limit=5).sorted("id")
        self.assertEqual(rows[0].res_ids, user.ids)
        self.assertIn("Cashier", rows[0].reason)
        self.assertEqual(
            [row.reason for row in rows[1:]],
            [f"+ {reveal.full_name}", f"- {reveal.full_name}", reveal.full_name, "archived"],
        )
        user.name = "Another name"
        self.assertEqual(self.Log.search([("action", "=", "rights")], limit=1), rows[-1])

    def test_trail_needs_few_queries(self):
        for _count in range(20):
            self.Log._record("read", self.department)
        self.env.flush_all()
        Log = self.Log.with_user(self.roles["auditor"])
        spec = {name: {} for name in ("at", "action", "model", "reason", "result", "ip")}
        spec["user_id"] = {"fields": {"display_name": {}}}
        Log.web_search_read([], spec, limit=80)
        self.env.invalidate_all()
        with self.assertQueryCount(6):
            Log.web_search_read([], spec, limit=80)

    def test_auditor_reads_words(self):
        row = self.Log._record("reveal", self.department, result="refused")
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms(["hospital_base"], ["zh_CN"])
        for lang, words in (
            ("en_US", ("Revealed numbers", "Department", "Refused")),
            ("zh_CN", ("查看明文", "科室", "被拒绝")),
        ):
            said = row.with_context(lang=lang)
            said.invalidate_recordset()
            self.assertEqual((said.action_words, said.model_words, said.result_words), words)
        self.assertEqual(self.Log._record("something_new").action_words, "something_new")
