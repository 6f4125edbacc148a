"""The insurer's books: a day's list for reconciliation, and loss ratios per product."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from simulation.clock import moment
from simulation.store import Row
from simulation.world import World

from .benefit import PRODUCTS

NAME = "insurer"


class Books:
    """What was paid and paid back."""

    def __init__(self, world: World):
        self._world, self._store = world, world.store

    def day(self, app: str, day: str) -> dict[str, Any]:
        """Return a day's list with its sums, wrong on purpose when a fault strikes."""
        rows = self._store.all(
            "SELECT payment.*, case_no FROM insurer_payment AS payment"
            " JOIN insurer_claim USING (claim_no)"
            " WHERE payment.app = ? AND day = ? ORDER BY payment.id",
            (app, day),
        )
        listed = self._falsified(app, [_line(row) for row in rows])
        return {
            "date": day,
            "count": len(listed),
            "amount": sum(line["amount"] for line in listed),
            "rows": listed,
        }

    def _falsified(self, app: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return a list that lacks a row, holds one too many, or a changed one."""
        kinds = ("reconcile_missing", "reconcile_extra", "reconcile_changed")
        struck = self._world.faults.take_any(kinds, NAME, "reconcile", {"merchant": app})
        if not lines:
            return lines
        if "reconcile_missing" in struck:
            lines = lines[1:]
        if "reconcile_extra" in struck:
            ghost = {**lines[-1], "payNo": "GHOST001", "claimNo": "C0", "caseNo": "GHOST001"}
            lines = [*lines, ghost]
        if fault := struck.get("reconcile_changed"):
            changed = {**lines[0], "amount": lines[0]["amount"] + int(fault.number("fen", 100))}
            lines = [changed, *lines[1:]]
        return lines

    def loss_ratios(self, since: str, until: str) -> list[dict[str, Any]]:
        """Return premiums, payments and their ratio of each product.

        :param str since: first day, ``until`` the last one.
        """
        return [self._ratio(code, since, until) for code in PRODUCTS]

    def _ratio(self, code: str, since: str, until: str) -> dict[str, Any]:
        policies = self._number("SELECT count(*) FROM insurer_policy WHERE product = ?", (code,))
        span = (code, since, until)
        paid = self._number(
            "SELECT coalesce(sum(amount), 0) FROM insurer_payment"
            " WHERE product = ? AND day BETWEEN ? AND ?",
            span,
        )
        cases = self._number(
            "SELECT coalesce(sum(iif(kind = 'PAY', 1, -1)), 0) FROM insurer_payment"
            " WHERE product = ? AND day BETWEEN ? AND ?",
            span,
        )
        premium = policies * PRODUCTS[code].premium
        ratio = Decimal(paid) / premium if premium else Decimal(0)
        return {
            "productCode": code,
            "productName": PRODUCTS[code].name,
            "policies": policies,
            "premium": premium,
            "paidCases": cases,
            "paid": paid,
            "lossRatio": str(ratio.quantize(Decimal("0.0001"), ROUND_HALF_UP)),
        }

    def _number(self, sql: str, values: Sequence[Any]) -> int:
        row = self._store.one(sql, values)
        return int(row[0]) if row else 0


def _line(row: Row) -> dict[str, Any]:
    return {
        "payNo": row["pay_no"],
        "claimNo": row["claim_no"],
        "caseNo": row["case_no"],
        "kind": row["kind"],
        "productCode": row["product"],
        "amount": row["amount"],
        "at": moment(row["at"]).isoformat(timespec="seconds"),
    }
