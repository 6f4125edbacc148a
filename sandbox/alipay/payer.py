"""The other side of the counter: what people do with Alipay on their phones.

Plain methods, each a transaction of its own, for the phone's page and the control port.
Amounts are fen; people go by their short names; refusals carry Alipay's code and sentence.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from sandbox.keys import KeyFolder
from sandbox.people import Person
from simulation.world import World

from .errors import refusal
from .funds import Funds
from .schema import Trade
from .trades import CLOSED, PREPARED, WAITING, Trades

CODE_SECONDS = 60
QR = "https://qr.alipay.com/"
# what a scanner reads: the link of a precreated order, its bare code, or a cashier's address
SCANNED = re.compile(r"(?:\S*/)?(bax0\w+)", re.ASCII)


class Payer:
    """What a person can do."""

    def __init__(self, world: World, trades: Trades, funds: Funds):
        self._world, self._store = world, world.store
        self._trades, self._funds = trades, funds
        self._secret = KeyFolder(world.folder / "keys" / "alipay").word("payment-codes")

    def by_alipay_id(self, alipay_id: str) -> Person | None:
        """Return who has this Alipay number."""
        people = self._trades.people.all()
        return next((one for one in people if one.alipay_id == alipay_id), None)

    # -- a code of the merchant ------------------------------------------------------------

    def scan(self, person: str, code: str) -> dict[str, Any]:
        """Read a merchant's QR code; from now on there is a trade.

        :return: trade_no, out_trade_no, amount, merchant, subject, status.
        :raise Refusal: when there is no such code, it is over, or another one scanned it.
        """
        found = SCANNED.fullmatch(code.strip())
        with self._store.transaction():
            trade = self._trades.coded(found[1]) if found else None
            if trade is None:
                raise refusal("ACQ.TRADE_NOT_EXIST")
            return self.described(self.enter(trade, person))

    def enter(self, trade: Trade, person: str) -> Trade:
        """Return the trade of an order that somebody has in front of them."""
        buyer = self._trades.people.get(person)
        if trade.status == PREPARED:
            if (trade.code_expires or 0) <= self._world.clock.now():
                raise refusal("ACQ.TRADE_HAS_CLOSE")
            return self._trades.begin(trade, buyer)
        if trade.status == CLOSED:
            raise refusal("ACQ.TRADE_HAS_CLOSE")
        if trade.buyer != buyer.id:
            raise refusal("ACQ.TRADE_BUYER_NOT_MATCH")
        return trade

    def look(self, person: str, trade_no: str) -> dict[str, Any]:
        """Return what somebody is asked to pay, by Alipay's number (JSAPI)."""
        with self._store.transaction():
            return self.described(self._own(person, trade_no))

    def described(self, trade: Trade) -> dict[str, Any]:
        """Return what the phone shows about a trade."""
        return {
            "trade_no": trade.trade_no,
            "out_trade_no": trade.out_trade_no,
            "amount": trade.amount,
            "merchant": self._trades.app_of(trade).seller_name,
            "subject": trade.subject,
            "status": trade.status,
        }

    def _own(self, person: str, trade_no: str) -> Trade:
        trade = self._trades.numbered(trade_no)
        if trade is None:
            raise refusal("ACQ.TRADE_NOT_EXIST")
        if trade.buyer != person:
            raise refusal("ACQ.TRADE_BUYER_NOT_MATCH")
        return trade

    # -- paying ----------------------------------------------------------------------------

    def pay(self, person: str, trade_no: str, short: bool = False) -> dict[str, Any]:
        """Enter the password: pay what waits, be it scanned or shown at a counter.

        :param bool short: let it fail as if the money were not enough.
        :raise Refusal: ACQ.BUYER_BALANCE_NOT_ENOUGH, ACQ.TRADE_HAS_SUCCESS,
            ACQ.TRADE_HAS_CLOSE, ACQ.TRADE_BUYER_NOT_MATCH, ACQ.TRADE_NOT_EXIST.
        """
        with self._store.transaction():
            trade = self._own(person, trade_no)
            if trade.status == CLOSED:
                raise refusal("ACQ.TRADE_HAS_CLOSE")
            if trade.status != WAITING:
                raise refusal("ACQ.TRADE_HAS_SUCCESS")
            facts = {"merchant": trade.app_id, "key": trade.out_trade_no, "person": person}
            if short or self._world.faults.take("balance_short", "alipay", "payer.pay", facts):
                raise refusal("ACQ.BUYER_BALANCE_NOT_ENOUGH")
            buyer = self._trades.people.get(person)
            return self.described(self._funds.pay(trade, buyer))

    def cancel(self, person: str, trade_no: str) -> dict[str, Any]:
        """Refuse what waits.

        A payment at a counter is closed with it; a scanned order can still be paid.
        """
        with self._store.transaction():
            trade = self._own(person, trade_no)
            if trade.status != WAITING:
                raise refusal("ACQ.TRADE_STATUS_ERROR")
            self._trades.journal("declined", trade, buyer=person)
            if trade.auth_code:
                trade = self._trades.close(trade, "declined")
            return self.described(trade)

    def waiting(self, person: str) -> list[dict[str, Any]]:
        """Return payments at a counter that wait for somebody's password, newest first."""
        with self._store.transaction():
            return [self.described(trade) for trade in self._trades.waiting(person)]

    # -- showing a code --------------------------------------------------------------------

    def payment_code(self, person: str) -> dict[str, Any]:
        """Return a new payment code of 18 digits: ``code`` and ``seconds`` it is good for."""
        self._trades.people.get(person)
        with self._store.transaction():
            row = self._store.one("SELECT count(*) AS n FROM alipay_payment_code")
            count = int(row["n"]) if row else 0
            digest = hashlib.sha256(f"{self._secret}:{count}".encode()).digest()
            code = f"28{int.from_bytes(digest[:5], 'big') % 10**10:010d}{count % 10**6:06d}"
            expires = self._world.clock.now() + CODE_SECONDS
            self._store.insert("alipay_payment_code", code=code, person=person, expires=expires)
        return {"code": code, "seconds": CODE_SECONDS}

    def use_code(self, code: str) -> Person:
        """Return whose payment code it is; nobody can use it again.

        :raise Refusal: ACQ.PAYMENT_AUTH_CODE_INVALID.
        """
        used = self._store.run(
            "UPDATE alipay_payment_code SET used = 1 WHERE code = ? AND used = 0 AND expires > ?",
            (code, self._world.clock.now()),
        )
        row = self._store.one("SELECT person FROM alipay_payment_code WHERE code = ?", (code,))
        if not used or row is None:
            raise refusal("ACQ.PAYMENT_AUTH_CODE_INVALID")
        return self._trades.people.get(row["person"])

    def codes(self) -> list[dict[str, Any]]:
        """Return QR codes made lately that can still be scanned, newest first.

        :return: text, title, amount (fen), out_trade_no each.
        """
        rows = self._store.all(
            "SELECT code, subject, amount, out_trade_no FROM alipay_trade"
            " WHERE status = 'PREPARED' AND product = 'FACE_TO_FACE_PAYMENT'"
            " AND code_expires > ? ORDER BY id DESC LIMIT 20",
            (self._world.clock.now(),),
        )
        return [
            {
                "text": QR + row["code"],
                "title": row["subject"],
                "amount": row["amount"],
                "out_trade_no": row["out_trade_no"],
            }
            for row in rows
        ]

    # -- the wallet ------------------------------------------------------------------------

    def balance(self, person: str) -> int:
        """Return how many fen somebody has."""
        self._trades.people.get(person)
        return self._funds.wallet(person)

    def fill(self, person: str, balance: int) -> int:
        """Give somebody so many fen and return them.

        :raise ValueError: when it is less than nothing.
        """
        if balance < 0:
            raise ValueError("A wallet holds 0 fen or more.")
        self._trades.people.get(person)
        self._funds.fill(person, balance)
        return balance
