"""What every function of the platform works with."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulation.clock import moment
from simulation.faults import Fault
from simulation.world import World

from .fields import Node, refuse
from .hospitals import Hospital

NAME = "nhsa"


@dataclass(frozen=True)
class Inbound:
    """A call whose sender is known and whose signature is right."""

    hospital: Hospital
    infno: str
    msgid: str
    opter: str
    input: Node
    facts: Mapping[str, str]


# what a function gives back: the output node, and what it was about for a reversal
Function = Callable[[Inbound], "Outcome"]


@dataclass(frozen=True)
class Outcome:
    """The output of a function.

    :param str subject: number of what was made or undone: a reversal finds it by that.
    :param str pending: a sentence when the work goes on after the answer.
    :param bytes file: a download instead of JSON.
    """

    output: Any
    subject: str = ""
    pending: str = ""
    file: bytes | None = None


class Bureau:
    """Clock, store, journal and faults under short names."""

    def __init__(self, world: World):
        self.world, self.store, self.clock = world, world.store, world.clock

    @property
    def today(self) -> str:
        """Return the day in Beijing."""
        return self.clock.moment().strftime("%Y-%m-%d")

    def number(self, area: str, row: int) -> str:
        """Return a document number of the platform's form for a row of a table."""
        return f"{area}{self.clock.moment():%y%m%d}{row:08d}"

    @staticmethod
    def token(prefix: str) -> str:
        """Return a number that nobody can guess."""
        return prefix + secrets.token_hex(14)

    def write(self, kind: str, key: str, **facts: Any) -> None:
        """Append to the journal; amounts in fen, never an identity number."""
        self.world.journal.write(NAME, kind, key, **facts)

    def fault(self, kind: str, call: Inbound) -> Fault | None:
        """Return the rule of this kind that strikes this call."""
        return self.world.faults.take(kind, NAME, call.infno, call.facts)

    def strike(self, kind: str, call: Inbound, sentence: str) -> None:
        """Refuse the call when a fault of this kind strikes."""
        if self.fault(kind, call):
            raise refuse(sentence)


def time_text(at: float) -> str:
    """Return a time as the platform writes it."""
    return moment(at).strftime("%Y-%m-%d %H:%M:%S")
