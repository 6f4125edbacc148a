"""A day of hospital life: the same for the same seed, at any speed, across a crash."""

import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import requests

from reference_his.db import Database
from reference_his.services import billing
from simulation import launch
from tests_world import his_fixture
from tests_world.his_fixture import DAY
from tests_world.his_life.conftest import DAWN, PEOPLE, SEED, Day, living

EXPECTED = {
    "registration.booked",
    "registration.paid",
    "registration.signed",
    "registration.no_show",
    "registration.cancelled",
    "session.suspended",
    "visit.started",
    "visit.ended",
    "order.created",
    "order.done",
    "bill.created",
    "settlement.paid",
    "settlement.refunded",
    "lab.reported",
    "exam.reported",
    "prescription.ready",
    "prescription.dispensed",
    "queue.entered",
    "queue.called",
    "queue.passed",
    "inpatient.charged",
    "admission.discharged",
    "drug.changed",
    "patient.created",
}
ONCE = (
    "registration.paid",
    "registration.signed",
    "visit.started",
    "visit.ended",
    "order.done",
    "lab.reported",
    "exam.reported",
    "prescription.ready",
    "prescription.dispensed",
    "settlement.paid",
    "admission.discharged",
)


def events(db: Database) -> list[dict[str, Any]]:
    return db.all("SELECT at, kind, key, facts FROM event ORDER BY id")


def test_the_same_seed_makes_the_same_day_at_any_speed(
    lived: Database, db: Database, dsn: str, tmp_path: Path
) -> None:
    once = events(lived)
    with living(dsn, tmp_path / "hourly") as day:
        day.post("/start", seed=SEED, people=PEOPLE)
        day.pass_time(18, times=18)
    assert events(db) == once
    db.run(his_fixture.RESTORE)
    with living(dsn, tmp_path / "fast") as day:
        day.post("/start", seed=SEED, people=PEOPLE, speed=20000)
        deadline = time.monotonic() + 60
        while day.state()["running"] and time.monotonic() < deadline:
            day.running.post("/settle")
    assert events(db) == once
    db.run(his_fixture.RESTORE)
    with living(dsn, tmp_path / "other") as day:
        day.post("/start", seed=SEED + 1, people=PEOPLE)
        day.pass_time(1.5)
    other = events(db)
    assert other != once[: len(other)]


def test_a_day_has_all_that_a_hospital_has(lived: Database) -> None:
    found = events(lived)
    kinds = Counter(row["kind"] for row in found)
    assert not EXPECTED - set(kinds), EXPECTED - set(kinds)
    assert kinds["visit.ended"] == kinds["visit.started"] > PEOPLE / 2
    assert kinds["session.suspended"] == 1
    twice = Counter((row["kind"], row["key"]) for row in found if row["kind"] in ONCE)
    assert set(twice.values()) == {1}
    left = lived.all("SELECT DISTINCT state FROM registration WHERE day = %s", (DAY,))
    assert {row["state"] for row in left} <= {"seen", "cancelled", "refunded", "no_show"}
    assert lived.one("SELECT 1 FROM queue_entry WHERE state = 'waiting' LIMIT 1") is None


def test_patients_are_called_in_order_and_results_come_after_payment(lived: Database) -> None:
    called = lived.all(
        "SELECT queue, seq FROM queue_entry WHERE called_at IS NOT NULL"
        " AND queue LIKE 'clinic:%%' ORDER BY called_at, id"
    )
    assert called
    for queue in {row["queue"] for row in called}:
        numbers = [row["seq"] for row in called if row["queue"] == queue]
        assert numbers == sorted(numbers)
    early = lived.one(
        "SELECT 1 FROM medical_order o JOIN bill_line l USING (order_no)"
        " JOIN settlement s ON s.bill_no = l.bill_no AND s.kind = 'P'"
        " JOIN lab_report r USING (order_no) WHERE r.collected_at < s.settled_at LIMIT 1"
    )
    assert early is None
    assert lived.one("SELECT 1 FROM lab_report WHERE reported_at < collected_at LIMIT 1") is None


def test_the_books_of_the_day_add_up(lived: Database) -> None:
    booked = (
        lived.one(
            "SELECT count(*) AS n, sum(CASE kind WHEN 'P' THEN 1 ELSE -1 END"
            " * (amount_fen + insurance_fen)) AS fen FROM settlement"
        )
        or {}
    )
    told = lived.one(
        "SELECT count(*) AS n, sum(CASE kind WHEN 'settlement.paid' THEN 1 ELSE -1 END"
        " * ((facts->>'amount_fen')::bigint + (facts->>'insurance_fen')::bigint)) AS fen"
        " FROM event WHERE kind LIKE 'settlement.%%'"
    )
    assert told == booked
    billed = (
        lived.one(
            "SELECT sum(l.amount_fen) AS fen FROM bill b JOIN bill_line l USING (bill_no)"
            " LEFT JOIN medical_order o USING (order_no) WHERE b.business <> 'discharge'"
            " AND b.state = 'settled' AND coalesce(o.state, '') <> 'cancelled'"
        )
        or {}
    )
    deposits = (
        lived.one(
            "SELECT sum(CASE kind WHEN 'P' THEN amount_fen ELSE -amount_fen END) AS fen"
            " FROM settlement WHERE business IN ('deposit', 'discharge')"
        )
        or {}
    )
    assert booked["fen"] == billed["fen"] + deposits["fen"] > 0
    stays = lived.all(
        "SELECT b.total_fen, (SELECT sum(CASE kind WHEN 'P' THEN amount_fen ELSE -amount_fen END)"
        " FROM settlement s WHERE s.admission_no = b.admission_no) AS paid_fen"
        " FROM bill b WHERE b.business = 'discharge'"
    )
    assert stays and all(row["total_fen"] == row["paid_fen"] for row in stays)


def test_the_vendors_list_of_the_day_is_the_books(lived: Database) -> None:
    his = his_fixture.hospital(lived.connection.dsn)
    total, offset, paid = 1, 0, 0
    while offset < total:
        page = billing.trade_list(his, DAY, offset, 50)
        total, offset = page["total"], offset + 50
        paid += sum(row["amount_fen"] * (1 if row["kind"] == "P" else -1) for row in page["rows"])
    assert paid == page["paid_fen"] - page["refunded_fen"]
    books = "SELECT sum(CASE kind WHEN 'P' THEN amount_fen ELSE -amount_fen END) AS fen"
    assert his.db.one(f"{books} FROM settlement") == {"fen": paid}
    his.db.close()


def test_a_killed_day_goes_on_without_doing_a_step_twice(
    db: Database, dsn: str, tmp_path: Path
) -> None:
    words = ("--state", str(tmp_path), "--db", dsn, "--base-port", "0", "--only", "life")
    running = launch.start("reference_his", *words, "--now", DAWN)
    Day(running).post("/start", seed=SEED, people=PEOPLE, speed=5000)
    seen = 0
    for _crash in range(3):
        deadline = time.monotonic() + 60
        while Day(running).state()["done"] < seen + 150 and time.monotonic() < deadline:
            pass
        running.kill()
        counted = db.one("SELECT done FROM life_day") or {}
        seen = counted["done"]
        running = launch.start("reference_his", *words)
    day = Day(running)
    try:
        running.post("/clock", at="2026-03-03T01:00:00+08:00", speed=0)
        running.post("/settle")
        state = day.state()
        assert (state["running"], state["error"]) == (False, "")
    finally:
        running.stop()
    found = events(db)
    twice = Counter((row["kind"], row["key"]) for row in found if row["kind"] in ONCE)
    assert set(twice.values()) == {1}
    kinds = Counter(row["kind"] for row in found)
    assert kinds["visit.ended"] == kinds["visit.started"] > PEOPLE / 2
    assert [row["at"] for row in found] == sorted(row["at"] for row in found)
    waiting = db.one("SELECT 1 FROM queue_entry WHERE state = 'waiting' LIMIT 1")
    assert waiting is None


def test_the_day_is_started_stopped_and_sped_up(db: Database, dsn: str, tmp_path: Path) -> None:
    with living(dsn, tmp_path) as day:
        assert day.state()["running"] is False
        for odd in ({"people": -1}, {"days": 0}, {"colour": 1}, {"seed": "x"}):
            assert day.post("/start", **odd).status_code == 400
        assert day.post("/speed", speed=-1).status_code == 400
        assert day.post("/start", seed=1, people=10).json()["running"] is True
        assert day.post("/speed", speed=0).json()["speed"] == 0
        day.pass_time(2)
        state = day.state()
        assert state["done"] > 0 and state["planned"] > 0
        assert (state["day"], state["seed"], state["people"]) == (DAY, 1, 10)
        assert day.post("/stop").json()["running"] is False
        day.pass_time(2)
        assert day.state()["done"] == state["done"]


def test_days_follow_each_other_when_asked(db: Database, dsn: str, tmp_path: Path) -> None:
    with living(dsn, tmp_path) as day:
        day.post("/start", seed=3, people=5, days=2)
        day.pass_time(48)
        assert day.state()["day"] == "2026-03-03"
    days = db.all("SELECT DISTINCT day FROM inpatient_charge ORDER BY day")
    assert [str(row["day"]) for row in days] == ["2026-03-02", "2026-03-03"]


@pytest.mark.parametrize("host", ["evil.example", "10.0.0.1"])
def test_foreign_names_are_refused(db: Database, dsn: str, tmp_path: Path, host: str) -> None:
    with living(dsn, tmp_path) as day:
        assert requests.get(day.url + "/state", headers={"Host": host}).status_code == 403
