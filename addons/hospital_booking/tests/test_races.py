import json
import select
import subprocess
import sys
import time

from odoo import SUPERUSER_ID, api
from odoo.sql_db import connection_info_for
from odoo.tests import get_db_name, tagged
from odoo.tools import mute_logger

from .race_common import CLAIM, PATIENCE, RaceCommon

CHILD = """
import json, sys, psycopg2
info, query, values = json.loads(sys.stdin.readline())
cr = psycopg2.connect(**info).cursor()
cr.execute(query, values)
print(cr.fetchone()[0], flush=True)
sys.stdin.readline()
"""


@tagged("post_install", "-at_install", "concurrency")
class TestRaces(RaceCommon):
    """Claims against each other, against a suspension, a sweep and a dying process."""

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
            self._until_it_waits(claim)
            cr.commit()
            self.assertEqual(claim.result(timeout=PATIENCE), ("closed", None))

    def _until_it_waits(self, claim):
        """Return when the claim waits for a lock, or has ended without waiting."""
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event_type = 'Lock' AND position('hospital_booking_claim(' in query) > 0 "
            "AND pid <> pg_backend_pid()"
        )
        deadline = time.monotonic() + PATIENCE
        while self._rows(waiting) == [(0,)] and not claim.done():
            self.assertLess(time.monotonic(), deadline)

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
