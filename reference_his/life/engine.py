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

    def begin(self, seed: int, people: int, days: int = 1) -> None:
        """Forget the old plan and plan from now on.

        :raise ValueError: for numbers that make no day.
        """
        if not (0 <= people <= 100_000 and 1 <= days <= 366):
            raise ValueError("A day has at most 100,000 people, a plan at most 366 days.")
        hospital = self._hospital
        content = {"people": people, "days_left": days, "seed": seed}
        with hospital.db.transaction():
            hospital.db.run("DELETE FROM life_step")
            hospital.db.run("DELETE FROM life_day WHERE day >= %s", (hospital.today(),))
            hospital.db.run(
                "INSERT INTO life_step (at, kind, content) VALUES (%s, 'plan_day', %s)",
                (hospital.now(), Json(content)),
            )
            stage = Stage(hospital, self._store, seed, hospital.now())
            day.remember(hospital, stage, content)

    def end(self) -> None:
        """Forget what was still to happen."""
        self._hospital.db.run("DELETE FROM life_step")

    def due(self) -> datetime.datetime | None:
        """Return when the next step is planned; ``None`` when nothing is."""
        row = self._hospital.db.one("SELECT at FROM life_step ORDER BY at, id LIMIT 1")
        return row["at"] if row else None

    def _seed(self) -> int:
        row = self._hospital.db.one("SELECT seed FROM life_day ORDER BY day DESC LIMIT 1")
        return int(row["seed"]) if row else 0

    def do_next(self, until: datetime.datetime) -> bool:
        """Do the next step if its time has come; tell whether one was done.

        A step that the hospital refuses as a whole is noted and forgotten.
        """
        hospital = self._hospital
        try:
            with self._store.transaction(), hospital.db.transaction():
                row = self._take(until)
                if row is None:
                    return False
                with hospital.at(row["at"]):
                    stage = Stage(hospital, self._store, self._seed(), row["at"])
                    STEPS[row["kind"]](stage, row["content"])
                    self._count("done")
        except Refusal as refusal:
            self._drop(until, refusal)
        return True

    def _take(self, until: datetime.datetime) -> dict[str, Any] | None:
        return self._hospital.db.one(
            "DELETE FROM life_step WHERE at <= %s AND id = (SELECT id FROM life_step"
            " ORDER BY at, id LIMIT 1) RETURNING *",
            (until,),
        )

    def _drop(self, until: datetime.datetime, refusal: Refusal) -> None:
        with self._store.transaction(), self._hospital.db.transaction():
            row = self._take(until) or {}
            self._count("refused")
            self._hospital.journal.write(
                "life", "refused", refusal.code, text=refusal.text, step=row.get("kind", "")
            )

    def _count(self, column: str) -> None:
        self._hospital.db.run(
            f"UPDATE life_day SET {column} = {column} + 1"  # noqa: S608
            " WHERE day = (SELECT max(day) FROM life_day)"
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
