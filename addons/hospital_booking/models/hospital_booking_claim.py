import secrets
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL


class ClaimResult(NamedTuple):
    """Answer of a claim; ``sentence`` tells the patient what to do."""

    outcome: str
    booking_id: int | None
    ref: str | None
    sentence: str


class HospitalBooking(models.Model):
    _inherit = "hospital.booking"

    @api.model
    def _claim(
        self, channel, patient, session, key, account=None, period_start=None, number=None,
        confirm=False, hold_minutes=None,
    ):  # fmt: skip
        """Claim one number of ``session`` in one round trip; never waits for it.

        :param str key: idempotency key within the channel.
        :param period_start: naive UTC start of the period, any number of it.
        :param int number: exactly this number.
        :param int hold_minutes: minutes of the hold; the hospital's setting when absent.
        :rtype: ClaimResult
        """
        clock = self.env["hospital.clock"]
        self._read_committed()
        outcome, booking_id, ref = self.env.execute_query(
            SQL(
                "SELECT * FROM hospital_booking_claim("
                "%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                channel.id, patient.id, session.id, key, secrets.token_urlsafe(16),
                account.id if account else None, period_start, number, bool(confirm),
                hold_minutes, clock._now(), clock._today(), self.env.uid,
            )
        )[0]  # fmt: skip
        if outcome == "ok":
            self.env["hospital.slot"].invalidate_model(["state"])
            self.invalidate_model()
        elif outcome == "risk":
            self.env["hospital.risk.event"]._record("booking_limit", account, patient)
        return ClaimResult(outcome, booking_id, ref, self._claim_sentence(outcome))

    @api.model
    def _read_committed(self):
        """Restart a transaction that has written nothing, so that claims never collide."""
        self.env.flush_all()
        ((fresh,),) = self.env.execute_query(
            SQL(
                "SELECT pg_current_xact_id_if_assigned() IS NULL "
                "AND current_setting('transaction_isolation') <> 'read committed'"
            )
        )
        if fresh:
            self.env.cr.execute("ROLLBACK; BEGIN ISOLATION LEVEL READ COMMITTED")

    @api.model
    def _claim_sentence(self, outcome):
        return {
            "ok": self.env._("The number is yours."),
            "replay": self.env._("This request was booked already."),
            "full": self.env._("No number is left here. Choose another time or the wait-list."),
            "duplicate_doctor": self.env._(
                "There is a booking for this doctor or clinic on this day already. Use that one."
            ),
            "day_limit": self.env._(
                "The patient has reached the bookings of this day. Choose another day."
            ),
            "blocked": self.env._(
                "Booking is paused after missed visits. Ask the outpatient office."
            ),
            "not_released": self.env._("These numbers are not open yet. Come back later."),
            "closed": self.env._("This session is closed. Choose another one."),
            "horizon": self.env._("This day is not open for booking yet. Choose an earlier one."),
            "channel": self.env._("This cannot be booked here. Ask at the window."),
            "quota": self.env._("This channel's numbers are used up. Try another channel."),
            "not_member": self.env._("This person is not in the family. Add them first."),
            "guardian": self.env._(
                "A patient under 16 needs a guardian on file. Ask the desk to add one."
            ),
            "risk": self.env._(
                "This phone has booked for too many different people. Ask the desk for help."
            ),
            "patient_inactive": self.env._("This record is closed. Ask at the window."),
            "key_reused": self.env._("This request was used for another booking. Start again."),
        }[outcome]
