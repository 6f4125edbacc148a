"""Does the steps whose time has come, each with its effects as one transaction."""

import datetime
from typing import Any

from psycopg2.extras import Json

from simulation.messages import Refusal
from simulation.store import Store

from ..hospital import Hospital
from . import arrivals, day, errands, rooms, wards
from .stage import STEPS, Stage

# the modules that fill the list of steps
PARTS = (day, arrivals, rooms, errands, wards)


class Engine:
    """The life of one hospital; all it knows lies in the database.

    :param Store store: holds the journal, which is written together with the step.
    """

    def __init__(self, hospital: Hospital, store: Store):
        self._hospital, self._store = hospital, store
        self._seed: int | None = None

    def begin(self, seed: int, people: int, days: int = 1) -> None:
        """Forget the old plan and plan from now on.

        :raise ValueError: for numbers that make no day.
        """
        if not (0 <= people <= 100_000 and 1 <= days <= 366):
            raise ValueError("A day has at most 100,000 people, a plan at most 366 days.")
        hospital = self._hospital
        content = {"people": people, "days_left": days}
        self._seed = seed
        with hospital.db.transaction():
            hospital.db.run("DELETE FROM life_step")
            hospital.db.run("DELETE FROM life_day WHERE day >= %s", (hospital.today(),))
            hospital.db.run(
                "INSERT INTO life_step (at, kind, content) VALUES (%s, 'plan_day', %s)",
                (hospital.now(), Json(content)),
            )
            day.remember(self._stage(hospital.now()), content)

    def end(self) -> None:
        """Forget what was still to happen."""
        self._hospital.db.run("DELETE FROM life_step")

    def due(self) -> datetime.datetime | None:
        """Return when the next step is planned; ``None`` when nothing is."""
        row = self._hospital.db.one("SELECT at FROM life_step ORDER BY at, id LIMIT 1")
        return row["at"] if row else None

    def _stage(self, at: datetime.datetime) -> Stage:
        if self._seed is None:  # the process was started again in the middle of the plan
            row = self._hospital.db.one("SELECT seed FROM life_day ORDER BY day DESC LIMIT 1")
            self._seed = int(row["seed"]) if row else 0
        return Stage(self._hospital, self._store, self._seed, at)

    def do_next(self, until: datetime.datetime) -> bool:
        """Do the next step if its time has come; tell whether one was done.

        A step that the hospital refuses is noted and forgotten; nothing is left of it.
        """
        hospital = self._hospital
        try:
            with self._store.transaction(), hospital.db.transaction():
                row = self._take(until, "done")
                if row is None:
                    return False
                with hospital.at(row["at"]):
                    STEPS[row["kind"]](self._stage(row["at"]), row["content"])
        except Refusal as refusal:
            self._drop(until, refusal)
        return True

    def _take(self, until: datetime.datetime, counted_as: str) -> dict[str, Any] | None:
        """Take the next step off the plan and count it, in one statement."""
        return self._hospital.db.one(
            "WITH taken AS (DELETE FROM life_step WHERE at <= %s AND id = (SELECT id FROM life_step"  # noqa: S608
            " ORDER BY at, id LIMIT 1) RETURNING at, kind, content),"
            f" counted AS (UPDATE life_day SET {counted_as} = {counted_as} + 1"
            " WHERE day = (SELECT max(day) FROM life_day) AND EXISTS (SELECT 1 FROM taken))"
            " SELECT * FROM taken",
            (until,),
        )

    def _drop(self, until: datetime.datetime, refusal: Refusal) -> None:
        with self._store.transaction(), self._hospital.db.transaction():
            row = self._take(until, "refused") or {}
            self._hospital.journal.write(
                "life", "refused", refusal.code, text=refusal.text, step=row.get("kind", "")
            )

    def state(self) -> dict[str, Any]:
        """Return the day, how far it is, what is to come and who waits."""
        db = self._hospital.db
        row = db.one("SELECT * FROM life_day ORDER BY day DESC LIMIT 1") or {}
        planned = db.one("SELECT count(*) AS n, min(at) AS at FROM life_step") or {}
        waiting = db.all(
            "SELECT split_part(queue, ':', 1) AS place, count(*) AS n FROM queue_entry"
            " WHERE day = %s AND state = 'waiting' GROUP BY place ORDER BY place",
            (self._hospital.today(),),
        )
        return {
            "running": planned["n"] > 0,
            "day": str(row.get("day", "")),
            "seed": row.get("seed"),
            "people": row.get("people"),
            "done": row.get("done", 0),
            "refused": row.get("refused", 0),
            "planned": planned["n"],
            "next": planned["at"].isoformat() if planned["at"] else "",
            "waiting": {one["place"]: one["n"] for one in waiting},
        }
