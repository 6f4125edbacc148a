"""API v3: refunds, their query, and the way out of an abnormal refund."""

from collections.abc import Iterable

from simulation.gateway import Route
from simulation.messages import Answer, Call, Refusal
from simulation.store import Row

from .errors import refusal, wrong_field
from .fields import REFUND_NO, Fields, body_of
from .merchants import Merchant
from .orders import Orders
from .refunds import Refunds, WantedRefund
from .sensitive import opened
from .texts import v3_refund
from .v3 import Door

BASE = "/v3/refund/domestic/refunds"
TYPES = ("USER_BANK_CARD", "MERCHANT_BANK_CARD")


class RefundApi:
    """Handlers of ``/v3/refund/domestic/refunds``."""

    def __init__(self, door: Door, orders: Orders, refunds: Refunds):
        self._door, self._orders, self._refunds = door, orders, refunds

    def routes(self) -> Iterable[Route]:
        """Return the addresses."""
        found = (
            ("POST", BASE, "refund", self._refund),
            ("GET", BASE + "/{number}", "refund_query", self._query),
            ("POST", BASE + "/{number}/apply-abnormal-refund", "abnormal_refund", self._abnormal),
        )
        for method, path, operation, handler in found:
            yield Route(method, path, operation, self._door.guarded(operation, handler))

    def _refund(self, call: Call, merchant: Merchant) -> Answer:
        body = body_of(call)
        amount = body.part("amount")
        amount.currency()
        wanted = WantedRefund(
            body.matching("out_refund_no", REFUND_NO),
            amount.number("refund"),
            amount.number("total"),
            body.text("reason", 80, needed=False),
            body.url("notify_url", needed=False),
            body.choice("funds_account", ("AVAILABLE", "UNSETTLED"), "AVAILABLE"),
        )
        order = self._found(body, merchant)
        return Answer.json(v3_refund(order, self._refunds.apply(order, wanted)))

    def _found(self, body: Fields, merchant: Merchant) -> Row:
        transaction_id = body.text("transaction_id", 32, needed=False)
        out_trade_no = body.text("out_trade_no", 32, needed=False)
        if not transaction_id and not out_trade_no:
            raise wrong_field("/transaction_id", "", "transaction_id与out_trade_no二选一")
        try:
            return self._orders.find(merchant.mchid, out_trade_no, transaction_id)
        except Refusal:
            raise refusal("RESOURCE_NOT_EXISTS", "订单不存在") from None

    def _query(self, call: Call, merchant: Merchant) -> Answer:
        refund = self._refunds.find(merchant.mchid, call.parts["number"])
        return Answer.json(v3_refund(self._orders.get(refund["order_id"]), refund))

    def _abnormal(self, call: Call, merchant: Merchant) -> Answer:
        body = body_of(call)
        kind = body.choice("type", TYPES, "")
        refund = self._refunds.find(merchant.mchid, refund_id=call.parts["number"])
        if body.text("out_refund_no", 64) != refund["out_refund_no"]:
            raise refusal("INVALID_REQUEST", "商户退款单号与微信支付退款单号不匹配")
        if kind == "USER_BANK_CARD":
            body.text("bank_type", 16)
            for name in ("bank_account", "real_name"):
                opened(self._door.platform_key(call, merchant), body.text(name, 1024), f"/{name}")
        refund = self._refunds.retry_abnormal(refund, kind)
        return Answer.json(v3_refund(self._orders.get(refund["order_id"]), refund))
