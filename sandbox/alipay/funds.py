"""Money: payments, refunds, wallets of buyers and the account of the seller."""

from __future__ import annotations

from contextlib import suppress

from sandbox.people import Person
from simulation.clock import moment
from simulation.messages import Refusal
from simulation.schedule import Job
from simulation.world import World

from .errors import refusal
from .money import share, yuan
from .notices import Notices, paid_fields
from .schema import Trade
from .trades import CLOSED, EXPIRE, FINISHED, PAID, Trades

FINISH, REFUND, LATE = "alipay.finish", "alipay.refund", "alipay.late"
WALLET = 100_000_00  # fen that everybody has at first
DAY = 86400
RETRY_SECONDS = 600
IN, FEE, OUT, FEE_BACK = "在线支付", "收费", "交易退款", "退费"


class Funds:
    """Moves money. The buyer's wallet, the trade and the seller's account change together."""

    def __init__(self, world: World, trades: Trades, notices: Notices):
        self._world, self._store = world, world.store
        self._trades, self._notices = trades, notices
        world.scheduler.register(FINISH, self._finish_job)
        world.scheduler.register(REFUND, self._refund_job)
        world.scheduler.register(LATE, self._late_job)

    # -- wallets ---------------------------------------------------------------------------

    def wallet(self, person: str) -> int:
        """Return how many fen somebody has."""
        row = self._store.one("SELECT balance FROM alipay_wallet WHERE person = ?", (person,))
        return int(row["balance"]) if row else WALLET

    def fill(self, person: str, balance: int) -> None:
        """Give somebody so many fen.

        :raise sqlite3.IntegrityError: when it is less than nothing.
        """
        self._store.run(
            "INSERT INTO alipay_wallet VALUES (?, ?)"
            " ON CONFLICT (person) DO UPDATE SET balance = excluded.balance",
            (person, balance),
        )

    def _take(self, person: str, amount: int) -> None:
        self.fill(person, self.wallet(person))
        taken = self._store.run(
            "UPDATE alipay_wallet SET balance = balance - ? WHERE person = ? AND balance >= ?",
            (amount, person, amount),
        )
        if not taken:
            raise refusal("ACQ.BUYER_BALANCE_NOT_ENOUGH")

    # -- payments --------------------------------------------------------------------------

    def pay(self, trade: Trade, buyer: Person) -> Trade:
        """Let a waiting trade be paid.

        :raise Refusal: when the money is not enough or the trade does not wait.
        """
        self._take(buyer.id, trade.amount)
        now = self._world.clock.now()
        app = self._trades.app_of(trade)
        fee = share(trade.amount, app.fee_bp)
        paid = self._trades.move(trade, PAID, paid=now, fee=fee, waits=None, closed=None)
        self._world.scheduler.cancel(EXPIRE, str(trade.id))
        self._world.scheduler.add(FINISH, str(trade.id), app.refund_days * DAY)
        self._book(paid, IN, paid.amount, "")
        self._book(paid, FEE, -fee, "支付宝服务费")
        self._trades.journal("paid", paid, amount=paid.amount, fee=fee, buyer=buyer.alipay_id)
        self._notices.send("pay", paid, buyer, **paid_fields(paid))
        return paid

    def pay_later(self, trade: Trade, seconds: float) -> None:
        """Let a trade that is being closed be paid all the same, some time later."""
        self._world.scheduler.add(LATE, str(trade.id), seconds)

    def finish_when_over(self, trade: Trade) -> Trade:
        """Return the trade, finished when its time for refunds is over."""
        if trade.status != PAID or trade.paid is None:
            return trade
        days = self._trades.app_of(trade).refund_days
        if self._world.clock.now() < trade.paid + days * DAY:
            return trade
        finished = self._trades.move(trade, FINISHED)
        self._trades.journal("finished", finished)
        self._notices.send("finish", finished, self._trades.buyer_of(finished))
        return finished

    # -- refunds ---------------------------------------------------------------------------

    def refund(
        self,
        trade: Trade,
        out_request_no: str,
        amount: int,
        reason: str = "",
        stuck_seconds: float | None = None,
    ) -> Trade:
        """Give back a part of a paid trade.

        :param float stuck_seconds: when given, the request is taken in, and the money moves so
            many virtual seconds later.
        :raise sqlite3.IntegrityError: when the request's number is used.
        :raise Refusal: when it is more than what is left, or the seller has not enough.
        """
        if not 0 < amount <= trade.refundable:
            raise refusal("ACQ.REASON_TRADE_REFUND_FEE_ERR")
        number = self._store.insert(
            "alipay_refund",
            trade=trade.id,
            seller_id=trade.seller_id,
            out_request_no=out_request_no,
            amount=amount,
            state="stuck",
            reason=reason,
            asked=self._world.clock.now(),
        )
        self._store.run(
            "UPDATE alipay_trade SET reserved = reserved + ? WHERE id = ?", (amount, trade.id)
        )
        if stuck_seconds is None:
            return self._give_back(number)
        self._world.scheduler.add(REFUND, str(number), stuck_seconds)
        return self._trades.get(trade.id)

    def _give_back(self, number: int) -> Trade:
        """Let the money of a refund move."""
        row = self._store.row("alipay_refund", number)
        now = self._world.clock.now()
        trade, amount = self._trades.get(row["trade"]), int(row["amount"])
        refunded = trade.refunded + amount
        # rounded over the whole, so that the parts of a full refund give back the whole fee
        fee = trade.fee * refunded // trade.amount - trade.fee_returned
        self._store.run(
            "UPDATE alipay_refund SET state = 'done', done = ?, fee = ?"
            " WHERE id = ? AND state = 'stuck'",
            (now, fee, number),
        )
        self._store.run(
            "UPDATE alipay_trade SET refunded = refunded + ?, reserved = reserved - ?,"
            " fee_returned = fee_returned + ? WHERE id = ?",
            (amount, amount, fee, trade.id),
        )
        self._book(trade, FEE_BACK, fee, "支付宝服务费退回")
        self._book(trade, OUT, -amount, row["reason"])
        self.fill(trade.buyer, self.wallet(trade.buyer) + amount)
        after = self._trades.get(trade.id)
        if after.refunded == after.amount and after.status == PAID:
            after = self._trades.move(after, CLOSED, closed=now)
        self._tell_refund(after, row["out_request_no"], amount, fee, now)
        return after

    def _tell_refund(
        self, trade: Trade, out_request_no: str, amount: int, fee: int, now: float
    ) -> None:
        self._trades.journal(
            "refunded",
            trade,
            out_request_no=out_request_no,
            amount=amount,
            fee=fee,
            refunded=trade.refunded,
            buyer=self._trades.buyer_of(trade).alipay_id,
        )
        at = moment(now)
        self._notices.send(
            "refund",
            trade,
            self._trades.buyer_of(trade),
            out_biz_no=out_request_no,
            refund_fee=yuan(trade.refunded),
            gmt_refund=f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}",
        )

    # -- the seller's account --------------------------------------------------------------

    def _book(self, trade: Trade, kind: str, amount: int, note: str) -> None:
        """Change the seller's balance and keep the entry for the account bill.

        :raise Refusal: ACQ.SELLER_BALANCE_NOT_ENOUGH.
        """
        if not amount:
            return
        booked = self._store.run(
            "UPDATE alipay_seller SET balance = balance + ?"
            " WHERE seller_id = ? AND balance + ? >= 0",
            (amount, trade.seller_id, amount),
        )
        if not booked:
            raise refusal("ACQ.SELLER_BALANCE_NOT_ENOUGH")
        self._store.run(
            "INSERT INTO alipay_entry (seller_id, at, trade, kind, amount, note, balance)"
            " SELECT seller_id, ?, ?, ?, ?, ?, balance FROM alipay_seller WHERE seller_id = ?",
            (self._world.clock.now(), trade.id, kind, amount, note, trade.seller_id),
        )

    # -- jobs ------------------------------------------------------------------------------

    async def _finish_job(self, job: Job) -> None:
        with self._store.transaction():
            self.finish_when_over(self._trades.get(int(job.key)))

    async def _refund_job(self, job: Job) -> None:
        try:
            with self._store.transaction():
                self._give_back(int(job.key))
        except Refusal:  # the seller has not enough money: look again
            self._world.scheduler.add(REFUND, job.key, RETRY_SECONDS)

    async def _late_job(self, job: Job) -> None:
        with suppress(Refusal), self._store.transaction():
            trade = self._trades.get(int(job.key))
            if trade.status == CLOSED and trade.paid is None:
                self.pay(trade, self._trades.buyer_of(trade))
