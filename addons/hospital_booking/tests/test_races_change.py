from datetime import datetime
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.addons.hospital_base.models.hospital_clock import HospitalClock
from odoo.tests import tagged
from odoo.tools import mute_logger

from .race_common import RaceCommon

ROUNDS = 4


@tagged("post_install", "-at_install", "concurrency")
class TestRacesChange(RaceCommon):
    """Two requests change one booking, or want one number: exactly one of them has its way."""

    def _at(self, *moment):
        self.enterContext(patch.object(HospitalClock, "_now", lambda _self: datetime(*moment)))

    def _do(self, work):
        with self._cursor() as cr:
            return work(api.Environment(cr, SUPERUSER_ID, {}))

    def _race(self, *works):
        with mute_logger("odoo.sql_db"):
            return self._together(*(self._request(work) for work in works))

    def _states(self, *bookings):
        return [
            self._rows("SELECT state FROM hospital_booking WHERE id = %s", one)[0][0]
            for one in bookings
        ]

    def _live(self, session):
        rows = self._rows(
            "SELECT b.state, s.state FROM hospital_booking b JOIN hospital_slot s "
            "ON s.id = b.slot_id WHERE b.session_id = %s AND b.state IN "
            "('hold', 'confirmed', 'checked_in', 'displaced')",
            session,
        )
        self.assertLessEqual({slot for _state, slot in rows}, {"taken"})
        return [state for state, _slot in rows]

    def _booked(self, patient, session):
        return self._claim(patient, session)[1]

    def test_one_move_sent_twice_moves_once(self):
        self._at(2031, 3, 3)
        for index in range(ROUNDS):
            booking = self._booked(self.patients[index], self.sessions[0])

            def move(env, booking=booking):
                session = env["hospital.session"].browse(self.sessions[1])
                return env["hospital.booking"].browse(booking)._reschedule(
                    session, f"{self.sessions[0]}-{booking}"
                ).outcome  # fmt: skip

            self.assertEqual(sorted(self._race(move, move)), ["ok", "replay"])
            self.assertEqual(self._states(booking), ["cancelled"])
        self.assertEqual(self._live(self.sessions[1]), ["confirmed"] * ROUNDS)
        self.assertEqual(self._live(self.sessions[0]), [])

    def test_two_who_move_to_the_last_number(self):
        self._at(2031, 3, 3)
        self._rows(
            "DELETE FROM hospital_slot WHERE session_id = %s AND number > 1 RETURNING id",
            self.sessions[1],
        )
        bookings = [self._booked(patient, self.sessions[0]) for patient in self.patients[:2]]

        def mover(booking):
            def move(env):
                session = env["hospital.session"].browse(self.sessions[1])
                return env["hospital.booking"].browse(booking)._reschedule(
                    session, f"last-{booking}"
                ).outcome  # fmt: skip

            return move

        results = self._race(*(mover(booking) for booking in bookings))
        self.assertEqual(sorted(results), ["full", "ok"])
        winner = bookings[results.index("ok")]
        self.assertEqual(self._states(winner), ["cancelled"])
        self.assertEqual(self._live(self.sessions[0]), ["confirmed"])
        self.assertEqual(self._live(self.sessions[1]), ["confirmed"])

    def test_who_checks_in_while_the_sweep_runs_is_one_of_both(self):
        self._at(2031, 3, 4, 3, 30)
        for index in range(ROUNDS):
            booking = self._booked_earlier(self.patients[index])

            def check_in(env, booking=booking):
                return env["hospital.booking"].browse(booking)._check_in()

            def sweep(env):
                return env["hospital.booking"]._cron_no_show()

            self._race(check_in, sweep)
            ((state, credits, events),) = self._rows(
                "SELECT b.state, (SELECT count(*) FROM hospital_credit_event c "
                "WHERE c.patient_id = b.patient_id AND c.kind = 'no_show'), "
                "(SELECT count(*) FROM hospital_booking_event e WHERE e.booking_id = b.id "
                "AND e.to_state IN ('checked_in', 'no_show')) "
                "FROM hospital_booking b WHERE b.id = %s", booking,
            )  # fmt: skip
            self.assertIn(state, ("checked_in", "no_show"))
            self.assertEqual((credits, events), (int(state == "no_show"), 1))

    def _booked_earlier(self, patient):
        """Book number 1 of the day with a late-proof clock: it ended at 03:00 UTC."""
        booking = self._booked(patient, self.sessions[0])
        self._do(lambda env: env["res.company"].search([]).write({"hospital_late_minutes": 600}))
        return booking

    def _keep_late_minutes(self):
        rows = self._rows("SELECT id, hospital_late_minutes FROM res_company")

        def restore():
            for company, minutes in rows:
                self._rows(
                    "UPDATE res_company SET hospital_late_minutes = %s WHERE id = %s RETURNING id",
                    minutes, company,
                )  # fmt: skip

        self.addCleanup(restore)

    def setUp(self):
        super().setUp()
        self._keep_late_minutes()

    def test_two_numbers_given_back_at_once_reach_two_who_wait(self):
        self._at(2031, 3, 3)
        session = self.sessions[0]
        self._rows(
            "DELETE FROM hospital_slot WHERE session_id = %s AND number > 2 RETURNING id", session
        )
        bookings = [self._booked(patient, session) for patient in self.patients[:2]]

        def join(env):
            channel = env["hospital.channel"].browse(self.ids["channel"])
            for patient in env["hospital.patient"].browse(self.patients[2:4]):
                env["hospital.waitlist"]._join(
                    env["hospital.session"].browse(session), patient, channel
                )

        self._do(join)

        def canceller(booking):
            def cancel(env):
                env["hospital.booking"].browse(booking)._cancel("", "office")
                return "cancelled"

            return cancel

        self._race(*(canceller(booking) for booking in bookings))
        self._do(lambda env: env["hospital.waitlist"]._cron_serve())
        rows = self._rows(
            "SELECT state, booking_id FROM hospital_waitlist WHERE session_id = %s", session
        )
        self.assertEqual([state for state, _booking in rows], ["offered", "offered"])
        self.assertEqual(len({booking for _state, booking in rows}), 2)
        self.assertEqual(self._live(session), ["hold", "hold"])

    def test_nobody_keeps_a_number_of_a_session_that_is_being_suspended(self):
        self._at(2031, 3, 3)
        for index in range(ROUNDS):
            session = self.sessions[index]
            booking = self._booked(self.patients[index], session)
            self._do(
                lambda env, booking=booking: env["hospital.booking"]
                .browse(booking)
                ._transition("displaced")
            )
            suspension = self._do(
                lambda env, index=index: env["hospital.suspension"]
                .create(
                    {"doctor_id": self.ids["doctors"][index], "date_from": "2031-03-04",
                     "date_to": "2031-03-04", "reason": "Ill"}
                )
                .id
            )  # fmt: skip

            def accept(env, booking=booking):
                env["hospital.booking"].browse(booking)._choose_displaced("accept")
                return "accepted"

            def suspend(env, suspension=suspension):
                env["hospital.suspension"].browse(suspension).action_apply()
                return "suspended"

            results = self._race(accept, suspend)
            self.assertEqual(results[1], "suspended")
            self.assertEqual(self._states(booking), ["displaced"], results)
