"""The merchant's accounts at WeChat Pay: every movement once, with the balance after it."""

import sqlite3

from simulation.schedule import Job
from simulation.world import World

from .errors import refusal
from .merchants import Merchant, Merchants
from .numbers import DAY_SECONDS, day_of, flow_no, yuan

BASIC, OPERATION, FEES = ACCOUNTS = ("BASIC", "OPERATION", "FEES")
SETTLE_JOB = "wechatpay.settle"
SETTLE_HOUR = 5  # of the next day, Beijing time
SYSTEM = "system"


class Funds:
    """Balances in fen; they never fall below zero, as the table refuses it."""

    def __init__(self, world: World, merchants: Merchants):
        self._world, self._merchants = world, merchants
        world.scheduler.register(SETTLE_JOB, self._settle_job)

    def move(
        self,
        merchant: Merchant,
        amount: int,
        business: tuple[str, str],
        business_no: str,
        voucher: str,
        *,
        account: str = BASIC,
        applicant: str = SYSTEM,
        remark: str = "",
    ) -> int:
        """Book one movement and return the balance after it.

        :param int amount: fen; negative for an outflow; nothing happens for 0.
        :param tuple business: 业务名称 and 业务类型 of the fund bill.
        :raise Refusal: NOT_ENOUGH when the account does not hold so much.
        """
        balance = self._add(merchant.mchid, account, amount)
        if not amount:
            return balance
        now = self._world.clock.now()
        entry = {"amount": amount, "balance": balance, "business": business[0]}
        numbers = {"business_no": business_no, "flow_no": flow_no(now), "voucher": voucher}
        self._world.store.insert(
            "wxpay_flow",
            mchid=merchant.mchid,
            account=account,
            at=now,
            day=day_of(now),
            applicant=applicant,
            remark=remark,
            kind=business[1],
            **entry,
            **numbers,
        )
        facts = {
            "mchid": merchant.mchid,
            "account": account,
            **entry,
            "day": day_of(now),
            "business_kind": business[1],
        }
        self._world.journal.write("wechatpay", "funds", voucher or business_no, **facts)
        if account == BASIC and amount > 0 and merchant.settle == "daily":
            self._plan_settlement(merchant, now)
        return balance

    def _add(self, mchid: str, account: str, amount: int) -> int:
        store = self._world.store
        store.run("INSERT OR IGNORE INTO wxpay_account VALUES (?, ?, 0)", (mchid, account))
        try:
            row = store.one(
                "UPDATE wxpay_account SET balance = balance + ? WHERE mchid = ? AND name = ?"
                " RETURNING balance",
                (amount, mchid, account),
            )
        except sqlite3.IntegrityError:
            raise refusal("NOT_ENOUGH") from None
        return int(row["balance"]) if row else 0

    def balance(self, mchid: str, account: str = BASIC) -> int:
        """Return what an account holds, in fen."""
        return self._add(mchid, account, 0)

    def _plan_settlement(self, merchant: Merchant, now: float) -> None:
        """Plan one payout in the early morning of the next day."""
        key = f"{merchant.mchid}:{day_of(now)}"
        known = "SELECT 1 FROM job WHERE kind = ? AND key = ?"
        if not self._world.store.one(known, (SETTLE_JOB, key)):
            midnight = (now + 8 * 3600) // DAY_SECONDS * DAY_SECONDS - 8 * 3600
            due = midnight + DAY_SECONDS + SETTLE_HOUR * 3600
            self._world.scheduler.add(SETTLE_JOB, key, due - now)

    async def _settle_job(self, job: Job) -> None:
        mchid = job.key.partition(":")[0]
        with self._world.store.transaction():
            self.settle(self._merchants.get(mchid))

    def settle(self, merchant: Merchant) -> int:
        """Pay out what the account holds above the reserve; return the fen paid."""
        left = max(self.balance(merchant.mchid) - merchant.reserve, 0)
        if left:
            number = "W" + flow_no(self._world.clock.now())
            remark = f"提现至银行账户{yuan(left)}元"
            self.move(merchant, -left, ("提现", "提现"), number, number, remark=remark)
        return left
