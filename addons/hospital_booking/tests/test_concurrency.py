import secrets
import threading
from datetime import datetime

from odoo import SUPERUSER_ID, api
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, get_db_name, tagged

PEOPLE = 50
CLAIM = (
    "SELECT outcome FROM hospital_booking_claim("
    "%s, %s, %s, %s, %s, NULL, NULL, NULL, true, NULL, %s, 1)"
)
CLEAN = (
    "DELETE FROM hospital_message WHERE patient_id = ANY(%(patients)s)",
    "DELETE FROM hospital_booking WHERE session_id = %(session)s",
    "DELETE FROM hospital_session WHERE id = %(session)s",
    "DELETE FROM hospital_number_type WHERE id = %(type)s",
    "DELETE FROM hospital_department WHERE id = %(department)s",
    "DELETE FROM hospital_campus WHERE id = %(campus)s",
    "DELETE FROM hospital_patient WHERE id = ANY(%(patients)s)",
)


@tagged("post_install", "-at_install", "concurrency")
class TestConcurrency(BaseCase):
    """Real connections and commits; everything is removed afterwards."""

    def setUp(self):
        super().setUp()
        self.db = db_connect(get_db_name())
        with self.db.cursor() as cr:
            self.ids = self._make(api.Environment(cr, SUPERUSER_ID, {}))
        self.addCleanup(self._clean)

    def _make(self, env):
        mark = secrets.token_hex(4)
        campus = env["hospital.campus"].create({"name": mark, "code": mark})
        department = env["hospital.department"].create(
            {"name": mark, "code": mark, "campus_id": campus.id, "bookable": True}
        )
        kind = env["hospital.number.type"].create({"name": mark, "code": mark})
        session = env["hospital.session"].create(
            {
                "date": "2031-03-04", "half_day": "am", "department_id": department.id,
                "number_type_id": kind.id, "state": "released", "release_at": "2000-01-01 00:00:00",
                "starts_at": "2031-03-04 00:00:00", "ends_at": "2031-03-04 03:00:00",
            }
        )  # fmt: skip
        env.flush_all()
        env.cr.execute(
            "INSERT INTO hospital_slot (session_id, number, starts_at, ends_at, state, kind) "
            "SELECT id, 1, starts_at, ends_at, 'free', 'normal' FROM hospital_session "
            "WHERE id = %s", [session.id],
        )  # fmt: skip
        env.cr.execute(
            "INSERT INTO hospital_patient (name, mrn, sex, id_type, verified_level, active) "
            "SELECT 'Test', %s || n, 'unknown', 'none', 'none', true "
            "FROM generate_series(1, %s) n RETURNING id", [mark, PEOPLE],
        )  # fmt: skip
        patients = [row[0] for row in env.cr.fetchall()]
        channel = env["hospital.channel"].search([("code", "=", "window")])
        return {
            "session": session.id, "patients": patients, "type": kind.id, "campus": campus.id,
            "department": department.id, "channel": channel.id,
        }  # fmt: skip

    def _clean(self):
        with self.db.cursor() as cr:
            for statement in CLEAN:
                cr.execute(statement, self.ids)

    def _claim(self, cr, patient, key):
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        cr.execute(
            CLAIM,
            [self.ids["channel"], patient, self.ids["session"], key, secrets.token_urlsafe(16),
             datetime(2031, 3, 3)],
        )  # fmt: skip
        return cr.fetchone()[0]

    def _race(self, requests):
        outcomes, start = [], threading.Barrier(len(requests), timeout=60)

        def run(patient, key):
            with self.db.cursor() as cr:
                start.wait()
                outcomes.append(self._claim(cr, patient, key))

        threads = [threading.Thread(target=run, args=request) for request in requests]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(outcomes)

    def test_fifty_claims_of_one_number_give_it_once(self):
        outcomes = self._race([(patient, f"k{patient}") for patient in self.ids["patients"]])
        self.assertEqual(outcomes, ["full"] * (PEOPLE - 1) + ["ok"])

    def test_a_double_tap_books_once(self):
        outcomes = self._race([(self.ids["patients"][0], "tap")] * 2)
        self.assertEqual(outcomes.count("ok"), 1)
        with self.db.cursor() as cr:
            cr.execute(
                "SELECT count(*) FROM hospital_booking WHERE session_id = %(session)s", self.ids
            )
            self.assertEqual(cr.fetchone()[0], 1)

    def test_a_claim_that_never_commits_leaves_the_number_free(self):
        with self.db.cursor() as cr:
            self.assertEqual(self._claim(cr, self.ids["patients"][0], "lost"), "ok")
            cr.rollback()
        with self.db.cursor() as cr:
            self.assertEqual(self._claim(cr, self.ids["patients"][1], "next"), "ok")
