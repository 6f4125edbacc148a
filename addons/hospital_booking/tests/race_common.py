import secrets
import threading
from concurrent.futures import Future

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, get_db_name

CLAIM = (
    "SELECT outcome, booking_id FROM hospital_booking_claim("
    "%s, %s, %s, %s, %s, NULL, NULL, NULL, %s, NULL, "
    "'2031-03-03 00:00:00', 1)"
)
CLEAN = (
    "DELETE FROM hospital_message WHERE patient_id = ANY(%(patients)s)",
    "DELETE FROM hospital_waitlist WHERE patient_id = ANY(%(patients)s)",
    "DELETE FROM hospital_credit_event WHERE patient_id = ANY(%(patients)s)",
    "DELETE FROM hospital_blacklist_entry WHERE patient_id = ANY(%(patients)s)",
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


class RaceCommon(BaseCase):
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
            [{"name": mark, "code": f"{mark}{n}", "department_id": department.id} for n in range(4)]
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
