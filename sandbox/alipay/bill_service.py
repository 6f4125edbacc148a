"""Where bills are asked for and downloaded."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sandbox.keys import KeyFolder
from sandbox.people import People
from simulation.clock import SHANGHAI
from simulation.messages import Answer, Call
from simulation.world import World

from . import fields
from .accounts import Accounts
from .bill_files import Period, account_files, account_number, archive, business_files
from .bills import ROW_FAULTS, Bills, damaged
from .errors import refusal
from .notices import SOURCE
from .protocol import Request
from .signing import digest

TYPES = ("trade", "signcustomer")
DATE = re.compile(r"\d{4}-\d\d(-\d\d)?", re.ASCII)
LINK_SECONDS = 30
READY_HOUR = 9  # of the next day; a month's bill of the third day after it
FILE_FAULTS = (*ROW_FAULTS, "bill_bad_zip")


class BillService:
    """Handlers of alipay.data.dataservice.bill.downloadurl.query and of the download."""

    def __init__(self, world: World, accounts: Accounts, people: People):
        self._world, self._accounts = world, accounts
        self._bills = Bills(world.store, people)
        self._secret = KeyFolder(world.folder / "keys" / "alipay").word("bill-links")

    def link(self, request: Request) -> dict[str, Any]:
        """Return an address that is good for 30 seconds.

        :raise Refusal: isv.invalid_arguments for another type, a date that is none or not over;
            isp.bill_not_exist before the file is made and when nothing happened.
        """
        bill_type = fields.text(request.biz, "bill_type", 32)
        date = fields.text(request.biz, "bill_date", 10)
        if bill_type not in TYPES:
            raise refusal("isv.invalid_arguments", "bill_type")
        period = self._period(request.app.seller_id, date)
        facts = {
            "merchant": request.app.app_id,
            "key": date,
            "bill_type": bill_type,
            "bill_date": date,
        }
        late = self._world.faults.take("bill_late", SOURCE, request.method, facts)
        if late or not self._rows(bill_type, period):
            raise refusal("isp.bill_not_exist")
        struck = self._world.faults.take_any(FILE_FAULTS, SOURCE, request.method, facts)
        damage = {kind: dict(fault.options) for kind, fault in struck.items()}
        return {"bill_download_url": self._address(bill_type, date, period, damage)}

    def _address(self, bill_type: str, date: str, period: Period, damage: dict[str, Any]) -> str:
        row = self._world.store.one("SELECT count(*) AS n FROM alipay_bill_link")
        token = digest(self._secret, str(row["n"] if row else 0))
        self._world.store.insert(
            "alipay_bill_link",
            token=token,
            seller_id=period.seller_id,
            bill_type=bill_type,
            bill_date=date,
            expires=self._world.clock.now() + LINK_SECONDS,
            damage=json.dumps(damage),
        )
        query = urlencode(
            {
                "bizType": bill_type,
                "userId": account_number(period.seller_id),
                "fileType": "csv.zip",
                "bizDates": date.replace("-", ""),
                "downloadFileName": f"{account_number(period.seller_id)}_{date}.csv.zip",
                "fileId": token,
            }
        )
        base = self._world.addresses()[SOURCE]
        return f"{base}/downloadBillFile.resource?{query}"

    def download(self, call: Call) -> Answer:
        """Return the ZIP of a link that is still good."""
        token = call.query.get("fileId", "").encode(errors="replace").decode()
        row = self._world.store.one("SELECT * FROM alipay_bill_link WHERE token = ?", (token,))
        if row is None or row["expires"] < self._world.clock.now():
            return Answer.text("下载链接已失效", 403, "text/html")
        period = self._period(row["seller_id"], row["bill_date"])
        damage = json.loads(row["damage"])
        content = self._content(row["bill_type"], period, damage)
        if "bill_bad_zip" in damage:
            content = content[: len(content) // 2]
        name = f"{account_number(period.seller_id)}_{row['bill_date']}.csv.zip"
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f"attachment; filename={name}",
        }
        return Answer(200, content, headers)

    def _content(self, bill_type: str, period: Period, damage: dict[str, Any]) -> bytes:
        style = self._accounts.style(period.seller_id)
        span = (period.seller_id, period.since, period.until)
        if bill_type == "trade":
            rows = damaged(self._bills.business(*span), damage)
            files = business_files(rows, period, style)
        else:
            entries = damaged(self._bills.account(*span), damage)
            files = account_files(entries, period, style)
        return archive(files, period.made, bool(style.get("summary_first")))

    def _rows(self, bill_type: str, period: Period) -> bool:
        read = self._bills.business if bill_type == "trade" else self._bills.account
        return bool(read(period.seller_id, period.since, period.until))

    def _period(self, seller_id: str, date: str) -> Period:
        try:
            since, until, made = span_of(date)
        except ValueError:
            raise refusal("isv.invalid_arguments", "bill_date") from None
        now = self._world.clock.now()
        if until > now:
            raise refusal("isv.invalid_arguments", "bill_date")
        if made > now:
            raise refusal("isp.bill_not_exist")
        return Period(seller_id, date, since, until, made)


def span_of(date: str) -> tuple[float, float, float]:
    """Return begin, end and the moment the file is made of a day or a month.

    :raise ValueError: when the text is no date, or the calendar ends there.
    """
    if not DATE.fullmatch(date):
        raise ValueError(date)
    first = datetime.fromisoformat(date if len(date) == 10 else f"{date}-01")
    first = first.replace(tzinfo=SHANGHAI)
    one_day = len(date) == 10
    wait = timedelta(hours=READY_HOUR) if one_day else timedelta(days=2, hours=READY_HOUR)
    try:
        after = first + timedelta(days=1) if one_day else (first + timedelta(days=32))
        after = after if one_day else after.replace(day=1)
        return first.timestamp(), after.timestamp(), (after + wait).timestamp()
    except OverflowError:
        raise ValueError(date) from None
