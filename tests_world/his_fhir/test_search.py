"""Search parameters, pages, sorting, and what is refused."""

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import OID, OWN, Client, issue_of


def ids(client: Client, path: str) -> list[str]:
    return [one["id"] for one in client.all(path)]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Patient?identifier=C0001", ["P00000001"]),
        (f"Patient?identifier={OWN}/card|C0001", ["P00000001"]),
        (f"Patient?identifier={OWN}/patient-no|P00000004", ["P00000004"]),
        (f"Patient?identifier={OID}.1.3|C0001", []),
        ("Patient?identifier=urn:x|C0001", []),
        ("Patient?name=患者二,患者四", ["P00000002", "P00000004"]),
        ("Patient?name:contains=者五", ["P00000005"]),
        ("Patient?name:exact=患者", []),
        ("Patient?name=%25", []),
        ("Patient?birthdate=1980-01-03", ["P00000003"]),
        ("Patient?birthdate=ge1980-01-05&birthdate=lt1980-01-06", ["P00000005"]),
        ("Patient?birthdate=gt2005&active=true", []),
        ("Patient?phone=13900000002", ["P00000002"]),
        ("Patient?_id=P00000001,P00000003,none", ["P00000001", "P00000003"]),
        ("Patient?_id=P00000001&name=患者二", []),
        ("Practitioner?identifier=D1", ["D1"]),
        ("PractitionerRole?organization=Organization/N1", ["D1"]),
        ("Organization?partof=W1", ["N1"]),
        ("Organization?type=ward", ["BQ1"]),
        ("Schedule?actor=Practitioner/D1&_sort=date", ["1", "4"]),
        ("Schedule?actor=HealthcareService/W1", ["2", "5"]),
        ("Schedule?date=2026-03-03", []),
        ("Slot?schedule=Schedule/1&status=busy", ["1-1", "1-2", "1-3"]),
        ("Slot?schedule=2&start=ge2026-03-02T10:00:00%2B08:00", ["2-5", "2-6"]),
        ("Encounter?class=IMP&patient=P00000001", []),
        ("MedicationRequest?medication=Y1", None),
        ("Invoice?patient=P00000005&status=balanced", None),
        ("Account?status=inactive", None),
    ],
)
def test_a_search_finds_what_it_names(
    client: Client, path: str, expected: list[str] | None
) -> None:
    found = ids(client, path)
    if expected is None:
        assert found
    else:
        assert sorted(found) == sorted(expected)


def test_what_changed_since_is_found(client: Client) -> None:
    assert ids(client, "Patient?_lastUpdated=ge2026-03-02T07:30:00%2B08:00")
    assert ids(client, "Patient?_lastUpdated=gt2026-03-02T07:30:00%2B08:00") == []
    assert ids(client, "Patient?_lastUpdated=lt2026-03-02") == []


def test_sorting_goes_both_ways_over_pages(client: Client) -> None:
    up = ids(client, "Slot?_sort=start&_count=5")
    down = ids(client, "Slot?_sort=-start&_count=7")
    assert up == down[::-1]
    assert len(up) == 36
    starts = [one["start"] for one in client.all("Slot?_sort=start")]
    assert starts == sorted(starts)


def test_pages_stay_complete_when_something_is_added_meanwhile(client: Client) -> None:
    first = client.get("Patient?_count=3&active=true")
    following = next(one["url"] for one in first["link"] if one["relation"] == "next")
    person = {
        "resourceType": "Patient",
        "name": [{"text": "新人"}],
        "birthDate": "2000-01-01",
        "gender": "female",
    }
    made = client.call("POST", "Patient", person).json()
    rest = [one["id"] for one in client.all(following)]
    seen = [one["resource"]["id"] for one in first["entry"]] + rest
    assert len(seen) == len(set(seen))
    assert made["id"] in seen


def test_an_include_adds_each_resource_once(client: Client) -> None:
    bundle = client.get("Appointment?_include=Appointment:patient&_include=Appointment:slot")
    included = [
        f"{one['resource']['resourceType']}/{one['resource']['id']}"
        for one in bundle["entry"]
        if one["search"]["mode"] == "include"
    ]
    assert len(included) == len(set(included))
    assert {"Patient/P00000001", "Patient/P00000005"} <= set(included)


def test_a_search_can_be_posted(client: Client) -> None:
    answer = client.session.post(
        f"{client.base}/Patient/_search", data={"identifier": "C0001"}, timeout=10
    )
    assert [one["resource"]["id"] for one in answer.json()["entry"]] == ["P00000001"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("Patient?colour=red", 400, "not-supported"),
        ("Patient?name:missing=true", 400, "not-supported"),
        ("Patient?_sort=colour", 400, "not-supported"),
        ("Patient?_include=Patient:friend", 400, "not-supported"),
        ("Patient?_summary=text", 400, "not-supported"),
        ("Patient?birthdate=yesterday", 400, "value"),
        ("Patient?birthdate=ne1980", 400, "value"),
        ("Patient?birthdate=1980-13-45", 400, "value"),
        ("Patient?_count=many", 400, "value"),
        ("Patient?_after=zzz", 400, "value"),
        ("Slot?_after=WzFd", 400, "value"),
        ("Slot?_after=WyJhIiwiYiJd", 400, "value"),
        ("Appointment?patient=Practitioner/D1", 400, "value"),
        ("Appointment?patient=", 400, "value"),
        ("Patient?name=%FF", 400, "invalid"),
        ("Unicorn", 404, "not-supported"),
        ("Unicorn/1", 404, "not-supported"),
        ("Patient/P9", 404, "not-found"),
        ("Slot/1", 404, "not-found"),
        ("Slot/1-x", 404, "not-found"),
        ("Patient/a/b/c", 405, "not-supported"),
        ("Patient?_format=xml", 406, "not-supported"),
        ("Patient?name=%00", 400, "value"),
        ("Patient/%00", 404, "not-found"),
        ("Appointment/$find?start=2026-03-02&end=2026-03-03&practitioner=%00", 400, "value"),
        ("Slot/1-999999999999999", 400, "value"),
    ],
)
def test_what_cannot_be_searched_is_refused_with_an_outcome(
    client: Client, path: str, status: int, code: str
) -> None:
    answer = client.call("GET", path)
    assert answer.status_code == status, answer.text
    assert issue_of(answer)["code"] == code


def test_a_lenient_client_gets_the_rest(client: Client) -> None:
    answer = client.call("GET", "Patient?colour=red&identifier=C0001", Prefer="handling=lenient")
    assert len(answer.json()["entry"]) == 1


PARAMS = st.sampled_from(
    [
        "identifier",
        "name",
        "name:contains",
        "birthdate",
        "gender",
        "phone",
        "_id",
        "_count",
        "_sort",
        "_after",
        "_lastUpdated",
        "_include",
        "_total",
        "_summary",
        "active",
        "x",
    ]
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(PARAMS, st.text(max_size=20)), max_size=4))
def test_any_search_is_answered_or_refused_with_an_outcome(
    client: Client, pairs: list[tuple[str, str]]
) -> None:
    kept = [(name, value.encode(errors="ignore").decode()) for name, value in pairs]
    answer = client.session.get(f"{client.base}/Patient", params=kept, timeout=10)
    assert answer.status_code in (200, 400, 406)
    assert answer.json()["resourceType"] in ("Bundle", "OperationOutcome")


def test_the_answer_is_not_cached_under_another_version(client: Client) -> None:
    answer = client.call("GET", "Patient/P00000001")
    etag = answer.headers["ETag"]
    assert etag == f'W/"{answer.json()["meta"]["versionId"]}"'
    assert client.call("GET", "Patient/P00000001", If_None_Match=etag).status_code == 304


def test_nothing_is_shown_without_the_token(client: Client) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
        answer = requests.get(f"{client.base}/Patient", headers=headers, timeout=10)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert issue_of(answer)["code"] == "login"
    assert requests.get(f"{client.base}/metadata", timeout=10).status_code == 200
