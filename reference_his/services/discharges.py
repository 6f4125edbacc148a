"""Settling a stay: charges less deposits are paid, or what is left of the deposits goes back."""

from ..db import Row
from ..hospital import Hospital
from ..refusals import refuse
from . import bills, charges, settlements
from .common import Facts, writing


def settle_discharge(
    hospital: Hospital,
    admission_no: str,
    trade_no: str = "",
    channel: str = "",
    amount_fen: int = 0,
    operator: str = "",
) -> Facts:
    """Settle a stay: charges less deposits are paid now, or given back on the deposits.

    :param int amount_fen: exactly what is missing; 0 when the deposits cover the charges.
    :return: ``{"bill_no", "charged_fen", "deposit_fen", "paid_fen", "refunded_fen",
        "settlements"}``; the same trade again gets the same answer.
    :raise Refusal: ADMISSION_UNKNOWN; ADMISSION_CLOSED when it was settled otherwise or the
        patient has not been discharged; AMOUNT_MISMATCH, TRADE_USED.
    """
    with writing(hospital, {"bill_discharge_once": "ADMISSION_CLOSED"}):
        stay = charges.stay_row(hospital, admission_no)
        if stay["state"] == "out":
            return _settled_before(hospital, admission_no, trade_no, amount_fen)
        if stay["state"] != "leaving":
            raise refuse("ADMISSION_CLOSED", stay["state"])
        money = charges.money(hospital, admission_no)
        due = money["charged_fen"] - money["deposit_fen"]
        if amount_fen != max(due, 0):
            raise refuse("AMOUNT_MISMATCH")
        bill = _discharge_bill(hospital, stay)
        if due > 0:
            _pay(hospital, stay, bill["bill_no"], (channel, trade_no, due, operator))
        elif due < 0:
            _give_back(hospital, stay, -due, operator)
        hospital.db.run(
            "UPDATE admission SET state = 'out' WHERE admission_no = %s", (admission_no,)
        )
        return _discharge_answer(hospital, admission_no)


def _discharge_bill(hospital: Hospital, stay: Row) -> Facts:
    """Write the stay's charges as one settled bill, a line for each category and item."""
    rows = hospital.db.all(
        "SELECT code, name, category, sum(quantity) AS quantity, unit, price_fen"
        " FROM inpatient_charge WHERE admission_no = %s"
        " GROUP BY code, name, category, unit, price_fen ORDER BY category, code, price_fen",
        (stay["admission_no"],),
    )
    lines = [bills.Line(**row) for row in rows]
    references = {"admission_no": stay["admission_no"], "visit_no": stay["visit_no"]}
    return bills.create(hospital, "discharge", stay["patient_id"], lines, "settled", **references)


def _pay(hospital: Hospital, stay: Row, bill_no: str, payment: tuple[str, str, int, str]) -> None:
    channel, trade_no, amount_fen, operator = payment
    paid, new = settlements.write(
        hospital,
        kind=settlements.PAID,
        business="discharge",
        bill_no=bill_no,
        admission_no=stay["admission_no"],
        patient_id=stay["patient_id"],
        channel=channel,
        trade_no=trade_no,
        amount_fen=amount_fen,
        operator=operator or channel,
    )
    if not new:
        raise refuse("TRADE_USED", trade_no)
    settlements.announce(hospital, paid)


def _give_back(hospital: Hospital, stay: Row, amount_fen: int, operator: str) -> None:
    """Give back what is left of the deposits, the newest first, each to where it came from."""
    rows = hospital.db.all(
        "SELECT settlement_no FROM settlement WHERE admission_no = %s AND business = 'deposit'"
        " AND kind = 'P' ORDER BY settled_at DESC, settlement_no DESC",
        (stay["admission_no"],),
    )
    for row in rows:
        original = settlements.locked_original(hospital, row["settlement_no"])
        part = min(amount_fen, original["amount_fen"] - original["refunded_fen"])
        if part <= 0:
            continue
        given, _new = settlements.write(
            hospital,
            kind=settlements.GIVEN_BACK,
            business="deposit",
            admission_no=stay["admission_no"],
            patient_id=stay["patient_id"],
            channel=original["channel"],
            trade_no=original["trade_no"],
            refund_no=f"CY{stay['admission_no']}",
            amount_fen=part,
            original_no=row["settlement_no"],
            operator=operator or original["channel"],
        )
        settlements.announce(hospital, given)
        amount_fen -= part


def _settled_before(hospital: Hospital, admission_no: str, trade_no: str, amount_fen: int) -> Facts:
    answer = _discharge_answer(hospital, admission_no)
    trades = {row["trade_no"] for row in answer["settlements"] if row["business"] == "discharge"}
    if answer["paid_fen"] != amount_fen or (trades and trades != {trade_no}):
        raise refuse("ADMISSION_CLOSED")
    return answer


def _discharge_answer(hospital: Hospital, admission_no: str) -> Facts:
    bill = bills.of(hospital, "admission_no", admission_no) or {}
    where = "s.admission_no = %s ORDER BY s.settled_at, s.settlement_no"
    rows = settlements.read(hospital, where, (admission_no,))
    money = charges.money(hospital, admission_no)
    given = f"CY{admission_no}"
    return {
        "admission_no": admission_no,
        "bill_no": bill.get("bill_no", ""),
        **money,
        "paid_fen": sum(row["amount_fen"] for row in rows if row["business"] == "discharge"),
        "refunded_fen": sum(row["amount_fen"] for row in rows if row["refund_no"] == given),
        "settlements": rows,
    }
