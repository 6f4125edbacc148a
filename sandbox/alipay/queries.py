"""What a merchant does with a trade: query, close, cancel, refund, query a refund."""

from __future__ import annotations

from typing import Any

from simulation.faults import Fault
from simulation.store import Row
from simulation.world import World

from . import fields
from .errors import refusal
from .funds import Funds
from .money import yuan
from .notices import SOURCE, clock_text, masked
from .orders import Orders
from .protocol import Request
from .schema import Trade
from .trades import CLOSED, FINISHED, PAID, PREPARED, WAITING, Trades

CANCEL_SECONDS = 24 * 3600
STUCK_SECONDS = 3600
LATE_SECONDS = 300


class Queries:
    """Handlers of the methods that concern a trade that is there."""

    def __init__(self, world: World, trades: Trades, funds: Funds, orders: Orders):
        self._world, self._store = world, world.store
        self._trades, self._funds, self._orders = trades, funds, orders

    def query(self, request: Request) -> dict[str, Any]:
        """Return how a trade stands."""
        trade = self._funds.finish_when_over(self._trades.existing(request.app, request.biz))
        if trade.status == WAITING and trade.waits is not None:
            trade = self._wait(trade)
        found = {**self._orders.facts(trade), "trade_status": trade.status}
        if trade.paid is not None:
            found["send_pay_date"] = clock_text(trade.paid)
        return found

    def _wait(self, trade: Trade) -> Trade:
        """Let the fault wait_buyer come to its end: after so many queries it is paid."""
        if trade.waits == 0:
            return self._funds.pay(trade, self._trades.buyer_of(trade))
        self._store.run("UPDATE alipay_trade SET waits = waits - 1 WHERE id = ?", (trade.id,))
        return trade

    def close(self, request: Request) -> dict[str, Any]:
        """Close a trade that waits for its buyer."""
        trade = self._trades.existing(request.app, request.biz)
        if trade.status == CLOSED:
            raise refusal("ACQ.TRADE_HAS_CLOSE")
        self._end(trade, request)
        return {"out_trade_no": trade.out_trade_no, "trade_no": trade.trade_no}

    def _end(self, trade: Trade, request: Request) -> None:
        self._trades.close(trade, request.method.rpartition(".")[2])
        if late := self._fault("late_success", request, trade):
            self._funds.pay_later(trade, late.number("seconds", LATE_SECONDS))

    def cancel(self, request: Request) -> dict[str, Any]:
        """Undo a payment whose outcome is unknown: close it, or give all of it back."""
        trade = self._trades.find(request.app, request.biz)
        if trade is None:
            return {**_named(request), "retry_flag": "N"}
        trade = self._funds.finish_when_over(trade)
        if self._fault("cancel_retry", request, trade):
            return {"out_trade_no": trade.out_trade_no, "retry_flag": "Y"}
        found = {"out_trade_no": trade.out_trade_no, "retry_flag": "N"}
        if trade.trade_no is None:
            if trade.status == PREPARED:  # its code is worth nothing any more
                self._trades.close(trade, "cancel")
            return found
        action = trade.cancelled or self._undo(trade, request)
        return {**found, "trade_no": trade.trade_no, "action": action}

    def _undo(self, trade: Trade, request: Request) -> str:
        """Close or refund, and remember which for a repeated call."""
        if trade.status == FINISHED:
            raise refusal("ACQ.TRADE_HAS_FINISHED")
        if self._world.clock.now() > (trade.created or 0) + CANCEL_SECONDS:
            raise refusal("ACQ.TRADE_CANCEL_TIME_OUT")
        action = "close" if trade.paid is None else "refund"
        if trade.status == WAITING:
            self._end(trade, request)
        elif trade.status == PAID:
            if trade.refundable != trade.amount:
                raise refusal("ACQ.REASON_TRADE_REFUND_FEE_ERR")
            self._funds.refund(trade, trade.out_trade_no, trade.amount, "撤销")
        self._store.run("UPDATE alipay_trade SET cancelled = ? WHERE id = ?", (action, trade.id))
        return action

    def refund(self, request: Request) -> dict[str, Any]:
        """Give back all or a part; the same request number never moves money twice."""
        biz = request.biz
        amount = fields.amount(biz, "refund_amount")
        trade = self._funds.finish_when_over(self._trades.existing(request.app, biz))
        out_request_no = fields.text(biz, "out_request_no", 64)
        before = self._refund_of(trade, out_request_no or trade.out_trade_no)
        if before is not None:
            if before["amount"] != amount:
                raise refusal("ACQ.DISCORDANT_REPEAT_REQUEST")
            return self._refunded(trade, before, "N", request)
        self._check_refundable(trade)
        if not out_request_no and amount != trade.amount:
            raise refusal("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
        stuck = self._fault("refund_stuck", request, trade)
        after = self._funds.refund(
            trade,
            out_request_no or trade.out_trade_no,
            amount,
            fields.text(biz, "refund_reason"),
            stuck.number("seconds", STUCK_SECONDS) if stuck else None,
        )
        row = self._refund_of(trade, out_request_no or trade.out_trade_no)
        return self._refunded(after, row, "N" if stuck else "Y", request)

    @staticmethod
    def _check_refundable(trade: Trade) -> None:
        if trade.status == WAITING:
            raise refusal("ACQ.TRADE_STATUS_ERROR")
        if trade.status == CLOSED:
            raise refusal("ACQ.TRADE_HAS_CLOSE")
        if trade.status == FINISHED:
            raise refusal("ACQ.TRADE_HAS_FINISHED")

    def _refunded(
        self, trade: Trade, row: Row | None, fund_change: str, request: Request
    ) -> dict[str, Any]:
        buyer = self._trades.buyer_of(trade)
        found: dict[str, Any] = {
            "trade_no": trade.trade_no,
            "out_trade_no": trade.out_trade_no,
            "buyer_logon_id": masked(buyer),
            "buyer_user_id": buyer.alipay_id,
            "fund_change": fund_change,
            "refund_fee": yuan(trade.refunded),
        }
        if row is not None and row["done"] is not None:
            found["gmt_refund_pay"] = clock_text(row["done"])
            if "refund_detail_item_list" in fields.options(request.biz):
                found["refund_detail_item_list"] = _details(row)
                found["send_back_fee"] = yuan(row["amount"])
        return found

    def refund_query(self, request: Request) -> dict[str, Any]:
        """Return one refund; nothing but success when there is none or its money did not move."""
        trade = self._trades.existing(request.app, request.biz)
        row = self._refund_of(trade, fields.required(request.biz, "out_request_no", 64))
        if row is None or row["state"] != "done":
            return {}
        found: dict[str, Any] = {
            "trade_no": trade.trade_no,
            "out_trade_no": trade.out_trade_no,
            "out_request_no": row["out_request_no"],
            "total_amount": yuan(trade.amount),
            "refund_amount": yuan(row["amount"]),
            "refund_status": "REFUND_SUCCESS",
        }
        if row["reason"]:
            found["refund_reason"] = row["reason"]
        asked = fields.options(request.biz)
        if "gmt_refund_pay" in asked:
            found["gmt_refund_pay"] = clock_text(row["done"])
        if "refund_detail_item_list" in asked:
            found["refund_detail_item_list"] = _details(row)
            found["send_back_fee"] = yuan(row["amount"])
        return found

    def _refund_of(self, trade: Trade, out_request_no: str) -> Row | None:
        return self._store.one(
            "SELECT * FROM alipay_refund WHERE trade = ? AND out_request_no = ?",
            (trade.id, out_request_no),
        )

    def _fault(self, kind: str, request: Request, trade: Trade) -> Fault | None:
        facts = {"merchant": request.app.app_id, "key": trade.out_trade_no}
        return self._world.faults.take(kind, SOURCE, request.method, facts)


def _details(row: Row) -> list[dict[str, str]]:
    return [{"amount": yuan(row["amount"]), "fund_channel": "ALIPAYACCOUNT"}]


def _named(request: Request) -> dict[str, str]:
    number = fields.text(request.biz, "out_trade_no", 64)
    return {"out_trade_no": number} if number else {}
