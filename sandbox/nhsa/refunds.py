"""Function 6203: money of a paid order goes back, by its parts."""

from __future__ import annotations

from typing import Any

from simulation.store import Row

from .bureau import Bureau, Function, Inbound, Outcome
from .fields import Node, refuse
from .ledger import Ledger
from .money import yuan
from .orders import (
    BACK_AND_PART,
    CASH_BACK,
    CASH_PART_BACK,
    INSURANCE_BACK,
    REFUNDABLE,
    REFUNDED,
    Orders,
    data_of,
)

PARTS = ("cash", "account", "fund")


class Refunds:
    """Refunds, each once by the hospital's number."""

    def __init__(self, bureau: Bureau, orders: Orders, ledger: Ledger):
        self._bureau, self._store, self._orders = bureau, bureau.store, orders
        self._ledger = ledger

    def functions(self) -> dict[str, Function]:
        """Return the functions by their numbers."""
        return {"6203": self.refund}

    def refund(self, call: Inbound) -> Outcome:
        """6203: give money of a paid order back, by its parts."""
        node = data_of(call)
        order = self._orders.get(node.text("payOrdId", 40), call)
        if self._orders.payer(node, fresh=False) != order["psn_no"]:
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
        parts = tuple(order[name] for name in PARTS)
        if wanted["kind"] == "ALL" and tuple(wanted[name] for name in PARTS) != parts:
            raise refuse("全额退款金额与订单金额不一致")
        if wanted["cash"] > order["cash_paid"] - order["cash_refunded"]:
            raise refuse("现金退费金额超过可退金额")
        if insurance:
            self._insurance_back(call, order, wanted)
        cash = order["cash_refunded"] + wanted["cash"]
        back = order["insurance_refunded"] + insurance
        self._orders.set(
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
        self._ledger.give_back(self._ledger.row(order["setl_id"]), msgid)


def _refund(node: Node) -> dict[str, Any]:
    """Return a wanted refund; its parts add up and fit its kind."""
    kind = node.choice("refdType", ("ALL", "CASH", "HI"))
    time = node.text("appRefdTime", 14)
    if len(time) != 14 or not (time.isascii() and time.isdigit()):
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
    if all_cash and all_insurance:
        return REFUNDED
    if all_insurance and insured:
        return BACK_AND_PART if cash else INSURANCE_BACK
    return CASH_BACK if all_cash else CASH_PART_BACK
