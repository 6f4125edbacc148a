"""Functions 2201 to 2205: a visit, what was found, and what it costs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from simulation.store import Row

from .benefit import Parts, split
from .bureau import Bureau, Function, Inbound, Outcome
from .catalogue import BY_CODE, Item
from .fields import Node, refuse
from .money import share, yuan
from .persons import Persons

# outpatient, emergency, chronic and special illnesses
MED_TYPES = ("11", "12", "13", "14")
ALL_UNSETTLED = "0000"
DETAIL_LIMIT = 100


class Visits:
    """Visits and their charges, as long as they are not settled."""

    def __init__(self, bureau: Bureau, persons: Persons):
        self._bureau, self._store, self._persons = bureau, bureau.store, persons

    def functions(self) -> dict[str, Function]:
        """Return the functions by their numbers."""
        return {
            "2201": self.register,
            "2202": self.undo_registration,
            "2203": self.describe,
            "2204": self.charge,
            "2205": self.undo_charges,
        }

    def register(self, call: Inbound) -> Outcome:
        """2201: open a visit."""
        node = call.input.node("data")
        psn_no = node.text("psn_no", 30)
        row = self._persons.insured(psn_no)
        self._persons.certified(node, psn_no)
        insutype = node.text("insutype", 6)
        if insutype != row["insutype"]:
            raise refuse("该人员未参加所选险种")
        for name, length in (("begntime", 30), ("atddr_no", 30), ("dr_name", 50), ("caty", 10)):
            node.text(name, length)
        node.text("dept_code", 30)
        visit = self.open(
            call, psn_no, insutype, node.text("ipt_otp_no", 30), node.text("dept_name", 100)
        )
        data = {"mdtrt_id": visit, "psn_no": psn_no, "ipt_otp_no": node.text("ipt_otp_no", 30)}
        return Outcome({"data": data}, visit)

    def open(self, call: Inbound, psn_no: str, insutype: str, number: str, dept: str) -> str:
        """Open a visit and return its number.

        :raise Refusal: when the hospital's number is in use.
        """
        try:
            row = self._store.insert(
                "nhsa_visit",
                hospital=call.hospital.code,
                psn_no=psn_no,
                insutype=insutype,
                ipt_otp_no=number,
                at=self._bureau.clock.now(),
                dept=dept,
            )
        except sqlite3.IntegrityError:
            raise refuse("该门诊号已登记，不能重复登记") from None
        visit = self._bureau.number(call.hospital.area, row)
        self._store.run("UPDATE nhsa_visit SET mdtrt_id = ? WHERE id = ?", (visit, row))
        self._bureau.write("registered", visit, psn_no=psn_no, hospital=call.hospital.code)
        return visit

    def of(self, call: Inbound, visit: str, psn_no: str = "") -> Row:
        """Return an open visit of the hospital.

        :raise Refusal: when there is none, or when it is another person's.
        """
        row = self._store.one(
            "SELECT * FROM nhsa_visit WHERE mdtrt_id = ? AND hospital = ? AND state = 'open'",
            (visit, call.hospital.code),
        )
        if row is None:
            raise refuse("未查询到就诊信息")
        if psn_no and row["psn_no"] != psn_no:
            raise refuse("就诊信息与人员编号不一致")
        return row

    def undo_registration(self, call: Inbound) -> Outcome:
        """2202: close a visit that came to nothing."""
        node = call.input.node("data")
        visit = self.of(call, node.text("mdtrt_id", 30), node.text("psn_no", 30))["mdtrt_id"]
        settled = self._store.one(
            "SELECT 1 FROM nhsa_settlement WHERE mdtrt_id = ? AND state = 'settled'"
            " AND undoes IS NULL",
            (visit,),
        )
        if settled:
            raise refuse("该就诊已结算，不能撤销挂号")
        if self._store.one("SELECT 1 FROM nhsa_detail WHERE mdtrt_id = ?", (visit,)):
            raise refuse("该就诊存在未撤销的费用明细，不能撤销挂号")
        self._store.run("UPDATE nhsa_visit SET state = 'undone' WHERE mdtrt_id = ?", (visit,))
        self._bureau.write("registration_undone", visit, hospital=call.hospital.code)
        return Outcome({}, visit)

    def describe(self, call: Inbound) -> Outcome:
        """2203: kind of visit and diagnoses."""
        node = call.input.node("mdtrtinfo")
        visit = self.of(call, node.text("mdtrt_id", 30), node.text("psn_no", 30))["mdtrt_id"]
        kind = node.choice("med_type", MED_TYPES)
        node.time("begntime")
        found = [_diagnosis(one) for one in call.input.nodes("diseinfo")]
        self._store.run(
            "UPDATE nhsa_visit SET med_type = ?, diagnoses = ? WHERE mdtrt_id = ?",
            (kind, json.dumps(found, ensure_ascii=False), visit),
        )
        return Outcome({}, visit)

    def charge(self, call: Inbound) -> Outcome:
        """2204: take charges in and answer how each is taken apart."""
        rows = call.input.nodes("feedetail")
        if len(rows) > DETAIL_LIMIT:
            raise refuse(f"单次上传费用明细不能超过{DETAIL_LIMIT}条")
        visits = {(row.text("mdtrt_id", 30), row.text("psn_no", 30)) for row in rows}
        if len(visits) > 1:
            raise refuse("同一批次费用明细的就诊ID和人员编号应一致")
        visit = self.of(call, *visits.pop())["mdtrt_id"]
        result = [self.add(visit, row) for row in rows]
        self._bureau.write("charged", visit, lines=len(rows), hospital=call.hospital.code)
        return Outcome({"result": result}, visit)

    def add(self, visit: str, row: Node) -> dict[str, Any]:
        """Take one charge in and return it taken apart.

        :raise Refusal: when the item is unknown, the amounts do not agree or the number is used.
        """
        item, amount = _checked(row)
        count = row.decimal("cnt")
        parts = split(item, amount, count)
        number = row.text("feedetl_sn", 30)
        try:
            self._store.insert(
                "nhsa_detail",
                mdtrt_id=visit,
                feedetl_sn=number,
                batch=row.text("chrg_bchno", 30),
                code=item.code,
                total=parts.total,
                own=parts.own,
                over=parts.over,
                pre=parts.pre,
                scope=parts.scope,
            )
        except sqlite3.IntegrityError:
            raise refuse(f"费用明细流水号重复：{number}") from None
        return _taken_apart(number, row, item, parts)

    def undo_charges(self, call: Inbound) -> Outcome:
        """2205: take charges back, one batch or all that are not settled."""
        rows = call.input.nodes("data")
        for node in rows:
            visit = self.of(call, node.text("mdtrt_id", 30), node.text("psn_no", 30))["mdtrt_id"]
            batch = node.text("chrg_bchno", 30)
            gone = self._store.run(
                "DELETE FROM nhsa_detail WHERE mdtrt_id = ? AND setl_id IS NULL"
                " AND pay_ord_id IS NULL AND ? IN (batch, ?)",
                (visit, batch, batch if batch == ALL_UNSETTLED else ""),
            )
            if not gone:
                raise refuse("未查询到可撤销的费用明细，可能已结算")
            self._bureau.write("charges_undone", visit, lines=gone, hospital=call.hospital.code)
        return Outcome({})

    def unsettled(self, visit: str, batch: str, order: str | None = None) -> list[Row]:
        """Return charges that wait for a settlement.

        :param order: number of the mobile order that holds them, ``None`` for the counter's.
        """
        return self._store.all(
            "SELECT * FROM nhsa_detail WHERE mdtrt_id = ? AND batch = ? AND setl_id IS NULL"
            " AND pay_ord_id IS ?",
            (visit, batch, order),
        )


def total_of(rows: Iterable[Row]) -> Parts:
    """Return the sum of charges."""
    return sum((Parts(*(row[name] for name in PARTS)) for row in rows), Parts())


PARTS = ("total", "own", "over", "pre", "scope")


def _diagnosis(node: Node) -> dict[str, str]:
    names = ("diag_type", "diag_srt_no", "diag_code", "diag_name", "diag_dept", "dise_dor_no")
    found = {name: node.text(name, 100) for name in names}
    node.time("diag_time")
    node.choice("vali_flag", ("0", "1"))
    return found


def _checked(row: Node) -> tuple[Item, int]:
    code = row.text("med_list_codg", 50)
    item = BY_CODE.get(code)
    if item is None:
        raise refuse(f"医疗目录编码不存在：{code}")
    row.text("medins_list_codg", 150)
    row.time("fee_ocur_time")
    amount = row.fen("det_item_fee_sumamt")
    price = row.decimal("pric")
    if share(100, price * row.decimal("cnt")) != amount or amount == 0:
        raise refuse(f"费用明细金额与单价、数量不符：{row.text('feedetl_sn', 30)}")
    return item, amount


def _taken_apart(number: str, row: Node, item: Item, parts: Parts) -> dict[str, Any]:
    return {
        "feedetl_sn": number,
        "det_item_fee_sumamt": yuan(parts.total),
        "cnt": row.text("cnt"),
        "pric": row.text("pric"),
        "pric_uplmt_amt": "" if item.ceiling is None else yuan(item.ceiling),
        "selfpay_prop": str(item.selfpay),
        "fulamt_ownpay_amt": yuan(parts.own),
        "overlmt_amt": yuan(parts.over),
        "preselfpay_amt": yuan(parts.pre),
        "inscp_scp_amt": yuan(parts.scope),
        "chrgitm_lv": item.level,
        "med_chrgitm_type": item.kind,
    }
