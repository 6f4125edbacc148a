"""How orders come in: precreate, create, pay by code, and the pages."""

from __future__ import annotations

from typing import Any

from simulation.faults import Fault
from simulation.world import World

from . import fields
from .errors import WAITING, refusal
from .funds import Funds
from .money import yuan
from .notices import SOURCE, bill_list, clock_text, masked
from .payer import QR, Payer
from .protocol import Request
from .schema import Trade
from .trades import CLOSED, CODE_SECONDS, LIFETIME_SECONDS, PREPARED, Trades
from .trades import WAITING as WAIT_BUYER_PAY

# above this a payment by code asks for the password on the phone
PASSWORD_FROM = 1000_00  # fen


class Orders:
    """Handlers of the methods that make orders."""

    def __init__(self, world: World, trades: Trades, funds: Funds, payer: Payer):
        self._world = world
        self._trades, self._funds, self._payer = trades, funds, payer

    def precreate(self, request: Request) -> dict[str, Any]:
        """Return a QR code. There is no trade before somebody scans it."""
        trade = self.take(request, "FACE_TO_FACE_PAYMENT")
        return {"out_trade_no": trade.out_trade_no, "qr_code": QR + str(trade.code)}

    def create(self, request: Request) -> dict[str, Any]:
        """Make a trade for a known buyer, who pays it by its number in the app."""
        buyer_id = fields.text(request.biz, "buyer_id", 28)
        if not buyer_id:
            raise refusal("ACQ.INVALID_PARAMETER", "buyer_id不能为空")
        buyer = self._payer.by_alipay_id(buyer_id)
        if buyer is None:
            raise refusal("ACQ.BUYER_NOT_EXIST")
        trade = self.take(request, "JSAPI_PAY")
        if trade.status == PREPARED:
            trade = self._trades.begin(trade, buyer)
        if trade.buyer != buyer.id:
            raise refusal("ACQ.TRADE_BUYER_NOT_MATCH")
        return {"out_trade_no": trade.out_trade_no, "trade_no": trade.trade_no}

    def pay(self, request: Request) -> dict[str, Any]:
        """Charge somebody who shows a payment code."""
        biz = request.biz
        if fields.required(biz, "scene") not in ("bar_code", "wave_code"):
            raise refusal("ACQ.INVALID_PARAMETER", "scene")
        auth_code = fields.number(biz, "auth_code")
        trade = self.take(request, "FACE_TO_FACE_PAYMENT")
        if trade.status == WAIT_BUYER_PAY:
            if trade.auth_code != auth_code:
                raise refusal("ACQ.CONTEXT_INCONSISTENT")
            return self._waiting(trade)
        buyer = self._payer.use_code(auth_code)
        trade = self._trades.begin(trade, buyer)
        self._world.store.run(
            "UPDATE alipay_trade SET auth_code = ? WHERE id = ?", (auth_code, trade.id)
        )
        if self._fault("balance_short", request, trade):
            raise refusal("ACQ.BUYER_BALANCE_NOT_ENOUGH")
        if wait := self._fault("wait_buyer", request, trade):
            self._world.store.run(
                "UPDATE alipay_trade SET waits = ? WHERE id = ?",
                (int(wait.number("queries", 2)), trade.id),
            )
            return self._waiting(trade)
        if trade.amount > PASSWORD_FROM:
            return self._waiting(trade)
        paid = self._funds.pay(trade, buyer)
        return {**self.facts(paid), "gmt_payment": clock_text(paid.paid)}

    def _waiting(self, trade: Trade) -> dict[str, Any]:
        return {"code": WAITING, **self.facts(trade)}

    def facts(self, trade: Trade) -> dict[str, Any]:
        """Return what answers to pay and query have in common."""
        buyer = self._trades.buyer_of(trade)
        got = yuan(0 if trade.paid is None else trade.amount)
        found: dict[str, Any] = {
            "trade_no": trade.trade_no,
            "out_trade_no": trade.out_trade_no,
            "buyer_logon_id": masked(buyer),
            "buyer_user_id": buyer.alipay_id,
            "total_amount": yuan(trade.amount),
            "receipt_amount": got,
            "buyer_pay_amount": got,
            "invoice_amount": got,
            "point_amount": "0.00",
        }
        if trade.paid is not None:
            found["fund_bill_list"] = bill_list(trade)
        return found

    def _fault(self, kind: str, request: Request, trade: Trade) -> Fault | None:
        facts = {"merchant": request.app.app_id, "key": trade.out_trade_no}
        return self._world.faults.take(kind, SOURCE, request.method, facts)

    def take(self, request: Request, product: str) -> Trade:
        """Return the order of a request: a new one, or the same as before.

        :raise Refusal: when the number belongs to an order that is over or another one.
        """
        biz, now = request.biz, self._world.clock.now()
        out_trade_no = fields.number(biz, "out_trade_no")
        subject, total = fields.required(biz, "subject"), fields.total(biz)
        before = self._trades.ordered(request.app.seller_id, out_trade_no)
        if before:
            return self._same(before, subject, total)
        code_seconds = fields.span(biz, "qr_code_timeout_express", CODE_SECONDS, now)
        deadline = fields.deadline(biz, now)
        return self._trades.add(
            request.app,
            out_trade_no=out_trade_no,
            product=product,
            subject=subject,
            body=fields.text(biz, "body", 128),
            amount=total,
            code_expires=min(now + code_seconds, deadline or float("inf")),
            lifetime=fields.span(biz, "timeout_express", LIFETIME_SECONDS, now),
            deadline=deadline,
            notify_url=request.parameters.get("notify_url", ""),
            return_url=request.parameters.get("return_url", ""),
            charset=request.parameters.get("charset", "utf-8"),
            sign_type=request.sign_type,
            passback=fields.text(biz, "passback_params", 512),
            store_id=fields.text(biz, "store_id", 32),
            operator_id=fields.text(biz, "operator_id", 28),
            terminal_id=fields.text(biz, "terminal_id", 32),
        )

    @staticmethod
    def _same(before: Trade, subject: str, total: int) -> Trade:
        if before.status == CLOSED:
            raise refusal("ACQ.TRADE_HAS_CLOSE")
        if before.paid is not None:
            raise refusal("ACQ.TRADE_HAS_SUCCESS")
        if (before.subject, before.amount) != (subject, total):
            raise refusal("ACQ.CONTEXT_INCONSISTENT")
        return before
