"""API v3: applying for bills and fetching them."""

import datetime
import gzip
import hashlib
import secrets
from collections.abc import Iterable

from simulation.gateway import Route
from simulation.messages import Answer, Call
from simulation.world import World

from .bills import BillFile, Bills
from .errors import refusal, wrong_field
from .funds import ACCOUNTS
from .merchants import Merchant
from .v3 import Door

TOKEN_SECONDS = 300
TYPES = ("ALL", "SUCCESS", "REFUND")
FILE = "/v3/billdownload/file"


class BillApi:
    """Handlers of ``/v3/bill`` and ``/v3/billdownload``."""

    def __init__(self, world: World, door: Door, bills: Bills):
        self._world, self._door, self._bills = world, door, bills

    def routes(self) -> Iterable[Route]:
        """Return the addresses."""
        found = (
            ("/v3/bill/tradebill", "tradebill", self._trade),
            ("/v3/bill/fundflowbill", "fundflowbill", self._funds),
            (FILE, "billdownload", self._download),
        )
        for path, operation, handler in found:
            yield Route("GET", path, operation, self._door.guarded(operation, handler))

    def _trade(self, call: Call, merchant: Merchant) -> Answer:
        kind = _choice(call, "bill_type", TYPES)
        return self._offer(call, merchant, self._bills.trade(merchant, _day(call), kind))

    def _funds(self, call: Call, merchant: Merchant) -> Answer:
        account = _choice(call, "account_type", ACCOUNTS)
        return self._offer(call, merchant, self._bills.funds(merchant, _day(call), account))

    def _offer(self, call: Call, merchant: Merchant, bill: BillFile) -> Answer:
        """Keep the file for five minutes; return hash and address."""
        packed = bool(call.query.get("tar_type"))
        _choice(call, "tar_type", ("GZIP",))
        now, store = self._world.clock.now(), self._world.store
        store.run("DELETE FROM wxpay_bill WHERE until < ?", (now,))
        token = secrets.token_urlsafe(48)
        store.insert(
            "wxpay_bill",
            token=token,
            mchid=merchant.mchid,
            content=bill.content,
            gzip=int(packed),
            until=now + TOKEN_SECONDS,
        )
        text = bill.content if bill.honest else bill.content + b"?"
        address = self._world.addresses()["wechatpay"]
        return Answer.json(
            {
                "hash_type": "SHA1",
                "hash_value": hashlib.sha1(text, usedforsecurity=False).hexdigest(),
                "download_url": f"{address}{FILE}?token={token}",
            }
        )

    def _download(self, call: Call, merchant: Merchant) -> Answer:
        row = self._world.store.one(
            "SELECT * FROM wxpay_bill WHERE token = ? AND mchid = ? AND until >= ?",
            (call.query.get("token", ""), merchant.mchid, self._world.clock.now()),
        )
        if row is None:
            raise refusal("NO_AUTH", "账单下载地址已失效，请重新申请账单")
        if row["gzip"]:
            packed = gzip.compress(row["content"], mtime=0)
            return Answer(200, packed, {"Content-Type": "application/x-gzip"})
        return Answer(200, row["content"], {"Content-Type": "text/plain; charset=utf-8"})


def _choice(call: Call, name: str, allowed: tuple[str, ...]) -> str:
    value = call.query.get(name) or allowed[0]
    if value not in allowed:
        raise wrong_field(f"/{name}", value, f"应为 {'、'.join(allowed)} 之一", "query")
    return value


def _day(call: Call) -> datetime.date:
    value = call.query.get("bill_date", "")
    try:
        return datetime.datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError:
        raise wrong_field("/bill_date", value, "格式应为yyyy-MM-DD", "query") from None
