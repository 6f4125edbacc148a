"""Registrations: lock, commit, follow, sign, cancel, give back.

booked ─ pays → paid ─ signs → signed ─ is seen → seen; booked → cancelled; paid → refunded;
booked or paid → no_show. Each step is one guarded UPDATE.
"""

import datetime
from typing import Any

from ..db import Row
from ..hospital import Hospital
from ..refusals import refuse
from . import billing, bills, facts_of, numbers, patients, queues, settlements
from .common import Facts, day_of, need, writing

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


def _row(hospital: Hospital, reg_no: str, partner_no: str, channel: str) -> Row:
    if reg_no:
        row = hospital.db.one("SELECT * FROM registration WHERE reg_no = %s", (reg_no,))
    else:
        row = hospital.db.one(
            "SELECT * FROM registration WHERE channel = %s AND partner_no = %s",
            (channel, need(partner_no, "reg_no")),
        )
    if row is None:
        raise refuse("REGISTRATION_UNKNOWN", reg_no or partner_no)
    return row


def get(hospital: Hospital, *, reg_no: str = "", partner_no: str = "", channel: str = "") -> Facts:
    """Return a registration by its number, or by the platform's number and its channel.

    :raise Refusal: REGISTRATION_UNKNOWN.
    """
    return facts_of.registration(hospital, _row(hospital, reg_no, partner_no, channel)["reg_no"])


def of_patient(hospital: Hospital, patient_no: str, first_day: Any, last_day: Any) -> list[Facts]:
    """Return a patient's registrations for some days, in order."""
    patient = patients.row_of(hospital, patient_no)
    return facts_of.every(
        hospital,
        facts_of.REGISTRATION,
        "r.patient_id = %s AND r.day BETWEEN %s AND %s ORDER BY r.day, n.starts_at, r.reg_no",
        (patient["id"], day_of(first_day, "first_day"), day_of(last_day, "last_day")),
    )


def _move(hospital: Hospital, reg_no: str, before: tuple[str, ...], after: str, mark: str) -> bool:
    """Change the state if it still is one of those before; ``mark`` is set to now."""
    stamp = f", {mark} = %(now)s" if mark else ""
    return bool(
        hospital.db.run(
            f"UPDATE registration SET state = %(after)s{stamp}"  # noqa: S608
            " WHERE reg_no = %(reg_no)s AND state = ANY(%(before)s)",
            {"after": after, "reg_no": reg_no, "before": list(before), "now": hospital.now()},
        )
    )


def _step(
    hospital: Hospital, reg_no: str, before: tuple[str, ...], after: str, kind: str, mark: str = ""
) -> Facts:
    """Make a step and tell of it; one that was made already is no error. In a transaction.

    :raise Refusal: REGISTRATION_STATE.
    """
    moved = _move(hospital, reg_no, before, after, mark)
    found = facts_of.registration(hospital, reg_no)
    if moved:
        hospital.emit(kind, reg_no, found)
    elif found["state"] != after:
        raise refuse("REGISTRATION_STATE", found["state"])
    return found


def cancel(
    hospital: Hospital, *, reg_no: str = "", partner_no: str = "", channel: str = ""
) -> Facts:
    """Give an unpaid booking back; a cancelled one again is no error.

    :raise Refusal: REGISTRATION_UNKNOWN; REGISTRATION_STATE when it is paid (refund it) or used.
    """
    row = _row(hospital, reg_no, partner_no, channel)
    with writing(hospital):
        if row["state"] == "paid" and row["fee_fen"] == 0:
            before: tuple[str, ...] = ("booked", "paid")
        else:
            before = ("booked",)
        found = _step(hospital, row["reg_no"], before, "cancelled", "registration.cancelled")
        if row["state"] in before:
            numbers.free(hospital, row["session_id"], row["seq"])
            _void_bill(hospital, row["reg_no"])
    return found


def _void_bill(hospital: Hospital, reg_no: str) -> None:
    bill = bills.of(hospital, "reg_no", reg_no)
    if bill:
        bills.void(hospital, bill["bill_no"])


def payment(hospital: Hospital, reg_no: str) -> Facts:
    """Return the settlement that paid a registration.

    :raise Refusal: SETTLEMENT_UNKNOWN.
    """
    bill = bills.of(hospital, "reg_no", reg_no) or {}
    where = "s.bill_no = %s AND s.kind = 'P'"
    paid = settlements.read(hospital, where, (bill.get("bill_no"),))
    if not paid:
        raise refuse("SETTLEMENT_UNKNOWN", reg_no)
    return paid[0]


def pay(hospital: Hospital, reg_no: str, trade_no: str, pay_channel: str) -> Facts:
    """Pay a booked registration's bill, as the window does when the patient comes.

    :return: the settlement.
    :raise Refusal: BILL_UNKNOWN, BILL_SETTLED, BILL_VOID.
    """
    bill = bills.of(hospital, "reg_no", reg_no)
    if bill is None:
        raise refuse("BILL_UNKNOWN", reg_no)
    return billing.settle(
        hospital, bill["bill_no"], bill["version"], trade_no, pay_channel, bill["total_fen"]
    )


def refund(hospital: Hospital, reg_no: str, trade_no: str, refund_no: str) -> Facts:
    """Give a paid registration's money and number back, before it was signed.

    :return: the refund's settlement.
    :raise Refusal: REGISTRATION_UNKNOWN; SETTLEMENT_UNKNOWN when the trade did not pay it;
        REGISTRATION_STATE.
    """
    row = _row(hospital, reg_no, "", "")
    paid = payment(hospital, row["reg_no"])
    if paid["trade_no"] != trade_no:
        raise refuse("SETTLEMENT_UNKNOWN", trade_no)
    return billing.refund(hospital, paid["settlement_no"], refund_no, paid["amount_fen"])


def sign(hospital: Hospital, reg_no: str) -> Facts:
    """Note that the patient has come, and put them into the queue of their session.

    :return: the registration with ``queue_seq``.
    :raise Refusal: REGISTRATION_STATE when it is not paid, not of today or over; SESSION_SUSPENDED.
    """
    row = _row(hospital, reg_no, "", "")
    session = numbers.session_row(hospital, row["session_id"])
    if session["state"] == "suspended":
        raise refuse("SESSION_SUSPENDED")
    if row["day"] != hospital.today():
        raise refuse("REGISTRATION_STATE", str(row["day"]))
    queue = queues.clinic(row["session_id"])
    with writing(hospital):
        found = _step(hospital, reg_no, ("paid",), "signed", "registration.signed", "signed_at")
        place = queues.enter(hospital, queue, found["patient_no"], reg_no, session["room"])
    return {**found, "queue_seq": place["seq"]}


def no_show(hospital: Hospital, reg_no: str) -> Facts:
    """Note that the patient did not come; an unpaid bill is void, a paid one stays paid.

    :raise Refusal: REGISTRATION_STATE.
    """
    _row(hospital, reg_no, "", "")
    with writing(hospital):
        found = _step(hospital, reg_no, ("booked", "paid"), "no_show", "registration.no_show")
        _void_bill(hospital, reg_no)
    return found


def seen(hospital: Hospital, reg_no: str) -> None:
    """Note that the visit has begun. Only inside a transaction.

    :raise Refusal: REGISTRATION_STATE when the patient did not sign.
    """
    if not _move(hospital, reg_no, ("signed",), "seen", "seen_at"):
        raise refuse("REGISTRATION_STATE")
