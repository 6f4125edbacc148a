from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MessageCommon


@tagged("post_install", "-at_install")
class TestOutbox(MessageCommon):
    def test_same_key_is_written_once(self):
        row = self._row(self.patient_a, "k1")
        self.assertEqual(self.Message._emit("test.moved", [row, row]), 1)
        self.assertEqual(self.Message._emit("test.moved", [row]), 0)
        self.assertEqual(self.Message.search_count([("dedup_key", "=", "k1")]), 1)

    def test_row_goes_with_the_transaction(self):
        class Undo(Exception):
            """Stands for any failure of the business change."""

        with self.assertRaises(Undo), self.cr.savepoint():
            self.Message._emit("test.moved", [self._row(self.patient_a, "k1")])
            raise Undo
        self.assertFalse(self.Message.search([("dedup_key", "=", "k1")]))

    def test_emit_wakes_the_job(self):
        cron = self.env.ref("hospital_message.ir_cron_deliver")
        wakes = [("cron_id", "=", cron.id)]
        before = self.env["ir.cron.trigger"].search_count(wakes)
        self.Message._emit("test.moved", [self._row(self.patient_a, "k1")])
        self.assertEqual(self.env["ir.cron.trigger"].search_count(wakes), before + 1)

    def test_variables_are_declared_and_hold_no_personal_number(self):
        with self.assertRaises(ValueError):
            self.Message._emit("test.unknown", [self._row(self.patient_a, "k1")])
        for variables in (
            {"nurse": "x"},
            {"doctor": "13800001234"},
            {"doctor": "ID 99999919900101123X"},
        ):
            with self.assertRaises(ValueError):
                self._emit(self._row(self.patient_a, "k1", variables=variables))
        self.assertFalse(self.Message.search([("dedup_key", "=", "k1")]))

    def test_retired_event_writes_nothing(self):
        self.event.active = False
        self.assertEqual(self.Message._emit("test.moved", [self._row(self.patient_a, "k1")]), 0)

    @mute_logger("odoo.sql_db")
    def test_database_holds_the_rules(self):
        message, _written = self._emit(self._row(self.patient_a, "k1"))
        insert = (
            "INSERT INTO hospital_message (event_id, patient_id, dedup_key) VALUES (%s, %s, %s)"
        )
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.cr.execute(insert, [self.event.id, self.patient_a.id, "k1"])
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.cr.execute(insert, [self.event.id, None, "k2"])
        self.Message._cron_deliver()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            message.delivery_ids[0].copy()

    def test_other_addons_sql_is_delivered(self):
        self.env.flush_all()
        self.cr.execute(
            "INSERT INTO hospital_message (event_id, patient_id, dedup_key, res_model, res_id,"
            " variables, state, at, next_try_at, create_date)"
            " VALUES (%s, %s, 'sql1', 'res.partner', 77, %s, 'queued', now() AT TIME ZONE 'utc',"
            " now() AT TIME ZONE 'utc' - interval '1 minute', now() AT TIME ZONE 'utc')"
            " ON CONFLICT (dedup_key) DO NOTHING",
            [self.event.id, self.patient_a.id, '{"doctor": "Lin", "date": "today"}'],
        )
        self.Message._cron_deliver()
        self.assertEqual(self.Message._reached("res.partner", [77]), {77: "reached"})
