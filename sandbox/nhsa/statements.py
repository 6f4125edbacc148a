"""Functions 3201, 3202, 3203, 9101 and 9102: do hospital and platform agree?"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

from simulation.faults import Fault
from simulation.store import Row

from .bureau import Bureau, Function, Inbound, Outcome, time_text
from .fields import Node, refuse
from .lists import (
    DIFFERENT,
    EQUAL,
    HOSPITAL_MORE,
    PLATFORM_MORE,
    Entry,
    line,
    parse_list,
    zipped,
)
from .money import yuan

CLEARING_TYPES = ("11", "21", "41", "99")
FILE_SECONDS = 7 * 86400


class Statements:
    """Totals and lists of settlements, and files."""

    def __init__(self, bureau: Bureau):
        self._bureau, self._store = bureau, bureau.store

    def functions(self) -> dict[str, Function]:
        """Return the functions by their numbers."""
        return {
            "3201": self.totals,
            "3202": self.details,
            "3203": self.clear,
            "9101": self.upload,
            "9102": self.download,
        }

    def totals(self, call: Inbound) -> Outcome:
        """3201: compare the hospital's sums with the platform's."""
        node = call.input.node("data")
        entries = self._entries(call, node, node.text("insutype", 6))
        if node.maybe("refd_setl_flag"):
            wanted = node.choice("refd_setl_flag", ("0", "1"))
            entries = [one for one in entries if one.refund == wanted]
        ours = (
            sum(one.total for one in entries),
            sum(one.fund for one in entries),
            sum(one.account for one in entries),
            len(entries),
        )
        theirs = (
            node.fen("medfee_sumamt", signed=True),
            node.fen("fund_pay_sumamt", signed=True),
            node.fen("acct_pay", signed=True),
            node.whole("fixmedins_setl_cnt"),
        )
        equal = ours == theirs
        info = {
            "setl_optins": node.text("setl_optins", 6),
            "stmt_rslt": EQUAL if equal else DIFFERENT,
            "stmt_rslt_dscr": "平" if equal else _unequal(ours),
        }
        self._bureau.write("statement", call.msgid, equal=equal, hospital=call.hospital.code)
        return Outcome({"stmtinfo": info})

    def _entries(self, call: Inbound, node: Node, insutype: str = "") -> list[Entry]:
        """Return the platform's books, wrong on purpose when the fault strikes."""
        begins, ends = node.day("stmt_begndate"), node.day("stmt_enddate")
        rows = self._store.all(
            "SELECT * FROM nhsa_settlement WHERE hospital = ? AND day BETWEEN ? AND ?"
            " AND clr_type = ? AND ? IN ('', insutype) AND state <> 'reversed' ORDER BY id",
            (call.hospital.code, begins, ends, node.choice("clr_type", CLEARING_TYPES), insutype),
        )
        entries = [_entry(row) for row in rows]
        fault = self._bureau.fault("statement_difference", call)
        return _falsified(entries, fault) if fault else entries

    def details(self, call: Inbound) -> Outcome:
        """3202: compare line by line and leave the differences in a file."""
        node = call.input.node("data")
        for name in ("medfee_sumamt", "fund_pay_sumamt", "cash_payamt"):
            node.fen(name, signed=True)
        node.whole("fixmedins_setl_cnt")
        content = self._file(call, node.text("file_qury_no", 60))["content"]
        theirs = {one.setl_id: one for one in parse_list(content)}
        ours = {one.setl_id: one for one in self._entries(call, node)}
        lines = [line(one, kind) for one, kind in _differences(ours, theirs)]
        text = "".join("\t".join(cells) + "\n" for cells in lines)
        name = f"3202_{call.msgid}.txt"
        number, ends = self._keep_file(call, f"{name}.zip", zipped(name, text.encode()))
        self._bureau.write(
            "statement_details", call.msgid, differences=len(lines), hospital=call.hospital.code
        )
        return Outcome(
            {"fileinfo": {"file_qury_no": number, "filename": f"{name}.zip", "dld_endtime": ends}}
        )

    def upload(self, call: Inbound) -> Outcome:
        """9101: take a file in; its bytes come as a list of numbers or as Base64."""
        node = call.input.node("fsUploadIn")
        content = _content(node.content.get("in"))
        name = node.text("filename", 200)
        if node.text("fixmedins_code", 30) != call.hospital.code:
            raise refuse("定点医药机构编号与报文不一致")
        number, ends = self._keep_file(call, name, content)
        return Outcome(
            {
                "file_qury_no": number,
                "filename": name,
                "fixmedins_code": call.hospital.code,
                "dld_endtime": ends,
            },
            number,
        )

    def download(self, call: Inbound) -> Outcome:
        """9102: give a file out as it is, not as JSON."""
        node = call.input.node("fsDownloadIn")
        row = self._file(call, node.text("file_qury_no", 60))
        if node.text("filename", 200) not in (row["filename"], "plc"):
            raise refuse("文件名与文件查询号不一致")
        return Outcome({}, file=row["content"])

    def _keep_file(self, call: Inbound, name: str, content: bytes) -> tuple[str, str]:
        number = self._bureau.token("fsi/plc/")
        ends = self._bureau.clock.now() + FILE_SECONDS
        self._store.insert(
            "nhsa_file",
            file_qury_no=number,
            hospital=call.hospital.code,
            filename=name,
            content=content,
            ends=ends,
        )
        return number, time_text(ends)

    def _file(self, call: Inbound, number: str) -> Row:
        row = self._store.one(
            "SELECT * FROM nhsa_file WHERE file_qury_no = ? AND hospital = ? AND ends >= ?",
            (number, call.hospital.code, self._bureau.clock.now()),
        )
        if row is None:
            raise refuse("文件查询号不存在或文件已过期")
        return row

    def clear(self, call: Inbound) -> Outcome:
        """3203: close a period; what is in it cannot be undone any more."""
        node = call.input.node("data")
        insutype = node.text("insutype", 6)
        clr_type = node.choice("clr_type", CLEARING_TYPES)
        begins, ends = node.day("begndate"), node.day("enddate")
        number = self._bureau.token("CLR")
        count = self._store.run(
            "UPDATE nhsa_settlement SET clearing = ? WHERE hospital = ? AND day BETWEEN ? AND ?"
            " AND clr_type = ? AND insutype = ? AND state <> 'reversed' AND clearing IS NULL",
            (number, call.hospital.code, begins, ends, clr_type, insutype),
        )
        sums = self._store.one(
            "SELECT coalesce(sum(total), 0) AS total, coalesce(sum(fund), 0) AS fund,"
            " coalesce(sum(account), 0) AS account FROM nhsa_settlement WHERE clearing = ?",
            (number,),
        )
        if not count or sums is None:
            raise refuse("清算期内没有未清算的结算")
        if (node.fen("medfee_sumamt", signed=True), node.fen("fund_appy_sum", signed=True)) != (
            sums["total"],
            sums["fund"],
        ):
            raise refuse("清算申请金额与平台结算金额不一致")
        self._store.insert(
            "nhsa_clearing",
            id=number,
            hospital=call.hospital.code,
            clr_type=clr_type,
            insutype=insutype,
            begins=begins,
            ends=ends,
            count=count,
            **dict(sums),
        )
        self._bureau.write("cleared", number, hospital=call.hospital.code, **dict(sums))
        return Outcome({"clr_appy_evt_id": number}, number)


def _entry(row: Row) -> Entry:
    return Entry(
        row["setl_id"],
        row["mdtrt_id"],
        row["psn_no"],
        row["total"],
        row["fund"],
        row["account"],
        "1" if row["undoes"] else "0",
        row["msgid"],
    )


def _falsified(entries: list[Entry], fault: Fault) -> list[Entry]:
    """Return books that lack a row, hold one too many, or hold a changed one."""
    kind = str(fault.options.get("row", "changed"))
    if not entries:
        return entries
    first = entries[0]
    if kind == "missing":
        return entries[1:]
    if kind == "extra":
        return [*entries, replace(first, setl_id=f"X{first.setl_id[1:]}")]
    fund = first.fund + int(fault.number("fen", 100))
    return [replace(first, fund=fund), *entries[1:]]


def _unequal(ours: tuple[int, int, int, int]) -> str:
    total, fund, account, count = ours
    return (
        f"不平：平台结算笔数{count}，医疗费总额{yuan(total)}，"
        f"基金支付总额{yuan(fund)}，个人账户支付{yuan(account)}"
    )


def _differences(ours: dict[str, Entry], theirs: dict[str, Entry]) -> list[tuple[Entry, str]]:
    found = []
    for number in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(number), theirs.get(number)
        if one is None and other is not None:
            found.append((other, HOSPITAL_MORE))
        elif one is not None and other is None:
            found.append((one, PLATFORM_MORE))
        elif one is not None and other is not None and not one.agrees(other):
            found.append((one, DIFFERENT))
    return found


def _content(value: Any) -> bytes:
    """Return uploaded bytes.

    :raise Refusal: when they are not readable.
    """
    try:
        content = (
            bytes(value) if isinstance(value, list) else base64.b64decode(value, validate=True)
        )
    except (TypeError, ValueError):
        raise refuse("文件内容in格式错误") from None
    if not content:
        raise refuse("文件内容in不能为空")
    return content
