"""How registrations come about: a lock and its commit, or a booking that is followed.

The index ``registration_once_a_day`` and the guarded ``UPDATE`` of a number decide who gets what.
"""

import datetime
from typing import Any

from ..db import Row
from ..hospital import Hospital
from ..refusals import refuse
from . import billing, bills, facts_of, numbers, patients
from .common import Facts, need, writing

CONFLICTS = {
    "registration_once_a_day": "ALREADY_REGISTERED",
    "registration_number": "NUMBER_GONE",
}
LIVE = "state NOT IN ('cancelled', 'refunded', 'no_show')"
LONGEST_LOCK_MINUTES = 120


def _check_once_a_day(hospital: Hospital, session: Row, patient_id: int) -> None:
    """Tell a patient early; what decides is the index at the commit."""
    found = hospital.db.one(
        "SELECT 1 FROM registration WHERE patient_id = %s AND day = %s AND department_code = %s"  # noqa: S608
        f" AND coalesce(doctor_code, '') = %s AND {LIVE}",
        (patient_id, session["day"], session["department_code"], session["doctor_code"] or ""),
    )
    if found:
        raise refuse("ALREADY_REGISTERED")


def lock(
    hospital: Hospital,
    session_id: Any,
    patient_no: str,
    seq: int | None = None,
    *,
    channel: str,
    minutes: int = 15,
) -> Facts:
    """Keep a number for a patient; after the minutes it is free again by itself.

    :return: ``{"lock_id", "seq", "locked_until", "fee_fen"}``.
    :raise Refusal: SESSION_UNKNOWN, SESSION_SUSPENDED, SESSION_OVER, SESSION_FULL, NUMBER_GONE,
        ALREADY_REGISTERED, PATIENT_UNKNOWN; NOT_POOL_OWNER where the platform gives numbers out.
    """
    if not 0 < minutes <= LONGEST_LOCK_MINUTES:
        raise refuse("FIELD_INVALID", "minutes")
    patient = patients.row_of(hospital, patient_no)
    session = numbers.bookable(hospital, session_id)
    if session["pool_owner"] == "platform":
        raise refuse("NOT_POOL_OWNER")
    _check_once_a_day(hospital, session, patient["id"])
    lock_id = hospital.number("L")
    until = hospital.now() + datetime.timedelta(minutes=minutes)
    with writing(hospital):
        row = numbers.lock(
            hospital,
            session["id"],
            lock_id=lock_id,
            until=until,
            patient_id=patient["id"],
            channel=channel,
            seq=seq,
        )
    hospital.journal.write("his", "locked", lock_id, session_id=session["id"], seq=row["seq"])
    return {
        "lock_id": lock_id,
        "seq": row["seq"],
        "locked_until": until.isoformat(),
        "fee_fen": session["fee_fen"],
    }


def _lock_row(hospital: Hospital, lock_id: str) -> Row:
    row = hospital.db.one("SELECT * FROM number_lock WHERE lock_id = %s", (lock_id,))
    if row is None:
        raise refuse("LOCK_UNKNOWN", lock_id)
    return row


def unlock(hospital: Hospital, lock_id: str) -> None:
    """Give a locked number back; one that is free again already is no error.

    :raise Refusal: LOCK_UNKNOWN; REGISTRATION_STATE when a registration was made from it.
    """
    _lock_row(hospital, lock_id)
    made = hospital.db.one("SELECT 1 FROM registration WHERE lock_id = %s", (lock_id,))
    with writing(hospital):
        if not numbers.unlock(hospital, lock_id) and made:
            raise refuse("REGISTRATION_STATE")


def _made_before(
    hospital: Hospital, channel: str, partner_no: str, session_id: int, patient_id: int
) -> Facts | None:
    """Return what the same booking number got before.

    :raise Refusal: FIELD_INVALID when it was another session's or patient's.
    """
    row = hospital.db.one(
        "SELECT reg_no, session_id, patient_id FROM registration"
        " WHERE channel = %s AND partner_no = %s",
        (channel, partner_no),
    )
    if row is None:
        return None
    if (row["session_id"], row["patient_id"]) != (session_id, patient_id):
        raise refuse("FIELD_INVALID", "partner_no")
    return facts_of.registration(hospital, row["reg_no"])


def commit(
    hospital: Hospital,
    lock_id: str,
    partner_no: str,
    trade_no: str = "",
    pay_channel: str = "",
    amount_fen: int | None = None,
) -> Facts:
    """Make a registration from a lock, paid when there is a trade; idempotent by ``partner_no``.

    :raise Refusal: LOCK_UNKNOWN, LOCK_EXPIRED, ALREADY_REGISTERED, SESSION_SUSPENDED,
        AMOUNT_MISMATCH, TRADE_USED.
    """
    need(partner_no, "partner_no")
    held = _lock_row(hospital, lock_id)
    patient = hospital.db.one(
        "SELECT coalesce(merged_into, id) AS id FROM patient WHERE id = %s", (held["patient_id"],)
    )
    patient_id = (patient or {})["id"]
    before = _made_before(hospital, held["channel"], partner_no, held["session_id"], patient_id)
    if before:
        return before
    session = numbers.bookable(hospital, held["session_id"])
    with writing(hospital, CONFLICTS):
        numbers.take_locked(hospital, lock_id)
        return _register(
            hospital,
            session,
            held["seq"],
            patient_id,
            (held["channel"], partner_no, lock_id),
            (trade_no, pay_channel, amount_fen),
        )


def book(
    hospital: Hospital,
    session_id: Any,
    patient_no: str,
    channel: str,
    partner_no: str = "",
    seq: int | None = None,
    trade_no: str = "",
    pay_channel: str = "",
    amount_fen: int | None = None,
) -> Facts:
    """Register without a lock: at the window, or following a booking of the platform.

    :raise Refusal: as ``lock`` and ``commit`` have them; any department can be booked so.
    """
    patient = patients.row_of(hospital, patient_no)
    session = numbers.session_row(hospital, session_id)
    if partner_no:
        before = _made_before(hospital, channel, partner_no, session["id"], patient["id"])
        if before:
            return before
    session = numbers.bookable(hospital, session_id)
    with writing(hospital, CONFLICTS):
        taken = numbers.take(hospital, session["id"], channel=channel, seq=seq)
        return _register(
            hospital,
            session,
            taken["seq"],
            patient["id"],
            (need(channel, "channel"), partner_no or None, None),
            (trade_no, pay_channel, amount_fen),
        )


def _register(
    hospital: Hospital,
    session: Row,
    seq: int,
    patient_id: int,
    origin: tuple[str, str | None, str | None],
    payment: tuple[str, str, int | None],
) -> Facts:
    """Write the registration and its bill, and settle it when it is paid. In a transaction."""
    channel, partner_no, lock_id = origin
    reg_no = hospital.number("R")
    free = session["fee_fen"] == 0
    added = hospital.db.run(
        "INSERT INTO registration (reg_no, session_id, seq, patient_id, day, doctor_code,"
        " department_code, channel, partner_no, lock_id, state, fee_fen, booked_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (channel, partner_no) DO NOTHING",
        (
            reg_no,
            session["id"],
            seq,
            patient_id,
            session["day"],
            session["doctor_code"],
            session["department_code"],
            channel,
            partner_no,
            lock_id,
            "paid" if free else "booked",
            session["fee_fen"],
            hospital.now(),
        ),
    )
    if not added:  # the same booking number came over another connection
        raise refuse("FIELD_INVALID", "partner_no")
    hospital.emit("registration.booked", reg_no, facts_of.registration(hospital, reg_no))
    line = bills.registration_line(hospital, session["level"], session["fee_fen"])
    state = "settled" if free else "unpaid"
    bill = bills.create(hospital, "registration", patient_id, [line], state, reg_no=reg_no)
    trade_no, pay_channel, amount_fen = payment
    if free:
        hospital.emit("registration.paid", reg_no, facts_of.registration(hospital, reg_no))
    elif trade_no:
        paid_fen = session["fee_fen"] if amount_fen is None else amount_fen
        billing.settle(hospital, bill["bill_no"], 1, trade_no, pay_channel or channel, paid_fen)
    elif amount_fen is not None and amount_fen != session["fee_fen"]:
        raise refuse("AMOUNT_MISMATCH")
    return facts_of.registration(hospital, reg_no)
