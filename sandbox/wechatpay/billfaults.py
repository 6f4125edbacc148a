"""Faults of bill files. They change the file that is handed out, never what is true."""

from collections.abc import Mapping

from simulation.faults import Fault, Faults

from .billrows import BillRow
from .numbers import transaction_id

LATE, BAD_HASH = "bill_late", "bill_bad_hash"
ROW_KINDS = ("bill_missing_row", "bill_extra_row", "bill_changed_row", "bill_duplicate_row")
KINDS: Mapping[str, str] = {
    "bill_missing_row": "the bill lacks a row (row: 0, footer: rows or truth)",
    "bill_extra_row": "the bill has a row of something that never happened (row: 0, footer)",
    "bill_changed_row": "the bill has a row with another amount (row: 0, fen: 100, footer)",
    "bill_duplicate_row": "the bill has a row twice (row: 0, footer)",
    LATE: "the bill is not ready yet: STATEMENT_CREATING",
    BAD_HASH: "the hash does not fit the file",
}
AMOUNTS = ("应结订单金额", "订单金额")
REFUND_AMOUNTS = ("退款金额", "申请退款金额")


def struck(faults: Faults, operation: str, mchid: str, day: str) -> dict[str, Fault]:
    """Return the faults that concern this bill; ``key`` is its day."""
    return faults.take_any(KINDS, "wechatpay", operation, {"merchant": mchid, "key": day})


def spoiled(rows: list[BillRow], found: Mapping[str, Fault]) -> list[BillRow]:
    """Return the rows as the faults want them."""
    rows = list(rows)
    for kind in ROW_KINDS:
        if kind in found and rows:
            place = int(found[kind].number("row", 0)) % len(rows)
            _spoil(rows, kind, place, int(found[kind].number("fen", 100)))
    return rows


def keeps_footer(found: Mapping[str, Fault]) -> bool:
    """Tell whether the footer still tells the truth, so that rows and footer differ."""
    return any(fault.options.get("footer") == "truth" for fault in found.values())


def _spoil(rows: list[BillRow], kind: str, place: int, fen: int) -> None:
    if kind == "bill_missing_row":
        del rows[place]
    elif kind == "bill_duplicate_row":
        rows.insert(place, rows[place])
    elif kind == "bill_extra_row":
        rows.insert(place, _invented(rows[place]))
    else:
        rows[place] = _changed(rows[place], fen)


def _invented(row: BillRow) -> BillRow:
    number = transaction_id(0)
    fresh = {**row}
    for name in ("微信订单号", "商户订单号", "微信支付业务单号", "资金流水单号", "业务凭证号"):
        if name in fresh:
            fresh[name] = number
    if fresh.get("交易状态") in ("REFUND", "REVOKED"):
        fresh["微信退款单号"] = fresh["商户退款单号"] = number
    return fresh


def _changed(row: BillRow, fen: int) -> BillRow:
    names: tuple[str, ...] = ("收支金额(元)",)
    if "交易状态" in row:
        names = AMOUNTS if row["交易状态"] == "SUCCESS" else REFUND_AMOUNTS
    return {**row, **{name: row[name] + fen for name in names}}
