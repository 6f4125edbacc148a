"""A small generated hospital in a process of its own, and its day."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extras

from simulation import launch

MORNING = "2026-03-02T06:30:00+08:00"  # a Monday
NIGHT = "2026-03-02T22:30:00+08:00"
PATIENTS, PEOPLE, HOSPITAL_SEED, DAY_SEED = 150, 30, 7, 5


def _server() -> Any:
    connection = psycopg2.connect(dbname=os.environ.get("PGDATABASE", "postgres"))
    connection.autocommit = True
    return connection


@contextmanager
def _database(template: str) -> Iterator[str]:
    name = f"h_his_day_{uuid.uuid4().hex[:12]}"
    server = _server()
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
    try:
        yield name
    finally:
        with server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
            cursor.execute(f"DROP ROLE IF EXISTS {name}_reader")
        server.close()


@contextmanager
def generated(patients: int = PATIENTS) -> Iterator[str]:
    """A generated hospital in a database that others are copied from; yield its name."""
    with _database("template0") as name:
        words = ("--db", f"dbname={name}", "--patients", str(patients), "--now", MORNING)
        command = [sys.executable, "-m", "reference_his.generate", *words]
        command += ["--seed", str(HOSPITAL_SEED)]
        subprocess.run(command, check=True, cwd=launch.ROOT, stdout=subprocess.DEVNULL)
        yield name


@dataclass
class Hospital:
    """The process of one hospital, and how its views are read."""

    name: str
    state: Path
    running: launch.Running = field(init=False)

    def start(self, *words: str) -> None:
        """Start the process; again after a kill, it goes on where it was."""
        arguments = ("--state", str(self.state), "--db", f"dbname={self.name}", "--base-port", "0")
        log = self.state.with_suffix(".log")
        self.running = launch.start("reference_his", *arguments, *words, log=log)

    def life(self, path: str, **content: Any) -> Any:
        """Ask the port of the day's life."""
        address = self.running.addresses["life"] + path
        body = json.dumps(content).encode() if content else None
        with urllib.request.urlopen(address, data=body, timeout=300) as answer:
            return json.loads(answer.read())

    def live(self, people: int = PEOPLE) -> None:
        """Begin the day."""
        self.life("/start", seed=DAY_SEED, people=people)

    def pass_time(self, until: str, speed: float = 0) -> None:
        """Let the clock run to a time at a speed; without one it jumps there and stands still."""
        if speed:
            self.running.post("/clock", speed=speed)
            self.running.wait_until(until)
        else:
            self.running.post("/clock", at=until, speed=0)
            self.running.post("/settle")

    def end_day(self) -> None:
        """Go to the night and return when everything of the day has happened."""
        self.pass_time(NIGHT)
        state = self.life("/state")
        assert (state["running"], state["error"]) == (False, ""), state

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Read views as others may: by the role for readers, over its own connection."""
        access = json.loads((self.state / "sql-views.json").read_text(encoding="utf-8"))
        connection = psycopg2.connect(
            dbname=access["database"], user=access["role"], password=access["password"]
        )
        try:
            with connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
                cursor.execute(sql, values)
                return [dict(row) for row in cursor.fetchall()]
        finally:
            connection.close()

    def events(self) -> list[dict[str, Any]]:
        """Return all events as the view tells them, oldest first."""
        return self.rows(
            "SELECT id, kind, key, patient_no, facts, updated_at FROM v_event ORDER BY id"
        )

    def cpu_seconds(self) -> float:
        """Return the processor time that the process has used."""
        words = Path(f"/proc/{self.running.process.pid}/stat").read_text().rpartition(")")[2]
        user, system = words.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def hospital(template: str, folder: Path, *words: str) -> Iterator[Hospital]:
    """A copy of a generated hospital, served by all fronts; its clock stands still."""
    with _database(template) as name:
        made = Hospital(name, folder / "state")
        made.start("--now", MORNING, *words)
        try:
            yield made
        finally:
            if made.running.process.poll() is None:
                made.running.stop()
