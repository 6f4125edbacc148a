"""Patients: created once, changed by one at a time."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests_world import his_process
from tests_world.his_fixture import id_number
from tests_world.his_process import Served

from .conftest import OID, OWN, Client, issue_of
from .test_resources import validate


@pytest.fixture(scope="module")
def his(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with his_process.served(tmp_path_factory.mktemp("patients"), "fhir") as served:
        yield served


def person(name: str, number: str = "", card: str = "") -> dict[str, Any]:
    identifiers = [
        {"system": f"{OID}.1.3", "value": number} if number else None,
        {"system": f"{OWN}/card", "value": card} if card else None,
    ]
    return {
        "resourceType": "Patient",
        "identifier": [one for one in identifiers if one],
        "name": [{"text": name}],
        "telecom": [{"system": "phone", "value": "13700000001"}],
        "gender": "female",
        "birthDate": "1990-12-30",
        "address": [{"text": "莲都区"}],
    }


NUMBER = id_number("33252219901230122")


def test_a_patient_is_created_with_location_and_version(client: Client, his: Served) -> None:
    answer = client.call("POST", "Patient", person("张新", NUMBER, "C8001"))
    assert answer.status_code == 201
    made = answer.json()
    validate(made)
    assert answer.headers["ETag"] == f'W/"{made["meta"]["versionId"]}"'
    expected = f"{client.base}/Patient/{made['id']}/_history/{made['meta']['versionId']}"
    assert answer.headers["Location"] == expected
    assert client.get(f"Patient/{made['id']}") == made
    told = [one["facts"] for one in his.events() if one["patient_no"] == made["id"]]
    assert told[-1]["cards"] == [{"kind": "01", "card_no": "C8001"}]
    again = client.call("POST", "Patient", person("张新", NUMBER))
    assert again.status_code == 409
    assert issue_of(again)["code"] == "duplicate"
    assert issue_of(again)["details"]["coding"][0]["code"] == "PATIENT_EXISTS"


def test_two_who_create_the_same_patient_get_the_same(client: Client, his: Served) -> None:
    number = id_number("33252219901230123")
    condition = f"identifier={OID}.1.3|{number}"
    answers: list[requests.Response] = []

    def create() -> None:
        own = Client(his)
        answers.append(
            own.call("POST", "Patient", person("同一人", number), If_None_Exist=condition)
        )

    threads = [threading.Thread(target=create) for _place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.status_code for one in answers) == [200, 200, 200, 201]
    assert len({one.json()["id"] for one in answers}) == 1
    assert len(client.all(f"Patient?{condition}")) == 1


def test_a_condition_that_fits_several_is_refused(client: Client) -> None:
    answer = client.call("POST", "Patient", person("无"), If_None_Exist="birthdate=ge1980-01-01")
    assert answer.status_code == 412
    assert issue_of(answer)["code"] == "multiple-matches"
    assert client.call("POST", "Patient", person("无"), If_None_Exist="").status_code == 201
    answer = client.call("POST", "Patient", person("无"), If_None_Exist="_count=1")
    assert answer.status_code == 412


def test_a_change_needs_the_version_that_was_read(client: Client) -> None:
    answer = client.call("GET", "Patient/P00000001")
    etag, patient = answer.headers["ETag"], answer.json()
    patient["telecom"] = [{"system": "phone", "value": "13600000001"}]
    changed = client.call("PUT", "Patient/P00000001", patient, If_Match=etag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag
    assert changed.json()["telecom"][0]["value"] == "13600000001"
    patient["telecom"] = [{"system": "phone", "value": "13500000001"}]
    late = client.call("PUT", "Patient/P00000001", patient, If_Match=etag)
    assert late.status_code == 412
    assert issue_of(late)["code"] == "conflict"
    assert client.get("Patient/P00000001") == changed.json()
    free = client.call("PUT", "Patient/P00000001", patient)
    assert free.json()["telecom"][0]["value"] == "13500000001"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("PUT", "Patient/P9", person("无"), 404, "not-found"),
        ("PUT", "Patient/P00000001", {**person("无"), "id": "P2"}, 400, "value"),
        ("POST", "Patient", {"resourceType": "Device"}, 400, "structure"),
        ("POST", "Patient", [], 400, "structure"),
        ("POST", "Patient", {**person("无"), "colour": "red"}, 400, "structure"),
        ("POST", "Patient", {**person("无"), "name": "text"}, 400, "structure"),
        ("POST", "Patient", {**person("无"), "gender": "F"}, 400, "code-invalid"),
        ("POST", "Patient", {**person("无"), "birthDate": "1990"}, 422, "value"),
        ("POST", "Patient", {**person("无"), "birthDate": "1990-99-99"}, 422, "value"),
        ("POST", "Patient", person(""), 422, "required"),
        ("POST", "Patient", person("无", "332522199012301111"), 422, "value"),
        ("POST", "Practitioner", {"resourceType": "Practitioner"}, 405, "not-supported"),
        ("DELETE", "Patient/P00000001", None, 405, "not-supported"),
        ("POST", "", {"resourceType": "Bundle"}, 404, "not-found"),
    ],
)
def test_what_cannot_be_written_is_refused_and_changes_nothing(
    client: Client, his: Served, method: str, path: str, body: Any, status: int, code: str
) -> None:
    before = len(his.events())
    answer = client.call(method, path, body)
    assert answer.status_code == status, answer.text
    assert issue_of(answer)["code"] == code
    assert len(his.events()) == before


def test_other_formats_than_json_are_refused(client: Client) -> None:
    url = f"{client.base}/Patient"
    kind = {"Content-Type": "application/fhir+xml"}
    answer = client.session.post(url, data="<Patient/>", headers=kind, timeout=10)
    assert (answer.status_code, issue_of(answer)["code"]) == (415, "not-supported")
    kind = {"Content-Type": "application/fhir+json"}
    answer = client.session.post(url, data="{", headers=kind, timeout=10)
    assert (answer.status_code, issue_of(answer)["code"]) == (400, "structure")
    kind = {"Accept": "application/fhir+xml"}
    assert client.session.get(url, headers=kind, timeout=10).status_code == 406


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(
        st.sampled_from(["text", "system", "value", "given", "family", "x"]), inner, max_size=3
    ),
    max_leaves=6,
)
ELEMENTS = st.sampled_from(
    ["name", "identifier", "telecom", "gender", "birthDate", "address", "id", "active", "x"]
)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(ELEMENTS, VALUES, max_size=5))
def test_any_body_is_a_patient_or_refused_with_an_outcome(
    client: Client, content: dict[str, Any]
) -> None:
    answer = client.call("POST", "Patient", {"resourceType": "Patient", **content})
    assert answer.status_code in (201, 400, 409, 422)
    if answer.status_code != 201:
        assert issue_of(answer)["severity"] == "error"


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=60))
def test_any_bytes_are_refused_with_an_outcome(client: Client, data: bytes) -> None:
    for path in ("Patient", "Appointment/$book"):
        url = f"{client.base}/{path}"
        headers = {"Content-Type": "application/fhir+json"}
        answer = client.session.post(url, data=data, headers=headers, timeout=10)
        assert answer.status_code == 400
        assert issue_of(answer)["code"] == "structure"
