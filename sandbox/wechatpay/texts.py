"""Orders and refunds as the two interfaces write them."""

from typing import Any

from simulation.store import Row

from .merchants import Merchant
from .numbers import compact, rfc3339

STATES = {
    "SUCCESS": "支付成功",
    "REFUND": "订单发生过退款，退款详情请查询退款单",
    "NOTPAY": "订单未支付",
    "CLOSED": "订单已关闭",
    "REVOKED": "订单已撤销",
    "USERPAYING": "用户支付中，需要输入密码",
    "PAYERROR": "支付失败(其他原因，如银行返回失败)",
}
CNY = "CNY"
RECEIVER = "支付用户零钱"
CHANNELS = {
    "": "ORIGINAL",
    "USER_BANK_CARD": "OTHER_BANKCARD",
    "MERCHANT_BANK_CARD": "OTHER_BALANCE",
}


def v3_order(order: Row) -> dict[str, Any]:
    """Return an order as API v3 answers a query and fills a callback."""
    amount: dict[str, Any] = {"total": order["total"], "currency": CNY}
    found: dict[str, Any] = {
        "appid": order["appid"],
        "mchid": order["mchid"],
        "out_trade_no": order["out_trade_no"],
        "trade_type": order["trade_type"],
        "trade_state": order["state"],
        "trade_state_desc": STATES[order["state"]],
        "payer": {"openid": order["openid"]} if order["openid"] else {},
        "amount": amount,
        "promotion_detail": [],
    }
    if order["device"]:
        found["scene_info"] = {"device_id": order["device"]}
    if order["paid"] is not None:
        amount.update(payer_total=order["total"], payer_currency=CNY)
        found.update(
            transaction_id=order["transaction_id"],
            bank_type=order["bank_type"],
            attach=order["attach"],
            success_time=rfc3339(order["paid"]),
        )
    return found


def v3_refund(order: Row, refund: Row) -> dict[str, Any]:
    """Return a refund as API v3 answers."""
    found: dict[str, Any] = {
        "refund_id": refund["refund_id"],
        "out_refund_no": refund["out_refund_no"],
        "transaction_id": order["transaction_id"],
        "out_trade_no": order["out_trade_no"],
        "channel": CHANNELS[refund["received_by"]],
        "user_received_account": RECEIVER,
        "create_time": rfc3339(refund["created"]),
        "status": refund["state"],
        "funds_account": refund["account"],
        "amount": {
            "total": order["total"],
            "refund": refund["amount"],
            "from": [],
            "payer_total": order["total"],
            "payer_refund": refund["amount"],
            "settlement_refund": refund["amount"],
            "settlement_total": order["total"],
            "discount_refund": 0,
            "currency": CNY,
            "refund_fee": refund["fee"],
        },
        "promotion_detail": [],
    }
    if refund["state"] == "SUCCESS":
        found["success_time"] = rfc3339(refund["ended"])
    return found


def v3_refund_event(order: Row, refund: Row) -> dict[str, Any]:
    """Return a refund as its callback tells it."""
    found = {
        "mchid": order["mchid"],
        "transaction_id": order["transaction_id"],
        "out_trade_no": order["out_trade_no"],
        "refund_id": refund["refund_id"],
        "out_refund_no": refund["out_refund_no"],
        "refund_status": refund["state"],
        "user_received_account": RECEIVER,
        "amount": {
            "total": order["total"],
            "refund": refund["amount"],
            "payer_total": order["total"],
            "payer_refund": refund["amount"],
        },
    }
    if refund["state"] == "SUCCESS":
        found["success_time"] = rfc3339(refund["ended"])
    return found


def v2_order(order: Row) -> dict[str, Any]:
    """Return a paid order's fields in v2; of an unpaid one only the numbers."""
    found = {
        "out_trade_no": order["out_trade_no"],
        "total_fee": order["total"],
        "device_info": order["device"],
    }
    if order["paid"] is None:
        return found
    return {
        **found,
        "openid": order["openid"],
        "is_subscribe": "Y",
        "trade_type": order["trade_type"],
        "bank_type": order["bank_type"],
        "fee_type": CNY,
        "settlement_total_fee": order["total"],
        "cash_fee": order["total"],
        "cash_fee_type": CNY,
        "transaction_id": order["transaction_id"],
        "attach": order["attach"],
        "time_end": compact(order["paid"]),
    }


def v2_paid(merchant: Merchant, order: Row) -> dict[str, Any]:
    """Return what a v2 payment callback says."""
    return {
        "return_code": "SUCCESS",
        "appid": order["appid"],
        "mch_id": merchant.mchid,
        "result_code": "SUCCESS",
        **v2_order(order),
    }


def v2_refunded(order: Row, refund: Row) -> dict[str, Any]:
    """Return the part of a v2 refund callback that is encrypted."""
    return {
        "appid": order["appid"],
        "mch_id": order["mchid"],
        "transaction_id": order["transaction_id"],
        "out_trade_no": order["out_trade_no"],
        "refund_id": refund["refund_id"],
        "out_refund_no": refund["out_refund_no"],
        "total_fee": order["total"],
        "settlement_total_fee": order["total"],
        "refund_fee": refund["amount"],
        "settlement_refund_fee": refund["amount"],
        "refund_status": v2_refund_state(refund),
        "success_time": f"{rfc3339(refund['ended']).replace('T', ' ')[:19]}",
        "refund_recv_accout": RECEIVER,
        "refund_account": "REFUND_SOURCE_UNSETTLED_FUNDS",
        "refund_request_source": "API",
    }


def v2_refund_state(refund: Row) -> str:
    """Return v2's word for a refund's state."""
    words = {"ABNORMAL": "CHANGE", "CLOSED": "REFUNDCLOSE"}
    return words.get(refund["state"], str(refund["state"]))
