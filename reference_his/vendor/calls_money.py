"""Functions about what is owed, paid and given back."""

from typing import Any

from simulation.faults import Fault

from ..services import billing, inpatients, settlements
from . import faults
from .functions import Asked, function

Rows = list[dict[str, Any]]


@function("unpaid", "门诊待缴费", "patient_no!", "bill")
def unpaid(asked: Asked) -> Rows:
    """Return a patient's unpaid bills."""
    return billing.unpaid(asked.hospital, asked["patient_no"])


@function("details", "缴费单明细", "bill_no!", "bill")
def details(asked: Asked) -> dict[str, Any]:
    """Return a bill with its lines."""
    return billing.details(asked.hospital, asked["bill_no"])


@function("presettle", "预结算", "bill_no! version!", "bill")
def presettle(asked: Asked) -> dict[str, Any]:
    """Return what is to be paid for a version of a bill."""
    return billing.presettle(asked.hospital, asked["bill_no"], asked["version"])


@function(
    "settle",
    "门诊缴费提交",
    "bill_no! version! trade_no! pay_channel! amount_fen! insurance_fen operator",
    "settlement",
)
def settle(asked: Asked) -> dict[str, Any]:
    """Take in that a bill was paid."""
    return billing.settle(
        asked.hospital,
        asked["bill_no"],
        asked["version"],
        asked["trade_no"],
        asked["pay_channel"],
        asked["amount_fen"],
        asked.get("insurance_fen", 0),
        asked.get("operator"),
    )


@function(
    "refund", "门诊退费", "settlement_no! refund_no! amount_fen! order_no operator", "settlement"
)
def refund(asked: Asked) -> dict[str, Any]:
    """Give a payment or the part for some orders back (orders separated by commas)."""
    orders = [number for number in asked.get("order_no").split(",") if number]
    return billing.refund(
        asked.hospital,
        asked["settlement_no"],
        asked["refund_no"],
        asked["amount_fen"],
        asked.get("operator"),
        orders,
    )


@function(
    "refund_sync",
    "退费同步（按支付流水号）",
    "pay_channel! trade_no! refund_no! amount_fen!",
    "settlement",
)
def refund_sync(asked: Asked) -> dict[str, Any]:
    """Take in that the platform gave money back, by the trade it paid with."""
    paid = settlements.by_trade(asked.hospital, asked["pay_channel"], asked["trade_no"]) or {}
    return billing.refund(
        asked.hospital,
        paid.get("settlement_no", ""),
        asked["refund_no"],
        asked["amount_fen"],
        asked.partner.name,
    )


@function("refund_query", "退费查询", "pay_channel! trade_no!", "settlement")
def refund_query(asked: Asked) -> Rows:
    """Return what was given back of a trade."""
    where = "s.channel = %s AND s.trade_no = %s AND s.kind = 'R' ORDER BY s.settlement_no"
    return settlements.read(asked.hospital, where, (asked["pay_channel"], asked["trade_no"]))


@function("trade_check", "事务补偿查询", "pay_channel! trade_no!", "settlement")
def trade_check(asked: Asked) -> dict[str, Any]:
    """Return the receipt of a trade, or the receipt number ``notfound``."""
    lost: Fault | None = faults.struck(asked, "trade_lost", "trade_check")
    found = billing.trade_check(asked.hospital, asked["pay_channel"], asked["trade_no"])
    if found is None or lost:
        return {"settlement_no": "notfound", "trade_no": asked["trade_no"]}
    return found


@function("trade_list", "对账明细", "day! offset length pay_channel", "trades")
def trade_list(asked: Asked) -> dict[str, Any]:
    """Return a page of a day's books; what was given back is below zero."""
    offset, length = asked.get("offset", 0), asked.get("length", 500)
    page = billing.trade_list(
        asked.hospital, asked["day"], offset, length, asked.get("pay_channel")
    )
    for row in page["rows"]:
        sign = -1 if row["kind"] == settlements.GIVEN_BACK else 1
        row["amount_fen"], row["insurance_fen"] = (
            sign * row["amount_fen"],
            sign * row["insurance_fen"],
        )
    return {**page, "offset": offset, "length": len(page["rows"])}


@function("inpatient_info", "住院患者信息", "patient_no admission_no", "admission")
def inpatient_info(asked: Asked) -> Rows:
    """Return a stay, or a patient's stays, with what is paid and charged."""
    if asked.get("admission_no"):
        return [inpatients.get(asked.hospital, asked["admission_no"])]
    found = inpatients.of_patient(asked.hospital, asked.get("patient_no"))
    return [inpatients.get(asked.hospital, row["admission_no"]) for row in found]


@function(
    "deposit",
    "住院预交金充值",
    "admission_no! trade_no! pay_channel! amount_fen! operator",
    "settlement",
)
def deposit(asked: Asked) -> dict[str, Any]:
    """Take a deposit in."""
    return inpatients.deposit(
        asked.hospital,
        asked["admission_no"],
        asked["trade_no"],
        asked["pay_channel"],
        asked["amount_fen"],
        asked.get("operator"),
    )


@function("deposit_list", "预交金明细", "admission_no!", "settlement")
def deposit_list(asked: Asked) -> Rows:
    """Return a stay's deposits and what was given back of them."""
    found: Rows = inpatients.details(asked.hospital, asked["admission_no"])["deposits"]
    return found


@function("daily_list", "住院日清单", "admission_no! day!", "daily")
def daily_list(asked: Asked) -> dict[str, Any]:
    """Return a day's charges of a stay."""
    return inpatients.daily_list(asked.hospital, asked["admission_no"], asked["day"])


@function("inpatient_details", "住院费用明细", "admission_no!", "admission")
def inpatient_details(asked: Asked) -> dict[str, Any]:
    """Return all charges of a stay."""
    found = inpatients.details(asked.hospital, asked["admission_no"])
    return {name: found[name] for name in found if name != "deposits"}


@function(
    "discharge_settle",
    "出院结算",
    "admission_no! trade_no pay_channel amount_fen",
    "discharge",
)
def discharge_settle(asked: Asked) -> dict[str, Any]:
    """Settle a stay whose patient has been discharged."""
    return inpatients.settle_discharge(
        asked.hospital,
        asked["admission_no"],
        asked.get("trade_no"),
        asked.get("pay_channel"),
        asked.get("amount_fen", 0),
    )
