import json
import secrets
import select
import subprocess
import sys
import threading
from concurrent.futures import Future

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.sql_db import connection_info_for, db_connect
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

CLAIM = (
    "SELECT outcome, booking_id FROM hospital_booking_claim("
    "%s, %s, %s, %s, %s, NULL, NULL, NULL, %s, NULL, "
    "'2031-03-03 00:00:00', 1)"
)
CLEAN = (
    "DELETE FROM hospital_message WHERE patient_id = ANY(%(patients)s)",
    "DELETE FROM hospital_booking WHERE patient_id = ANY(%(patients)s)",
    "DELETE FROM hospital_session WHERE id = ANY(%(sessions)s)",
    "DELETE FROM hospital_suspension WHERE doctor_id = ANY(%(doctors)s)",
    "DELETE FROM hospital_doctor WHERE id = ANY(%(doctors)s)",
    "DELETE FROM hospital_channel_rule WHERE department_id = %(department)s",
    "DELETE FROM hospital_number_type WHERE id = %(type)s",
    "DELETE FROM hospital_department WHERE id = %(department)s",
    "DELETE FROM hospital_campus WHERE id = %(campus)s",
    "DELETE FROM hospital_patient WHERE id = ANY(%(patients)s)",
)
#: Seconds after which a thread, a lock or the child process counts as stuck.
PATIENCE = 30
CHILD = """
import json, sys, psycopg2
info, query, values = json.loads(sys.stdin.readline())
cr = psycopg2.connect(**info).cursor()
cr.execute(query, values)
print(cr.fetchone()[0], flush=True)
sys.stdin.readline()
"""


@tagged("post_install", "-at_install", "concurrency")
class TestRaces(BaseCase):
    """Four doctors of one day, twelve patients; all of it is removed afterwards."""

    def setUp(self):
        super().setUp()
        self.db = db_connect(get_db_name())
        with self.db.cursor() as cr:
            self.ids = self._make(api.Environment(cr, SUPERUSER_ID, {}))
        self.addCleanup(self._clean)
        self.patients, self.sessions = self.ids["patients"], self.ids["sessions"]

    def _make(self, env):
        mark = secrets.token_hex(4)
        campus = env["hospital.campus"].create({"name": mark, "code": mark})
        department = env["hospital.department"].create(
            {"name": mark, "code": mark, "campus_id": campus.id, "bookable": True}
        )
        kind = env["hospital.number.type"].create({"name": mark, "code": mark})
        doctors = env["hospital.doctor"].create(
            [
                {"name": mark, "code": f"{mark}{n}", "department_id": department.id}
                for n in range(4)
            ]
        )
        sessions = env["hospital.session"].create(
            [
                {
                    "date": "2031-03-04", "half_day": "am", "department_id": department.id,
                    "doctor_id": doctor.id, "number_type_id": kind.id, "state": "released",
                    "release_at": "2000-01-01 00:00:00", "starts_at": "2031-03-04 00:00:00",
                    "ends_at": "2031-03-04 03:00:00",
                }
                for doctor in doctors
            ]
        )  # fmt: skip
        env.flush_all()
        env.cr.execute(
            "INSERT INTO hospital_slot (session_id, number, starts_at, ends_at, state, kind) "
            "SELECT s.id, n, starts_at, ends_at, 'free', 'normal' FROM hospital_session s, "
            "generate_series(1, 12) n WHERE s.id = ANY(%s)", [sessions.ids],
        )  # fmt: skip
        env.cr.execute(
            "INSERT INTO hospital_patient (name, mrn, sex, id_type, verified_level, active) "
            "SELECT 'Test', %s || n, 'unknown', 'none', 'none', true "
            "FROM generate_series(1, 12) n RETURNING id", [mark],
        )  # fmt: skip
        return {
            "patients": [row[0] for row in env.cr.fetchall()], "sessions": sessions.ids,
            "doctors": doctors.ids, "department": department.id, "campus": campus.id,
            "type": kind.id,
            "channel": env["hospital.channel"].search([("code", "=", "window")]).id,
        }  # fmt: skip

    def _clean(self):
        with self._cursor() as cr:
            for statement in CLEAN:
                cr.execute(statement, self.ids)

    def _cursor(self, level="READ COMMITTED"):
        cr = self.db.cursor()
        cr.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        cr.execute("SET LOCAL lock_timeout = '%ss'", [PATIENCE])
        return cr

    def _values(self, patient, session, confirm=True):
        return [self.ids["channel"], patient, session, secrets.token_hex(8),
                secrets.token_hex(8), confirm]  # fmt: skip

    def _claim(self, patient, session, confirm=True):
        with self._cursor() as cr:
            cr.execute(CLAIM, self._values(patient, session, confirm))
            return cr.fetchone()

    def _rows(self, query, *values):
        with self._cursor() as cr:
            cr.execute(query, values)
            return cr.fetchall()

    def _together(self, *tasks):
        """Start all ``tasks`` at one moment and return their results in order."""
        start = threading.Barrier(len(tasks), timeout=PATIENCE)

        def run(task):
            start.wait()
            return task()

        futures = [self._thread(run, task) for task in tasks]
        return [future.result(timeout=PATIENCE) for future in futures]

    def _thread(self, task, *args):
        """Run ``task`` in a thread that cannot keep the process alive."""
        future = Future()

        def run():
            try:
                future.set_result(task(*args))
            except Exception as error:
                future.set_exception(error)

        threading.Thread(target=run, daemon=True).start()
        return future

    def _request(self, work):
        """Return a task like a request: ``work(env)``, done again when it collided."""
        cr = self._cursor("REPEATABLE READ")
        self.addCleanup(cr.close)
        # made here: the main thread of a test run holds the lock of the registries
        env = api.Environment(cr, SUPERUSER_ID, {})

        def run():
            for _attempt in range(5):
                try:
                    result = work(env)
                    cr.commit()
                    return result
                except SerializationFailure:
                    cr.rollback()
                except UserError:
                    cr.rollback()
                    return "refused"
            raise AssertionError("five collisions")

        return run

    def test_the_day_limit_holds_for_four_doctors_at_once(self):
        patient = self.patients[0]
        results = self._together(
            *(lambda s=session: self._claim(patient, s)[0] for session in self.sessions)
        )
        self.assertEqual(sorted(results), ["day_limit", "day_limit", "ok", "ok"])
        rows = self._rows(
            "SELECT ordinal FROM hospital_booking WHERE patient_id = %s ORDER BY 1", patient
        )
        self.assertEqual(rows, [(1,), (2,)])
        taken = self._rows(
            "SELECT count(*) FROM hospital_slot WHERE session_id = ANY(%s) AND state = 'taken'",
            self.sessions,
        )
        self.assertEqual(taken, [(2,)])

    def test_the_quota_holds_for_twelve_patients_at_once(self):
        with self.db.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["hospital.channel.rule"].create(
                {"channel_id": self.ids["channel"], "department_id": self.ids["department"],
                 "maximum": 6}
            )  # fmt: skip
        session = self.sessions[0]
        results = self._together(
            *(lambda p=patient: self._claim(p, session)[0] for patient in self.patients)
        )
        self.assertEqual(sorted(results), ["ok"] * 6 + ["quota"] * 6)
        rows = self._rows(
            "SELECT quota_ordinal FROM hospital_booking WHERE session_id = %s ORDER BY 1", session
        )
        self.assertEqual(rows, [(number,) for number in range(1, 7)])

    def test_a_hold_is_either_confirmed_or_expired(self):
        for patient in self.patients[:6]:
            _outcome, booking = self._claim(patient, self.sessions[0], confirm=False)
            self._rows(
                "UPDATE hospital_booking SET hold_until = '2100-01-01' WHERE id = %s "
                "RETURNING id", booking,
            )  # fmt: skip

            def confirm(env, booking=booking):
                env["hospital.booking"].browse(booking)._confirm()
                return "confirmed"

            def expire(env, booking=booking):
                row = env["hospital.booking"].browse(booking)
                return "expired" if row._transition("expired", strict=False) else "refused"

            with mute_logger("odoo.sql_db"):
                results = self._together(self._request(confirm), self._request(expire))
            ((state, slot),) = self._rows(
                "SELECT b.state, s.state FROM hospital_booking b "
                "JOIN hospital_slot s ON s.id = b.slot_id WHERE b.id = %s", booking,
            )  # fmt: skip
            self.assertEqual(sorted(results), sorted([state, "refused"]))
            self.assertEqual(slot, {"confirmed": "taken", "expired": "free"}[state])

    def _suspension(self, env):
        return env["hospital.suspension"].create(
            {"doctor_id": self.ids["doctors"][0], "date_from": "2031-03-04",
             "date_to": "2031-03-04", "reason": "Ill"}
        )  # fmt: skip

    def test_no_claim_slips_past_a_suspension(self):
        session = self.sessions[0]
        with self.db.cursor() as cr:
            suspension = self._suspension(api.Environment(cr, SUPERUSER_ID, {})).id

        def suspend(env):
            env["hospital.suspension"].browse(suspension).action_apply()
            return "suspended"

        results = self._together(
            self._request(suspend),
            *(lambda p=patient: self._claim(p, session)[0] for patient in self.patients),
        )
        self.assertEqual(results[0], "suspended")
        self.assertLessEqual(set(results[1:]), {"ok", "closed"})
        states = self._rows("SELECT state FROM hospital_booking WHERE session_id = %s", session)
        self.assertEqual(states, [("displaced",)] * results.count("ok"))

    def test_a_claim_waits_for_a_suspension_in_progress(self):
        with self._cursor() as cr:
            self._suspension(api.Environment(cr, SUPERUSER_ID, {})).action_apply()
            cr.flush()
            claim = self._thread(self._claim, self.patients[0], self.sessions[0])
            cr.commit()
            self.assertEqual(claim.result(timeout=PATIENCE), ("closed", None))

    def test_a_killed_process_leaves_the_number_free(self):
        session = self.sessions[0]
        self._rows(
            "DELETE FROM hospital_slot WHERE session_id = %s AND number > 1 RETURNING id", session
        )
        info = connection_info_for(get_db_name())[1]
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            values = self._values(self.patients[0], session)
            child.stdin.write(json.dumps([info, CLAIM, values]) + "\n")
            child.stdin.flush()
            self.assertTrue(select.select([child.stdout], [], [], PATIENCE)[0])
            self.assertEqual(child.stdout.readline(), "ok\n")
            self.assertEqual(self._claim(self.patients[1], session)[0], "full")
        finally:
            child.kill()
            child.communicate(timeout=PATIENCE)
        # the lock of the number ends with the transaction of the dead process
        state = self._rows(
            "SELECT state FROM hospital_slot WHERE session_id = %s FOR UPDATE", session
        )
        self.assertEqual(state, [("free",)])
        self.assertEqual(self._claim(self.patients[2], session)[0], "ok")
