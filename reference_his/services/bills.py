"""What is owed: bills whose version grows with every change of their lines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ..db import Row
from ..hospital import Hospital
from ..refusals import refuse
from .common import Facts, facts

SELECT = """
SELECT b.bill_no, b.business, b.version, b.visit_no, b.reg_no, b.admission_no, p.patient_no,
    p.name, b.total_fen, b.insurance_fen, b.state
FROM bill b JOIN patient p ON p.id = b.patient_id
"""
LINES = """
SELECT bill_no, code, name AS item, category, quantity, unit, price_fen, amount_fen
FROM bill_line WHERE bill_no = ANY(%s) ORDER BY bill_no, line
"""


@dataclass(frozen=True)
class Line:
    """One line to be charged; ``amount_fen`` is price times quantity, rounded to the fen."""

    code: str
    name: str
    category: str
    quantity: Decimal
    unit: str
    price_fen: int
    order_no: str | None = None

    @property
    def amount_fen(self) -> int:
        """Return what the line costs."""
        return int((self.quantity * self.price_fen).to_integral_value(ROUND_HALF_UP))


def read(hospital: Hospital, where: str, values: Any) -> list[Facts]:
    """Return bills with their lines, in two statements however many they are."""
    rows = hospital.db.all(f"{SELECT} WHERE {where}", values)
    return _with_lines(hospital, [facts(row) for row in rows])


def _with_lines(hospital: Hospital, found: list[Facts]) -> list[Facts]:
    by_number: dict[str, Facts] = {bill["bill_no"]: {**bill, "lines": []} for bill in found}
    for row in hospital.db.all(LINES, (list(by_number),)) if by_number else ():
        line = facts(row)
        by_number[line.pop("bill_no")]["lines"].append(line)
    return list(by_number.values())


def get(hospital: Hospital, bill_no: str) -> Facts:
    """Return one bill with its lines.

    :raise Refusal: BILL_UNKNOWN.
    """
    row = hospital.db.by_key(f"{SELECT} WHERE b.bill_no = $1", bill_no)
    if row is None:
        raise refuse("BILL_UNKNOWN", bill_no)
    return _with_lines(hospital, [facts(row)])[0]


def of(hospital: Hospital, column: str, number: str) -> Row | None:
    """Return the row of the newest bill of a registration, check-up or stay."""
    return hospital.db.one(
        f"SELECT * FROM bill WHERE {column} = %s ORDER BY created_at DESC, bill_no DESC LIMIT 1",  # noqa: S608
        (number,),
    )


def _write_lines(hospital: Hospital, bill_no: str, after: int, lines: Iterable[Line]) -> None:
    hospital.db.many(
        "INSERT INTO bill_line (bill_no, line, order_no, code, name, category, quantity, unit,"
        " price_fen, amount_fen) VALUES %s",
        [
            (
                bill_no,
                place,
                line.order_no,
                line.code,
                line.name,
                line.category,
                line.quantity,
                line.unit,
                line.price_fen,
                line.amount_fen,
            )
            for place, line in enumerate(lines, after + 1)
        ],
    )


def create(
    hospital: Hospital,
    business: str,
    patient_id: int,
    lines: list[Line],
    state: str = "unpaid",
    **references: str | None,
) -> Facts:
    """Write a new bill and tell of it. Only inside a transaction.

    :param references: visit_no, reg_no, admission_no, checkup_no.
    """
    bill_no = hospital.number("B")
    hospital.db.insert(
        "bill",
        bill_no=bill_no,
        business=business,
        patient_id=patient_id,
        total_fen=sum(line.amount_fen for line in lines),
        state=state,
        created_at=hospital.now(),
        updated_at=hospital.now(),
        **references,
    )
    _write_lines(hospital, bill_no, 0, lines)
    return _tell(hospital, "bill.created", bill_no)


def _tell(hospital: Hospital, kind: str, bill_no: str) -> Facts:
    found = get(hospital, bill_no)
    hospital.emit(kind, bill_no, found)
    return found


def extend(hospital: Hospital, visit_no: str, lines: list[Line]) -> Facts | None:
    """Add lines to a visit's unpaid bill; ``None`` when it has none. Only inside a transaction."""
    row = hospital.db.one(
        "UPDATE bill SET version = version + 1, total_fen = total_fen + %s, updated_at = %s"
        " WHERE visit_no = %s AND business = 'outpatient' AND state = 'unpaid' RETURNING bill_no",
        (sum(line.amount_fen for line in lines), hospital.now(), visit_no),
    )
    if row is None:
        return None
    last = hospital.db.one(
        "SELECT coalesce(max(line), 0) AS n FROM bill_line WHERE bill_no = %s", (row["bill_no"],)
    )
    _write_lines(hospital, row["bill_no"], (last or {})["n"], lines)
    return _tell(hospital, "bill.changed", row["bill_no"])


def remove_order(hospital: Hospital, order_no: str) -> Facts | None:
    """Take an order's lines off its unpaid bill; an empty bill is void."""
    row = hospital.db.one(
        "SELECT bill_no, sum(amount_fen)::bigint AS amount_fen FROM bill_line"
        " WHERE order_no = %s GROUP BY bill_no",
        (order_no,),
    )
    if row is None:
        return None
    touched = hospital.db.run(
        "UPDATE bill SET version = version + 1, total_fen = total_fen - %s, updated_at = %s"
        " WHERE bill_no = %s AND state = 'unpaid'",
        (row["amount_fen"], hospital.now(), row["bill_no"]),
    )
    if not touched:
        raise refuse("BILL_SETTLED")
    hospital.db.run("DELETE FROM bill_line WHERE order_no = %s", (order_no,))
    left = hospital.db.one("SELECT 1 FROM bill_line WHERE bill_no = %s LIMIT 1", (row["bill_no"],))
    if left is None:
        return void(hospital, row["bill_no"])
    return _tell(hospital, "bill.changed", row["bill_no"])


def void(hospital: Hospital, bill_no: str) -> Facts | None:
    """Void an unpaid bill; ``None`` when it is not unpaid any more."""
    if move(hospital, bill_no, "unpaid", "void"):
        return _tell(hospital, "bill.void", bill_no)
    return None


def move(hospital: Hospital, bill_no: str, before: str, after: str) -> bool:
    """Change a bill's state if it is still what it was; tell whether it was."""
    return bool(
        hospital.db.run(
            "UPDATE bill SET state = %s, updated_at = %s WHERE bill_no = %s AND state = %s",
            (after, hospital.now(), bill_no, before),
        )
    )


def state_refusal(state: str) -> str:
    """Return the refusal for paying a bill in this state."""
    return "BILL_VOID" if state == "void" else "BILL_SETTLED"


def registration_line(hospital: Hospital, level: str, fee_fen: int) -> Line:
    """Return the line for a registration: the item of this price, or a plain one."""
    item: Mapping[str, Any] = hospital.db.one(
        "SELECT code, name, category, unit FROM item"
        " WHERE kind = 'registration' AND price_fen = %s ORDER BY code LIMIT 1",
        (fee_fen,),
    ) or {"code": f"GH{level}", "name": "挂号诊察费", "category": "02", "unit": "次"}
    return Line(**item, quantity=Decimal(1), price_fen=fee_fen)
