"""What stands in a bill: the payments, refunds and entries of a seller's days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sandbox.people import People, Person
from simulation.store import Row, Store

from .notices import masked

PAYMENT, REFUND = "交易", "退款"
# fault: what it does to the rows of a file, never to what happened
ROW_FAULTS = ("bill_missing_row", "bill_extra_row", "bill_changed_row", "bill_duplicate_row")


@dataclass(frozen=True)
class BusinessRow:
    """One payment or refund; refunds and the fees of payments are negative fen."""

    trade_no: str
    out_trade_no: str
    kind: str
    subject: str
    created: float
    done: float
    store_id: str
    operator: str
    terminal: str
    buyer: str
    amount: int
    request_no: str
    fee: int
    note: str


@dataclass(frozen=True)
class AccountRow:
    """One change of the seller's balance, in fen."""

    number: str
    trade_no: str
    out_trade_no: str
    subject: str
    done: float
    buyer: str
    amount: int
    balance: int
    kind: str
    note: str


BillRow = TypeVar("BillRow", BusinessRow, AccountRow)


class Bills:
    """Reads what happened; days are cut by the time the money moved."""

    def __init__(self, store: Store, people: People):
        self._store, self._people = store, people

    def business(self, seller_id: str, since: float, until: float) -> list[BusinessRow]:
        """Return payments and refunds of a time, in the order they were completed."""
        span = (seller_id, since, until)
        paid = self._store.all(
            "SELECT *, paid AS done, '' AS request_no, amount AS moved, -fee AS moved_fee"
            " FROM alipay_trade WHERE seller_id = ? AND paid >= ? AND paid < ?",
            span,
        )
        back = self._store.all(
            "SELECT t.*, r.done AS done, r.out_request_no AS request_no,"
            " -r.amount AS moved, r.fee AS moved_fee"
            " FROM alipay_refund r JOIN alipay_trade t ON t.id = r.trade"
            " WHERE r.seller_id = ? AND r.done >= ? AND r.done < ?",
            span,
        )
        rows = [self._business(row) for row in (*paid, *back)]
        return sorted(rows, key=lambda row: row.done)

    def _business(self, row: Row) -> BusinessRow:
        return BusinessRow(
            trade_no=row["trade_no"],
            out_trade_no=row["out_trade_no"],
            kind=PAYMENT if row["moved"] > 0 else REFUND,
            subject=row["subject"],
            created=row["created"],
            done=row["done"],
            store_id=row["store_id"],
            operator=row["operator_id"],
            terminal=row["terminal_id"],
            buyer=account_of(self._people.get(row["buyer"])),
            amount=row["moved"],
            request_no=row["request_no"],
            fee=row["moved_fee"],
            note=row["body"],
        )

    def account(self, seller_id: str, since: float, until: float) -> list[AccountRow]:
        """Return the changes of the seller's balance, in the order they were booked."""
        rows = self._store.all(
            "SELECT e.*, t.trade_no, t.out_trade_no, t.subject, t.buyer"
            " FROM alipay_entry e JOIN alipay_trade t ON t.id = e.trade"
            " WHERE e.seller_id = ? AND e.at >= ? AND e.at < ? ORDER BY e.id",
            (seller_id, since, until),
        )
        return [
            AccountRow(
                number=f"{row['id']:014d}1",
                trade_no=row["trade_no"],
                out_trade_no=row["out_trade_no"],
                subject=row["subject"],
                done=row["at"],
                buyer=account_of(self._people.get(row["buyer"])),
                amount=row["amount"],
                balance=row["balance"],
                kind=row["kind"],
                note=row["note"],
            )
            for row in rows
        ]


def account_of(person: Person) -> str:
    """Return the payer as a bill shows it: ``*建国(138****0001)``."""
    return f"*{person.name[1:]}({masked(person)})"


def damaged(rows: Sequence[BillRow], damage: dict[str, Any]) -> list[BillRow]:
    """Return the rows as faults changed them.

    :param dict damage: kind of fault to its options: ``key`` names the order of the row (else
        the first row), ``delta`` the fen that bill_changed_row adds.
    """
    found = list(rows)
    for kind, options in damage.items():
        place = _place(found, str(options.get("key", "")))
        if kind not in ROW_FAULTS or place is None:
            continue
        row = found[place]
        if kind == "bill_missing_row":
            del found[place]
        elif kind == "bill_duplicate_row":
            found.insert(place + 1, row)
        elif kind == "bill_changed_row":
            found[place] = replace(row, amount=row.amount + int(options.get("delta", 1)))
        else:
            stranger = {"trade_no": f"{row.trade_no[:-6]}999999", "out_trade_no": "UNKNOWN0001"}
            found.append(replace(row, **stranger))  # type: ignore[arg-type]
    return found


def _place(rows: Sequence[BillRow], key: str) -> int | None:
    places = (i for i, row in enumerate(rows) if not key or row.out_trade_no == key)
    return next(places, None)
