"""What happened on one day, as rows of a trade bill or a fund bill; amounts still in fen."""

from collections.abc import Iterable
from typing import Any

from simulation.clock import moment
from simulation.store import Row, Store

from .numbers import DAY_SECONDS

BillRow = dict[str, Any]
SNAPSHOT_SECONDS = DAY_SECONDS + 9 * 3600  # bills are written at nine of the next day
PAY_TYPES, REFUND_TYPES = ("ALL", "SUCCESS"), ("ALL", "REFUND")
TYPES = ("ALL", "SUCCESS", "REFUND", "REVOKED")


def trade_rows(store: Store, mchid: str, day: str, kind: str) -> list[BillRow]:
    """Return the rows of a trade bill, oldest first.

    :param str kind: ALL, SUCCESS (payments), REFUND (refunds), REVOKED (reversals).
    """
    rows: list[tuple[float, BillRow]] = []
    if kind in PAY_TYPES:
        sql = "SELECT * FROM wxpay_order WHERE mchid = ? AND paid_day = ? ORDER BY paid, id"
        rows += [(order["paid"], _payment(order)) for order in store.all(sql, (mchid, day))]
    if kind not in PAY_TYPES or kind == "ALL":
        rows += [(row["r_created"], _refund(row)) for row in _refunds(store, mchid, day, kind)]
    return [row for _at, row in sorted(rows, key=lambda pair: pair[0])]


def _refunds(store: Store, mchid: str, day: str, kind: str) -> Iterable[Row]:
    wanted = {"ALL": "0, 1", "REFUND": "0", "REVOKED": "1"}[kind]
    return store.all(
        "SELECT o.*, r.refund_id, r.out_refund_no, r.is_reverse, r.amount AS r_amount,"  # noqa: S608
        " r.fee AS r_fee, r.created AS r_created, r.ended AS r_ended, r.state AS r_state, r.day"
        " FROM wxpay_refund r JOIN wxpay_order o ON o.id = r.order_id"
        f" WHERE r.mchid = ? AND r.day = ? AND r.is_reverse IN ({wanted}) ORDER BY r.created, r.id",
        (mchid, day),
    )


def _second(at: float) -> str:
    return moment(at).strftime("%Y-%m-%d %H:%M:%S")


def _order(order: Row, at: float, state: str) -> BillRow:
    return {
        "交易时间": _second(at),
        "公众账号ID": order["appid"],
        "商户号": order["mchid"],
        "特约商户号": "0",
        "设备号": order["device"],
        "微信订单号": order["transaction_id"],
        "商户订单号": order["out_trade_no"],
        "用户标识": order["openid"],
        "交易类型": order["trade_type"],
        "交易状态": state,
        "付款银行": order["bank_type"],
        "货币种类": "CNY",
        "代金券金额": 0,
        "充值券退款金额": 0,
        "商品名称": order["description"],
        "商户数据包": order["attach"],
        "费率": f"{order['fee_rate'] / 1000:.2f}%",
        "订单金额": order["total"],
        "费率备注": "",
    }


def _payment(order: Row) -> BillRow:
    return {
        **_order(order, order["paid"], "SUCCESS"),
        "应结订单金额": order["total"],
        "微信退款单号": "0",
        "商户退款单号": "0",
        "退款金额": 0,
        "退款类型": "",
        "退款状态": "",
        "手续费": order["fee"],
        "申请退款金额": 0,
    }


def _refund(row: Row) -> BillRow:
    """Return a refund, or the payback of a reversal; its state is that of the next morning."""
    midnight = moment(row["r_created"]).replace(hour=0, minute=0, second=0, microsecond=0)
    known = row["r_ended"] is not None and (
        row["r_ended"] <= midnight.timestamp() + SNAPSHOT_SECONDS
    )
    words = {"SUCCESS": "SUCCESS", "ABNORMAL": "CHANGE", "CLOSED": "FAIL"}
    state = words.get(row["r_state"], "PROCESSING") if known else "PROCESSING"
    return {
        **_order(row, row["r_created"], "REVOKED" if row["is_reverse"] else "REFUND"),
        "应结订单金额": 0,
        "退款申请时间": _second(row["r_created"]),
        "退款成功时间": _second(row["r_ended"]) if state == "SUCCESS" else "",
        "微信退款单号": row["refund_id"],
        "商户退款单号": row["out_refund_no"],
        "退款金额": row["r_amount"],
        "退款类型": "ORIGINAL",
        "退款状态": state,
        "手续费": -row["r_fee"],
        "申请退款金额": row["r_amount"],
    }


def fund_rows(store: Store, mchid: str, day: str, account: str) -> list[BillRow]:
    """Return the movements of one account on one day, oldest first."""
    sql = "SELECT * FROM wxpay_flow WHERE mchid = ? AND account = ? AND day = ? ORDER BY id"
    return [_movement(row) for row in store.all(sql, (mchid, account, day))]


def _movement(row: Row) -> BillRow:
    return {
        "记账时间": _second(row["at"]),
        "微信支付业务单号": row["business_no"],
        "资金流水单号": row["flow_no"],
        "业务名称": row["business"],
        "业务类型": row["kind"],
        "收支类型": "收入" if row["amount"] > 0 else "支出",
        "收支金额(元)": abs(row["amount"]),
        "账户结余(元)": row["balance"],
        "资金变更提交申请人": row["applicant"],
        "备注": row["remark"],
        "业务凭证号": row["voucher"],
    }
