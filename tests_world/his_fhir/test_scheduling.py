"""IHE ITI Scheduling by a client: find, hold, book, release, cancel."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests_world import his_process
from tests_world.his_process import Served

from .conftest import OWN, Client, issue_of
from .test_resources import validate

DAY = {"start": "2026-03-02T00:00:00+08:00", "end": "2026-03-03T00:00:00+08:00"}
DOCTOR = {"practitioner": {"reference": "Practitioner/D1"}}


@pytest.fixture(scope="module")
def his(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with his_process.served(tmp_path_factory.mktemp("scheduling"), "fhir") as served:
        yield served


def patient(number: int) -> dict[str, str]:
    return {"reference": f"Patient/P0000000{number}"}


def appointment(reference: str) -> dict[str, Any]:
    return {"appointment_reference": {"reference": f"Appointment/{reference}"}}


def offers(client: Client, **more: Any) -> list[dict[str, Any]]:
    answer = client.operation("find", **DAY, **more)
    assert answer.status_code == 200, answer.text
    bundle = answer.json()
    validate(bundle)
    assert bundle["type"] == "searchset"
    return [one["resource"] for one in bundle.get("entry", [])]


def only(answer: requests.Response) -> dict[str, Any]:
    """Return the one appointment in an operation's answer."""
    assert answer.status_code == 200, answer.text
    bundle = answer.json()
    validate(bundle)
    [entry] = bundle["entry"]
    resource: dict[str, Any] = entry["resource"]
    return resource


def test_free_numbers_are_proposed_with_all_one_needs_to_choose(client: Client) -> None:
    found = offers(client, **DOCTOR)
    assert found and all(one["status"] == "proposed" for one in found)
    first = found[0]
    assert (first["start"], first["end"]) == (
        "2026-03-02T08:00:00+08:00",
        "2026-03-02T08:35:00+08:00",
    )
    actors = [one["actor"]["reference"] for one in first["participant"]]
    assert actors == ["Practitioner/D1", "HealthcareService/N1"]
    assert first["slot"][0]["reference"] == "Slot/1-1"
    assert client.get(f"Appointment/{first['id']}") == first
    assert offers(client, organization={"reference": "Organization/P1"}) == []


def test_pages_of_proposals_are_complete(client: Client) -> None:
    bundle = client.operation("find", **DAY, _count="5").json()
    assert bundle["total"] == 24
    seen = [one["resource"]["id"] for one in bundle["entry"]]
    while following := [one["url"] for one in bundle.get("link", []) if one["relation"] == "next"]:
        bundle = client.get(following[0])
        seen += [one["resource"]["id"] for one in bundle["entry"]]
    assert len(seen) == len(set(seen)) == 24


def test_a_held_number_is_nobody_elses_until_it_is_released(client: Client) -> None:
    choice = offers(client, **DOCTOR)[0]["id"]
    held = only(client.operation("hold", **appointment(choice)))
    assert held["status"] == "pending"
    slot = held["slot"][0]["reference"]
    assert client.get(slot)["status"] == "busy-tentative"
    assert choice not in [one["id"] for one in offers(client, **DOCTOR)]
    again = client.operation("hold", **appointment(choice))
    assert again.status_code == 409
    assert (issue_of(again)["severity"], issue_of(again)["code"]) == ("fatal", "not-found")
    assert client.call("GET", f"Appointment/{choice}").status_code == 410
    assert held["id"] in [one["id"] for one in client.all("Appointment?status=pending")]
    patch = [{"op": "replace", "path": "/status", "value": "cancelled"}]
    released = client.call("PATCH", f"Appointment/{held['id']}", patch)
    assert released.json()["status"] == "cancelled"
    assert client.get(slot)["status"] == "free"
    assert client.call("GET", f"Appointment/{held['id']}").status_code == 410


def test_a_hold_is_booked_for_the_patient_who_is_named_then(client: Client, his: Served) -> None:
    choice = offers(client, **DOCTOR)[0]["id"]
    held = only(client.operation("hold", **appointment(choice)))
    nobody = client.operation("book", **appointment(held["id"]))
    assert (nobody.status_code, issue_of(nobody)["code"]) == (400, "required")
    booked = only(client.operation("book", **appointment(held["id"]), patient_reference=patient(1)))
    assert booked["status"] == "booked"
    assert booked["participant"][0]["actor"]["reference"] == "Patient/P00000001"
    assert booked["slot"] == held["slot"]
    told = [one["facts"] for one in his.events() if one["key"] == booked["id"]]
    assert told[0]["state"] == "booked"
    twice = only(client.operation("book", **appointment(held["id"]), patient_reference=patient(1)))
    assert twice["id"] == booked["id"]
    other = client.operation("book", **appointment(held["id"]), patient_reference=patient(2))
    assert other.status_code == 422
    assert [one["id"] for one in client.all("Appointment?patient=P00000001&status=booked")] == [
        booked["id"]
    ]


def test_a_hold_that_is_over_cannot_be_booked(client: Client, his: Served) -> None:
    choice = offers(client, practitioner={"reference": "Practitioner/D2"})[-1]["id"]
    held = only(client.operation("hold", **appointment(choice), patient_reference=patient(3)))
    his.running.post("/clock", advance=16 * 60)
    assert client.call("GET", f"Appointment/{held['id']}").status_code == 410
    assert client.get(held["slot"][0]["reference"])["status"] == "free"
    late = client.operation("book", **appointment(held["id"]), patient_reference=patient(3))
    assert (late.status_code, issue_of(late)["code"]) == (410, "not-found")
    his.running.post("/clock", at="2026-03-02T07:30:00+08:00")


def test_a_proposal_is_booked_without_a_hold_for_a_new_patient(client: Client) -> None:
    choice = offers(client, practitioner={"reference": "Practitioner/D2"})[0]["id"]
    content = {
        "resourceType": "Patient",
        "name": [{"text": "初诊"}],
        "gender": "male",
        "birthDate": "2001-02-03",
    }
    booked = only(client.operation("book", **appointment(choice), patient_resource=content))
    number = booked["participant"][0]["actor"]["reference"]
    assert client.get(number)["name"][0]["text"] == "初诊"


def test_one_of_many_gets_the_last_number(client: Client, his: Served) -> None:
    choice = offers(client, practitioner={"reference": "Practitioner/D2"})[2]["id"]
    answers: list[requests.Response] = []

    def want(number: int) -> None:
        own = Client(his)
        answers.append(
            own.operation("book", **appointment(choice), patient_reference=patient(number))
        )

    threads = [threading.Thread(target=want, args=(number,)) for number in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409, 409]
    assert {issue_of(one)["severity"] for one in answers if one.status_code == 409} == {"fatal"}


def test_a_booking_is_cancelled_by_patch_put_or_operation(client: Client) -> None:
    for number, way in ((4, "patch"), (5, "put"), (6, "book")):
        choice = offers(client, **DOCTOR)[0]["id"]
        booked = only(
            client.operation("book", **appointment(choice), patient_reference=patient(number))
        )
        path = f"Appointment/{booked['id']}"
        etag = client.call("GET", path).headers["ETag"]
        cancelled = {**booked, "status": "cancelled"}
        if way == "patch":
            old = client.call("PATCH", path, {"status": "cancelled"}, If_Match='W/"0"')
            assert old.status_code == 412
            answer = client.call("PATCH", path, {"status": "cancelled"}, If_Match=etag)
        elif way == "put":
            answer = client.call("PUT", path, cancelled, If_Match=etag)
        else:
            answer = client.operation("book", appointment_resource=cancelled)
        assert answer.status_code == 200, answer.text
        assert client.get(path)["status"] == "cancelled"
        assert client.get(booked["slot"][0]["reference"])["status"] == "free"


def test_the_platforms_own_numbers_are_followed(client: Client) -> None:
    slots = client.all("Slot?schedule=Schedule/3&status=free")
    change = {
        "resourceType": "Appointment",
        "status": "booked",
        "identifier": [{"value": "PT-77"}],
        "slot": [{"reference": f"Slot/{slots[1]['id']}"}],
        "participant": [{"status": "accepted"}],
    }
    ask = {"appointment_resource": change, "patient_reference": patient(2)}
    booked = only(client.operation("book", **ask))
    assert booked["slot"][0]["reference"] == f"Slot/{slots[1]['id']}"
    assert only(client.operation("book", **ask))["id"] == booked["id"]
    found = client.all(f"Appointment?identifier={OWN}/partner-no/wechat|PT-77")
    assert [one["id"] for one in found] == [booked["id"]]
    other = {**change, "slot": [{"reference": "Slot/2-5"}], "identifier": [{"value": "PT-78"}]}
    refused = client.operation("book", appointment_resource=other, patient_reference=patient(2))
    assert (refused.status_code, issue_of(refused)["code"]) == (422, "business-rule")


@pytest.mark.parametrize(
    ("name", "words", "status", "code"),
    [
        ("find", {"start": "2026-03-02"}, 400, "required"),
        ("find", {"start": "soon", "end": "later"}, 400, "value"),
        ("find", {**DAY, "_count": "x"}, 400, "value"),
        ("hold", {}, 400, "required"),
        ("hold", appointment("R1"), 404, "not-found"),
        ("hold", appointment("F-999-1"), 404, "not-found"),
        ("hold", appointment("F-1-99"), 409, "not-found"),
        ("hold", appointment("F-3-1"), 422, "business-rule"),
        ("hold", {"appointment_reference": {"reference": "Slot/1-1"}}, 400, "value"),
        ("book", {}, 400, "required"),
        ("hold", appointment("F-1-1-\x00"), 400, "structure"),
        ("book", appointment("F-1-4"), 400, "required"),
        (
            "book",
            {**appointment("L0"), "patient_reference": {"reference": "Patient/P1"}},
            404,
            "not-found",
        ),
        (
            "book",
            {**appointment("F-1-4"), "patient_reference": {"reference": "Patient/P99"}},
            404,
            "not-found",
        ),
        ("book", {"appointment_resource": {"resourceType": "Patient"}}, 400, "structure"),
        ("book", {"appointment_resource": {"resourceType": "Appointment"}}, 400, "required"),
    ],
)
def test_what_cannot_be_done_is_refused_with_an_outcome(
    client: Client, name: str, words: dict[str, Any], status: int, code: str
) -> None:
    answer = client.operation(name, **words)
    assert answer.status_code == status, answer.text
    assert issue_of(answer)["code"] == code


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 400),
        ("text", 422),
        ([{"op": "remove", "path": "/status"}], 422),
        ([{"op": "replace", "path": "/start", "value": "x"}], 422),
        ([{"op": "replace", "path": "/status", "value": 5}], 400),
        ({"status": "entered-in-error"}, 422),
        ({"comment": "x"}, 422),
    ],
)
def test_only_the_status_can_be_patched(client: Client, body: Any, status: int) -> None:
    number = client.all("Appointment?status=cancelled")[0]["id"]
    answer = client.call("PATCH", f"Appointment/{number}", body)
    assert answer.status_code == status
    assert issue_of(answer)["severity"] == "error"
    assert client.call("GET", "Appointment/$hold").status_code == 405
