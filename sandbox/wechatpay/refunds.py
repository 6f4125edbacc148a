"""Refunds and reversals: money that goes back, in parts or at once."""

import sqlite3
from dataclasses import dataclass

from simulation.schedule import Job
from simulation.store import Row
from simulation.world import World

from .callbacks import Callbacks
from .errors import refusal
from .funds import Funds
from .merchants import Merchant, Merchants
from .numbers import DAY_SECONDS, day_of, refund_id, yuan
from .orders import PAID, REVERSE_SECONDS, REVERSE_WAIT_SECONDS, Orders

REFUND_SECONDS = 365 * DAY_SECONDS
REFUND_TIMES = 50
REFUND_JOB = "wechatpay.refund"
MISMATCH = "订单金额或退款金额与之前请求不一致，请核实后再试"
# how a fault lets a refund end; STUCK never ends by itself
OUTCOMES = {
    "refund_stuck": "STUCK",
    "refund_abnormal": "ABNORMAL",
    "refund_closed": "CLOSED",
}


@dataclass(frozen=True)
class WantedRefund:
    """What a merchant asks for; ``amount`` and ``total`` in fen."""

    out_refund_no: str
    amount: int
    total: int
    reason: str = ""
    notify_url: str = ""
    account: str = "AVAILABLE"
    api: str = "v3"


class Refunds:
    """The refunds of all merchants."""

    def __init__(
        self,
        world: World,
        merchants: Merchants,
        funds: Funds,
        callbacks: Callbacks,
        orders: Orders,
    ):
        self._world, self._store = world, world.store
        self._merchants, self._funds = merchants, funds
        self._callbacks, self._orders = callbacks, orders
        world.scheduler.register(REFUND_JOB, self._job)

    def get(self, number: int) -> Row:
        """Return a refund by our own number."""
        return self._store.row("wxpay_refund", number)

    def find(self, mchid: str, out_refund_no: str = "", refund_id: str = "") -> Row:
        """Return a merchant's refund by one of its two numbers.

        :raise Refusal: RESOURCE_NOT_EXISTS.
        """
        name = "refund_id" if refund_id else "out_refund_no"
        row = self._store.one(
            f"SELECT * FROM wxpay_refund WHERE mchid = ? AND {name} = ? AND is_reverse = 0",  # noqa: S608
            (mchid, refund_id or out_refund_no),
        )
        if row is None:
            raise refusal("RESOURCE_NOT_EXISTS", "退款单不存在")
        return row

    def of_order(self, order: Row) -> list[Row]:
        """Return an order's refunds, oldest first."""
        sql = "SELECT * FROM wxpay_refund WHERE order_id = ? AND is_reverse = 0 ORDER BY id"
        return self._store.all(sql, (order["id"],))

    def apply(self, order: Row, wanted: WantedRefund) -> Row:
        """Accept a refund; the same number with the same amounts gives the same refund.

        :raise Refusal: INVALID_REQUEST, NOT_ENOUGH, and whatever a fault asks for.
        """
        known = self._store.one(
            "SELECT * FROM wxpay_refund WHERE mchid = ? AND out_refund_no = ? AND is_reverse = 0",
            (order["mchid"], wanted.out_refund_no),
        )
        if known:
            same = (known["order_id"], known["amount"]) == (order["id"], wanted.amount)
            if not same or wanted.total != order["total"]:
                raise refusal("INVALID_REQUEST", MISMATCH, v2="REFUND_FEE_MISMATCH")
            return known
        self._check(order, wanted)
        facts = {"merchant": order["mchid"], "key": wanted.out_refund_no}
        if self._world.faults.take("balance_short", "wechatpay", "refund", facts):
            raise refusal("NOT_ENOUGH")
        outcome = self._outcome(facts)
        refund = self._book(order, wanted, outcome)
        self._plan(refund)
        return self.get(refund["id"])

    def _outcome(self, facts: dict[str, str]) -> str:
        struck = self._world.faults.take_any(OUTCOMES, "wechatpay", "refund", facts)
        return next((OUTCOMES[kind] for kind in struck), "SUCCESS")

    def _check(self, order: Row, wanted: WantedRefund) -> None:
        now = self._world.clock.now()
        if order["state"] not in PAID:
            text = "订单已撤销" if order["state"] == "REVOKED" else "订单未支付，不能退款"
            raise refusal("INVALID_REQUEST", text)
        if now > order["paid"] + REFUND_SECONDS:
            raise refusal("INVALID_REQUEST", "订单已经超过可退款的最大期限", v2="TRADE_OVERDUE")
        if wanted.total != order["total"]:
            raise refusal("INVALID_REQUEST", MISMATCH, v2="REFUND_FEE_MISMATCH")
        if order["refunded"] == order["total"]:
            raise refusal("INVALID_REQUEST", "订单已全额退款", v2="ERROR")
        if order["refunded"] + wanted.amount > order["total"]:
            raise refusal("INVALID_REQUEST", "申请退款金额大于订单可退金额")
        if order["refund_count"] >= REFUND_TIMES:
            raise refusal("INVALID_REQUEST", "订单部分退款次数超过50次")

    def _book(
        self, order: Row, wanted: WantedRefund, outcome: str, is_reverse: bool = False
    ) -> Row:
        """Take the money from the merchant, and the part of the fee back with it."""
        merchant, now = self._merchants.get(order["mchid"]), self._world.clock.now()
        fee = self._fee_back(order, wanted.amount)
        try:
            self._store.run(
                "UPDATE wxpay_order SET refunded = refunded + ?, fee_returned = fee_returned + ?,"
                " refund_count = refund_count + ? WHERE id = ?",
                (wanted.amount, fee, int(not is_reverse), order["id"]),
            )
        except sqlite3.IntegrityError:
            raise refusal("INVALID_REQUEST", "申请退款金额大于订单可退金额") from None
        number = self._store.insert(
            "wxpay_refund",
            api=wanted.api,
            order_id=order["id"],
            mchid=merchant.mchid,
            out_refund_no=wanted.out_refund_no,
            refund_id=refund_id(now),
            is_reverse=int(is_reverse),
            state="PROCESSING",
            amount=wanted.amount,
            fee=fee,
            reason=wanted.reason,
            notify_url=wanted.notify_url,
            account=wanted.account,
            outcome=outcome,
            received_by="",
            created=now,
            day=day_of(now),
        )
        refund = self.get(number)
        self._pay_out(merchant, refund, -(wanted.amount - fee), "退款")
        if not is_reverse:
            self._orders.change(order, "REFUND")
            self._journal("refund_accepted", order, refund)
        return refund

    def _fee_back(self, order: Row, amount: int) -> int:
        """Return the fee that goes back: what was taken less what the rest would cost."""
        left = int(order["total"]) - int(order["refunded"]) - amount
        kept = (left * int(order["fee_rate"]) + 50_000) // 100_000
        return max(int(order["fee"]) - int(order["fee_returned"]) - kept, 0)

    def _pay_out(self, merchant: Merchant, refund: Row, amount: int, kind: str) -> None:
        remark = f"退款总金额{yuan(refund['amount'])}元;含手续费{yuan(refund['fee'])}元"
        numbers = (refund["refund_id"], refund["out_refund_no"])
        self._funds.move(
            merchant, amount, ("退款", kind), *numbers, applicant=merchant.mchid, remark=remark
        )

    def _journal(self, kind: str, order: Row, refund: Row) -> None:
        self._world.journal.write(
            "wechatpay",
            kind,
            refund["out_refund_no"],
            mchid=order["mchid"],
            out_trade_no=order["out_trade_no"],
            refund_id=refund["refund_id"],
            amount=refund["amount"],
            fee=refund["fee"],
            state=refund["state"],
            day=refund["day"],
        )

    def _plan(self, refund: Row) -> None:
        seconds = self._merchants.get(refund["mchid"]).refund_seconds
        if refund["outcome"] == "STUCK":
            return
        if seconds <= 0:
            self.finish(refund, refund["outcome"])
        else:
            self._world.scheduler.add(REFUND_JOB, str(refund["id"]), seconds)

    async def _job(self, job: Job) -> None:
        with self._store.transaction():
            refund = self.get(int(job.key))
            self.finish(refund, refund["outcome"])

    def finish(self, refund: Row, state: str) -> bool:
        """End a refund that is on its way: SUCCESS, ABNORMAL or CLOSED; call back.

        A closed refund gives the merchant the money back.
        """
        ended = self._store.run(
            "UPDATE wxpay_refund SET state = ?, ended = ? WHERE id = ? AND state = 'PROCESSING'",
            (state, self._world.clock.now(), refund["id"]),
        )
        if not ended:
            return False
        if state == "CLOSED":
            self._give_back(refund)
        refund, order = self.get(refund["id"]), self._orders.get(refund["order_id"])
        self._journal("refund_ended", order, refund)
        self._callbacks.refunded(self._merchants.get(order["mchid"]), order, refund)
        return True

    def _give_back(self, refund: Row) -> None:
        self._store.run(
            "UPDATE wxpay_order SET refunded = refunded - ?, fee_returned = fee_returned - ?"
            " WHERE id = ?",
            (refund["amount"], refund["fee"], refund["order_id"]),
        )
        merchant = self._merchants.get(refund["mchid"])
        self._pay_out(merchant, refund, refund["amount"] - refund["fee"], "退款失败退回")

    def retry_abnormal(self, refund: Row, received_by: str) -> Row:
        """Send an abnormal refund to a bank card of the payer or of the merchant.

        :raise Refusal: INVALID_REQUEST when the refund is not abnormal.
        """
        sql = (
            "UPDATE wxpay_refund SET state = 'PROCESSING', outcome = 'SUCCESS', received_by = ?"
            " WHERE id = ? AND state = 'ABNORMAL'"
        )
        if not self._store.run(sql, (received_by, refund["id"])):
            raise refusal("INVALID_REQUEST", "退款单状态不是退款异常，不能发起异常退款")
        again = self.get(refund["id"])
        self._plan(again)
        return self.get(again["id"])

    def reverse(self, order: Row) -> Row:
        """Take a payment-code order back: pay back what was paid, forbid paying it later.

        :raise Refusal: USERPAYING too early, REVERSE_EXPIRE, INVALID_REQUEST, NOT_ENOUGH.
        """
        now = self._world.clock.now()
        if order["state"] == "REVOKED":
            return order
        if order["trade_type"] != "MICROPAY":
            raise refusal("INVALID_REQUEST", "订单的支付场景不支持该请求")
        if now > order["created"] + REVERSE_SECONDS:
            raise refusal("REVERSE_EXPIRE")
        if order["state"] == "REFUND":
            raise refusal("INVALID_REQUEST", "订单已发生退款，不能撤销")
        if order["state"] == "USERPAYING" and now < order["created"] + REVERSE_WAIT_SECONDS:
            raise refusal("USERPAYING", "用户支付中，正在支付中不能发起撤销")
        if order["state"] == "SUCCESS":
            wanted = WantedRefund(order["out_trade_no"], order["total"], order["total"])
            refund = self._book(order, wanted, "SUCCESS", is_reverse=True)
            sql = "UPDATE wxpay_refund SET state = 'SUCCESS', ended = ? WHERE id = ?"
            self._store.run(sql, (now, refund["id"]))
        self._orders.change(order, "REVOKED", ended=now)
        amount = order["total"] if order["state"] == "SUCCESS" else 0
        facts = {"mchid": order["mchid"], "amount": amount, "day": day_of(now)}
        fee = self._orders.get(order["id"])["fee_returned"]
        self._world.journal.write("wechatpay", "reversed", order["out_trade_no"], **facts, fee=fee)
        return self._orders.get(order["id"])
