"""Payment codes: the merchant scans the payer's phone."""

import re

from simulation.schedule import Job
from simulation.store import Row
from simulation.world import World

from ..people import People, Person
from .errors import refusal
from .numbers import auth_code
from .orders import Orders, Wanted

CODE = re.compile(r"1[0-5][0-9]{16}")
CODE_SECONDS = 60
FREE_LIMIT = 100_000  # fen; above it the payer always confirms
LAPSE_SECONDS = 300
LAPSE_JOB = "wechatpay.lapse"
MODES = ("free", "password", "no_money")


class CodePay:
    """Codes of the payers' phones, and what happens when one is scanned."""

    def __init__(self, world: World, orders: Orders, people: People):
        self._world, self._store, self._orders = world, world.store, orders
        self._people = people
        world.scheduler.register(LAPSE_JOB, self._lapse_job)

    def new(self, person: str) -> str:
        """Return a fresh code of a person, good for a minute and one payment.

        :raise KeyError: when there is no such person.
        """
        code, until = auth_code(), self._world.clock.now() + CODE_SECONDS
        sql = "INSERT INTO wxpay_auth_code (code, person, until) VALUES (?, ?, ?)"
        self._store.run(sql, (code, self._people.get(person).id, until))
        return code

    def set_mode(self, person: str, mode: str) -> None:
        """Say how a person's codes pay: free, password (confirm first) or no_money.

        :raise ValueError: when the mode is unknown.
        """
        if mode not in MODES:
            raise ValueError(f"A wallet's mode is one of {MODES}.")
        sql = (
            "INSERT INTO wxpay_wallet VALUES (?, ?) ON CONFLICT DO UPDATE SET mode = excluded.mode"
        )
        self._store.run(sql, (self._people.get(person).id, mode))

    def _mode(self, person: str) -> str:
        row = self._store.one("SELECT mode FROM wxpay_wallet WHERE person = ?", (person,))
        return str(row["mode"]) if row else "free"

    def charge(self, wanted: Wanted, code: str) -> tuple[Row, str]:
        """Charge a code; return the order and an error code (empty: it is paid).

        :raise Refusal: AUTH_CODE_ERROR, AUTH_CODE_INVALID, AUTH_CODE_EXPIRED, and those of
            :meth:`Orders.place`.
        """
        order = self._orders.place(wanted)
        if order["state"] == "USERPAYING":
            return order, "USERPAYING"
        person = self._use(code)
        facts = {"merchant": wanted.mchid, "key": wanted.out_trade_no}
        faults = self._world.faults
        if fault := faults.take("userpaying", "wechatpay", "codepay", facts):
            return self._wait(order, person, int(fault.number("queries", 2)))
        mode = self._mode(person.id)
        if mode == "no_money":
            self._orders.fail(order, "NOT_ENOUGH")
            return self._orders.get(order["id"]), "NOT_ENOUGH"
        if mode == "password" or wanted.total > FREE_LIMIT:
            return self._wait(order, person, None)
        order = self._orders.pay(order, person)
        if faults.take("bank_error", "wechatpay", "codepay", facts):
            return order, "BANK_ERROR"
        return order, ""

    def _use(self, code: str) -> Person:
        if not CODE.fullmatch(code):
            raise refusal("AUTH_CODE_ERROR")
        row = self._store.one("SELECT * FROM wxpay_auth_code WHERE code = ?", (code,))
        if row is None:
            raise refusal("AUTH_CODE_INVALID")
        if self._world.clock.now() > row["until"]:
            raise refusal("AUTH_CODE_EXPIRED")
        sql = "UPDATE wxpay_auth_code SET used = 1 WHERE code = ? AND used = 0"
        if not self._store.run(sql, (code,)):
            raise refusal("AUTH_CODE_INVALID", "101 每个二维码仅限使用一次，请刷新再试")
        return self._people.get(row["person"])

    def _wait(self, order: Row, person: Person, queries: int | None) -> tuple[Row, str]:
        """Let the payer confirm; after a number of queries the payment succeeds by itself."""
        self._orders.change(order, "USERPAYING", person=person.id, queries_left=queries)
        self._world.scheduler.cancel(LAPSE_JOB, str(order["id"]))
        self._world.scheduler.add(LAPSE_JOB, str(order["id"]), LAPSE_SECONDS)
        return self._orders.get(order["id"]), "USERPAYING"

    def asked(self, order: Row) -> Row:
        """Count a query of an order that waits; pay it when the fault's count is over."""
        if order["state"] != "USERPAYING" or order["queries_left"] is None:
            return order
        if order["queries_left"] > 1:
            sql = "UPDATE wxpay_order SET queries_left = queries_left - 1 WHERE id = ?"
            self._store.run(sql, (order["id"],))
            return order
        return self._orders.pay(order, self._people.get(order["person"]))

    async def _lapse_job(self, job: Job) -> None:
        """Let a payment fail that nobody confirmed."""
        with self._store.transaction():
            order = self._orders.get(int(job.key))
            if order["state"] == "USERPAYING":
                self._orders.fail(order, "LAPSED")

    def pending(self, person: str) -> list[Row]:
        """Return the orders that wait for a person's password."""
        sql = "SELECT * FROM wxpay_order WHERE person = ? AND state = 'USERPAYING' ORDER BY id"
        return self._store.all(sql, (person,))

    def waiting(self, person: str, number: int) -> Row:
        """Return one order that waits for this person.

        :raise Refusal: ORDER_NOT_EXIST.
        """
        found = [order for order in self.pending(person) if order["id"] == number]
        if not found:
            raise refusal("ORDER_NOT_EXIST")
        return found[0]
