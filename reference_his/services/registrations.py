"""Registrations and what becomes of them: cancelled, given back, signed, seen, missed.

booked ─ pays → paid ─ signs → signed ─ is seen → seen; booked → cancelled; paid → refunded;
booked or paid → no_show. Each step is one guarded UPDATE.
"""

from typing import Any

from ..db import Row
from ..hospital import Hospital
from ..refusals import refuse
from . import billing, bills, facts_of, numbers, patients, queues, settlements
from .booking import book as book
from .booking import commit as commit
from .booking import lock as lock
from .booking import unlock as unlock
from .common import Facts, day_of, need, writing


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
