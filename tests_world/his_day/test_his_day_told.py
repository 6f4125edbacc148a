"""The same event, told over HL7, SOAP, FHIR, JSON and SQL, is equal."""

from __future__ import annotations

from typing import Any

import pytest

from reference_his.events import FACTS
from tests_world.his_day import hospital as hospitals
from tests_world.his_day import pages, read_soap

from .conftest import Day
from .told import KEYS, plain

PUSHING = ("hl7", "soap", "fhir", "push")
# what partners look for in the stream; each must be in the day that is compared
WANTED = (
    ("registration.booked", 20),
    ("registration.signed", 40),
    ("visit.ended", 40),
    ("order.created", 60),
    ("bill.created", 60),
    ("settlement.paid", 60),
    ("lab.reported", 20),
    ("exam.reported", 5),
    ("prescription.dispensed", 20),
    ("queue.called", 80),
    ("inpatient.charged", 5),
    ("admission.admitted", 1),
    ("patient.created", 1),
)


@pytest.mark.parametrize("front", PUSHING)
def test_a_front_tells_every_event_in_order_with_the_same_facts(day: Day, front: str) -> None:
    kinds = pages.carried()[front]
    expected = [event for event in day.events if event["kind"] in kinds]
    told = day.told[front]
    assert [(one.kind, one.key) for one in told] == [
        (event["kind"], event["facts"][KEYS[event["kind"].partition(".")[0]]]) for event in expected
    ]
    for event, one in zip(expected, told, strict=True):
        assert plain(one.facts) == plain(event["facts"]), (front, event["kind"], event["key"])


def test_the_day_and_the_next_morning_bring_every_kind_of_event(day: Day) -> None:
    counts = {kind: sum(event["kind"] == kind for event in day.events) for kind in FACTS}
    assert min(counts.values()) > 0, counts
    assert all(counts[kind] >= least for kind, least in WANTED), counts


def test_the_pages_of_the_fronts_name_the_same_events() -> None:
    kinds = pages.carried()
    assert kinds["sql"] == kinds["push"] == set(FACTS)
    for front, named in pages.own_pages().items():
        assert named == kinds[front], front


def test_two_messages_of_one_event_come_side_by_side(day: Day) -> None:
    found = [one for one in map(read_soap.beside, day.soap) if one]
    expected: list[tuple[str, str]] = []
    for event in day.events:
        kind, facts = event["kind"], event["facts"]
        if kind == "lab.reported":
            expected.append(("ExamStatusInfoUpdate", facts["order_no"]))
        if kind == "exam.reported":
            expected.append(("CheckStatusInfoUpdate", facts["order_no"]))
        if kind == "visit.ended":
            expected.append(("DocumentRegister", facts["visit_no"]))
    assert found == expected


def test_the_same_day_happens_when_the_clock_jumps(
    day: Day, template: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with hospitals.hospital(template, tmp_path_factory.mktemp("jump")) as his:
        his.live()
        his.end_day()
        assert without_numbers(his.events()) == without_numbers(day.events[: day.lived])


def without_numbers(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return events without the running number of their row."""
    return [{name: event[name] for name in event if name != "id"} for event in events]
