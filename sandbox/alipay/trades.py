"""The life of a trade: prepared, waiting, paid, finished or closed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sandbox.people import People, Person
from simulation.clock import moment
from simulation.schedule import Job
from simulation.store import Row
from simulation.world import World

from . import fields
from .accounts import Accounts, Application
from .errors import refusal
from .notices import SOURCE, Notices, clock_text
from .schema import Trade

WAITING, PAID = "WAIT_BUYER_PAY", "TRADE_SUCCESS"
FINISHED, CLOSED, PREPARED = "TRADE_FINISHED", "TRADE_CLOSED", "PREPARED"
# how a trade may move; a payment after the close is what the fault late_success does
MOVES = {
    (PREPARED, WAITING),
    (PREPARED, CLOSED),
    (WAITING, PAID),
    (WAITING, CLOSED),
    (CLOSED, PAID),
    (PAID, CLOSED),
    (PAID, FINISHED),
}
EXPIRE = "alipay.expire"
CODE_SECONDS = 2 * 3600
LIFETIME_SECONDS = 15 * 86400


class Trades:
    """All orders and trades. Every change is one guarded UPDATE."""

    def __init__(self, world: World, accounts: Accounts, notices: Notices):
        self._world, self._store = world, world.store
        self._accounts, self._notices = accounts, notices
        self.people = People(world.store)
        world.scheduler.register(EXPIRE, self._expire_job)

    # -- finding ---------------------------------------------------------------------------

    def find(self, app: Application, biz: Mapping[str, Any]) -> Trade | None:
        """Return the trade that ``trade_no`` or else ``out_trade_no`` names, if there is one.

        An order whose code nobody scanned is found too: see :attr:`Trade.status`.

        :raise Refusal: when neither is given.
        """
        trade_no = fields.text(biz, "trade_no", 64)
        out_trade_no = fields.text(biz, "out_trade_no", 64)
        if trade_no:
            return self.numbered(trade_no, app.seller_id)
        if out_trade_no:
            return self.ordered(app.seller_id, out_trade_no)
        raise refusal("ACQ.INVALID_PARAMETER", "out_trade_no和trade_no不能同时为空")

    def existing(self, app: Application, biz: Mapping[str, Any]) -> Trade:
        """Return the trade; an order that nobody scanned is none.

        :raise Refusal: ACQ.TRADE_NOT_EXIST.
        """
        trade = self.find(app, biz)
        if trade is None or trade.trade_no is None:
            raise refusal("ACQ.TRADE_NOT_EXIST")
        return trade

    def ordered(self, seller_id: str, out_trade_no: str) -> Trade | None:
        """Return the order with the merchant's number."""
        return self._found(
            self._store.one(
                "SELECT * FROM alipay_trade WHERE seller_id = ? AND out_trade_no = ?",
                (seller_id, out_trade_no),
            )
        )

    def numbered(self, trade_no: str, seller_id: str = "") -> Trade | None:
        """Return the trade with Alipay's number."""
        return self._found(
            self._store.one(
                "SELECT * FROM alipay_trade WHERE trade_no = ? AND ? IN ('', seller_id)",
                (trade_no, seller_id),
            )
        )

    def coded(self, code: str) -> Trade | None:
        """Return the order behind a QR code or a cashier's page."""
        row = self._store.one("SELECT * FROM alipay_trade WHERE code = ?", (code,))
        return self._found(row)

    def waiting(self, person: str) -> list[Trade]:
        """Return payments at a counter that wait for this person, newest first."""
        rows = self._store.all(
            "SELECT * FROM alipay_trade WHERE buyer = ? AND status = 'WAIT_BUYER_PAY'"
            " AND auth_code != '' ORDER BY id DESC",
            (person,),
        )
        return [one for row in rows if (one := self._current(row)).status == WAITING]

    def get(self, number: int) -> Trade:
        """Return a trade by its row."""
        return Trade.of(self._store.row("alipay_trade", number))

    def buyer_of(self, trade: Trade) -> Person:
        """Return who pays or paid."""
        return self.people.get(trade.buyer)

    def app_of(self, trade: Trade) -> Application:
        """Return the application that made the order."""
        app = self._accounts.get(trade.app_id)
        if app is None:
            raise KeyError(trade.app_id)
        return app

    def _found(self, row: Row | None) -> Trade | None:
        return None if row is None else self._current(row)

    def _current(self, row: Row) -> Trade:
        """Return a row as it is at this moment: what is over is closed though no job ran yet."""
        trade = Trade.of(row)
        if trade.status == WAITING and trade.expires is not None:
            if trade.expires <= self._world.clock.now():
                return self.close(trade, "expired")
        return trade

    # -- moving ----------------------------------------------------------------------------

    def add(self, app: Application, **values: Any) -> Trade:
        """Take an order in; its code is made here.

        :raise sqlite3.IntegrityError: when the merchant's number is used.
        """
        number = self._store.insert(
            "alipay_trade",
            app_id=app.app_id,
            seller_id=app.seller_id,
            status=PREPARED,
            prepared=self._world.clock.now(),
            **values,
        )
        digest = hashlib.sha256(f"{app.app_id}:{values['out_trade_no']}:{number}".encode())
        code = f"bax0{number:04d}{digest.hexdigest()[:14]}"
        self._store.run("UPDATE alipay_trade SET code = ? WHERE id = ?", (code, number))
        return self.get(number)

    def begin(self, trade: Trade, buyer: Person) -> Trade:
        """Make a trade of an order: somebody scanned its code or showed a payment code."""
        now = self._world.clock.now()
        ends = now + trade.lifetime
        expires = ends if trade.deadline is None else min(ends, trade.deadline)
        trade_no = f"{moment(now):%Y%m%d}22001{buyer.alipay_id[-4:]}{trade.id % 10**11:011d}"
        begun = self.move(
            trade, WAITING, trade_no=trade_no, created=now, expires=expires, buyer=buyer.id
        )
        self._world.scheduler.add(EXPIRE, str(trade.id), expires - now)
        self.journal("created", begun, buyer=buyer.alipay_id)
        return begun

    def close(self, trade: Trade, reason: str) -> Trade:
        """Close what is not paid; nobody can pay it any more.

        :raise Refusal: ACQ.TRADE_STATUS_ERROR when it is paid.
        """
        if trade.paid is not None:
            raise refusal("ACQ.TRADE_STATUS_ERROR")
        closed = self.move(trade, CLOSED, closed=self._world.clock.now())
        self._world.scheduler.cancel(EXPIRE, str(trade.id))
        self.journal("closed", closed, reason=reason)
        if closed.trade_no:
            gmt = clock_text(closed.closed)
            self._notices.send("close", closed, self.buyer_of(closed), gmt_close=gmt)
        return closed

    def move(self, trade: Trade, to: str, **values: Any) -> Trade:
        """Change the state and some columns, if it is still what the caller saw.

        :raise Refusal: ACQ.TRADE_STATUS_ERROR when it may not move so, or moved meanwhile.
        """
        if (trade.status, to) not in MOVES:
            raise refusal("ACQ.TRADE_STATUS_ERROR")
        columns = ", ".join(f"{name} = ?" for name in ("status", *values))
        touched = self._store.run(
            f"UPDATE alipay_trade SET {columns} WHERE id = ? AND status = ?",  # noqa: S608
            (to, *values.values(), trade.id, trade.status),
        )
        if not touched:
            raise refusal("ACQ.TRADE_STATUS_ERROR")
        return self.get(trade.id)

    def journal(self, kind: str, trade: Trade, **facts: Any) -> None:
        """Write what happened to a trade into the journal; amounts in fen."""
        self._world.journal.write(
            SOURCE,
            kind,
            trade.out_trade_no,
            app_id=trade.app_id,
            seller_id=trade.seller_id,
            trade_no=trade.trade_no,
            total=trade.amount,
            status=trade.status,
            **facts,
        )

    async def _expire_job(self, job: Job) -> None:
        with self._store.transaction():
            trade = self.get(int(job.key))
            if trade.status == WAITING:
                self.close(trade, "expired")
