"""The hospital that all services and fronts share: its memory, its clock, its news."""

import asyncio
import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from psycopg2.extras import Json

from simulation.clock import Clock
from simulation.faults import Faults
from simulation.journal import Journal

from . import numbering
from .db import Database
from .events import FACTS

SOURCE = "his"


class Hospital:
    """What services work on.

    :param Database db: the records and books.
    :param Clock clock: virtual time; records carry it, never the machine's.
    :param Faults faults: what goes wrong on demand; the gateway name is the front's.
    :param Journal journal: what really happened, for tests.
    """

    def __init__(self, db: Database, clock: Clock, faults: Faults, journal: Journal):
        self.db, self.clock, self.faults, self.journal = db, clock, faults, journal
        self.listeners: set[asyncio.Event] = set()  # each is set whenever something happened
        self._planned: datetime.datetime | None = None

    def now(self) -> datetime.datetime:
        """Return the virtual time, without fractions of seconds (HL7 has none here)."""
        return self._planned or self.clock.moment().replace(microsecond=0)

    @contextmanager
    def at(self, moment: datetime.datetime) -> Iterator[None]:
        """Act at a planned time: what is done late at a high speed is dated as planned."""
        self._planned = moment
        try:
            yield
        finally:
            self._planned = None

    def today(self) -> datetime.date:
        """Return the hospital's day."""
        return self.now().date()

    def emit(self, kind: str, key: str, facts: Mapping[str, Any]) -> None:
        """Write an event down in the transaction of the change it tells about.

        :param dict facts: exactly the fields that ``events.FACTS`` names for the kind.
        :raise KeyError: when the kind or a field is not one of the list.
        """
        if odd := set(FACTS[kind]) ^ set(facts):
            raise KeyError(f"{kind}: {sorted(odd)}")
        self.db.run(
            "INSERT INTO event (at, kind, key, patient_no, facts) VALUES (%s, %s, %s, %s, %s)",
            (self.now(), kind, key, facts.get("patient_no", ""), Json(facts)),
        )
        self.journal.write(SOURCE, kind, key, facts=dict(facts))
        for listener in self.listeners:
            listener.set()

    def number(self, prefix: str) -> str:
        """Return a new document number: prefix, day, running number."""
        return f"{prefix}{self.today():%Y%m%d}{numbering.take(self.db):07d}"
