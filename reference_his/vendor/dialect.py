"""One way of saying the same: names of functions and fields, codes, money, times.

A field is known by our name, and where its meaning depends on the thing it belongs to, by
``thing.name``. What has no word of its own keeps our name.
"""

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from simulation.clock import moment, parse

from ..refusals import refuse

Values = dict[str, Any]
WHOLE = {
    "seq",
    "version",
    "offset",
    "length",
    "minutes",
    "total",
    "free",
    "ahead",
    "cursor",
    "queue_seq",
}
DAYS = {"day", "first_day", "last_day", "birth"}
TIMES = re.compile(r".*_at|at|time|locked_until")
# what a list inside an answer is made of
INSIDE = {
    "lines": "line",
    "results": "result",
    "cards": "card",
    "deposits": "settlement",
    "settlements": "settlement",
    "rows": "trade",
    "numbers": "number",
}
LONGEST_TEXT = 2000
LARGEST_NUMBER = 2**31 - 1
LARGEST_FEN = 10**13
# what neither PostgreSQL nor XML can hold
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Dialect:
    """A vendor's words.

    :param dict functions: our name of a function to the vendor's.
    :param dict words: our name of a field to the vendor's.
    :param dict codes: our field to a table of our codes to the vendor's.
    :param set fen: fields whose money is fen; all other money is yuan with two decimals.
    :param str times: ``unix``, or a format of ``strftime``.
    :param str days: a format of ``strftime``.
    """

    name: str
    functions: Mapping[str, str]
    words: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]
    fen: frozenset[str] = frozenset()
    times: str = "%Y-%m-%d %H:%M:%S"
    days: str = "%Y-%m-%d"
    ours: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ours.update({wire: name for name, wire in self.functions.items()})

    def word(self, thing: str, name: str) -> str:
        """Return the vendor's name of a field."""
        return self.words.get(f"{thing}.{name}") or self.words.get(name) or name

    def _codes(self, thing: str, name: str) -> Mapping[str, str]:
        return self.codes.get(f"{thing}.{name}") or self.codes.get(name) or {}

    def _is_fen(self, thing: str, name: str) -> bool:
        return f"{thing}.{name}" in self.fen or name in self.fen

    def encode(self, thing: str, value: Any, skew: float = 0.0, unknown: bool = False) -> Any:
        """Return facts in the vendor's form.

        :param float skew: seconds that the vendor's clock is wrong by.
        :param bool unknown: put a code into coded fields that no table has.
        """
        if isinstance(value, list):
            return [self.encode(thing, one, skew, unknown) for one in value]
        if not isinstance(value, dict):
            return value
        return {
            self.word(thing, name): self._out(thing, name, one, skew, unknown)
            for name, one in value.items()
        }

    def _out(self, thing: str, name: str, value: Any, skew: float, unknown: bool) -> Any:
        if name in INSIDE and isinstance(value, list):
            return self.encode(INSIDE[name], value, skew, unknown)
        if name.endswith("_fen"):
            return value if self._is_fen(thing, name) else yuan(value)
        if value and TIMES.fullmatch(name):
            return self._time(parse(value) + skew)
        if value and name in DAYS:
            return datetime.date.fromisoformat(value).strftime(self.days)
        codes = self._codes(thing, name)
        if codes and unknown:
            return "ZZ"
        return codes.get(value, value) if isinstance(value, str) else value

    def _time(self, epoch: float) -> Any:
        return int(epoch) if self.times == "unix" else moment(epoch).strftime(self.times)

    def asked_word(self, function: str, thing: str, name: str) -> str:
        """Return the vendor's name of a field that a function takes."""
        return self.words.get(f"{function}.{name}") or self.word(thing, name)

    def decode(
        self, function: str, thing: str, takes: Iterable[str], given: Mapping[str, Any]
    ) -> Values:
        """Return what a function takes from a partner's fields; a name with ``!`` must be there.

        :raise Refusal: FIELD_MISSING, FIELD_INVALID, with the vendor's name of the field.
        """
        values: Values = {}
        for wanted in takes:
            name = wanted.rstrip("!")
            word = self.asked_word(function, thing, name)
            value = given.get(word)
            if value is None or value == "":
                if wanted.endswith("!"):
                    raise refuse("FIELD_MISSING", word)
                continue
            try:
                values[name] = self._in(thing, name, value)
            except (ValueError, ArithmeticError):
                raise refuse("FIELD_INVALID", word) from None
        return values

    def _in(self, thing: str, name: str, value: Any) -> Any:
        if isinstance(value, bool | dict | list):
            raise ValueError(name)
        text = str(value).strip()
        if len(text) > LONGEST_TEXT or UNWRITABLE.search(text):
            raise ValueError(name)
        if name in WHOLE:
            return _whole(text)
        if name.endswith("_fen"):
            return _whole(text, LARGEST_FEN) if self._is_fen(thing, name) else fen(text)
        if name in DAYS:
            return datetime.datetime.strptime(text, self.days).date()
        codes = self._codes(thing, name)
        return _ours(codes, text) if codes else text


def _ours(codes: Mapping[str, str], text: str) -> str:
    for ours, theirs in codes.items():
        if theirs == text:
            return ours
    raise ValueError(text)


def _whole(text: str, largest: int = LARGEST_NUMBER) -> int:
    number = int(text)
    if not 0 <= number <= largest:
        raise ValueError(text)
    return number


def yuan(amount: int) -> str:
    """Return fen as yuan with two decimals."""
    return f"{Decimal(amount) / 100:.2f}"


def fen(text: str) -> int:
    """Return yuan as fen.

    :raise ValueError: when it is no amount, below zero or finer than a fen.
    """
    amount = Decimal(text) * 100
    if not (amount.is_finite() and 0 <= amount <= LARGEST_FEN and amount == int(amount)):
        raise ValueError(text)
    return int(amount)
