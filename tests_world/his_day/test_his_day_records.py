"""What a view shows in the end is what the last event of each record told."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from .conftest import Day
from .told import BEIJING, KEYS, plain

# first word of the kind: view, and its key column where it is not the fact's name
VIEWS = {
    "patient": "v_patient",
    "department": "v_dept",
    "doctor": "v_doctor",
    "session": "v_schedule",
    "registration": "v_registration",
    "visit": "v_visit",
    "order": "v_order",
    "bill": "v_bill",
    "settlement": "v_settlement",
    "lab": "v_lab_report",
    "exam": "v_exam_report",
    "admission": "v_inpatient",
    "checkup": "v_checkup_report",
}
# steps that no event tells of, because another one does (visit, settlement)
SILENT = {
    "registration": {"paid": {"refunded"}, "signed": {"seen"}},
    "order": {"new": {"charged", "doing"}},
    "bill": {"unpaid": {"settled", "refunded"}},
    "admission": {"leaving": {"out"}},
}
# lists have views of their own; the fund's part comes with the settlement, and so do free numbers
# with each registration
ELSEWHERE = {
    "session": {"free"},
    "bill": {"lines", "insurance_fen"},
    "lab": {"results"},
}


def as_fact(name: str, value: Any) -> Any:
    """Return a column's value as events write it."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.astimezone(BEIJING).isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if name == "cards":
        pairs = (one.partition(":") for one in value.split(",") if one)
        return [{"kind": kind, "card_no": number} for kind, _colon, number in pairs]
    return str(value) if name == "session_id" else value


def may_follow(thing: str, told: Any, shown: Any) -> bool:
    """Tell whether a record may show a state after an event told another one."""
    return shown == told or shown in SILENT.get(thing, {}).get(told, set())


@pytest.mark.parametrize("thing", VIEWS)
def test_a_view_shows_what_the_last_event_told(day: Day, thing: str) -> None:
    last: dict[str, dict[str, Any]] = {}
    for event in day.events:
        if event["kind"].startswith(f"{thing}.") and event["kind"] != "patient.merged":
            last[event["facts"][KEYS[thing]]] = plain(event["facts"])
    merged = {e["facts"]["patient_no"] for e in day.events if e["kind"] == "patient.merged"}
    key = KEYS[thing]
    sql = f"SELECT * FROM {VIEWS[thing]} WHERE {key}::text = ANY(%s)"
    rows = {str(row[key]): row for row in day.hospital.rows(sql, list(last))}
    assert last and set(rows) == set(last)
    for number, facts in last.items():
        if number in merged:
            continue
        names = set(facts) - ELSEWHERE.get(thing, set())
        shown = {name: as_fact(name, rows[number][name]) for name in names}
        state = facts.get("state")
        assert may_follow(thing, state, shown.get("state")), (number, state, shown)
        told = {name: facts[name] for name in names}
        assert plain({**shown, "state": state}) == plain({**told, "state": state}), number
