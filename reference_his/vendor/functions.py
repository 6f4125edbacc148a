"""All functions that partners call, under our names; the dialects give them theirs."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..hospital import Hospital
from .dialect import Values


@dataclass(frozen=True)
class Partner:
    """Who calls.

    :param str channel: under which registrations of this partner are kept.
    """

    appid: str
    name: str
    channel: str


@dataclass(frozen=True)
class Asked:
    """One call: the hospital, who asks, and the fields under our names."""

    hospital: Hospital
    partner: Partner
    values: Values

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def get(self, name: str, default: Any = "") -> Any:
        """Return a field, or what stands for it when it was not given."""
        return self.values.get(name, default)

    def days(self, back: int = 30, ahead: int = 0) -> tuple[datetime.date, datetime.date]:
        """Return the days asked for; without them some days around today."""
        today = self.hospital.today()
        day = datetime.timedelta(days=1)
        first: datetime.date = self.get("first_day", today - back * day)
        last: datetime.date = self.get("last_day", today + ahead * day)
        return first, last


Call = Callable[[Asked], Any]


@dataclass(frozen=True)
class Function:
    """One function.

    :param str thing: what it answers with: decides words and codes.
    :param tuple takes: fields; ``!`` marks those that must be there.
    :param str title: what it is called in Chinese documents.
    """

    name: str
    call: Call
    thing: str
    takes: tuple[str, ...]
    title: str


FUNCTIONS: dict[str, Function] = {}


def function(name: str, title: str, takes: str = "", thing: str = "") -> Callable[[Call], Call]:
    """Put a function into the list."""

    def register(call: Call) -> Call:
        FUNCTIONS[name] = Function(name, call, thing or name, tuple(takes.split()), title)
        return call

    return register
