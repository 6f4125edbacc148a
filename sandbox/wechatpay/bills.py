"""Bills on demand: which day can be had, and the file of it."""

import datetime
from dataclasses import dataclass

from simulation.clock import SHANGHAI
from simulation.world import World

from . import billfaults, billfiles, billrows
from .errors import refusal
from .merchants import Merchant

READY_HOUR = 10
MONTHS_DAYS = 92


@dataclass(frozen=True)
class BillFile:
    """One file as it is handed out; ``honest`` is false when its hash shall not fit."""

    content: bytes
    honest: bool


class Bills:
    """Writes bill files from what happened."""

    def __init__(self, world: World):
        self._world = world

    def trade(self, merchant: Merchant, day: datetime.date, kind: str) -> BillFile:
        """Return the trade bill of a day.

        :param str kind: ALL, SUCCESS, REFUND or REVOKED.
        :raise Refusal: STATEMENT_CREATING, NO_STATEMENT_EXIST, INVALID_REQUEST.
        """
        rows = billrows.trade_rows(self._world.store, merchant.mchid, str(day), kind)
        return self._file(merchant, day, "tradebill", kind, rows)

    def funds(self, merchant: Merchant, day: datetime.date, account: str) -> BillFile:
        """Return the fund bill of one account and day.

        :param str account: BASIC, OPERATION or FEES.
        :raise Refusal: as for :meth:`trade`.
        """
        rows = billrows.fund_rows(self._world.store, merchant.mchid, str(day), account)
        return self._file(merchant, day, "fundflowbill", "FUND", rows)

    def _file(
        self,
        merchant: Merchant,
        day: datetime.date,
        operation: str,
        kind: str,
        rows: list[billrows.BillRow],
    ) -> BillFile:
        self._check_day(day)
        found = billfaults.struck(self._world.faults, operation, merchant.mchid, str(day))
        if billfaults.LATE in found:
            raise refusal("STATEMENT_CREATING")
        if not rows:
            raise refusal("NO_STATEMENT_EXIST")
        shown = billfaults.spoiled(rows, found)
        sums = billfiles.totals(kind, rows if billfaults.keeps_footer(found) else shown)
        legacy = merchant.bill_header == "legacy" and kind != "FUND"
        content = billfiles.written(kind, shown, sums, legacy, merchant.bill_newline)
        return BillFile(content, billfaults.BAD_HASH not in found)

    def _check_day(self, day: datetime.date) -> None:
        now = self._world.clock.moment().astimezone(SHANGHAI)
        age = (now.date() - day).days
        if age < 1:
            raise refusal("INVALID_REQUEST", "账单日期只能是今日之前")
        if age > MONTHS_DAYS:
            raise refusal("INVALID_REQUEST", "仅支持三个月内的账单下载申请")
        if age == 1 and now.hour < READY_HOUR:
            raise refusal("STATEMENT_CREATING")
