"""Partners that fail, a hospital whose messages go astray, a killed process: nothing is lost."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from typing import Any

import pytest

from tests_world.his_day import hospital as hospitals

from .conftest import Day, Event, understood, wait_for_all
from .hospital import Hospital
from .pages import carried
from .partners import DROP, Mood, Partners, partners
from .told import KEYS, Facts, Told, once, plain

HOUR = 3600
# the process is killed in the rush after each of these jumps of the clock
KILLS = tuple(f"2026-03-02T{at}:00+08:00" for at in ("08:20", "09:00", "10:00", "11:30", "15:00"))
# what goes astray on the hospital's side: gateway, kind, and rule
HIS_FAULTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("mllp", "duplicate", {"times": 20}),
    ("mllp", "reorder", {"times": 5, "operation": "ADT^A04"}),
    ("mllp", "truncated_frame", {"times": 3}),
    ("mllp", "reset", {"times": 3}),
    ("mllp", "garbage_frame", {"times": 3}),
    ("vendor", "callback_duplicate", {"times": 20}),
    ("vendor", "callback_reordered", {"times": 5}),
    ("vendor", "callback_delay", {"times": 5, "options": {"seconds": 600}}),
    ("hip", "slow", {"times": 2, "options": {"seconds": 0.3}}),
)


def every(*moods: tuple[int, str]) -> Mood:
    """Return a mood that comes back with every so many messages."""

    def mood(number: int) -> str:
        return next((word for every, word in moods if number % every == 0), "")

    return mood


def silent_once(number: int) -> str:
    """Answer 500 now and then, and one message not at all."""
    return "silence" if number == 50 else "busy" if number % 60 == 0 else ""


def live(his: Hospital, company: Partners) -> list[Event]:
    """Let the day pass, and hours after it for late and repeated pushes; return its events."""
    company.attach(his.running)
    his.live()
    his.end_day()
    events = his.events()
    for _hour in range(3):
        his.running.post("/clock", advance=HOUR)
        his.running.post("/settle")
    wait_for_all(company, events)
    return events


def without_numbers(events: list[Event]) -> list[Facts]:
    """Return events without the running number of their row."""
    return [{name: event[name] for name in event if name != "id"} for event in events]


def sorted_facts(found: list[tuple[str, Facts]]) -> list[str]:
    """Return kinds with facts in an order of their own."""
    return sorted(
        json.dumps([kind, plain(facts)], ensure_ascii=False, sort_keys=True)
        for kind, facts in found
    )


def assert_nothing_is_lost(events: list[Event], told: dict[str, list[Told]]) -> None:
    """Assert that each front told every event, the same event always with the same facts."""
    kinds = carried()
    for front, all_told in told.items():
        expected = [(e["kind"], e["facts"]) for e in events if e["kind"] in kinds[front]]
        first = {one.number: one for one in once(all_told)}
        assert all(one == first[one.number] for one in all_told), front
        got = [(one.kind, one.facts) for one in first.values()]
        assert sorted_facts(got) == sorted_facts(expected), front


def assert_order_of_each(events: list[Event], told: dict[str, list[Told]]) -> None:
    """Assert that each record's events came in their order where a front waits for its partner."""
    for front in ("hl7", "soap", "fhir"):
        expected, got = defaultdict(list), defaultdict(list)
        for event in events:
            if event["kind"] in carried()[front]:
                thing = event["kind"].partition(".")[0]
                expected[thing, event["facts"][KEYS[thing]]].append(event["kind"])
        for one in once(told[front]):
            got[one.kind.partition(".")[0], one.key].append(one.kind)
        assert got == expected, front


@pytest.fixture(scope="module")
def calm(day: Day) -> list[Facts]:
    """The events of the undisturbed day."""
    return without_numbers(day.events[: day.lived])


def test_failing_partners_and_straying_messages_lose_nothing(
    calm: list[Facts], template: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    moods = {
        "hl7": every((40, "AE"), (97, DROP)),
        "soap": silent_once,
        "fhir": every((50, "busy")),
        "push": every((25, "busy")),
    }
    folder = tmp_path_factory.mktemp("disturbed")
    with partners(**moods) as company, hospitals.hospital(template, folder) as his:
        for gateway, kind, rule in HIS_FAULTS:
            his.running.fault(kind, gateway=gateway, probability=0.05, seed=3, **rule)
        events = live(his, company)
        assert without_numbers(events) == calm
        told = understood(company)
        assert_nothing_is_lost(events, told)
        assert_order_of_each(events, told)
        struck = {one["kind"]: one["hits"] for one in his.running.get("/faults")["rules"]}
    repeated = {front: len(found) - len(once(found)) for front, found in told.items()}
    assert all(struck.values()), struck
    assert all(repeated.values()), repeated


def test_a_killed_hospital_ends_the_day_as_if_nothing_had_been(
    calm: list[Facts], template: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("killed")
    with partners() as company, hospitals.hospital(template, folder) as his:
        company.attach(his.running)
        his.live()
        cut_short = 0
        for until in KILLS:
            heard = len(company.hl7.inbox.all)
            his.running.post("/clock", at=until, speed=0)
            company.hl7.inbox.wait(lambda got, n=heard: len(got) > n)
            his.running.kill()
            happened = len(his.rows("SELECT id FROM v_event"))
            due = datetime.fromisoformat(until)
            cut_short += happened < sum(event["updated_at"] <= due for event in calm)
            his.start()
        his.end_day()
        events = his.events()
        wait_for_all(company, events)
        told = understood(company)
    assert cut_short > 1
    assert without_numbers(events) == calm
    assert_nothing_is_lost(events, told)
    for front in ("hl7", "soap", "fhir"):  # at most one message was on its way at each kill
        assert len(told[front]) - len(once(told[front])) <= len(KILLS), front
