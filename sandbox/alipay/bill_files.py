"""Bills as files: CSV in GBK, two in a ZIP whose names are GBK too.

A seller's style chooses among the variants that are found in the wild: ``summary_first`` puts the
summary in front; ``columns`` is 25 or 29 for the business bill, ``account_columns`` 12 or 16 for
the account bill.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulation.clock import moment

from .bills import PAYMENT, AccountRow, BusinessRow
from .money import yuan
from .notices import clock_text

CODEC = "gb18030"
TAB = "\t"
DETAIL = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,"
    "对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,"
    "券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,"
    "分润（元）,备注"
)
# the four more of the 29-column file; where exactly the real one has them is not verified
MORE = ("二级商户编号", "二级商户名称", "结算金额（元）", "结算状态")
MORE_BEFORE = "服务费（元）"
TOTALS = (
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,"
    "商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）"
)
ACCOUNT = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,"
    "账户余额（元）,交易渠道,业务类型,备注"
)
ACCOUNT_MORE = ",业务基础订单号,业务订单号,业务账单来源,业务描述"
ACCOUNT_TOTALS = "类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）"
LONG, SHORT, END = "-" * 41, "-" * 40, "-" * 36


@dataclass(frozen=True)
class Period:
    """Which bill it is: whose, of when, made when (seconds since 1970)."""

    seller_id: str
    label: str
    since: float
    until: float
    made: float


def business_files(
    rows: Sequence[BusinessRow], period: Period, style: Mapping[str, Any]
) -> dict[str, str]:
    """Return names and contents of the two files of ``bill_type=trade``."""
    wide = int(style.get("columns", 25)) == 29
    header = DETAIL.split(",")
    if wide:
        place = header.index(MORE_BEFORE)
        header[place:place] = MORE
    payments = [row for row in rows if row.kind == PAYMENT]
    refunds = [row for row in rows if row.kind != PAYMENT]
    detail = [
        *_head("支付宝业务明细查询", "业务明细列表", period),
        ",".join(header),
        *(_business_line(row, wide) for row in rows),
        f"#{LONG}业务明细列表结束{END}",
        f"#交易合计：{len(payments)}笔，商家实收共{_sum(payments)}元，商家优惠共0.00元",
        f"#退款合计：{len(refunds)}笔，商家实收退款共{_sum(refunds)}元，商家优惠退款共0.00元",
        f"#导出时间：[{_chinese(period.made)}]",
    ]
    totals = _business_totals(rows, len(payments), len(refunds))
    summary = [
        *_head("支付宝业务汇总查询", "业务汇总列表", period),
        TOTALS,
        *(f"{name},{totals}" for name in ((f"{TAB},{TAB}",) if rows else ())),
        f"合计,{TAB},{totals}",
        f"#{SHORT}业务汇总列表结束{END}-",
        f"#导出时间：[{_chinese(period.made)}]",
    ]
    return _named(period, "业务明细", "业务明细(汇总)", detail, summary)


def _business_line(row: BusinessRow, wide: bool) -> str:
    amount = yuan(row.amount)
    before = [
        f"{row.trade_no}{TAB}",
        f"{row.out_trade_no}{TAB}",
        f"{row.kind}{TAB}",
        plain(row.subject),
        clock_text(row.created),
        clock_text(row.done),
        *(f"{plain(text)}{TAB}" for text in (row.store_id, "", row.operator, row.terminal)),
        f"{plain(row.buyer)}{TAB}",
        *(amount, amount, "0.00", "0.00", "0.00", "0.00", "0.00", "", f"0.00{TAB}", "0.00"),
        f"{plain(row.request_no)}{TAB}",
    ]
    more = [TAB, TAB, yuan(row.amount + row.fee), f"已结算{TAB}"] if wide else []
    return ",".join([*before, *more, yuan(row.fee), "0.00", plain(row.note)])


def _business_totals(rows: Sequence[BusinessRow], payments: int, refunds: int) -> str:
    amount, fee = sum(row.amount for row in rows), sum(row.fee for row in rows)
    zeros = ["0.00", "0.00", "0.00"]
    cells = [str(payments), str(refunds), yuan(amount), yuan(amount), *zeros, yuan(fee), "0.00"]
    return ",".join([*cells, yuan(amount + fee)])


def account_files(
    rows: Sequence[AccountRow], period: Period, style: Mapping[str, Any]
) -> dict[str, str]:
    """Return names and contents of the two files of ``bill_type=signcustomer``."""
    wide = int(style.get("account_columns", 12)) == 16
    income = [row for row in rows if row.amount > 0]
    spent = [row for row in rows if row.amount < 0]
    detail = [
        *_head("支付宝账务明细查询", "账务明细列表", period),
        ACCOUNT + ACCOUNT_MORE * wide,
        *(_account_line(row, wide) for row in rows),
        f"#{SHORT}账务明细列表结束{END}-",
        f"#支出合计：{len(spent)}笔，共{_sum(spent)}元",
        f"#收入合计：{len(income)}笔，共{_sum(income)}元",
        f"#导出时间：[{_chinese(period.made)}]",
    ]
    kinds = dict.fromkeys(row.kind for row in rows)
    summary = [
        *_head("支付宝账务汇总查询", "账务汇总列表", period),
        ACCOUNT_TOTALS,
        *(_account_total(kind, [row for row in rows if row.kind == kind]) for kind in kinds),
        _account_total("合计", rows),
        f"#{SHORT}账务汇总列表结束{END}-",
        f"#导出时间：[{_chinese(period.made)}]",
    ]
    return _named(period, "账务明细", "账务汇总", detail, summary)


def _account_line(row: AccountRow, wide: bool) -> str:
    cells = [
        f"{row.number}{TAB}",
        f"{row.trade_no}{TAB}",
        f"{row.out_trade_no}{TAB}",
        f"{plain(row.subject)}{TAB}",
        clock_text(row.done),
        f"{plain(row.buyer)}{TAB}",
        yuan(max(row.amount, 0)),
        yuan(min(row.amount, 0)),
        yuan(row.balance),
        "支付宝",
        f"{row.kind}{TAB}",
        plain(row.note),
    ]
    more = [f"{row.trade_no}{TAB}", f"M{{{row.trade_no}}}{TAB}", "商家中心", row.kind]
    return ",".join([*cells, *(more if wide else [])])


def _account_total(kind: str, rows: Sequence[AccountRow]) -> str:
    income = [row for row in rows if row.amount > 0]
    spent = [row for row in rows if row.amount < 0]
    cells = [kind, str(len(income)), _sum(income), str(len(spent)), _sum(spent), _sum(rows)]
    return ",".join(cells)


def _head(title: str, section: str, period: Period) -> list[str]:
    since, until = _chinese(period.since), _chinese(period.until)
    return [
        f"#{title}",
        f"#账号：[{account_number(period.seller_id)}]",
        f"#起始日期：[{since}]   终止日期：[{until}]",
        f"#{LONG}{section}{SHORT}",
    ]


def account_number(seller_id: str) -> str:
    """Return the account behind a seller: the seller's number and 0156."""
    return f"{seller_id}0156"


def _named(
    period: Period, detail_name: str, summary_name: str, detail: list[str], summary: list[str]
) -> dict[str, str]:
    start = f"{account_number(period.seller_id)}_{period.label.replace('-', '')}_"
    return {
        f"{start}{detail_name}.csv": "\r\n".join(detail) + "\r\n",
        f"{start}{summary_name}.csv": "\r\n".join(summary) + "\r\n",
    }


def _sum(rows: Iterable[BusinessRow | AccountRow]) -> str:
    return yuan(sum(row.amount for row in rows))


def _chinese(at: float) -> str:
    return moment(at).strftime("%Y年%m月%d日 %H:%M:%S")


def plain(text: str) -> str:
    """Return a text that cannot break a line or a column."""
    return "".join(" " if char in ",\t\r\n" else char for char in text)


class _GbkName(zipfile.ZipInfo):
    """A ZIP entry whose name is GBK, without the flag that would say so (or say UTF-8)."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode(CODEC), self.flag_bits


def archive(files: Mapping[str, str], made: float, summary_first: bool = False) -> bytes:
    """Return a ZIP of the files, as Alipay packs it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        order = list(files.items())
        for name, text in reversed(order) if summary_first else order:
            entry = _GbkName(name, moment(made).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, text.encode(CODEC, errors="replace"))
    return stream.getvalue()
