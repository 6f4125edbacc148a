"""v2: payment code, unified order, query, close, reversal, refund and the text bill."""

import datetime
import gzip
from collections.abc import Iterable, Mapping
from typing import Any

from simulation.gateway import Route
from simulation.messages import Answer, Refusal
from simulation.store import Row
from simulation.world import World

from . import v2, xmlv2
from .billrows import TYPES
from .bills import Bills
from .codepay import CodePay
from .errors import failed, refusal, v2_code
from .fields import REFUND_NO, V2_ORDER_NO
from .merchants import Merchant
from .orders import Orders, Wanted
from .payer import CODE_URL
from .refunds import Refunds, WantedRefund
from .texts import CNY, STATES, v2_order, v2_refund_state
from .v2 import Texts, V2Door
from .v3_pay import PayApi, h5_url

TRADE_TYPES = ("JSAPI", "NATIVE", "APP", "MWEB")
BILL_ERRORS = {
    "NO_STATEMENT_EXIST": ("No Bill Exist", 20002),
    "STATEMENT_CREATING": ("Bill Creating", 20003),
    "INVALID_REQUEST": ("invalid bill_date", 20001),
}


class V2Api:
    """Handlers of ``/pay`` and ``/secapi``."""

    def __init__(
        self,
        world: World,
        door: V2Door,
        orders: Orders,
        refunds: Refunds,
        codepay: CodePay,
        bills: Bills,
        pay: PayApi,
    ):
        self._world, self._door, self._orders = world, door, orders
        self._refunds, self._codepay, self._bills, self._pay = refunds, codepay, bills, pay

    def routes(self) -> Iterable[Route]:
        """Return the addresses."""
        found = (
            ("/pay/micropay", "micropay", self._micropay),
            ("/pay/unifiedorder", "unifiedorder", self._unified),
            ("/pay/orderquery", "query", self._query),
            ("/pay/closeorder", "close", self._close),
            ("/secapi/pay/reverse", "reverse", self._reverse),
            ("/secapi/pay/refund", "refund", self._refund),
            ("/pay/refundquery", "refund_query", self._refund_query),
            ("/pay/downloadbill", "tradebill", self._bill),
        )
        for path, operation, handler in found:
            yield Route("POST", path, operation, self._door.guarded(operation, handler))

    def _wanted(self, fields: Texts, merchant: Merchant, trade_type: str, url: str) -> Wanted:
        v2.text(fields, "spbill_create_ip", 64)
        if fields.get("fee_type", CNY) != CNY:
            raise failed("invalid fee_type")
        return Wanted(
            "v2",
            merchant.mchid,
            fields["appid"],
            v2.matching(fields, "out_trade_no", V2_ORDER_NO),
            trade_type,
            v2.fen(fields, "total_fee"),
            v2.text(fields, "body", 128),
            v2.text(fields, "attach", 127, needed=False),
            url,
            v2.text(fields, "openid", 128, needed=trade_type == "JSAPI"),
            v2.text(fields, "device_info", 32, needed=False),
            v2.expiry(fields, self._world.clock.now()),
        )

    def _micropay(self, fields: Texts, merchant: Merchant) -> Mapping[str, Any] | Answer:
        code = v2.text(fields, "auth_code", 128)
        wanted = self._wanted(fields, merchant, "MICROPAY", "")
        order, error = self._codepay.charge(wanted, code)
        if error:
            # no exception: what was written stays
            told = refusal(error, "余额不足" if error == "NOT_ENOUGH" else "")
            result = {"result_code": "FAIL", "err_code": v2_code(told)}
            return self._door.answer(fields, merchant, {**result, "err_code_des": told.text})
        return v2_order(order)

    def _unified(self, fields: Texts, merchant: Merchant) -> Mapping[str, Any]:
        trade_type = v2.text(fields, "trade_type", 16)
        if trade_type not in TRADE_TYPES:
            raise failed("invalid trade_type")
        url = v2.url(fields, "notify_url", needed=True)
        order = self._orders.place(self._wanted(fields, merchant, trade_type, url))
        prepay = self._orders.prepay(order)
        found = {"trade_type": trade_type, "prepay_id": prepay}
        if trade_type == "NATIVE":
            found["code_url"] = CODE_URL + prepay
        if trade_type == "MWEB":
            found["mweb_url"] = h5_url(prepay)
        return found

    def _found(self, fields: Texts, merchant: Merchant) -> Row:
        number, transaction = fields.get("out_trade_no", ""), fields.get("transaction_id", "")
        if not number and not transaction:
            raise failed("缺少必填参数out_trade_no")
        return self._orders.find(merchant.mchid, number, transaction)

    def _query(self, fields: Texts, merchant: Merchant) -> Mapping[str, Any]:
        order = self._codepay.asked(self._found(fields, merchant))
        state = {"trade_state": order["state"], "trade_state_desc": STATES[order["state"]]}
        return {**v2_order(order), **state}

    def _close(self, fields: Texts, merchant: Merchant) -> Mapping[str, Any]:
        order = self._found(fields, merchant)
        self._orders.close(order)
        self._pay.maybe_late(order)
        return {}

    def _reverse(self, fields: Texts, merchant: Merchant) -> Mapping[str, Any]:
        key = fields.get("out_trade_no") or fields.get("transaction_id", "")
        facts = {"merchant": merchant.mchid, "key": key}
        if not self._world.faults.take("reverse_false_success", "wechatpay", "reverse", facts):
            self._refunds.reverse(self._found(fields, merchant))
        return {"recall": "N"}

    def _refund(self, fields: Texts, merchant: Merchant) -> Mapping[str, Any]:
        wanted = WantedRefund(
            v2.matching(fields, "out_refund_no", REFUND_NO),
            v2.fen(fields, "refund_fee"),
            v2.fen(fields, "total_fee"),
            v2.text(fields, "refund_desc", 80, needed=False),
            v2.url(fields, "notify_url", needed=False),
            api="v2",
        )
        if wanted.amount > wanted.total:
            raise failed("invalid refund_fee")
        order = self._found(fields, merchant)
        refund = self._refunds.apply(order, wanted)
        return {
            **_numbers(order),
            "out_refund_no": refund["out_refund_no"],
            "refund_id": refund["refund_id"],
            "refund_fee": refund["amount"],
            "settlement_refund_fee": refund["amount"],
            "cash_refund_fee": refund["amount"],
        }

    def _refund_query(self, fields: Texts, merchant: Merchant) -> Mapping[str, Any]:
        if fields.get("refund_id") or fields.get("out_refund_no"):
            numbers = (fields.get("out_refund_no", ""), fields.get("refund_id", ""))
            refunds = [self._refunds.find(merchant.mchid, *numbers)]
            order = self._orders.get(refunds[0]["order_id"])
        else:
            order = self._found(fields, merchant)
            refunds = self._refunds.of_order(order)
        if not refunds:
            raise refusal("RESOURCE_NOT_EXISTS", "退款订单查询失败")
        found: dict[str, Any] = {**_numbers(order), "refund_count": len(refunds)}
        for place, refund in enumerate(refunds):
            found[f"out_refund_no_{place}"] = refund["out_refund_no"]
            found[f"refund_id_{place}"] = refund["refund_id"]
            found[f"refund_fee_{place}"] = refund["amount"]
            found[f"refund_status_{place}"] = v2_refund_state(refund)
            found[f"refund_channel_{place}"] = "ORIGINAL"
        return found

    def _bill(self, fields: Texts, merchant: Merchant) -> Answer:
        kind = fields.get("bill_type") or "ALL"
        try:
            day = datetime.datetime.strptime(fields.get("bill_date", ""), "%Y%m%d").date()
        except ValueError:
            return _no_bill("invalid bill_date", 20001)
        if kind not in TYPES:
            return _no_bill("invalid bill_type", 20001)
        try:
            content = self._bills.trade(merchant, day, kind).content
        except Refusal as error:
            return _no_bill(*BILL_ERRORS[error.code])
        if fields.get("tar_type") == "GZIP":
            packed = gzip.compress(content, mtime=0)
            return Answer(200, packed, {"Content-Type": "application/x-gzip"})
        return Answer(200, content, {"Content-Type": "text/plain; charset=utf-8"})


def _numbers(order: Row) -> dict[str, Any]:
    return {
        "transaction_id": order["transaction_id"],
        "out_trade_no": order["out_trade_no"],
        "total_fee": order["total"],
        "cash_fee": order["total"],
        "fee_type": CNY,
    }


def _no_bill(message: str, code: int) -> Answer:
    found = {"return_code": "FAIL", "return_msg": message, "error_code": code}
    return v2.xml(xmlv2.write(found))
