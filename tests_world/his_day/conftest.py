"""One day that all tests look at, told to partners on all fronts while it passes."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from . import hospital as hospitals
from . import read_fhir, read_hl7, read_push, read_soap
from .hospital import Hospital
from .next_morning import pass_morning
from .pages import carried
from .partners import Partners, partners
from .told import Told, once

# a whole day at 200 takes almost five minutes: by default only its busiest hour does
SPEED = 200
REST_SPEED = float(os.environ.get("HIS_DAY_REST_SPEED", 4000))
DAWN, BUSY_UNTIL, EVENING = (f"2026-03-02T{at}:00+08:00" for at in ("07:50", "08:50", "21:30"))

Event = dict[str, Any]


def understood(company: Partners) -> dict[str, list[Told]]:
    """Return what each partner understood of all it was told."""
    return {
        "hl7": [read_hl7.read(one) for one in company.hl7.inbox.all],
        "soap": [told for told in map(read_soap.read, company.soap.inbox.all) if told],
        "fhir": [read_fhir.read(one) for one in company.fhir.inbox.all],
        "push": [read_push.read(one) for one in company.push.inbox.all],
    }


def wait_for_all(company: Partners, events: list[Event]) -> None:
    """Return when every partner knows every event that concerns it."""
    kinds = carried()

    def knows(front: str, read: Callable[[Any], str]) -> Callable[[list[Any]], bool]:
        wanted = sum(event["kind"] in kinds[front] for event in events)
        return lambda got: len(got) >= wanted and len({read(one) for one in got}) >= wanted

    company.hl7.inbox.wait(knows("hl7", lambda one: str(one.segment("MSH")(10))))
    company.fhir.inbox.wait(knows("fhir", lambda one: one.headers["x-event-id"]))
    company.push.inbox.wait(knows("push", lambda one: str(json.loads(one.body)["event_id"])))
    twice = sum(event["kind"] in read_soap.TWICE for event in events)
    wanted = twice + sum(event["kind"] in kinds["soap"] for event in events)
    company.soap.inbox.wait(
        lambda got: len(got) >= wanted and len(set(map(read_soap.number_of, got))) >= wanted
    )


@dataclass(repr=False)
class Day:
    """The day: the hospital afterwards, its events, and what partners were told.

    :param int lived: how many of the events the day itself brought.
    """

    hospital: Hospital
    events: list[Event]
    lived: int
    told: dict[str, list[Told]]
    soap: list[Any]


@pytest.fixture(scope="session")
def template() -> Iterator[str]:
    with hospitals.generated() as name:
        yield name


@pytest.fixture(scope="session")
def day(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("day")
    with partners() as company, hospitals.hospital(template, folder) as his:
        company.attach(his.running)
        his.live()
        his.pass_time(DAWN)
        his.pass_time(BUSY_UNTIL, SPEED)
        his.pass_time(EVENING, REST_SPEED)
        his.end_day()
        lived = len(his.events())
        pass_morning(his)
        events = his.events()
        wait_for_all(company, events)
        told = {front: once(found) for front, found in understood(company).items()}
        made = Day(his, events, lived, told, list(company.soap.inbox.all))
        _write_counts(made, folder)
        yield made


def _write_counts(made: Day, folder: Any) -> None:
    """Write down how many events of each kind each front told."""
    counts = {front: Counter(one.kind for one in told) for front, told in made.told.items()}
    counts["sql"] = Counter(event["kind"] for event in made.events)
    table = {
        kind: {front: count[kind] for front, count in counts.items()} for kind in counts["sql"]
    }
    text = json.dumps(table, indent=1, sort_keys=True)
    (folder / "counts.json").write_text(text, encoding="utf-8")
