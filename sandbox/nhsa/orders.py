"""Orders of mobile payment: their states, their columns, their form on the wire."""

from __future__ import annotations

import sqlite3
from typing import Any

from simulation.store import Row

from .bureau import Bureau, Inbound, time_text
from .fields import Node, refuse
from .money import yuan
from .persons import Persons

PRESETTLED, SETTLING, INSURANCE_PAID, DONE = 1, 2, 4, 6
REFUNDED, INSURANCE_BACK, CASH_BACK, CASH_PART_BACK, BACK_AND_PART = 7, 8, 9, 10, 11
REVOKED, INSURANCE_REVOKED, FAILED = 12, 13, 15
REFUNDABLE = (INSURANCE_PAID, DONE, INSURANCE_BACK, CASH_BACK, CASH_PART_BACK, BACK_AND_PART)
PAID = (*REFUNDABLE, REFUNDED)
FEE_TYPES = ("01", "02", "03", "04", "05", "06")


class Orders:
    """All orders, and who may touch one."""

    def __init__(self, bureau: Bureau, persons: Persons):
        self._bureau, self._store, self._persons = bureau, bureau.store, persons

    def payer(self, node: Node, fresh: bool = True) -> str:
        """Return whose voucher pays.

        :param bool fresh: whether a voucher of long ago is refused.
        :raise Refusal: when there is not exactly one, or it is over.
        """
        token, grant = node.maybe("ecToken", 64), node.maybe("payAuthNo", 64)
        if bool(token) == bool(grant):
            raise refuse("ecToken与payAuthNo应且仅应有一个")
        return self._persons.of_token(token or grant, "ec" if token else "auth", fresh)

    def same_person(self, node: Node, psn_no: str) -> None:
        """Compare name and identity number of a call with the insured person's.

        :raise Refusal: when they differ.
        """
        person = self._persons.person(self._persons.insured(psn_no, active=False))
        node.choice("idType", ("01",))
        number, name = node.text("idNo", 50).upper(), node.text("userName", 50)
        if (number, name) != (person.id_number, person.name):
            raise refuse("人员姓名或证件号码与参保信息不一致")

    def create(self, call: Inbound, node: Node, visit: Row, psn_no: str) -> str:
        """Write a new order and return its number.

        :raise Refusal: when the hospital's number is in use.
        """
        node.choice("feeType", FEE_TYPES)
        node.time("begntime")
        try:
            row = self._store.insert(
                "nhsa_order",
                pay_token=self._bureau.token("PT"),
                hospital=call.hospital.code,
                med_org_ord=node.text("medOrgOrd", 40),
                psn_no=psn_no,
                mdtrt_id=visit["mdtrt_id"],
                batch=node.text("chrgBchno", 30),
                med_type=visit["med_type"],
                at=self._bureau.clock.now(),
                state=0,
                total=0,
                fund=0,
                account=0,
                cash=0,
            )
        except sqlite3.IntegrityError:
            raise refuse("医疗机构订单号重复") from None
        order = self._bureau.number("ORD" + call.hospital.area, row)
        self._store.run("UPDATE nhsa_order SET pay_ord_id = ? WHERE id = ?", (order, row))
        return order

    def mine(self, call: Inbound, node: Node) -> Row:
        """Return the order that a call names, with the token that came with it.

        :raise Refusal: when there is none.
        """
        order = self.get(node.text("payOrdId", 40), call)
        if node.text("orgCodg", 30) != call.hospital.code:
            raise refuse("定点医药机构编号与报文不一致")
        if node.text("payToken", 64) != order["pay_token"]:
            raise refuse("支付令牌payToken无效")
        return order

    def get(self, number: str, call: Inbound | None = None) -> Row:
        """Return an order, of the calling hospital if there is a call.

        :raise Refusal: when there is none.
        """
        row = self._store.one("SELECT * FROM nhsa_order WHERE pay_ord_id = ?", (number,))
        if row is None or (call and row["hospital"] != call.hospital.code):
            raise refuse("支付订单不存在")
        return row

    def set(self, number: str, **values: Any) -> None:
        """Change columns of an order."""
        marks = ", ".join(f"{name} = ?" for name in values)
        sql = f"UPDATE nhsa_order SET {marks} WHERE pay_ord_id = ?"  # noqa: S608 (our own names)
        self._store.run(sql, (*values.values(), number))

    @staticmethod
    def seen(order: Row) -> dict[str, Any]:
        """Return an order as answers show it."""
        kind = "ALL" if order["state"] in (DONE, REFUNDED) else "HI"
        return {
            "payOrdId": order["pay_ord_id"],
            "payToken": order["pay_token"],
            "ordStas": str(order["state"]),
            "medOrgOrd": order["med_org_ord"],
            "mdtrtId": order["mdtrt_id"],
            "setlId": order["setl_id"] or "",
            "setlType": kind if order["state"] in PAID else "",
            "feeSumamt": yuan(order["total"]),
            "ownPayAmt": yuan(order["cash"]),
            "psnAcctPay": yuan(order["account"]),
            "fundPay": yuan(order["fund"]),
            "traceTime": time_text(order["at"]),
        }


def data_of(call: Inbound) -> Node:
    """Return the node of a mobile call: below ``data``, or the message itself."""
    content = call.input.content
    return call.input.node("data") if isinstance(content.get("data"), dict) else call.input
