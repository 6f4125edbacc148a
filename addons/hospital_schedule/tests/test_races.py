import secrets
import threading
from concurrent.futures import Future

import psycopg2
from psycopg2.errors import DeadlockDetected, SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

PATIENCE = 30
CLEAN = (
    "DELETE FROM hospital_suspension WHERE company_id = %(company)s AND reason = %(mark)s",
    "DELETE FROM hospital_session WHERE department_id = %(department)s",
    "DELETE FROM hospital_plan WHERE department_id = %(department)s",
    "DELETE FROM hospital_doctor WHERE id = %(doctor)s",
    "DELETE FROM hospital_number_type WHERE id = %(type)s",
    "DELETE FROM hospital_department WHERE id = %(department)s",
    "DELETE FROM hospital_campus WHERE id = %(campus)s",
)


@tagged("post_install", "-at_install", "concurrency")
class TestRosterRaces(BaseCase):
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
        doctor = env["hospital.doctor"].create(
            {"name": mark, "code": mark, "department_id": department.id}
        )
        number_type = env["hospital.number.type"].create({"name": mark, "code": mark})
        session = env["hospital.session"].create(
            {
                "date": "2031-03-04", "half_day": "am", "department_id": department.id,
                "doctor_id": doctor.id, "number_type_id": number_type.id,
                "release_at": "2000-01-01 00:00:00", "starts_at": "2031-03-04 00:00:00",
                "ends_at": "2031-03-04 03:00:00",
            }
        )  # fmt: skip
        env["hospital.slot"]._run("spread", session.id, 3)
        return {
            "mark": mark, "campus": campus.id, "department": department.id, "doctor": doctor.id,
            "type": number_type.id, "session": session.id, "company": env.company.id,
        }  # fmt: skip

    def _clean(self):
        with self.db.cursor() as cr:
            for statement in CLEAN:
                cr.execute(statement, self.ids)

    def _cursor(self, level):
        cr = self.db.cursor()
        self.addCleanup(cr.close)
        cr.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        cr.execute("SET LOCAL lock_timeout = '%ss'", [PATIENCE])
        return cr

    def _request(self, work, level="REPEATABLE READ"):
        """Return a task like a request: ``work(env)``, done again when it collided."""
        cr = self._cursor(level)
        # made here: the main thread of a test run holds the lock of the registries
        env = api.Environment(cr, SUPERUSER_ID, {})

        def run():
            for _attempt in range(5):
                try:
                    result = work(env)
                    env.flush_all()
                    cr.commit()
                    return result
                except (SerializationFailure, DeadlockDetected):
                    cr.rollback()
                    env.invalidate_all(flush=False)
                except (UserError, psycopg2.IntegrityError):
                    cr.rollback()
                    return "refused"
            raise AssertionError("five collisions")

        return run

    def _thread(self, task):
        """Run ``task`` in a thread that cannot keep the process alive."""
        future = Future()

        def run():
            try:
                future.set_result(task())
            except Exception as error:
                future.set_exception(error)

        threading.Thread(target=run, daemon=True).start()
        return future

    def _together(self, *tasks):
        """Start all ``tasks`` at one moment and return their results in order."""
        start = threading.Barrier(len(tasks), timeout=PATIENCE)

        def run(task):
            start.wait()
            return task()

        futures = [self._thread(lambda task=task: run(task)) for task in tasks]
        with mute_logger("odoo.sql_db"):
            return [future.result(timeout=PATIENCE) for future in futures]

    def _row(self, query):
        with self.db.cursor() as cr:
            cr.execute(query, self.ids)
            return cr.fetchone()

    def _suspension(self, **values):
        with self.db.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return env["hospital.suspension"].create(
                {"date_from": "2031-03-04", "date_to": "2031-03-04", "reason": self.ids["mark"],
                 **values}
            ).id  # fmt: skip

    def _apply(self, suspension):
        def work(env):
            env["hospital.suspension"].browse(suspension).action_apply()
            return "applied"

        return self._request(work)

    def test_a_release_does_not_open_what_is_being_suspended(self):
        suspension = self._suspension(doctor_id=self.ids["doctor"])
        released = self._request(lambda env: env["hospital.session"]._release_due())
        results = self._together(self._apply(suspension), released)
        self.assertEqual(results[0], "applied")
        state = self._row(
            "SELECT state, suspension_id FROM hospital_session WHERE id = %(session)s"
        )
        self.assertEqual(state, ("suspended", suspension))

    def test_two_suspensions_do_not_share_a_session(self):
        one = self._suspension(doctor_id=self.ids["doctor"])
        two = self._suspension(department_id=self.ids["department"])
        results = self._together(self._apply(one), self._apply(two))
        self.assertEqual(sorted(results), ["applied", "refused"])
        winner = (one, two)[results.index("applied")]
        row = self._row("SELECT suspension_id FROM hospital_session WHERE id = %(session)s")
        self.assertEqual(row, (winner,))

    def test_two_plans_of_one_half_day_saved_at_once(self):
        def save(env):
            env["hospital.plan"].create(
                {"department_id": self.ids["department"], "doctor_id": self.ids["doctor"],
                 "number_type_id": self.ids["type"], "weekday": "0", "date_from": "2031-01-01"}
            )  # fmt: skip
            return "saved"

        results = self._together(self._request(save), self._request(save))
        self.assertEqual(sorted(results), ["refused", "saved"])

    def test_closing_waits_for_a_claim_in_progress(self):
        claim = self._cursor("READ COMMITTED")
        claim.execute("SELECT 1 FROM hospital_session WHERE id = %(session)s FOR SHARE", self.ids)
        claim.execute(
            "UPDATE hospital_slot SET state = 'taken' WHERE session_id = %(session)s "
            "AND number = 1", self.ids
        )  # fmt: skip

        def close(env):
            session = env["hospital.session"].browse(self.ids["session"])
            session._begin_change()
            return session._close_unbooked("x").ids

        closing = self._thread(self._request(close, "READ COMMITTED"))
        claim.commit()
        self.assertEqual(closing.result(timeout=PATIENCE), [])
        row = self._row("SELECT state FROM hospital_session WHERE id = %(session)s")
        self.assertEqual(row, ("draft",))

    def test_a_session_moved_while_it_is_suspended_is_one_of_both(self):
        suspension = self._suspension(doctor_id=self.ids["doctor"])

        def move(env):
            session = env["hospital.session"].browse(self.ids["session"])
            starts_at = env["hospital.clock"]._utc(session.date.replace(day=6), 8.0)
            session._move(starts_at, self.ids["mark"])
            return "moved"

        results = self._together(self._apply(suspension), self._request(move))
        state, day = self._row(
            "SELECT state, extract(day FROM date)::int FROM hospital_session WHERE id = %(session)s"
        )
        self.assertIn(
            (results, state, day),
            [(["applied", "refused"], "suspended", 4), (["refused", "moved"], "draft", 6)],
        )
