"""Lists of settlements as files: a ZIP with one text, tab-separated, ``null`` for nothing."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass, replace

from .fields import refuse
from .money import fen, yuan

EQUAL, PLATFORM_MORE, HOSPITAL_MORE, DIFFERENT = "0", "101", "102", "103"
MEMO = {
    PLATFORM_MORE: "医保经办机构多：定点医药机构无此结算",
    HOSPITAL_MORE: "定点医药机构多：平台无此结算",
    DIFFERENT: "数据不一致",
}
FILE_LIMIT = 8 * 2**20
UPLOAD_COLUMNS = 7


@dataclass(frozen=True)
class Entry:
    """One settlement as it stands in somebody's books; amounts in fen, negative when undone."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    total: int
    fund: int
    account: int
    refund: str
    msgid: str = ""

    def agrees(self, other: Entry) -> bool:
        """Tell whether two entries say the same."""
        return replace(self, msgid="") == replace(other, msgid="")


def line(one: Entry, kind: str) -> list[str]:
    """Return the cells of a difference."""
    cells = [one.psn_no, one.mdtrt_id, one.setl_id, one.msgid, kind, one.refund, MEMO[kind]]
    amounts = [yuan(value) for value in (one.total, one.fund, one.account)]
    return [cell or "null" for cell in cells + amounts]


def zipped(name: str, content: bytes) -> bytes:
    """Return a ZIP with one file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def parse_list(content: bytes) -> list[Entry]:
    """Return the hospital's list: a ZIP with one text, tab-separated, ``null`` for nothing.

    Columns: setl_id, mdtrt_id, psn_no, medfee_sumamt, fund_pay_sumamt, acct_pay, refd_setl_flag.

    :raise Refusal: when the file is not that.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            (info,) = archive.infolist()
            if info.file_size > FILE_LIMIT:
                raise ValueError("too large")
            text = archive.read(info).decode()
        return [_parsed(line) for line in text.splitlines() if line.strip()]
    except (
        ValueError,
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        NotImplementedError,
        EOFError,
        OSError,
    ):
        raise refuse("对账明细文件格式错误") from None


def _parsed(line: str) -> Entry:
    cells = ["" if cell == "null" else cell.strip() for cell in line.split("\t")]
    if len(cells) < UPLOAD_COLUMNS or not cells[0] or cells[6] not in ("0", "1"):
        raise ValueError("columns")
    total, fund, account = (fen(cell) for cell in cells[3:6])
    return Entry(cells[0], cells[1], cells[2], total, fund, account, cells[6])
