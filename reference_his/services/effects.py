"""What follows from a payment or a refund, by the business of the bill."""

from ..db import Row
from ..hospital import Hospital
from ..refusals import refuse
from . import bills, facts_of, numbers

WINDOWS = 4
# what has not been done to the patient yet
UNDONE = ("charged",)


def paid(hospital: Hospital, bill: Row) -> None:
    """Let a bill's payment take effect. Only inside a transaction."""
    if bill["business"] == "registration":
        _registration_paid(hospital, bill["reg_no"])
    elif bill["business"] == "outpatient":
        _orders_charged(hospital, bill["bill_no"])


def _registration_paid(hospital: Hospital, reg_no: str) -> None:
    changed = hospital.db.run(
        "UPDATE registration SET state = 'paid' WHERE reg_no = %s AND state = 'booked'", (reg_no,)
    )
    if not changed:
        raise refuse("REGISTRATION_STATE")
    hospital.emit("registration.paid", reg_no, facts_of.registration(hospital, reg_no))


def _orders_charged(hospital: Hospital, bill_no: str) -> None:
    rows = hospital.db.all(
        "UPDATE medical_order SET state = 'charged', updated_at = %s WHERE state = 'new'"
        " AND order_no IN (SELECT order_no FROM bill_line WHERE bill_no = %s) RETURNING rx_no",
        (hospital.now(), bill_no),
    )
    for rx_no in sorted({row["rx_no"] for row in rows if row["rx_no"]}):
        window = f"{int(rx_no[-4:]) % WINDOWS + 1}号窗口"
        hospital.db.run(
            "UPDATE prescription SET state = 'charged', pharmacy_window = %s, updated_at = %s"
            " WHERE rx_no = %s AND state = 'new'",
            (window, hospital.now(), rx_no),
        )


def refunded(hospital: Hospital, original: Row, amount_fen: int, order_nos: list[str]) -> None:
    """Let a refund take effect, or refuse it. Only inside a transaction."""
    whole = original["refunded_fen"] + amount_fen == original["amount_fen"]
    if original["business"] == "registration":
        _registration_refunded(hospital, original, whole)
    elif original["business"] == "outpatient":
        _outpatient_refunded(hospital, original, amount_fen, order_nos)
    elif original["business"] == "checkup":
        _checkup_refunded(hospital, original, whole)
    elif original["business"] == "deposit":
        _deposit_refunded(hospital, original)
    else:
        raise refuse("REFUND_NOT_ALLOWED")
    if whole and original["bill_no"]:
        bills.move(hospital, original["bill_no"], "settled", "refunded")


def _registration_refunded(hospital: Hospital, original: Row, whole: bool) -> None:
    if not whole:
        raise refuse("AMOUNT_MISMATCH")
    row = hospital.db.one(
        "UPDATE registration SET state = 'refunded' WHERE state = 'paid'"
        " AND reg_no = (SELECT reg_no FROM bill WHERE bill_no = %s)"
        " RETURNING reg_no, session_id, seq",
        (original["bill_no"],),
    )
    if row is None:
        raise refuse("REGISTRATION_STATE")
    numbers.free(hospital, row["session_id"], row["seq"])
    told = facts_of.registration(hospital, row["reg_no"])
    hospital.emit("registration.cancelled", row["reg_no"], told)


def _outpatient_refunded(
    hospital: Hospital, original: Row, amount_fen: int, order_nos: list[str]
) -> None:
    """Cancel the orders given back; refuse more than what was not performed yet."""
    rows = hospital.db.all(
        "SELECT o.order_no, o.state, sum(l.amount_fen)::bigint AS fen FROM bill_line l"
        " JOIN medical_order o USING (order_no) WHERE l.bill_no = %s GROUP BY o.order_no",
        (original["bill_no"],),
    )
    open_fen = {row["order_no"]: row["fen"] for row in rows if row["state"] in UNDONE}
    if not set(order_nos) <= set(open_fen):
        raise refuse("REFUND_NOT_ALLOWED", ", ".join(sorted(set(order_nos) - set(open_fen))))
    if order_nos and sum(open_fen[order] for order in set(order_nos)) != amount_fen:
        raise refuse("AMOUNT_MISMATCH")
    total = amount_fen + original["insurance_fen"]
    performed = sum(row["fen"] for row in rows if row["state"] in ("doing", "done"))
    left = original["amount_fen"] + original["insurance_fen"] - original["refunded_fen"]
    if total > left - performed:
        raise refuse("REFUND_NOT_ALLOWED")
    given = list(order_nos) or (list(open_fen) if total == left - performed else [])
    for order_no in sorted(given):
        cancel_charged(hospital, order_no)


def cancel_charged(hospital: Hospital, order_no: str) -> None:
    """Cancel an order whose money goes back, and its prescription when it was the last."""
    row = hospital.db.one(
        "UPDATE medical_order SET state = 'cancelled', updated_at = %s"
        " WHERE order_no = %s AND state = ANY(%s) RETURNING rx_no",
        (hospital.now(), order_no, list(UNDONE)),
    )
    if row is None:
        raise refuse("REFUND_NOT_ALLOWED", order_no)
    cancel_empty_prescription(hospital, row["rx_no"])
    hospital.emit("order.cancelled", order_no, facts_of.order(hospital, order_no))


def cancel_empty_prescription(hospital: Hospital, rx_no: str | None) -> None:
    """Cancel a prescription that has no order left."""
    hospital.db.run(
        "UPDATE prescription SET state = 'cancelled', updated_at = %s WHERE rx_no = %s"
        " AND NOT EXISTS (SELECT 1 FROM medical_order o WHERE o.rx_no = prescription.rx_no"
        " AND o.state <> 'cancelled')",
        (hospital.now(), rx_no),
    )


def _checkup_refunded(hospital: Hospital, original: Row, whole: bool) -> None:
    if not whole:
        raise refuse("AMOUNT_MISMATCH")
    row = hospital.db.one(
        "UPDATE checkup_order SET state = 'cancelled' WHERE state = 'booked'"
        " AND order_no = (SELECT checkup_no FROM bill WHERE bill_no = %s) RETURNING order_no",
        (original["bill_no"],),
    )
    if row is None:
        raise refuse("REFUND_NOT_ALLOWED")
    told = facts_of.checkup(hospital, row["order_no"])
    hospital.emit("checkup.booked", row["order_no"], told)


def _deposit_refunded(hospital: Hospital, original: Row) -> None:
    row = hospital.db.one(
        "SELECT state FROM admission WHERE admission_no = %s", (original["admission_no"],)
    )
    if row == {"state": "out"}:
        raise refuse("ADMISSION_CLOSED")
