"""A small hospital with busy sessions and some in-patients, and processes that live its day."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from reference_his.db import Database
from reference_his.hospital import Hospital
from reference_his.services import inpatients, patients, registrations, schedules
from simulation import launch
from tests_world import his_fixture

DAWN = "2026-03-02T06:50:00+08:00"
PEOPLE = 60
SEED = 1
STAYS = 12


def fill(his: Hospital) -> None:
    """Fill the tiny hospital and make it busy."""
    his_fixture.fill(his)
    for half_day in ("am", "pm"):
        for department, doctor in (("N1", "D1"), ("W1", "D2"), ("N1", "")):
            schedules.publish(
                his,
                day=his_fixture.DAY,
                half_day=half_day,
                department_code=department,
                doctor_code=doctor,
                fee_fen=1200,
                total=20,
                room="1诊室",
            )
    for number in range(STAYS):
        made = patients.create(his, name=f"住院{number}", sex="1", birth="1950-01-01")
        stay = inpatients.admit(his, made["patient_no"], "BQ1", "B1")["admission_no"]
        inpatients.deposit(his, stay, f"YJ{number}", "wechat", 7000 + 1000 * (number % 2))
    sessions = schedules.sessions(his, his_fixture.DAY, his_fixture.DAY, "N1")
    for number in range(12):  # booked by people of whom some never come
        made = patients.create(his, name=f"预约{number}", sex="2", birth="1980-01-01")
        session = sessions[number % 2]["session_id"]
        registrations.book(his, session, made["patient_no"], "phone", f"YY{number}")


@pytest.fixture(scope="session")
def dsn() -> Iterator[str]:
    with his_fixture.database() as name:
        his = his_fixture.hospital(name, at=DAWN)
        with his.db.transaction():
            fill(his)
            his.db.run(his_fixture.KEEP)
        his.db.close()
        yield name


@pytest.fixture
def db(dsn: str) -> Iterator[Database]:
    """The hospital's database at dawn, for a process and for the test to look into."""
    found = Database(dsn)
    found.run(his_fixture.RESTORE)
    yield found
    found.close()


class Day:
    """A process with the day's port."""

    def __init__(self, running: launch.Running):
        self.running = running
        self.url = running.addresses["life"]

    def post(self, path: str, **content: Any) -> requests.Response:
        return requests.post(self.url + path, json=content, timeout=60)

    def state(self) -> Any:
        return requests.get(self.url + "/state", timeout=60).json()

    def pass_time(self, hours: float, times: int = 1) -> None:
        """Let hours pass, in equal parts; return when all that is due was done."""
        for _part in range(times):
            self.running.post("/clock", advance=hours * 3600 / times)
            self.running.post("/settle")


@contextmanager
def living(dsn: str, folder: Path) -> Iterator[Day]:
    """Start the process at dawn with a clock that stands still."""
    words = ("--state", str(folder), "--db", dsn, "--base-port", "0", "--only", "life")
    running = launch.start("reference_his", *words, "--now", DAWN)
    try:
        yield Day(running)
    finally:
        running.stop()


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The database of a hospital that has lived a whole day at once."""
    with his_fixture.database() as name:
        his = his_fixture.hospital(name, at=DAWN)
        with his.db.transaction():
            fill(his)
        with living(name, tmp_path_factory.mktemp("lived")) as day:
            day.post("/start", seed=SEED, people=PEOPLE)
            day.pass_time(18)
            state = day.state()
        assert (state["running"], state["error"], state["planned"]) == (False, "", 0), state
        yield his.db
        his.db.close()
