"""The gateway's faults from the client's side."""

from tests_world.his_process import Served

from .conftest import Client, issue_of


def test_fault_version_conflict_refuses_a_change_once(client: Client, faults: Served) -> None:
    answer = client.call("GET", "Patient/P00000006")
    etag, patient = answer.headers["ETag"], answer.json()
    patient["address"] = [{"text": "新址"}]
    faults.running.fault("version_conflict", gateway="fhir", match={"id": "P00000006"})
    refused = client.call("PUT", "Patient/P00000006", patient, If_Match=etag)
    assert (refused.status_code, issue_of(refused)["code"]) == (412, "conflict")
    assert client.call("GET", "Patient/P00000006").headers["ETag"] == etag
    kept = client.call("PUT", "Patient/P00000006", patient, If_Match=etag)
    assert kept.json()["address"] == [{"text": "新址"}]


def test_fault_partial_bundle_loses_half_of_a_page(client: Client, faults: Served) -> None:
    whole = client.get("Practitioner?_count=4")
    faults.running.fault("partial_bundle", gateway="fhir", match={"type": "Practitioner"})
    half = client.get("Practitioner?_count=4")
    assert half["entry"] == whole["entry"][:2]
    assert [one["relation"] for one in half["link"]] == ["self"]


def test_fault_outcome_500_does_nothing(client: Client, faults: Served) -> None:
    before = len(faults.events())
    faults.running.fault("outcome_500", gateway="fhir")
    content = {"resourceType": "Patient", "name": [{"text": "无"}], "birthDate": "2000-01-01"}
    answer = client.call("POST", "Patient", content)
    assert (answer.status_code, issue_of(answer)["code"]) == (500, "exception")
    assert len(faults.events()) == before


def test_fault_unknown_code_writes_one(client: Client, faults: Served) -> None:
    faults.running.fault("unknown_code", gateway="fhir")
    answer = client.get("Schedule/1")
    assert answer["serviceType"][0]["coding"][0]["code"] == "no-such-code"
    assert client.get("Schedule/1")["serviceType"][0]["coding"][0]["code"] == "1"


def test_fault_clock_skew_moves_the_time_of_the_last_change(client: Client, faults: Served) -> None:
    right = client.get("Patient/P00000001")["meta"]["lastUpdated"]
    faults.running.fault("clock_skew", gateway="fhir", times=2)
    wrong = client.get("Patient/P00000001")["meta"]["lastUpdated"]
    assert (right, wrong) == ("2026-03-02T07:30:00+08:00", "2026-03-02T06:30:00+08:00")
    page = client.get("Patient?_count=1")
    assert page["entry"][0]["resource"]["meta"]["lastUpdated"].startswith("2026-03-02T06:30")


def test_fault_rate_limit_tells_when_to_come_back(client: Client, faults: Served) -> None:
    faults.running.fault("rate_limit", gateway="fhir")
    answer = client.call("GET", "Patient/P00000001")
    assert (answer.status_code, issue_of(answer)["code"]) == (429, "throttled")
    assert answer.headers["Retry-After"] == "1"


def test_a_fault_after_the_work_leaves_the_work_done(client: Client, faults: Served) -> None:
    faults.running.fault("status_after", gateway="fhir", operation="create")
    content = {
        "resourceType": "Patient",
        "identifier": [{"system": "https://his.example.org/fhir/card", "value": "C9900"}],
        "name": [{"text": "断线"}],
        "gender": "male",
        "birthDate": "2000-01-01",
    }
    assert client.call("POST", "Patient", content).status_code == 502
    again = client.call("POST", "Patient", content, If_None_Exist="identifier=C9900")
    assert again.status_code == 200
    assert again.json()["name"][0]["text"] == "断线"
