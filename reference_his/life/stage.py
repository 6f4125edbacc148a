"""What a step can do: roll dice that only the seed decides, plan later steps, try a service."""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

from psycopg2.extras import Json

from simulation.messages import Refusal
from simulation.store import Store

from ..hospital import Hospital

Content = dict[str, Any]
Planned = tuple[datetime.datetime, str, Content]


@dataclass(frozen=True)
class Stage:
    """One step's surroundings.

    :param Store store: holds the journal.
    :param datetime at: when it happens by the plan, whatever the clock says.
    """

    hospital: Hospital
    store: Store
    seed: int
    at: datetime.datetime

    def dice(self, *key: Any) -> Random:
        """Return a source of chance for one matter: the same for the same seed and key."""
        return Random(":".join(map(str, (self.seed, *key))))

    def later(self, kind: str, minutes: float, **content: Any) -> None:
        """Plan a step some minutes from now, to the second."""
        seconds = datetime.timedelta(seconds=round(minutes * 60))
        self.hospital.db.run(
            "INSERT INTO life_step (at, kind, content) VALUES (%s, %s, %s)",
            (self.at + seconds, kind, Json(content)),
        )

    def plan(self, steps: list[Planned]) -> None:
        """Plan many steps at once, in the order given."""
        rows = [(at, kind, Json(content)) for at, kind, content in steps]
        self.hospital.db.many("INSERT INTO life_step (at, kind, content) VALUES %s", rows)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Try something that may be refused; nothing is left of it then, and life goes on."""
        memories = (self.hospital.db, self.store)
        for memory in memories:
            memory.run("SAVEPOINT attempt")
        try:
            yield
        except Refusal as refusal:
            for memory in memories:
                memory.run("ROLLBACK TO SAVEPOINT attempt")
            self.hospital.journal.write("life", "refused", refusal.code, text=refusal.text)
        for memory in memories:
            memory.run("RELEASE SAVEPOINT attempt")

    def trade_no(self, *key: Any) -> str:
        """Return the number of a payment that a patient makes outside."""
        return "-".join(map(str, ("LIFE", self.seed, *key)))


Step = Callable[[Stage, Content], None]
STEPS: dict[str, Step] = {}


def step(kind: str) -> Callable[[Step], Step]:
    """Name the function that does steps of a kind."""

    def register(function: Step) -> Step:
        STEPS[kind] = function
        return function

    return register
