"""Settlements as they are kept: written, undone, made never to have happened."""

from __future__ import annotations

from typing import Any

from simulation.clock import moment
from simulation.store import Row

from . import settlement_view
from .bureau import Bureau
from .fields import refuse
from .persons import Persons
from .visits import Visits, total_of

CLEARED = "该结算已清算，不能撤销"
COLUMNS = "total own over pre scope deductible fund account cash".split()


class Ledger:
    """All settlements of all hospitals; each binds its charges and moves a person's year."""

    def __init__(self, bureau: Bureau, persons: Persons, visits: Visits):
        self._bureau, self._store = bureau, bureau.store
        self._persons, self._visits = persons, visits

    def keep(self, values: dict[str, Any], order: str | None = None) -> str:
        """Settle: write it, bind the charges, book the person's year; return its number."""
        at = self._bureau.clock.now()
        year = moment(at).year
        balance = self._persons.book(
            values["psn_no"],
            values["insutype"],
            year,
            values["deductible"],
            values["fund"],
            values["account"],
        )
        setl_id = self._insert(values, at, year, balance)
        self._store.run(
            "UPDATE nhsa_detail SET setl_id = ? WHERE mdtrt_id = ? AND batch = ?"
            " AND setl_id IS NULL AND pay_ord_id IS ?",
            (setl_id, values["mdtrt_id"], values["batch"], order),
        )
        self._journal("settled", setl_id, values)
        return setl_id

    def _insert(
        self, values: dict[str, Any], at: float, year: int, balance: int, undoes: str | None = None
    ) -> str:
        row = self._store.insert(
            "nhsa_settlement",
            **values,
            at=at,
            day=moment(at).strftime("%Y-%m-%d"),
            year=year,
            balance=balance,
            undoes=undoes,
        )
        setl_id = self._bureau.number("S" + values["hospital"][1:5], row)
        self._store.run("UPDATE nhsa_settlement SET setl_id = ? WHERE id = ?", (setl_id, row))
        return setl_id

    def _journal(self, kind: str, setl_id: str, values: dict[str, Any], **more: Any) -> None:
        names = ("hospital", "mdtrt_id", "insutype", "total", "fund", "account", "cash")
        facts = {name: values[name] for name in names}
        self._bureau.write(kind, setl_id, **facts, **more)

    def row(self, setl_id: str) -> Row:
        """Return a settlement.

        :raise Refusal: when there is none.
        """
        row = self._store.one("SELECT * FROM nhsa_settlement WHERE setl_id = ?", (setl_id,))
        if row is None:
            raise refuse("未查询到结算信息")
        return row

    def of(self, hospital: str, setl_id: str, psn_no: str) -> Row:
        """Return a settlement of this hospital and person.

        :raise Refusal: when there is none.
        """
        row = self.row(setl_id)
        if row["hospital"] != hospital or row["psn_no"] != psn_no:
            raise refuse("未查询到结算信息")
        return row

    def give_back(self, row: Row, msgid: str) -> str:
        """Undo a settlement and return the number of the opposite one.

        :raise Refusal: when it is undone already, or cleared.
        """
        if row["clearing"]:
            raise refuse(CLEARED)
        if row["undoes"] or not self._store.run(
            "UPDATE nhsa_settlement SET state = 'undone' WHERE setl_id = ? AND state = 'settled'",
            (row["setl_id"],),
        ):
            raise refuse("该结算已撤销，不能重复撤销")
        balance = self._book_opposite(row)
        kept = "hospital mdtrt_id psn_no insutype clr_type med_type batch ratio invono"
        values = {name: row[name] for name in kept.split()}
        values |= {name: -row[name] for name in COLUMNS}
        values |= {"msgid": msgid, "medins_setl_id": msgid}
        undone = self._insert(
            values, self._bureau.clock.now(), row["year"], balance, row["setl_id"]
        )
        self._release(row["setl_id"])
        self._journal("undone", undone, values, undoes=row["setl_id"])
        return undone

    def _book_opposite(self, row: Row) -> int:
        return self._persons.book(
            row["psn_no"],
            row["insutype"],
            row["year"],
            -row["deductible"],
            -row["fund"],
            -row["account"],
        )

    def _release(self, setl_id: str) -> None:
        """Let the charges be settled again, or taken back."""
        self._store.run(
            "UPDATE nhsa_detail SET setl_id = NULL, pay_ord_id = NULL WHERE setl_id = ?",
            (setl_id,),
        )

    def erase(self, row: Row) -> None:
        """Make a settlement, or an undoing, never have happened.

        :raise Refusal: when it is cleared, undone, or its charges are not what they were.
        """
        if row["clearing"]:
            raise refuse(CLEARED)
        if not self._store.run(
            "UPDATE nhsa_settlement SET state = 'reversed' WHERE setl_id = ? AND state = 'settled'",
            (row["setl_id"],),
        ):
            raise refuse("原交易已撤销，不能冲正")
        self._book_opposite(row)
        if row["undoes"] is None:
            self._release(row["setl_id"])
            return
        self._store.run(
            "UPDATE nhsa_settlement SET state = 'settled' WHERE setl_id = ?", (row["undoes"],)
        )
        rows = self._visits.unsettled(row["mdtrt_id"], row["batch"])
        if total_of(rows).total != -row["total"]:
            raise refuse("原结算的费用明细已变化，不能冲正")
        self._store.run(
            "UPDATE nhsa_detail SET setl_id = ? WHERE mdtrt_id = ? AND batch = ?"
            " AND setl_id IS NULL AND pay_ord_id IS NULL",
            (row["undoes"], row["mdtrt_id"], row["batch"]),
        )

    def last(self, hospital: str, visit: str, psn_no: str, number: str = "") -> Row:
        """Return the last settlement of a visit, or the one with this number.

        :raise Refusal: when there is none.
        """
        row = self._store.one(
            "SELECT * FROM nhsa_settlement WHERE mdtrt_id = ? AND psn_no = ? AND hospital = ?"
            " AND state <> 'reversed' AND ? IN ('', setl_id) ORDER BY id DESC LIMIT 1",
            (visit, psn_no, hospital, number),
        )
        if row is None:
            raise refuse("未查询到结算信息")
        return row

    def output(self, row: Row) -> dict[str, Any]:
        """Return a settlement as 2207 answers it."""
        return self.view(dict(row), row["setl_id"], row["at"])

    def view(self, values: dict[str, Any], setl_id: str = "", at: float = 0.0) -> dict[str, Any]:
        """Return the columns of a settlement, kept or only tried out, as 2207 answers them."""
        insured = self._persons.insured(values["psn_no"], active=False)
        balance = insured["balance"] - values["account"]
        complete = {"balance": balance, "undoes": None, **values}
        person = self._persons.person(insured)
        return settlement_view.settlement(complete, insured, person, setl_id, at)
