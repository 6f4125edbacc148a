"""What the fund, the personal account and the patient pay: arithmetic in fen, nothing else.

The figures are this simulator's own; the steps are the national ones: what the patient pays alone,
what is above the price limit, what comes first out of the patient's pocket, then from the rest the
deductible, the fund's ratio and the yearly ceiling.
"""

from dataclasses import dataclass
from decimal import Decimal

from .catalogue import Item
from .money import share

EMPLOYEES, RESIDENTS = "310", "390"
RETIRED = "12"
# kind of insurance and of person: ratio of the fund by level of the hospital (1, 2, 3)
RATIOS = {
    (EMPLOYEES, False): (Decimal("0.80"), Decimal("0.70"), Decimal("0.60")),
    (EMPLOYEES, True): (Decimal("0.85"), Decimal("0.75"), Decimal("0.65")),
    (RESIDENTS, False): (Decimal("0.50"), Decimal("0.40"), Decimal("0.30")),
}
DEDUCTIBLES = {(EMPLOYEES, False): 60000, (EMPLOYEES, True): 30000, (RESIDENTS, False): 10000}
CEILINGS = {EMPLOYEES: 2000000, RESIDENTS: 300000}


@dataclass(frozen=True)
class Parts:
    """One charge, or a sum of charges, taken apart; all in fen and adding up to ``total``."""

    total: int = 0
    own: int = 0
    over: int = 0
    pre: int = 0
    scope: int = 0

    def __add__(self, other: "Parts") -> "Parts":
        return Parts(
            self.total + other.total,
            self.own + other.own,
            self.over + other.over,
            self.pre + other.pre,
            self.scope + other.scope,
        )


@dataclass(frozen=True)
class Standing:
    """Where a person stands this year.

    :param int deductible_used: fen paid towards the deductible.
    :param int fund_used: fen the fund has paid.
    :param int balance: fen in the personal account.
    """

    insutype: str
    retired: bool
    deductible_used: int = 0
    fund_used: int = 0
    balance: int = 0

    @property
    def group(self) -> tuple[str, bool]:
        """Return which row of the tables counts."""
        return self.insutype, self.retired and self.insutype == EMPLOYEES


@dataclass(frozen=True)
class Benefit:
    """The result; fund + account + cash = total."""

    parts: Parts
    deductible: int
    ratio: Decimal
    fund: int
    account: int
    cash: int

    @property
    def person(self) -> int:
        """Return what the person pays, by account or in cash."""
        return self.account + self.cash


def split(item: Item, amount: int, count: Decimal) -> Parts:
    """Return one charge taken apart by the catalogue.

    :param int amount: fen of the whole line.
    """
    if item.level == "03":
        return Parts(amount, own=amount)
    limit = amount if item.ceiling is None else share(item.ceiling, count)
    counted = min(amount, limit)
    pre = share(counted, item.selfpay)
    return Parts(amount, over=amount - counted, pre=pre, scope=counted - pre)


def compute(parts: Parts, standing: Standing, level: int, use_account: bool) -> Benefit:
    """Return who pays what.

    :param int level: of the hospital, 1 to 3.
    :param bool use_account: whether the personal account may be used; residents have none.
    """
    left = max(0, DEDUCTIBLES[standing.group] - standing.deductible_used)
    deductible = min(parts.scope, left)
    ratio = RATIOS[standing.group][level - 1]
    room = max(0, CEILINGS[standing.insutype] - standing.fund_used)
    fund = min(share(parts.scope - deductible, ratio), room)
    payable = parts.total - fund
    may = use_account and standing.insutype == EMPLOYEES
    # what is outside the catalogue is never paid by the account
    account = min(standing.balance, payable - parts.own) if may else 0
    return Benefit(parts, deductible, ratio, fund, account, payable - account)
