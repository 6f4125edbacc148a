from odoo.addons.hospital_base.keep_plans import reset
from odoo.sql_db import PsycoConnection, db_connect
from odoo.tests import TransactionCase, tagged

LEFT_BEHIND = """
    CREATE TEMP TABLE hospital_left_behind (id integer);
    SET statement_timeout = '1h';
    PREPARE left_behind AS SELECT 1;
    LISTEN hospital_left_behind;
    SELECT pg_advisory_lock(20261124);
"""
WHAT_IS_LEFT = """
    SELECT to_regclass('pg_temp.hospital_left_behind') IS NOT NULL,
           current_setting('statement_timeout') = '1h',
           (SELECT count(*) FROM pg_prepared_statements) > 0,
           (SELECT count(*) FROM pg_listening_channels()) > 0,
           (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 20261124
               AND pid = pg_backend_pid()) > 0
"""


@tagged("post_install", "-at_install")
class TestKeepPlans(TransactionCase):
    def setUp(self):
        super().setUp()
        cursor = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(cursor.close)
        self.connection = cursor._cnx

    def _ask(self, query):
        with self.connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall() if cursor.description else None

    def test_odoo_resets_connections_this_way(self):
        self.assertIs(PsycoConnection.reset, reset)

    def test_nothing_of_a_request_is_left_in_its_connection(self):
        self._ask(LEFT_BEHIND)
        self.connection.commit()
        self.assertEqual(self._ask(WHAT_IS_LEFT), [(True, True, True, True, True)])
        self.connection.reset()
        self.assertEqual(self._ask(WHAT_IS_LEFT), [(False, False, False, False, False)])

    def test_what_was_not_committed_is_rolled_back(self):
        self._ask("CREATE TABLE hospital_never_there (id integer)")
        self.connection.reset()
        self.assertEqual(self._ask("SELECT to_regclass('hospital_never_there') IS NULL"), [(True,)])
        self.assertFalse(self.connection.autocommit)
