"""Orders: how they come into being and how they change. v2 and v3 share them."""

import hashlib
import json
import sqlite3
from dataclasses import asdict, dataclass

from simulation.store import Row
from simulation.world import World

from ..people import People, Person
from .callbacks import Callbacks
from .errors import refusal
from .funds import Funds
from .merchants import Merchants
from .numbers import DAY_SECONDS, day_of, prepay_id, transaction_id

PREPAY_SECONDS = 7200
CLOSE_SECONDS = REVERSE_SECONDS = 7 * DAY_SECONDS
REVERSE_WAIT_SECONDS = 30
PAID = ("SUCCESS", "REFUND")
# from which states an order may come into a state
ORIGINS = {
    "USERPAYING": ("NOTPAY", "PAYERROR"),
    "SUCCESS": ("NOTPAY", "USERPAYING", "PAYERROR"),
    "PAYERROR": ("NOTPAY", "USERPAYING"),
    "CLOSED": ("NOTPAY", "PAYERROR"),
    "REVOKED": ("NOTPAY", "USERPAYING", "PAYERROR", "SUCCESS"),
    "REFUND": ("SUCCESS", "REFUND"),
}
ENDED_CODES = {
    "SUCCESS": "ORDERPAID",
    "REFUND": "ORDERPAID",
    "CLOSED": "ORDER_CLOSED",
    "REVOKED": "ORDER_REVERSED",
}


@dataclass(frozen=True)
class Wanted:
    """What a merchant asks for. ``total`` in fen; ``expires`` in seconds since 1970."""

    api: str
    mchid: str
    appid: str
    out_trade_no: str
    trade_type: str
    total: int
    description: str
    attach: str = ""
    notify_url: str = ""
    openid: str = ""
    device: str = ""
    expires: float | None = None

    def digest(self) -> str:
        """Return what must be equal when the same number is used again."""
        values = {**asdict(self), "expires": None}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


class Orders:
    """The orders of all merchants."""

    def __init__(
        self,
        world: World,
        merchants: Merchants,
        funds: Funds,
        callbacks: Callbacks,
        people: People,
    ):
        self._world, self._store = world, world.store
        self._merchants, self._funds, self._callbacks = merchants, funds, callbacks
        self._people = people

    def place(self, wanted: Wanted) -> Row:
        """Return the new order, or the old one when the same is asked for again.

        :raise Refusal: OUT_TRADE_NO_USED, ORDERPAID, ORDER_CLOSED, ORDER_REVERSED,
            APPID_MCHID_NOT_MATCH, INVALID_REQUEST for a person of another appid.
        """
        if wanted.appid not in self._merchants.get(wanted.mchid).appids:
            raise refusal("APPID_MCHID_NOT_MATCH")
        if wanted.openid:
            self._check_payer(wanted)
        try:
            number = self._store.insert(
                "wxpay_order",
                **asdict(wanted),
                digest=wanted.digest(),
                state="NOTPAY",
                created=self._world.clock.now(),
            )
        except sqlite3.IntegrityError:
            return self._repeated(wanted)
        facts = {"mchid": wanted.mchid, "amount": wanted.total, "trade_type": wanted.trade_type}
        self._world.journal.write("wechatpay", "ordered", wanted.out_trade_no, **facts)
        return self.get(number)

    def _repeated(self, wanted: Wanted) -> Row:
        order = self.find(wanted.mchid, wanted.out_trade_no)
        if order["digest"] != wanted.digest():
            raise refusal("OUT_TRADE_NO_USED", "201 商户订单号重复")
        if order["state"] in ENDED_CODES:
            raise refusal(ENDED_CODES[order["state"]])
        return order

    def _check_payer(self, wanted: Wanted) -> None:
        if self._people.by_openid(wanted.appid, wanted.openid):
            return
        others = self._store.all("SELECT DISTINCT appid FROM wxpay_merchant_app")
        if any(self._people.by_openid(app["appid"], wanted.openid) for app in others):
            raise refusal("INVALID_REQUEST", "appid和openid不匹配")
        raise refusal("PARAM_ERROR", "无效的openid")

    def prepay(self, order: Row) -> str:
        """Return the order's prepay_id: the one that is still good, or a new one."""
        now = self._world.clock.now()
        if order["prepay_id"] and now < order["prepaid"] + PREPAY_SECONDS:
            return str(order["prepay_id"])
        fresh = prepay_id(now)
        sql = "UPDATE wxpay_order SET prepay_id = ?, prepaid = ? WHERE id = ?"
        self._store.run(sql, (fresh, now, order["id"]))
        return fresh

    def get(self, number: int) -> Row:
        """Return an order by our own number."""
        return self._store.row("wxpay_order", number)

    def find(self, mchid: str, out_trade_no: str = "", transaction_id: str = "") -> Row:
        """Return a merchant's order by one of its two numbers.

        :raise Refusal: ORDER_NOT_EXIST.
        """
        name = "transaction_id" if transaction_id else "out_trade_no"
        row = self._store.one(
            f"SELECT * FROM wxpay_order WHERE mchid = ? AND {name} = ?",  # noqa: S608
            (mchid, transaction_id or out_trade_no),
        )
        if row is None:
            raise refusal("ORDER_NOT_EXIST")
        return row

    def change(self, order: Row, state: str, **values: object) -> bool:
        """Move an order to a state, if it may; tell whether it did."""
        origins = ORIGINS[state]
        sets = "".join(f", {name} = ?" for name in values)
        marks = ", ".join("?" * len(origins))
        sql = f"UPDATE wxpay_order SET state = ?{sets} WHERE id = ? AND state IN ({marks})"  # noqa: S608
        return self._store.run(sql, (state, *values.values(), order["id"], *origins)) == 1

    def pay(self, order: Row, person: Person, bank_type: str = "OTHERS", late: bool = False) -> Row:
        """Let the money flow: the order is paid, booked, written down and called back.

        :param bool late: the order was closed meanwhile; the money came nevertheless.
        :raise Refusal: ORDERPAID, ORDER_CLOSED, ORDER_REVERSED.
        """
        if late:
            reopen = "UPDATE wxpay_order SET state = 'NOTPAY' WHERE id = ? AND state = 'CLOSED'"
            self._store.run(reopen, (order["id"],))
        merchant = self._merchants.get(order["mchid"])
        now, total = self._world.clock.now(), int(order["total"])
        values = {
            "transaction_id": transaction_id(now),
            "paid": now,
            "paid_day": day_of(now),
            "person": person.id,
            "openid": person.openid(order["appid"]),
            "bank_type": bank_type,
            "fee": merchant.fee(total),
            "fee_rate": merchant.fee_rate,
        }
        if not self.change(order, "SUCCESS", **values):
            raise refusal(ENDED_CODES[self.get(order["id"])["state"]])
        voucher, number = order["out_trade_no"], str(values["transaction_id"])
        fee = merchant.fee(total)
        self._funds.move(merchant, total, ("交易", "交易"), number, voucher)
        self._funds.move(merchant, -fee, ("交易", "扣除交易手续费"), number, voucher)
        facts = {"mchid": merchant.mchid, "amount": total, "fee": fee, "day": day_of(now)}
        more = {"transaction_id": number, "person": person.id, "trade_type": order["trade_type"]}
        self._world.journal.write("wechatpay", "paid", voucher, **facts, **more)
        paid = self.get(order["id"])
        self._callbacks.paid(merchant, paid)
        return paid

    def fail(self, order: Row, reason: str) -> None:
        """Let a payment fail; only a payment code's order is spoiled by it."""
        if order["trade_type"] == "MICROPAY":
            self.change(order, "PAYERROR")
        facts = {"mchid": order["mchid"], "reason": reason}
        self._world.journal.write("wechatpay", "pay_failed", order["out_trade_no"], **facts)

    def close(self, order: Row) -> None:
        """Close an order that nobody pays any more.

        :raise Refusal: ORDERPAID, INVALID_REQUEST for an order that cannot be closed.
        """
        now = self._world.clock.now()
        if order["state"] in PAID:
            raise refusal("ORDERPAID")
        if order["state"] == "REVOKED":
            raise refusal("ORDER_REVERSED")
        if order["trade_type"] == "MICROPAY":
            raise refusal("INVALID_REQUEST", "付款码支付的订单不支持关单，请使用撤销订单接口")
        if now > order["created"] + CLOSE_SECONDS:
            raise refusal("INVALID_REQUEST", "订单超过7天，不能关闭")
        if self.change(order, "CLOSED", ended=now):
            facts = {"mchid": order["mchid"]}
            self._world.journal.write("wechatpay", "closed", order["out_trade_no"], **facts)
