"""The books: what was paid and given back. Rows are added and never changed."""

import datetime
from typing import Any

from ..db import Row
from ..hospital import Hospital
from ..refusals import refuse
from .common import Facts, facts, need

SELECT = """
SELECT s.settlement_no, s.kind, s.business, s.bill_no, s.admission_no, v.patient_no, v.name,
    s.channel, s.trade_no, s.refund_no, s.amount_fen, s.insurance_fen, s.receipt_no,
    s.original_no, s.settled_at
FROM settlement s JOIN patient p ON p.id = s.patient_id
JOIN patient v ON v.id = coalesce(p.merged_into, p.id)
"""
PAID, GIVEN_BACK = "P", "R"


def read(hospital: Hospital, where: str, values: Any) -> list[Facts]:
    """Return settlements as facts."""
    return [facts(row) for row in hospital.db.all(f"{SELECT} WHERE {where}", values)]


def get(hospital: Hospital, settlement_no: str) -> Facts:
    """Return one settlement.

    :raise Refusal: SETTLEMENT_UNKNOWN.
    """
    found = read(hospital, "s.settlement_no = %s", (settlement_no,))
    if not found:
        raise refuse("SETTLEMENT_UNKNOWN", settlement_no)
    return found[0]


def by_trade(hospital: Hospital, channel: str, trade_no: str) -> Facts | None:
    """Return the payment of a trade number."""
    where = "s.channel = %s AND s.trade_no = %s AND s.kind = 'P'"
    return next(iter(read(hospital, where, (channel, trade_no))), None)


def write(hospital: Hospital, **values: Any) -> tuple[Facts, bool]:
    """Write one row, or find that this trade (or refund) was written before.

    Waits for another connection that is writing the same one. Only inside a transaction.

    :return: the row as facts, and whether it is new.
    :raise Refusal: TRADE_USED when the number was used for another bill or amount.
    """
    need(values["channel"], "channel")
    need(values["trade_no"], "trade_no")
    row: dict[str, Any] = {
        "settlement_no": hospital.number("S"),
        "refund_no": "",
        "insurance_fen": 0,
        "settled_at": hospital.now(),
        **values,
    }
    names = ", ".join(row)
    marks = ", ".join(f"%({name})s" for name in row)
    added = hospital.db.run(
        f"INSERT INTO settlement ({names}, receipt_no) VALUES ({marks},"  # noqa: S608
        " lpad(nextval('receipt_seq')::text, 10, '0'))"
        " ON CONFLICT (channel, trade_no, kind, refund_no) DO NOTHING",
        row,
    )
    key = "s.channel = %(channel)s AND s.trade_no = %(trade_no)s AND s.kind = %(kind)s"
    found = read(hospital, f"{key} AND s.refund_no = %(refund_no)s", row)[0]
    told = {name: values.get(name) or "" for name in ("business", "bill_no", "admission_no")}
    same = all(found[name] == value for name, value in told.items())
    if not (same and found["amount_fen"] == values["amount_fen"]):
        raise refuse("TRADE_USED", values["trade_no"])
    return found, bool(added)


def announce(hospital: Hospital, settlement: Facts) -> None:
    """Tell of a new row."""
    kind = "settlement.paid" if settlement["kind"] == PAID else "settlement.refunded"
    hospital.emit(kind, settlement["settlement_no"], settlement)


def locked_original(hospital: Hospital, settlement_no: str) -> Row:
    """Return a payment with what was given back of it; nobody else can refund it meanwhile.

    :raise Refusal: SETTLEMENT_UNKNOWN when there is no such payment.
    """
    row = hospital.db.one(
        "SELECT * FROM settlement WHERE settlement_no = %s AND kind = 'P' FOR UPDATE",
        (settlement_no,),
    )
    if row is None:
        raise refuse("SETTLEMENT_UNKNOWN", settlement_no)
    # another statement: a snapshot taken before the lock would miss the last refund
    back = hospital.db.one(
        "SELECT coalesce(sum(amount_fen), 0)::bigint AS fen FROM settlement WHERE original_no = %s",
        (settlement_no,),
    )
    return {**row, "refunded_fen": (back or {})["fen"]}


def day_span(hospital: Hospital, day: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """Return the first moment of a day and of the next one."""
    begin = datetime.datetime.combine(day, datetime.time(), hospital.now().tzinfo)
    return begin, begin + datetime.timedelta(days=1)
