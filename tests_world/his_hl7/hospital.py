"""A hospital process of the tests, and what they put into its database beforehand."""

import datetime
import json
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extras

from simulation import launch

NOW = "2026-09-02T07:30:00+08:00"
TODAY = datetime.date(2026, 9, 2)
DIRECTORY = """
INSERT INTO department (code, name, kind, updated_at, pool_owner) VALUES
    ('T01', '测试内科', 'clinic', now(), 'his'), ('T02', '平台科', 'clinic', now(), 'platform'),
    ('T03', '测试检验科', 'medtech', now(), 'his'), ('T05', '测试病区', 'ward', now(), 'his');
INSERT INTO doctor (code, name, title, department_code, updated_at)
    VALUES ('TD1', '赵测试', '1', 'T01', now()), ('TD2', '钱测试', '2', 'T02', now());
INSERT INTO item (code, name, category, kind, unit, price_fen, insurance_class, department_code,
    updated_at) VALUES
    ('TL1', '血常规', '06', 'lab', '次', 2000, 'A', 'T03', now()),
    ('TE1', '胸部 CT', '05', 'exam', '次', 28000, 'B', 'T03', now());
INSERT INTO drug (code, name, spec, form, unit, maker, price_fen, stock, category,
    insurance_class, updated_at)
    VALUES ('TY1', '阿司匹林肠溶片', '100mg*30', '片剂', '盒', '拜耳', 1599, 100, '12', 'A', now());
"""


class Hospital:
    """One running process with a database of its own."""

    def __init__(self, folder: Path):
        self.folder, self.database = folder, f"h_his_hl7_{uuid.uuid4().hex[:10]}"
        self._server = psycopg2.connect(dbname=os.environ.get("PGDATABASE", "postgres"))
        self._server.autocommit = True
        self._run(
            self._server, f"CREATE DATABASE {self.database} TEMPLATE template0 ENCODING 'UTF8'"
        )
        self.running = self._start()
        self.db = psycopg2.connect(dbname=self.database)
        self.db.autocommit = True
        self._run(self.db, DIRECTORY)
        self._sessions = 900_000
        self._people = 0

    def _start(self) -> launch.Running:
        words = ["--state", str(self.folder / "state"), "--db", f"dbname={self.database}"]
        words += ["--patients", "20", "--base-port", "0", "--only", "mllp", "--now", NOW]
        return launch.start("reference_his", *words, log=self.folder / "log")

    def restart(self) -> None:
        """Kill the process and start it again on its database."""
        self.running.kill()
        self.running = self._start()

    @staticmethod
    def _run(connection: Any, sql: str, values: Any = None) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall()) if cursor.description else []

    def sql(self, text: str, *values: Any) -> list[Any]:
        """Run a statement on the hospital's database."""
        return self._run(self.db, text, values)

    @property
    def port(self) -> int:
        """Where the MLLP listener is."""
        return int(self.running.addresses["mllp"].rpartition(":")[2])

    def session(self, department: str = "T01", total: int = 5, fee_fen: int = 1500) -> str:
        """Add a session of today's afternoon with numbers of ten minutes; return its number."""
        self._sessions += 1
        doctor = {"T01": "TD1", "T02": "TD2"}[department]
        # each session has another day, so that one patient can be in several
        day = TODAY + datetime.timedelta(days=self._sessions - 900_000)
        self.sql(
            "INSERT INTO session (id, day, half_day, department_code, doctor_code, level, fee_fen,"
            " room, updated_at) VALUES (%s, %s, 'pm', %s, %s, '2', %s, '3 诊室', now())",
            self._sessions,
            day,
            department,
            doctor,
            fee_fen,
        )
        start = datetime.datetime.fromisoformat(f"{day}T13:30:00+08:00")
        for seq in range(total):
            begin = start + datetime.timedelta(minutes=10 * seq)
            end = begin + datetime.timedelta(minutes=10)
            self.sql(
                "INSERT INTO number (session_id, seq, starts_at, ends_at) VALUES (%s, %s, %s, %s)",
                self._sessions,
                seq + 1,
                begin,
                end,
            )
        return str(self._sessions)

    def patient(self, name: str = "孙测试") -> str:
        """Add a patient and return the hospital's number."""
        self._people += 1
        number = f"A{self._people:07d}"
        self.sql(
            "INSERT INTO patient (patient_no, name, sex, birth, mobile, created_at, updated_at)"
            " VALUES (%s, %s, '2', '1990-05-06', '13905780000', now(), now())",
            number,
            name,
        )
        return number

    def visit(self, patient_no: str) -> str:
        """Add a visit of today and return its number."""
        number = f"V{patient_no}"
        self.sql(
            "INSERT INTO visit (visit_no, patient_id, kind, department_code, doctor_code,"
            " started_at) SELECT %s, id, 'O', 'T01', 'TD1', now() FROM patient"
            " WHERE patient_no = %s",
            number,
            patient_no,
        )
        return number

    def happened(self, events: Iterable[tuple[str, dict[str, Any]]]) -> int:
        """Write events down as services do; return the number of the event before the first."""
        before = int(self.sql("SELECT coalesce(max(id), 0) FROM event")[0][0])
        with self.db.cursor() as cursor:
            psycopg2.extras.execute_values(
                cursor,
                "INSERT INTO event (at, kind, key, facts) VALUES %s",
                [(NOW, kind, "K1", json.dumps(facts)) for kind, facts in events],
            )
        return before

    def partner(self, name: str, **wanted: Any) -> dict[str, Any]:
        """Add or change a partner."""
        return dict(self.running.post("/mllp/partners", name=name, **wanted))

    def follow(self, name: str, events: Iterable[tuple[str, dict[str, Any]]], **wanted: Any) -> int:
        """Let events happen and add a partner that is told from the first of them on.

        :return: the number of the event before the first.
        """
        after = self.happened(events)
        self.sql("INSERT INTO front_cursor VALUES (%s, %s)", f"hl7:{name}", after)
        self.partner(name, host="127.0.0.1", **wanted)
        return after

    def forget(self, name: str) -> None:
        """Remove a partner."""
        self.running.ask("DELETE", f"/mllp/partners/{name}")

    def replay(self, name: str, after: int) -> None:
        """Tell a partner all that happened after an event."""
        self.running.post(f"/mllp/partners/{name}/replay", after=after)

    def stop(self) -> None:
        """End the process and drop its database."""
        self.running.stop()
        self.db.close()
        self._run(self._server, f"DROP DATABASE {self.database} WITH (FORCE)")
        # the role that reads this database's views belongs to the server
        self._run(self._server, f"DROP ROLE IF EXISTS {self.database}_reader")
        self._server.close()
        assert "Traceback" not in (self.folder / "log").read_text(encoding="utf-8")


@contextmanager
def hospital(folder: Path) -> Iterator[Hospital]:
    """A hospital for some tests."""
    made = Hospital(folder)
    try:
        yield made
    finally:
        made.stop()
