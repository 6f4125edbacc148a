"""Medical-insurance orders: one payment of which the insurance carries a part."""

import hashlib
import json
import sqlite3
from dataclasses import asdict, dataclass
from typing import Any

from simulation.store import Row
from simulation.world import World

from ..people import People
from .callbacks import MEDICAL, Callbacks
from .errors import refusal
from .merchants import Merchants
from .numbers import mix_trade_no, rfc3339
from .orders import PAID, Orders

KINDS = ("CASH_ONLY", "INSURANCE_ONLY", "CASH_AND_INSURANCE")
OUTCOMES = ("success", "insurance_failed", "cash_failed")
FAILED = "医保局结算失败"


@dataclass(frozen=True)
class WantedMedical:
    """What a hospital asks for; ``insured`` and ``cash`` in fen, ``content`` as it was sent."""

    mchid: str
    appid: str
    openid: str
    out_trade_no: str
    kind: str
    insured: int
    cash: int
    prepay_id: str
    callback_url: str
    content: dict[str, Any]

    def digest(self) -> str:
        """Return what must be equal when the same number is used again."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


class Medical:
    """The medical-insurance orders of all merchants."""

    def __init__(
        self,
        world: World,
        merchants: Merchants,
        callbacks: Callbacks,
        orders: Orders,
        people: People,
    ):
        self._world, self._store, self._people = world, world.store, people
        self._merchants, self._callbacks, self._orders = merchants, callbacks, orders

    def place(self, wanted: WantedMedical) -> Row:
        """Return the new order, or the old one when the same is asked for again.

        :raise Refusal: APPID_MCHID_NOT_MATCH, OUT_TRADE_NO_USED, INVALID_REQUEST.
        """
        if wanted.appid not in self._merchants.get(wanted.mchid).appids:
            raise refusal("APPID_MCHID_NOT_MATCH")
        if self._people.by_openid(wanted.appid, wanted.openid) is None:
            raise refusal("INVALID_REQUEST", "appid和openid不匹配")
        order, now = self._cash_order(wanted), self._world.clock.now()
        try:
            number = self._store.insert(
                "wxpay_medical",
                mchid=wanted.mchid,
                appid=wanted.appid,
                openid=wanted.openid,
                out_trade_no=wanted.out_trade_no,
                mix_trade_no=mix_trade_no(now),
                order_id=order["id"] if order else None,
                kind=wanted.kind,
                insured=wanted.insured,
                cash=wanted.cash,
                content=json.dumps(wanted.content, ensure_ascii=False),
                digest=wanted.digest(),
                callback_url=wanted.callback_url,
                mix_state="MIX_PAY_CREATED",
                self_state="SELF_PAY_CREATED" if wanted.cash else "NO_SELF_PAY",
                med_state="MED_INS_PAY_CREATED" if wanted.insured else "NO_MED_INS_PAY",
                created=now,
            )
        except sqlite3.IntegrityError:
            known = self.find(wanted.mchid, wanted.out_trade_no)
            if known["digest"] != wanted.digest():
                raise refusal("OUT_TRADE_NO_USED") from None
            return known
        medical = self.get(number)
        self._journal("medical_ordered", medical)
        return medical

    def _cash_order(self, wanted: WantedMedical) -> Row | None:
        """Find the ordinary order of the cash part, which has the same number and amount."""
        if not wanted.cash:
            return None
        sql = "SELECT * FROM wxpay_order WHERE mchid = ? AND prepay_id = ?"
        order = self._store.one(sql, (wanted.mchid, wanted.prepay_id))
        if order is None:
            raise refusal("INVALID_REQUEST", "prepay_id无效")
        if (order["out_trade_no"], order["total"]) != (wanted.out_trade_no, wanted.cash):
            raise refusal("INVALID_REQUEST", "自费预下单的订单号或金额与医保混合单不一致")
        return order

    def get(self, number: int) -> Row:
        """Return an order by our own number."""
        return self._store.row("wxpay_medical", number)

    def find(self, mchid: str, out_trade_no: str) -> Row:
        """Return a merchant's order.

        :raise Refusal: ORDER_NOT_EXIST.
        """
        sql = "SELECT * FROM wxpay_medical WHERE mchid = ? AND out_trade_no = ?"
        return _there(self._store.one(sql, (mchid, out_trade_no)))

    def by_mix(self, number: str, mchid: str = "") -> Row:
        """Return the order of a mix_trade_no; only a merchant's own when one is named.

        :raise Refusal: ORDER_NOT_EXIST.
        """
        row = self._store.one("SELECT * FROM wxpay_medical WHERE mix_trade_no = ?", (number,))
        return _there(row if row and mchid in ("", row["mchid"]) else None)

    def pay(self, mix_number: str, person: str, outcome: str = "success") -> Row:
        """Let a person pay: first the insurance settles, then the cash part is charged.

        :param str outcome: success; insurance_failed ends the order; cash_failed leaves it open
            with the insurance settled.
        :raise Refusal: ORDER_NOT_EXIST, ORDERPAID, INVALID_REQUEST.
        """
        if outcome not in OUTCOMES:
            raise ValueError(f"An outcome is one of {OUTCOMES}.")
        medical = self.by_mix(mix_number)
        payer = self._people.get(person)
        if medical["mix_state"] != "MIX_PAY_CREATED":
            raise refusal("ORDERPAID" if medical["paid"] else "ORDER_CLOSED")
        if payer.openid(medical["appid"]) != medical["openid"]:
            raise refusal("INVALID_REQUEST", "该订单由其他用户发起，当前用户不能支付")
        if outcome == "insurance_failed" and medical["med_state"] == "MED_INS_PAY_CREATED":
            self._set(medical, mix="FAIL", med="FAIL", fail_reason=FAILED)
        else:
            self._settle(medical, person, charge=outcome == "success")
        changed = self.get(medical["id"])
        self._journal("medical_" + outcome, changed)
        return changed

    def _settle(self, medical: Row, person: str, charge: bool) -> None:
        if medical["insured"]:
            self._set(medical, med="SUCCESS")
        if not charge:
            return
        if medical["order_id"]:
            order = self._orders.get(medical["order_id"])
            if order["state"] not in PAID:
                self._orders.pay(order, self._people.get(person))
            self._set(medical, own="SUCCESS")
            wanted = json.loads(medical["content"])
            self._world.tell("medical.cash_paid", number=wanted.get("pay_order_id", ""))
        self._set(medical, mix="SUCCESS", paid=self._world.clock.now())
        done = self.get(medical["id"])
        event = self._callbacks.event("MEDICAL_INSURANCE.SUCCESS", "medical", self.shown(done))
        merchant = self._merchants.get(done["mchid"])
        key, url = done["out_trade_no"], done["callback_url"]
        self._callbacks.post(MEDICAL, merchant, key, url, event)

    def _set(
        self, medical: Row, mix: str = "", own: str = "", med: str = "", **values: Any
    ) -> None:
        """Write the states of the whole, the cash part and the insurance, and other columns."""
        states = {
            "mix_state": mix and f"MIX_PAY_{mix}",
            "self_state": own and f"SELF_PAY_{own}",
            "med_state": med and f"MED_INS_PAY_{med}",
        }
        columns = {**{name: state for name, state in states.items() if state}, **values}
        sets = ", ".join(f"{name} = ?" for name in columns)
        sql = f"UPDATE wxpay_medical SET {sets} WHERE id = ?"  # noqa: S608 (our own names)
        self._store.run(sql, (*columns.values(), medical["id"]))

    def refunded(self, medical: Row, out_refund_no: str, amount: int) -> None:
        """Take note that the insurance got money back; the same number counts once.

        :raise Refusal: INVALID_REQUEST.
        """
        if medical["med_state"] not in ("MED_INS_PAY_SUCCESS", "MED_INS_PAY_REFUND"):
            raise refusal("INVALID_REQUEST", "医保订单未支付成功")
        sql = "SELECT amount FROM wxpay_medical_refund WHERE medical = ? AND out_refund_no = ?"
        known = self._store.one(sql, (medical["id"], out_refund_no))
        if known:
            if known["amount"] != amount:
                raise refusal("INVALID_REQUEST", "退款金额与之前请求不一致")
            return
        values = {"medical": medical["id"], "out_refund_no": out_refund_no, "amount": amount}
        self._store.insert("wxpay_medical_refund", **values)
        try:
            sql = "UPDATE wxpay_medical SET refunded = refunded + ? WHERE id = ?"
            self._store.run(sql, (amount, medical["id"]))
        except sqlite3.IntegrityError:
            raise refusal("INVALID_REQUEST", "医保退款金额大于医保支付金额") from None
        self._set(medical, mix="REFUND", med="REFUND")
        self._journal("medical_refunded", medical, amount=amount, out_refund_no=out_refund_no)

    def _journal(self, kind: str, medical: Row, **more: Any) -> None:
        facts = {name: medical[name] for name in ("mchid", "mix_trade_no", "insured", "cash")}
        self._world.journal.write("wechatpay", kind, medical["out_trade_no"], **facts, **more)

    def shown(self, medical: Row) -> dict[str, Any]:
        """Return an order as queries and callbacks tell it."""
        found = {
            "mix_trade_no": medical["mix_trade_no"],
            "mix_pay_status": medical["mix_state"],
            "self_pay_status": medical["self_state"],
            "med_ins_pay_status": medical["med_state"],
            **json.loads(medical["content"]),
        }
        if medical["paid"]:
            found["paid_time"] = rfc3339(medical["paid"])
        if medical["fail_reason"]:
            found["med_ins_fail_reason"] = medical["fail_reason"]
        return found


def _there(row: Row | None) -> Row:
    if row is None:
        raise refusal("ORDER_NOT_EXIST")
    return row
