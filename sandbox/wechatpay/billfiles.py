"""Bill files: columns, totals and text forms as published, to the column."""

from collections.abc import Callable, Mapping, Sequence

from .billrows import BillRow
from .numbers import yuan

FIRST = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额"
)
REFUNDED = "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态"
COLUMNS = {
    "ALL": f"{FIRST},{REFUNDED},商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注",
    "SUCCESS": f"{FIRST},商品名称,商户数据包,手续费,费率,订单金额,费率备注",
    "REFUND": f"{FIRST},退款申请时间,退款成功时间,{REFUNDED},"
    "商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注",
    "FUND": "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,"
    "收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号",
}
TOTALS = {
    "ALL": "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,"
    "订单总金额,申请退款总金额",
    "SUCCESS": "总交易单数,应结订单总金额,手续费总金额,订单总金额",
    "FUND": "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额",
}
COLUMNS["REVOKED"] = COLUMNS["REFUND"]
TOTALS["REFUND"] = TOTALS["REVOKED"] = TOTALS["ALL"]
# the older form with 24 columns that archives still hold
LEGACY_DROPPED = {"订单金额", "申请退款金额", "费率备注", "订单总金额", "申请退款总金额"}
LEGACY_NAMES = {
    "特约商户号": "子商户号",
    "应结订单金额": "总金额",
    "代金券金额": "代金券或立减优惠金额",
    "充值券退款金额": "代金券或立减优惠退款金额",
    "应结订单总金额": "总交易额",
    "退款总金额": "总退款金额",
    "充值券退款总金额": "总代金券或立减优惠退款金额",
}
FEE_COLUMNS = {"手续费", "手续费总金额"}


def _sum(name: str) -> Callable[[Sequence[BillRow]], int]:
    return lambda rows: sum(row[name] for row in rows)


def _paid(rows: Sequence[BillRow]) -> int:
    return sum(row["订单金额"] for row in rows if row["交易状态"] == "SUCCESS")


def _moved(kind: str) -> Callable[[Sequence[BillRow]], int]:
    return lambda rows: sum(row["收支金额(元)"] for row in rows if row["收支类型"] == kind)


def _times(kind: str) -> Callable[[Sequence[BillRow]], str]:
    return lambda rows: str(sum(row["收支类型"] == kind for row in rows))


SUMS: Mapping[str, Callable[[Sequence[BillRow]], int | str]] = {
    "总交易单数": lambda rows: str(len(rows)),
    "应结订单总金额": _sum("应结订单金额"),
    "退款总金额": _sum("退款金额"),
    "充值券退款总金额": _sum("充值券退款金额"),
    "手续费总金额": _sum("手续费"),
    "订单总金额": _paid,
    "申请退款总金额": _sum("申请退款金额"),
    "资金流水总笔数": lambda rows: str(len(rows)),
    "收入笔数": _times("收入"),
    "收入金额": _moved("收入"),
    "支出笔数": _times("支出"),
    "支出金额": _moved("支出"),
}


def totals(kind: str, rows: Sequence[BillRow]) -> BillRow:
    """Return the summary of some rows, by column name."""
    return {name: SUMS[name](rows) for name in TOTALS[kind].split(",")}


def written(kind: str, rows: Sequence[BillRow], sums: BillRow, legacy: bool, newline: str) -> bytes:
    """Return a bill file in UTF-8.

    :param str kind: ALL, SUCCESS, REFUND, REVOKED or FUND.
    :param dict sums: what :func:`totals` gives.
    :param bool legacy: use the 24-column form (trade bills only).
    """
    lines = _table(COLUMNS[kind].split(","), rows, legacy)
    lines += _table(TOTALS[kind].split(","), [sums], legacy)
    return "".join(line + newline for line in lines).encode()


def _table(names: Sequence[str], rows: Sequence[BillRow], legacy: bool) -> list[str]:
    kept = [name for name in names if not (legacy and name in LEGACY_DROPPED)]
    header = ",".join(LEGACY_NAMES.get(name, name) if legacy else name for name in kept)
    return [header, *(",".join("`" + _cell(name, row[name]) for name in kept) for row in rows)]


def _cell(name: str, value: object) -> str:
    if isinstance(value, int):
        return yuan(value) + ("000" if name in FEE_COLUMNS else "")
    text = str(value)
    # user text must not break the table
    return text.translate(BREAKING) if not text.isalnum() else text


BREAKING = str.maketrans({",": "，", "\r": " ", "\n": " ", "`": "'"})
