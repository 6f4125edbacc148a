import psycopg2

from odoo.addons.hospital_base.own_transaction import execute_alone
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL, mute_logger

ISOLATION = SQL("SELECT current_setting('transaction_isolation')")
UNWRITTEN = "SELECT pg_current_xact_id_if_assigned() IS NULL"


@tagged("post_install", "-at_install")
class TestExecuteAlone(TransactionCase):
    def setUp(self):
        super().setUp()
        self.cr = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(self.cr.close)

    def _answer(self, query):
        self.cr.execute(query)
        return self.cr.fetchone()[0]

    def test_statement_reads_what_others_decided_and_later_ones_keep_their_snapshot(self):
        self.assertEqual(self._answer(ISOLATION), "repeatable read")
        execute_alone(self.cr, ISOLATION)
        self.assertEqual(self.cr.fetchone()[0], "read committed")
        self.assertEqual(self._answer(ISOLATION), "repeatable read")

    def test_what_was_written_before_is_committed_and_the_statement_too(self):
        self.cr.execute("SELECT pg_current_xact_id()")
        before = self.cr.fetchone()[0]
        execute_alone(self.cr, SQL("SELECT pg_current_xact_id()"))
        alone = self.cr.fetchone()[0]
        self.assertNotEqual(before, alone)
        self.cr.rollback()
        for number in (before, alone):
            self.cr.execute("SELECT pg_xact_status(%s::text::xid8)", [number])
            self.assertEqual(self.cr.fetchone()[0], "committed")

    @mute_logger("odoo.sql_db")
    def test_failed_statement_leaves_a_cursor_that_works_as_before(self):
        with self.assertRaises(psycopg2.errors.DivisionByZero):
            execute_alone(self.cr, SQL("SELECT 1 / 0"))
        self.assertFalse(self.cr.connection.autocommit)
        self.assertEqual(self._answer(ISOLATION), "repeatable read")
        self.assertTrue(self._answer(UNWRITTEN))
