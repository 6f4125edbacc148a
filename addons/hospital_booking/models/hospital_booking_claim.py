import secrets
from typing import NamedTuple

from odoo import api, models
from odoo.addons.hospital_base.own_transaction import execute_alone
from odoo.tools import SQL, LazyTranslate

_lt = LazyTranslate(__name__)

#: outcome of a claim → what the patient should do
SENTENCES = {
    "ok": _lt("The number is yours."),
    "replay": _lt("This request was booked already."),
    "full": _lt("No number is left here. Choose another time or the wait-list."),
    "duplicate_doctor": _lt(
        "There is a booking for this doctor or clinic on this day already. Use that one."
    ),
    "day_limit": _lt("The patient has reached the bookings of this day. Choose another day."),
    "blocked": _lt("Booking is paused after missed visits. Ask the outpatient office."),
    "not_released": _lt("These numbers are not open yet. Come back later."),
    "closed": _lt("This session is closed. Choose another one."),
    "horizon": _lt("This day is not open for booking yet. Choose an earlier one."),
    "channel": _lt("This cannot be booked here. Ask at the window."),
    "quota": _lt("This channel's numbers are used up. Try another channel."),
    "not_member": _lt("This person is not in the family. Add them first."),
    "consent": _lt("A required consent is missing. Agree under My data first."),
    "guardian": _lt("A patient under 16 needs a guardian on file. Ask the desk to add one."),
    "risk": _lt("This phone has booked for too many different people. Ask the desk for help."),
    "patient_inactive": _lt("This record is closed. Ask at the window."),
    "key_reused": _lt("This request was used for another booking. Start again."),
}


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
        self._read_committed()
        self.env.cr.execute(
            SQL(
                "SELECT * FROM hospital_booking_claim("
                "%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                channel.id, patient.id, session.id, key, secrets.token_urlsafe(16),
                account.id if account else None, period_start, number, bool(confirm),
                hold_minutes, self.env["hospital.clock"]._now(), self.env.uid,
            )
        )  # fmt: skip
        return self._claimed(account, patient)

    @api.model
    def _claim_own(self, channel, patient, session, key, period_start):
        """Hold a number of the period for a patient of the user's own family.

        The whole work of a request, in one round trip: what its transaction has written before
        is committed, and the claim runs in a transaction of its own.

        :rtype: ClaimResult
        """
        self.env.flush_all()
        execute_alone(
            self.env.cr,
            SQL(
                "SELECT * FROM hospital_booking_claim_own(%s, %s, %s, %s, %s, %s, %s, %s)",
                self.env.uid, channel.id, patient.id, session.id, key,
                secrets.token_urlsafe(16), period_start, self.env["hospital.clock"]._now(),
            ),
        )  # fmt: skip
        return self._claimed(self.env["hospital.account"], patient)

    def _claimed(self, account, patient):
        outcome, booking_id, ref = self.env.cr.fetchone()
        if outcome == "ok":
            self.env["hospital.slot"].invalidate_model(["state"])
            self.invalidate_model()
        elif outcome == "risk":
            account = account or self.env["hospital.account"].sudo()._current()
            self.env["hospital.risk.event"]._record("booking_limit", account, patient)
        sentence = SENTENCES[outcome]._translate(self.env.lang or "en_US")
        return ClaimResult(outcome, booking_id, ref, sentence)

    @api.model
    def _read_committed(self):
        """Restart a transaction that has written nothing, so that it reads what others decide."""
        self.env.flush_all()
        ((unwritten,),) = self.env.execute_query(
            SQL(
                "SELECT pg_current_xact_id_if_assigned() IS NULL "
                "AND current_setting('transaction_isolation') <> 'read committed'"
            )
        )
        if unwritten:
            self.env.cr.execute("ROLLBACK; BEGIN ISOLATION LEVEL READ COMMITTED")
