"""Each event as a resource at a partner's endpoint: valid, and with every fact."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests_world.his_process import Served
from tests_world.receiver import Received, Receiver

from .conftest import OWN, Client
from .test_resources import validate

ID_TYPES = {"01": "urn:oid:2.16.156.10011.1.3", "03": "urn:oid:2.16.156.10011.1.7"}
GENDERS = {"1": "male", "2": "female"}


@pytest.fixture(scope="module")
def told(his: Served) -> list[Received]:
    """What a partner gets of the whole day."""
    headers = {"Authorization": "Bearer partner"}
    with Receiver() as partner:
        his.running.post("/fhir/subscriptions", url=partner.url, headers=headers, from_start=True)
        got = partner.wait(len(his.events()))
        his.running.ask("DELETE", f"/fhir/subscriptions?url={partner.url}")
    return got


def resources_of(received: Received) -> list[dict[str, Any]]:
    content = json.loads(received.body)
    if content["resourceType"] == "Bundle":
        return [entry["resource"] for entry in content["entry"]]
    return [content]


def test_every_event_is_told_once_and_in_order(his: Served, told: list[Received]) -> None:
    assert [int(one.headers["x-event-id"]) for one in told] == [one["id"] for one in his.events()]
    assert {one.headers["content-type"] for one in told} == {"application/fhir+json; charset=utf-8"}
    assert {one.headers["authorization"] for one in told} == {"Bearer partner"}


def test_every_resource_told_is_valid(told: list[Received]) -> None:
    seen = set()
    for one in told:
        content = json.loads(one.body)
        validate(content)
        seen |= {resource["resourceType"] for resource in resources_of(one)}
    assert seen >= {
        "Patient",
        "Appointment",
        "Schedule",
        "Invoice",
        "PaymentNotice",
        "Task",
        "DiagnosticReport",
        "Observation",
        "ImagingStudy",
        "MedicationRequest",
    }


def leaves(value: Any) -> Iterator[Any]:
    """Return all texts and numbers in a resource."""
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield value


def told_texts(resources: list[dict[str, Any]]) -> set[str]:
    """Return what is told, each also without the type of a reference."""
    texts = {str(one) for resource in resources for one in leaves(resource)}
    return texts | {one.partition("/")[2] for one in texts}


CODED = {
    "sex": lambda fact: GENDERS[fact],
    "id_type": lambda fact: ID_TYPES[fact],
    "study_uid": lambda fact: f"urn:oid:{fact}",
}


def is_told(name: str, fact: Any, texts: set[str], kind: str) -> bool:
    """Tell whether a fact is somewhere, in FHIR's words where it has its own."""
    if name.endswith("_fen"):
        yuan = int(fact) / 100
        return bool(texts & {str(yuan), str(int(yuan)) if yuan.is_integer() else "", str(fact)})
    if name in ("sex", "id_type", "study_uid"):
        return bool(texts & {CODED[name](fact), fact if name == "id_type" else ""} - {""})
    if kind == "visit" and name == "kind":
        return {"O": "AMB", "I": "IMP"}[fact] in texts
    if kind == "session" and name == "state":
        return str(fact == "open") in texts
    if kind == "settlement" and name == "kind":
        return {"P": "paid", "R": "cleared"}[fact] in texts
    if kind == "queue" and name == "state":
        return {"waiting": "requested", "called": "in-progress", "passed": "on-hold"}[fact] in texts
    if kind == "order" and name == "kind" and fact == "drug":
        return "MedicationRequest" in texts
    if name in ("channel", "queue"):
        return any(fact in text for text in texts)
    if name in ("low", "high", "quantity"):
        return bool(texts & {str(fact), str(float(fact)), f"{float(fact):g}"})
    if name == "seq":
        return any(text == str(fact) or text.endswith(f"-{fact}") for text in texts)
    if name == "session_id":
        return any(text == fact or text.partition("-")[0] == fact for text in texts)
    return str(fact) in texts


def test_every_fact_of_every_event_is_told(his: Served, told: list[Received]) -> None:
    for event, received in zip(his.events(), told, strict=True):
        resources = resources_of(received)
        texts = told_texts(resources)
        kind = event["kind"].partition(".")[0]
        for name, fact in event["facts"].items():
            if isinstance(fact, list):
                for line in fact:
                    for inner, value in line.items():
                        if value != "" and inner != "kind":
                            assert is_told(inner, value, texts, kind), (event["kind"], inner, value)
            elif fact != "":
                assert is_told(name, fact, texts, kind), (event["kind"], name, fact, texts)


def test_main_facts_stand_where_the_standard_says(his: Served, told: list[Received]) -> None:
    compared = set()
    for event, received in zip(his.events(), told, strict=True):
        facts, resource = event["facts"], resources_of(received)[0]
        kind = event["kind"]
        if kind.startswith("registration."):
            assert resource["id"] == facts["reg_no"]
            assert (resource["start"], resource["end"]) == (facts["starts_at"], facts["ends_at"])
            status = {"cancelled": "cancelled", "no_show": "noshow", "signed": "arrived"}
            assert resource["status"] == status.get(facts["state"], "booked")
            actors = {one["actor"]["reference"] for one in resource["participant"]}
            assert f"Patient/{facts['patient_no']}" in actors
        elif kind.startswith("bill."):
            assert resource["totalGross"]["value"] * 100 == pytest.approx(facts["total_fen"])
            assert len(resource.get("lineItem", [])) == len(facts["lines"])
        elif kind.startswith("settlement."):
            assert resource["amount"]["value"] * 100 == pytest.approx(facts["amount_fen"])
            assert resource["created"] == facts["settled_at"]
            system = f"{OWN}/trade-no/{facts['channel']}"
            expected = {"system": system, "value": facts["trade_no"]}
            if facts["trade_no"]:
                assert resource["payment"]["identifier"] == expected
        elif kind == "lab.reported":
            observations = resources_of(received)[1:]
            values = [
                str(one.get("valueQuantity", {}).get("value") or one.get("valueString"))
                for one in observations
            ]
            assert values == [one["value"] for one in facts["results"]]
            assert [one["reference"] for one in resource["result"]] == [
                f"Observation/{one['id']}" for one in observations
            ]
        elif kind == "patient.merged":
            assert resource["active"] is False
            other = resource["link"][0]["other"]["reference"]
            assert other == f"Patient/{facts['into_patient_no']}"
        else:
            continue
        compared.add(kind.partition(".")[0])
    assert compared == {"registration", "bill", "settlement", "lab", "patient"}


def test_what_is_pushed_is_what_is_read_later(his: Served, told: list[Received]) -> None:
    client = Client(his)
    last: dict[str, dict[str, Any]] = {}
    for received in told:
        for resource in resources_of(received):
            if "id" in resource:
                last[f"{resource['resourceType']}/{resource['id']}"] = resource
    kinds = ("Appointment", "Observation", "PaymentNotice", "ImagingStudy")
    for path in [one for one in last if one.partition("/")[0] in kinds]:
        stored = client.get(path)
        for name, value in last[path].items():
            # that a visit has begun is told by its encounter
            if name != "extension" and stored.get(name) != "fulfilled":
                assert stored[name] == value, (path, name)


def test_a_partner_gets_only_the_kinds_it_asked_for_until_it_takes_them(his: Served) -> None:
    answers = iter([503, 404])
    with Receiver(lambda _received: (next(answers, 204), b"")) as partner:
        his.running.post(
            "/fhir/subscriptions", url=partner.url, kinds=["visit.started"], from_start=True
        )
        got = partner.wait(3)
        his.running.ask("DELETE", f"/fhir/subscriptions?url={partner.url}")
    assert {one.headers["x-event-kind"] for one in got} == {"visit.started"}
    assert len({one.headers["x-event-id"] for one in got}) == 1
    assert his.running.get("/fhir/subscriptions") == {"subscriptions": []}


def test_fault_unknown_code_spoils_a_push(his: Served) -> None:
    his.running.fault("unknown_code", gateway="fhir", operation="push")
    with Receiver() as partner:
        his.running.post(
            "/fhir/subscriptions", url=partner.url, kinds=["visit.ended"], from_start=True
        )
        [got] = partner.wait(1)
        his.running.ask("DELETE", f"/fhir/subscriptions?url={partner.url}")
    assert b'"code": "no-such-code"' in got.body
