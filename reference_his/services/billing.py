"""Paying bills and giving money back: each trade counts once, however often it is told."""

from collections.abc import Iterable
from typing import Any

from ..db import Row
from ..hospital import Hospital
from ..refusals import refuse
from . import bills, effects, patients, settlements
from .common import Facts, day_of, need, writing

LONGEST_PAGE = 5000


def unpaid(hospital: Hospital, patient_no: str) -> list[Facts]:
    """Return a patient's unpaid bills with their lines.

    :raise Refusal: PATIENT_UNKNOWN.
    """
    patient = patients.row_of(hospital, patient_no)
    where = "b.patient_id = %s AND b.state = 'unpaid' ORDER BY b.created_at, b.bill_no"
    return bills.read(hospital, where, (patient["id"],))


def details(hospital: Hospital, bill_no: str) -> Facts:
    """Return a bill with its lines, in whatever state.

    :raise Refusal: BILL_UNKNOWN.
    """
    return bills.get(hospital, bill_no)


def presettle(hospital: Hospital, bill_no: str, version: int) -> Facts:
    """Return what is to be paid now: the bill's facts and ``pay_fen``.

    :raise Refusal: BILL_UNKNOWN, BILL_SETTLED, BILL_VOID; BILL_CHANGED for an old version.
    """
    bill = bills.get(hospital, bill_no)
    _check_open(bill, version)
    return {**bill, "pay_fen": bill["total_fen"] - bill["insurance_fen"]}


def _check_open(bill: Facts | Row, version: int) -> None:
    if bill["state"] != "unpaid":
        raise refuse(bills.state_refusal(bill["state"]))
    if bill["version"] != version:
        raise refuse("BILL_CHANGED")


def settle(
    hospital: Hospital,
    bill_no: str,
    version: int,
    trade_no: str,
    channel: str,
    amount_fen: int,
    insurance_fen: int = 0,
    operator: str = "",
) -> Facts:
    """Take in that a bill was paid; the same trade again gets the same receipt.

    :param int amount_fen: paid through the channel; with ``insurance_fen`` exactly the total.
    :return: the settlement's facts.
    :raise Refusal: BILL_UNKNOWN, BILL_SETTLED, BILL_VOID, BILL_CHANGED, AMOUNT_MISMATCH; TRADE_USED
        when the trade paid another bill or another amount.
    """
    bill = hospital.db.one("SELECT * FROM bill WHERE bill_no = %s", (bill_no,))
    if bill is None:
        raise refuse("BILL_UNKNOWN", bill_no)
    if amount_fen < 0 or insurance_fen < 0 or amount_fen + insurance_fen == 0:
        raise refuse("AMOUNT_MISMATCH")
    with writing(hospital):
        paid, new = settlements.write(
            hospital,
            kind=settlements.PAID,
            business=bill["business"],
            bill_no=bill_no,
            admission_no=bill["admission_no"],
            patient_id=bill["patient_id"],
            channel=channel,
            trade_no=trade_no,
            amount_fen=amount_fen,
            insurance_fen=insurance_fen,
            operator=operator or channel,
        )
        if new:
            _close(hospital, bill_no, version, amount_fen + insurance_fen, insurance_fen)
            settlements.announce(hospital, paid)
            effects.paid(hospital, bill)
    return paid


def _close(
    hospital: Hospital, bill_no: str, version: int, paid_fen: int, insurance_fen: int
) -> None:
    """Settle the bill if it is still the one that was shown."""
    closed = hospital.db.run(
        "UPDATE bill SET state = 'settled', insurance_fen = %s, updated_at = %s"
        " WHERE bill_no = %s AND state = 'unpaid' AND version = %s AND total_fen = %s",
        (insurance_fen, hospital.now(), bill_no, version, paid_fen),
    )
    if not closed:
        _check_open(bills.get(hospital, bill_no), version)
        raise refuse("AMOUNT_MISMATCH")


def refund(
    hospital: Hospital,
    settlement_no: str,
    refund_no: str,
    amount_fen: int,
    operator: str = "",
    order_nos: Iterable[str] = (),
) -> Facts:
    """Give back a payment or a part of it; the same refund number again gets the same row.

    What was performed stays paid. A bill that a fund shared is given back whole or not at all.

    :param order_nos: the orders given back, whose lines add up to the amount; without them the
        money goes back and, when all that can goes back, the orders are cancelled.
    :raise Refusal: SETTLEMENT_UNKNOWN; REFUND_EXCEEDS; REFUND_NOT_ALLOWED; TRADE_USED when the
        refund number was used for another amount; REGISTRATION_STATE, AMOUNT_MISMATCH.
    """
    need(refund_no, "refund_no")
    if amount_fen < 0:
        raise refuse("FIELD_INVALID", "amount_fen")
    with writing(hospital):
        original = settlements.locked_original(hospital, settlement_no)
        whole = amount_fen == original["amount_fen"]
        given, new = settlements.write(
            hospital,
            kind=settlements.GIVEN_BACK,
            business=original["business"],
            bill_no=original["bill_no"],
            admission_no=original["admission_no"],
            patient_id=original["patient_id"],
            channel=original["channel"],
            trade_no=original["trade_no"],
            refund_no=refund_no,
            amount_fen=amount_fen,
            insurance_fen=original["insurance_fen"] if whole else 0,
            original_no=settlement_no,
            operator=operator or original["channel"],
        )
        if new:
            if original["refunded_fen"] + amount_fen > original["amount_fen"]:
                raise refuse("REFUND_EXCEEDS")
            if original["insurance_fen"] and not whole:
                raise refuse("REFUND_NOT_ALLOWED")
            settlements.announce(hospital, given)
            effects.refunded(hospital, original, amount_fen, list(order_nos))
    return given


def trade_check(hospital: Hospital, channel: str, trade_no: str) -> Facts | None:
    """Return what became of a trade: its settlement with ``refunded_fen``, or ``None``."""
    found = settlements.by_trade(hospital, channel, trade_no)
    if found is None:
        return None
    back = settlements.read(hospital, "s.original_no = %s", (found["settlement_no"],))
    return {**found, "refunded_fen": sum(row["amount_fen"] for row in back)}


def trade_list(
    hospital: Hospital, day: Any, offset: int = 0, length: int = 500, channel: str = ""
) -> Facts:
    """Return a page of a day's books and the whole day's totals.

    :return: ``{"total", "paid_fen", "refunded_fen", "insurance_fen", "rows"}``.
    :raise Refusal: FIELD_INVALID for a page that cannot be.
    """
    if offset < 0 or not 0 < length <= LONGEST_PAGE:
        raise refuse("FIELD_INVALID", "offset, length")
    begin, end = settlements.day_span(hospital, day_of(day, "day"))
    span = "s.settled_at >= %s AND s.settled_at < %s AND %s IN ('', s.channel)"
    values = (begin, end, channel)
    total = hospital.db.one(
        "SELECT count(*) AS total,"  # noqa: S608
        " coalesce(sum(amount_fen) FILTER (WHERE kind = 'P'), 0)::bigint AS paid_fen,"
        " coalesce(sum(amount_fen) FILTER (WHERE kind = 'R'), 0)::bigint AS refunded_fen,"
        " coalesce(sum(CASE kind WHEN 'P' THEN insurance_fen ELSE -insurance_fen END), 0)::bigint"
        f" AS insurance_fen FROM settlement s WHERE {span}",
        values,
    )
    page = f"{span} ORDER BY s.settled_at, s.settlement_no OFFSET %s LIMIT %s"
    rows = settlements.read(hospital, page, (*values, offset, length))
    return {**(total or {}), "rows": rows}
