"""Functions 6201, 6202, 6203, 6301 and 6401: paying with insurance by phone."""

from __future__ import annotations

import sqlite3
from typing import Any

from simulation.messages import Refusal
from simulation.schedule import Job
from simulation.store import Row

from .bureau import Bureau, Function, Inbound, Outcome, time_text
from .fields import Node, refuse
from .money import yuan
from .persons import Persons
from .settlements import SLOW_SECONDS, Settlements
from .visits import DETAIL_LIMIT, MED_TYPES, Visits

PRESETTLED, SETTLING, INSURANCE_PAID, DONE = 1, 2, 4, 6
REFUNDED, INSURANCE_BACK, CASH_BACK, CASH_PART_BACK, BACK_AND_PART = 7, 8, 9, 10, 11
REVOKED, INSURANCE_REVOKED, FAILED = 12, 13, 15
PAID = (INSURANCE_PAID, DONE, REFUNDED, INSURANCE_BACK, CASH_BACK, CASH_PART_BACK, BACK_AND_PART)
REFUNDABLE = (INSURANCE_PAID, DONE, INSURANCE_BACK, CASH_BACK, CASH_PART_BACK, BACK_AND_PART)
SLOW_JOB = "nhsa order"
FEE_TYPES = ("01", "02", "03", "04", "05", "06")
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

    def __init__(self, bureau: Bureau, persons: Persons, visits: Visits, settlements: Settlements):
        self._bureau, self._store, self._persons = bureau, bureau.store, persons
        self._visits, self._settlements = visits, settlements
        bureau.world.scheduler.register(SLOW_JOB, self._settle_late)

    def functions(self) -> dict[str, Function]:
        """Return the functions by their numbers."""
        return {
            "6201": self.upload,
            "6202": self.pay,
            "6203": self.refund,
            "6301": self.query,
            "6401": self.revoke,
        }

    def upload(self, call: Inbound) -> Outcome:
        """6201: take the charges in and answer what the insurance would pay."""
        node = _data(call)
        psn_no = self._payer(call, node)
        row = self._persons.insured(psn_no)
        if node.text("insutype", 6) != row["insutype"]:
            raise refuse("该人员未参加所选险种")
        visit = self._visit(call, node, psn_no)
        order = self._create(call, node, visit, psn_no)
        self._add_details(node, visit["mdtrt_id"], order)
        use = node.maybe("acctUsedFlag", 1) != "0"
        benefit = self._settlements.compute(
            call, visit, row, node.text("chrgBchno", 30), use, order
        )
        if node.fen("medfeeSumamt") != benefit.parts.total:
            raise refuse("医疗费总额与费用明细合计不一致")
        self._set(
            order,
            state=PRESETTLED,
            total=benefit.parts.total,
            fund=benefit.fund,
            account=benefit.account,
            cash=benefit.cash,
            use_account=int(use),
        )
        self._bureau.write("order", order, total=benefit.parts.total, hospital=call.hospital.code)
        return Outcome({"data": self._seen(self._order(order))}, order)

    def _payer(self, call: Inbound, node: Node) -> str:
        """Return whose insurance pays, after comparing voucher, name and number."""
        if node.text("orgCodg", 30) != call.hospital.code:
            raise refuse("定点医药机构编号与报文不一致")
        psn_no = self._of_voucher(node)
        if node.maybe("psnNo", 30) not in ("", psn_no):
            raise refuse("电子凭证与人员编号不一致")
        self._same_person(node, psn_no)
        return psn_no

    def _of_voucher(self, node: Node) -> str:
        token, grant = node.maybe("ecToken", 64), node.maybe("payAuthNo", 64)
        if bool(token) == bool(grant):
            raise refuse("ecToken与payAuthNo应且仅应有一个")
        return self._persons.of_token(token or grant, "ec" if token else "auth")

    def _same_person(self, node: Node, psn_no: str) -> None:
        person = self._persons.person(self._persons.insured(psn_no, active=False))
        node.choice("idType", ("01",))
        number, name = node.text("idNo", 50).upper(), node.text("userName", 50)
        if (number, name) != (person.id_number, person.name):
            raise refuse("人员姓名或证件号码与参保信息不一致")

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

    def _create(self, call: Inbound, node: Node, visit: Row, psn_no: str) -> str:
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
        node = _data(call)
        order = self._mine(call, node)
        if self._persons.of_token(node.text("payAuthNo", 64), "auth") != order["psn_no"]:
            raise refuse("支付授权码与订单人员不一致")
        node.text("orgBizSer", 40)
        if order["state"] in (INSURANCE_PAID, DONE, SETTLING):
            return Outcome({"data": self._seen(order)}, order["pay_ord_id"])
        if order["state"] != PRESETTLED:
            raise refuse(f"订单状态为{order['state']}，不能支付")
        number = order["pay_ord_id"]
        if self._bureau.fault("order_failed", call):
            self._set(number, state=FAILED)
            self._bureau.write("order_failed", number, hospital=call.hospital.code)
            return Outcome({"data": self._seen(self._order(number))}, number)
        self._settle(call, order, node.maybe("acctUsedFlag", 1))
        return Outcome({"data": self._seen(self._order(number))}, number)

    def _settle(self, call: Inbound, order: Row, flag: str) -> None:
        """Settle with the figures of now: the account may have changed since 6201."""
        insured = self._persons.insured(order["psn_no"])
        visit = self._visits.of(call, order["mdtrt_id"], order["psn_no"])
        number = order["pay_ord_id"]
        use = bool(order["use_account"]) if flag == "" else flag == "1"
        benefit = self._settlements.compute(call, visit, insured, order["batch"], use, number)
        values = self._settlements.values(call, visit, order["batch"], benefit)
        self._set(number, use_account=int(use))
        if fault := self._bureau.fault("settle_slow", call):
            seconds = fault.number("seconds", SLOW_SECONDS)
            self._set(number, state=SETTLING)
            self._bureau.world.scheduler.add(SLOW_JOB, number, seconds, values=values)
        else:
            self._finish(number, values)

    def _finish(self, number: str, values: dict[str, Any]) -> None:
        setl_id = self._settlements.keep(values, number)
        parts = {name: values[name] for name in ("fund", "account", "cash")}
        state = INSURANCE_PAID if values["cash"] else DONE
        self._set(number, state=state, setl_id=setl_id, **parts)

    async def _settle_late(self, job: Job) -> None:
        """Do what a slow settlement promised; it fails when the account was used meanwhile."""
        try:
            with self._store.transaction():
                if self._order(job.key)["state"] == SETTLING:
                    self._finish(job.key, job.content["values"])
        except Refusal:
            self._set(job.key, state=FAILED)
            self._bureau.write("order_failed", job.key)

    def cash_paid(self, number: str) -> dict[str, Any]:
        """Note that the patient's own part has arrived by another channel.

        :raise Refusal: when the order does not wait for it.
        """
        if not self._store.run(
            "UPDATE nhsa_order SET state = ? WHERE pay_ord_id = ? AND state = ?",
            (DONE, number, INSURANCE_PAID),
        ):
            raise Refusal("not_waiting", "This order waits for no cash.", 409)
        order = self._order(number)
        self._bureau.write("cash_paid", number, cash=order["cash"], hospital=order["hospital"])
        return self._seen(order)

    def query(self, call: Inbound) -> Outcome:
        """6301: how an order stands."""
        node = _data(call)
        order = self._mine(call, node)
        self._same_person(node, order["psn_no"])
        seen = self._seen(order)
        paid = order["state"] in PAID
        more = {"callType": "SETL" if paid else "", "revsToken": order["pay_token"]}
        return Outcome({"data": {**seen, **more}})

    def revoke(self, call: Inbound) -> Outcome:
        """6401: give up an order that is not finished."""
        node = _data(call)
        order = self._mine(call, node)
        self._same_person(node, order["psn_no"])
        number = order["pay_ord_id"]
        if order["state"] in (0, PRESETTLED, FAILED):
            self._store.run("DELETE FROM nhsa_detail WHERE pay_ord_id = ?", (number,))
            self._set(number, state=REVOKED)
        elif order["state"] == INSURANCE_PAID:
            undone = self._settlements.row(order["setl_id"])
            self._settlements.give_back(undone, call.msgid)
            self._set(number, state=INSURANCE_REVOKED)
        else:
            raise refuse(f"订单状态为{order['state']}，不能撤销")
        self._bureau.write("order_revoked", number, hospital=call.hospital.code)
        return Outcome({"data": {"success": True, "message": "撤销成功", "payOrdId": number}})

    def refund(self, call: Inbound) -> Outcome:
        """6203: give money of a paid order back, by its parts."""
        node = _data(call)
        order = self._order(node.text("payOrdId", 40), call)
        if self._of_voucher(node) != order["psn_no"]:
            raise refuse("电子凭证与订单人员不一致")
        wanted = _refund(node)
        known = self._store.one(
            "SELECT * FROM nhsa_refund WHERE hospital = ? AND app_refd_sn = ?",
            (call.hospital.code, wanted["app_refd_sn"]),
        )
        if known is not None:
            return self._again(known, order, wanted)
        fault = self._bureau.fault("refund_exp", call)
        if not fault or fault.options.get("done", True):
            self._apply(call, order, wanted)
            wanted["status"] = "SUCC"
        else:
            wanted["status"] = "EXP"
        self._store.insert(
            "nhsa_refund",
            hospital=call.hospital.code,
            pay_ord_id=order["pay_ord_id"],
            at=self._bureau.clock.now(),
            **wanted,
        )
        return _refund_answer(wanted, "EXP" if fault else "SUCC")

    def _again(self, known: Row, order: Row, wanted: dict[str, Any]) -> Outcome:
        """Answer a refund number once more; one that failed to happen happens now."""
        same = all(known[name] == value for name, value in wanted.items() if name != "status")
        if not same or known["pay_ord_id"] != order["pay_ord_id"]:
            raise refuse("应用退款流水号重复，且内容不一致")
        if known["status"] == "EXP":
            self._store.run(
                "UPDATE nhsa_refund SET status = 'SUCC' WHERE hospital = ? AND app_refd_sn = ?",
                (known["hospital"], known["app_refd_sn"]),
            )
            self._apply(None, order, wanted)
        return _refund_answer(wanted, "SUCC")

    def _apply(self, call: Inbound | None, order: Row, wanted: dict[str, Any]) -> None:
        """Give the parts back.

        :raise Refusal: when there is less to give back.
        """
        if order["state"] not in REFUNDABLE:
            raise refuse(f"订单状态为{order['state']}，不能退款")
        insurance = wanted["account"] + wanted["fund"]
        paid_cash = order["cash"] if order["state"] != INSURANCE_PAID else 0
        if wanted["cash"] > paid_cash - order["cash_refunded"]:
            raise refuse("现金退费金额超过可退金额")
        if insurance:
            self._insurance_back(call, order, wanted)
        cash = order["cash_refunded"] + wanted["cash"]
        back = order["insurance_refunded"] + insurance
        self._set(
            order["pay_ord_id"],
            cash_refunded=cash,
            insurance_refunded=back,
            state=_state_after(order, cash, back),
        )
        names = ("total", "cash", "account", "fund")
        facts = {name: wanted[name] for name in names}
        self._bureau.write(
            "refunded",
            order["pay_ord_id"],
            number=wanted["app_refd_sn"],
            hospital=order["hospital"],
            **facts,
        )

    def _insurance_back(self, call: Inbound | None, order: Row, wanted: dict[str, Any]) -> None:
        if (wanted["account"], wanted["fund"]) != (order["account"], order["fund"]):
            raise refuse("医保部分只能全额退款")
        if order["insurance_refunded"]:
            raise refuse("医保部分已退款")
        msgid = call.msgid if call else wanted["app_refd_sn"]
        self._settlements.give_back(self._settlements.row(order["setl_id"]), msgid)

    def _mine(self, call: Inbound, node: Node) -> Row:
        order = self._order(node.text("payOrdId", 40), call)
        if node.text("orgCodg", 30) != call.hospital.code:
            raise refuse("定点医药机构编号与报文不一致")
        if node.text("payToken", 64) != order["pay_token"]:
            raise refuse("支付令牌payToken无效")
        return order

    def _order(self, number: str, call: Inbound | None = None) -> Row:
        row = self._store.one("SELECT * FROM nhsa_order WHERE pay_ord_id = ?", (number,))
        if row is None or (call and row["hospital"] != call.hospital.code):
            raise refuse("支付订单不存在")
        return row

    def _set(self, number: str, **values: Any) -> None:
        marks = ", ".join(f"{name} = ?" for name in values)
        sql = f"UPDATE nhsa_order SET {marks} WHERE pay_ord_id = ?"  # noqa: S608 (our own names)
        self._store.run(sql, (*values.values(), number))

    @staticmethod
    def _seen(order: Row) -> dict[str, Any]:
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


def _data(call: Inbound) -> Node:
    """Return the node of a mobile call: below ``data``, or the message itself."""
    content = call.input.content
    return call.input.node("data") if isinstance(content.get("data"), dict) else call.input


def _refund(node: Node) -> dict[str, Any]:
    """Return a wanted refund; its parts add up and fit its kind."""
    kind = node.choice("refdType", ("ALL", "CASH", "HI"))
    time = node.text("appRefdTime", 14)
    if len(time) != 14 or not time.isdigit():
        raise refuse("应用退费时间格式错误，应为yyyyMMddHHmmss")
    cash, total = node.fen("cashRefdAmt"), node.fen("totlRefdAmt")
    account, fund = node.maybe_fen("psnAcctRefdAmt"), node.maybe_fen("fundRefdAmt")
    if cash + account + fund != total or not total:
        raise refuse("退费金额之和与总退费金额不一致")
    if (kind == "CASH" and account + fund) or (kind == "HI" and cash):
        raise refuse("退费类型与退费金额不符")
    return {
        "app_refd_sn": node.text("appRefdSn", 40),
        "kind": kind,
        "total": total,
        "cash": cash,
        "account": account,
        "fund": fund,
    }


def _refund_answer(wanted: dict[str, Any], status: str) -> Outcome:
    data = {
        "refStatus": status,
        "appRefdSn": wanted["app_refd_sn"],
        "totlRefdAmt": yuan(wanted["total"]),
        "cashRefdAmt": yuan(wanted["cash"]),
        "psnAcctRefdAmt": yuan(wanted["account"]),
        "fundRefdAmt": yuan(wanted["fund"]),
    }
    return Outcome({"data": data}, wanted["app_refd_sn"])


def _state_after(order: Row, cash: int, back: int) -> int:
    """Return the state of an order after refunds of so much cash and insurance money."""
    insured = order["fund"] + order["account"]
    all_cash, all_insurance = cash == order["cash"], back == insured
    if order["state"] == INSURANCE_PAID:
        return INSURANCE_BACK
    if all_cash and all_insurance:
        return REFUNDED
    if all_insurance and insured:
        return BACK_AND_PART if cash else INSURANCE_BACK
    return CASH_BACK if all_cash else CASH_PART_BACK
