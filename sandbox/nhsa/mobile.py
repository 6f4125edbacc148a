"""Functions 6201, 6202, 6301 and 6401: paying with insurance by phone."""

from __future__ import annotations

from typing import Any

from simulation.messages import Refusal
from simulation.schedule import Job
from simulation.store import Row

from .bureau import Bureau, Function, Inbound, Outcome
from .fields import Node, refuse
from .ledger import Ledger
from .orders import (
    DONE,
    FAILED,
    INSURANCE_PAID,
    INSURANCE_REVOKED,
    PAID,
    PRESETTLED,
    REVOKED,
    SETTLING,
    Orders,
    data_of,
)
from .persons import Persons
from .settlements import SLOW_SECONDS, Settlements
from .visits import DETAIL_LIMIT, MED_TYPES, Visits

SLOW_JOB = "nhsa order"
# the fields of 6201's charges under the names that 2204 uses
DETAIL_NAMES = {
    "feedetlSn": "feedetl_sn",
    "chrgBchno": "chrg_bchno",
    "feeOcurTime": "fee_ocur_time",
    "medListCodg": "med_list_codg",
    "medinsListCodg": "medins_list_codg",
    "detItemFeeSumamt": "det_item_fee_sumamt",
    "cnt": "cnt",
    "pric": "pric",
}


class Mobile:
    """Orders of mobile payment: the fund and the account at once, the rest by another channel."""

    def __init__(
        self,
        bureau: Bureau,
        persons: Persons,
        visits: Visits,
        settlements: Settlements,
        ledger: Ledger,
        orders: Orders,
    ):
        self._bureau, self._store, self._persons = bureau, bureau.store, persons
        self._visits, self._settlements = visits, settlements
        self._ledger, self._orders = ledger, orders
        bureau.world.scheduler.register(SLOW_JOB, self._settle_late)

    def functions(self) -> dict[str, Function]:
        """Return the functions by their numbers."""
        return {
            "6201": self.upload,
            "6202": self.pay,
            "6301": self.query,
            "6401": self.revoke,
        }

    def upload(self, call: Inbound) -> Outcome:
        """6201: take the charges in and answer what the insurance would pay."""
        node = data_of(call)
        psn_no = self._payer(call, node)
        row = self._persons.insured(psn_no)
        if node.text("insutype", 6) != row["insutype"]:
            raise refuse("该人员未参加所选险种")
        visit = self._visit(call, node, psn_no)
        order = self._orders.create(call, node, visit, psn_no)
        self._add_details(node, visit["mdtrt_id"], order)
        use = node.maybe("acctUsedFlag", 1) != "0"
        benefit = self._settlements.compute(
            call, visit, row, node.text("chrgBchno", 30), use, order
        )
        if node.fen("medfeeSumamt") != benefit.parts.total:
            raise refuse("医疗费总额与费用明细合计不一致")
        self._orders.set(
            order,
            state=PRESETTLED,
            total=benefit.parts.total,
            fund=benefit.fund,
            account=benefit.account,
            cash=benefit.cash,
            use_account=int(use),
        )
        self._bureau.write("order", order, total=benefit.parts.total, hospital=call.hospital.code)
        return Outcome({"data": self._orders.seen(self._orders.get(order))}, order)

    def _payer(self, call: Inbound, node: Node) -> str:
        """Return whose insurance pays, after comparing voucher, name and number."""
        if node.text("orgCodg", 30) != call.hospital.code:
            raise refuse("定点医药机构编号与报文不一致")
        psn_no = self._orders.payer(node)
        if node.maybe("psnNo", 30) not in ("", psn_no):
            raise refuse("电子凭证与人员编号不一致")
        self._orders.same_person(node, psn_no)
        return psn_no

    def _visit(self, call: Inbound, node: Node, psn_no: str) -> Row:
        """Return the visit that the charges belong to: a registered one, or one made now."""
        number = node.maybe("mdtrtId", 30)
        if not number:
            number = self._visits.open(
                call,
                psn_no,
                node.text("insutype", 6),
                node.text("iptOtpNo", 30),
                node.text("deptName", 100),
            )
        visit = self._visits.of(call, number, psn_no)
        kind = node.choice("medType", MED_TYPES)
        if visit["med_type"] not in ("", kind):
            raise refuse("医疗类别与就诊信息不一致")
        self._store.run("UPDATE nhsa_visit SET med_type = ? WHERE mdtrt_id = ?", (kind, number))
        return self._visits.of(call, number, psn_no)

    def _add_details(self, node: Node, visit: str, order: str) -> None:
        rows = node.nodes("feedetailList")
        if len(rows) > DETAIL_LIMIT:
            raise refuse(f"单次上传费用明细不能超过{DETAIL_LIMIT}条")
        batch = node.text("chrgBchno", 30)
        for row in rows:
            named = {
                short: row.content.get(name)
                for name, short in DETAIL_NAMES.items()
                if name in row.content
            }
            self._visits.add(visit, Node({**named, "chrg_bchno": batch}, "feedetailList"))
            self._store.run(
                "UPDATE nhsa_detail SET pay_ord_id = ? WHERE mdtrt_id = ? AND feedetl_sn = ?",
                (order, visit, named["feedetl_sn"]),
            )

    def pay(self, call: Inbound) -> Outcome:
        """6202: let the insurance pay its part."""
        node = data_of(call)
        order = self._orders.mine(call, node)
        if self._persons.of_token(node.text("payAuthNo", 64), "auth") != order["psn_no"]:
            raise refuse("支付授权码与订单人员不一致")
        node.text("orgBizSer", 40)
        if order["state"] in (INSURANCE_PAID, DONE, SETTLING):
            return Outcome({"data": self._orders.seen(order)}, order["pay_ord_id"])
        if order["state"] != PRESETTLED:
            raise refuse(f"订单状态为{order['state']}，不能支付")
        number = order["pay_ord_id"]
        if self._bureau.fault("order_failed", call):
            self._orders.set(number, state=FAILED)
            self._bureau.write("order_failed", number, hospital=call.hospital.code)
            return Outcome({"data": self._orders.seen(self._orders.get(number))}, number)
        self._settle(call, order, node.maybe("acctUsedFlag", 1))
        return Outcome({"data": self._orders.seen(self._orders.get(number))}, number)

    def _settle(self, call: Inbound, order: Row, flag: str) -> None:
        """Settle with the figures of now: the account may have changed since 6201."""
        insured = self._persons.insured(order["psn_no"])
        visit = self._visits.of(call, order["mdtrt_id"], order["psn_no"])
        number = order["pay_ord_id"]
        use = bool(order["use_account"]) if flag == "" else flag == "1"
        benefit = self._settlements.compute(call, visit, insured, order["batch"], use, number)
        values = self._settlements.values(call, visit, order["batch"], benefit)
        self._orders.set(number, use_account=int(use))
        if fault := self._bureau.fault("settle_slow", call):
            seconds = fault.number("seconds", SLOW_SECONDS)
            self._orders.set(number, state=SETTLING)
            self._bureau.world.scheduler.add(SLOW_JOB, number, seconds, values=values)
        else:
            self._finish(number, values)

    def _finish(self, number: str, values: dict[str, Any]) -> None:
        setl_id = self._ledger.keep(values, number)
        parts = {name: values[name] for name in ("fund", "account", "cash")}
        state = INSURANCE_PAID if values["cash"] else DONE
        self._orders.set(number, state=state, setl_id=setl_id, **parts)

    async def _settle_late(self, job: Job) -> None:
        """Do what a slow settlement promised; it fails when the account was used meanwhile."""
        try:
            with self._store.transaction():
                if self._orders.get(job.key)["state"] == SETTLING:
                    self._finish(job.key, job.content["values"])
        except Refusal:
            self._orders.set(job.key, state=FAILED)
            self._bureau.write("order_failed", job.key)

    def cash_paid(self, number: str) -> dict[str, Any]:
        """Note that the patient's own part has arrived by another channel.

        :raise Refusal: when the order does not wait for it.
        """
        if not self._store.run(
            "UPDATE nhsa_order SET state = ?, cash_paid = cash WHERE pay_ord_id = ? AND state = ?",
            (DONE, number, INSURANCE_PAID),
        ):
            raise Refusal("not_waiting", "This order waits for no cash.", 409)
        order = self._orders.get(number)
        self._bureau.write("cash_paid", number, cash=order["cash"], hospital=order["hospital"])
        return self._orders.seen(order)

    def cash_arrived(self, number: str) -> None:
        """Hear of cash that a wallet took in for an order; other orders are not ours."""
        row = self._store.one("SELECT state FROM nhsa_order WHERE pay_ord_id = ?", (number,))
        if row and row["state"] == INSURANCE_PAID:
            self.cash_paid(number)

    def query(self, call: Inbound) -> Outcome:
        """6301: how an order stands."""
        node = data_of(call)
        order = self._orders.mine(call, node)
        self._orders.same_person(node, order["psn_no"])
        seen = self._orders.seen(order)
        paid = order["state"] in PAID
        more = {"callType": "SETL" if paid else "", "revsToken": order["pay_token"]}
        return Outcome({"data": {**seen, **more}})

    def revoke(self, call: Inbound) -> Outcome:
        """6401: give up an order that is not finished."""
        node = data_of(call)
        order = self._orders.mine(call, node)
        self._orders.same_person(node, order["psn_no"])
        number = order["pay_ord_id"]
        if order["state"] in (0, PRESETTLED, FAILED):
            self._store.run("DELETE FROM nhsa_detail WHERE pay_ord_id = ?", (number,))
            self._orders.set(number, state=REVOKED)
        elif order["state"] == INSURANCE_PAID:
            undone = self._ledger.row(order["setl_id"])
            self._ledger.give_back(undone, call.msgid)
            self._orders.set(number, state=INSURANCE_REVOKED)
        else:
            raise refuse(f"订单状态为{order['state']}，不能撤销")
        self._bureau.write("order_revoked", number, hospital=call.hospital.code)
        return Outcome({"data": {"success": True, "message": "撤销成功", "payOrdId": number}})
