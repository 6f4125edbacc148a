"""Bills and settlements that agree to the fen, and the numbers documents carry."""

from dataclasses import dataclass, field
from random import Random

from .calendar import Calendar
from .loading import NULL, Rows
from .people import EMPLOYEES, RESIDENTS, Person
from .things import Drug, Item

_CHANNELS = ("wechat",) * 9 + ("alipay",) * 4 + ("cash",) * 3 + ("pos",) * 2
_SHARES = {EMPLOYEES: 0.72, RESIDENTS: 0.45}  # of what insurance looks at
_OPERATORS = {"wechat": "WXGZH", "alipay": "ZZJ02", "insurance": "YBJS"}
_PREFIXES = {"cash": "XJ", "pos": "POS", "insurance": "YB"}
_WINDOWS = ("S0101", "S0102", "S0103", "S0104", "S0105")


@dataclass
class Bill:
    """A bill while its lines come together."""

    number: str
    total: int = 0
    insured: float = 0.0  # what insurance looks at
    lines: int = 0
    orders: dict[str, int] = field(default_factory=dict)  # amount of each order


@dataclass(frozen=True)
class Paid:
    """What a payment left behind, to refund it later."""

    number: str
    channel: str
    trade_no: str
    amount: int
    insurance: int


class Books:
    """Writes bills, lines and settlements."""

    def __init__(self, rows: Rows, calendar: Calendar):
        self._rows, self._calendar = rows, calendar
        self.documents = 0
        self.receipts = 0
        self._line = rows["bill_line"].append

    def number(self, prefix: str, day: int) -> str:
        """Return a document number; the running part is never used twice."""
        self.documents += 1
        return f"{prefix}{self._calendar.compact(day)}{self.documents:07d}"

    def open(self, day: int) -> Bill:
        """Return an empty bill."""
        return Bill(self.number("JF", day))

    def add(self, bill: Bill, thing: Item | Drug, quantity: int, order_no: str = "") -> None:
        """Add a line."""
        amount = thing.price_fen * quantity
        self.line(
            bill, thing.code, thing.name, thing.category, quantity, thing.unit, thing.price_fen,
            order_no,
        )  # fmt: skip
        bill.insured += amount * thing.factor

    def line(
        self, bill: Bill, code: str, name: str, category: str, quantity: int, unit: str,
        price: int, order_no: str = "",
    ) -> None:  # fmt: skip
        """Add a line that is not of the catalogue."""
        bill.lines += 1
        amount = price * quantity
        bill.total += amount
        if order_no:
            bill.orders[order_no] = amount
        self._line(
            f"{bill.number}\t{bill.lines}\t{order_no or NULL}\t{code}\t{name}\t{category}\t"
            f"{quantity}\t{unit}\t{price}\t{amount}"
        )

    def insurance_part(self, bill: Bill, person: Person) -> int:
        """Return what insurance pays of a bill, in fen."""
        return int(bill.insured * _SHARES.get(person.insurance, 0.0))

    def close(
        self, bill: Bill, person: Person, business: str, state: str, made: str, changed: str,
        insurance: int, visit_no: str = NULL, reg_no: str = NULL, admission_no: str = NULL,
        checkup_no: str = NULL,
    ) -> None:  # fmt: skip
        """Write the bill itself, after its lines are known."""
        self._rows["bill"].append(
            f"{bill.number}\t{person.id}\t{visit_no}\t{reg_no}\t{admission_no}\t{checkup_no}\t{business}\t"
            f"{bill.total}\t{insurance}\t{state}\t{made}\t{changed}"
        )

    def pay(
        self, random: Random, person: Person, business: str, amount: int, insurance: int, day: int,
        stamp: str, bill_no: str = NULL, admission_no: str = NULL,
    ) -> Paid:  # fmt: skip
        """Write a payment: an amount through a channel, and what insurance bears besides."""
        channel = _CHANNELS[int(random.random() * 18)] if amount else "insurance"
        number = self.number("JS", day)
        trade_no = self._trade(channel, day)
        paid = Paid(number, channel, trade_no, amount, insurance)
        self._settle(paid, "P", business, person, bill_no, admission_no, "", NULL, random, stamp)
        return paid

    def refund(
        self, random: Random, person: Person, business: str, paid: Paid, amount: int,
        insurance: int, day: int, stamp: str, bill_no: str = NULL, admission_no: str = NULL,
    ) -> None:  # fmt: skip
        """Write a refund of a payment, or of part of it, by the way the money came."""
        back = Paid(self.number("JS", day), paid.channel, paid.trade_no, amount, insurance)
        refund_no = self.number("TK", day)
        self._settle(
            back, "R", business, person, bill_no, admission_no, refund_no, paid.number, random,
            stamp,
        )  # fmt: skip

    def _settle(
        self, paid: Paid, kind: str, business: str, person: Person, bill_no: str,
        admission_no: str, refund_no: str, original: str, random: Random, stamp: str,
    ) -> None:  # fmt: skip
        self.receipts += 1
        operator = _OPERATORS.get(paid.channel) or _WINDOWS[int(random.random() * 5)]
        self._rows["settlement"].append(
            f"{paid.number}\t{kind}\t{business}\t{bill_no}\t{admission_no}\t{person.id}\t"
            f"{paid.channel}\t{paid.trade_no}\t{refund_no}\t{paid.amount}\t{paid.insurance}\t"
            f"{self.receipts:010d}\t{original}\t{operator}\t{stamp}"
        )

    def _trade(self, channel: str, day: int) -> str:
        """Return a number as the payer's system gives it."""
        compact = self._calendar.compact(day)
        number = self.documents
        if channel == "wechat":
            return f"4200002{number % 1000:03d}{compact}{number:010d}"
        if channel == "alipay":
            return f"{compact}2200{number:016d}"
        return f"{_PREFIXES[channel]}{compact}{number:08d}"
