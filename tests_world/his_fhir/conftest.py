"""One hospital after a busy morning, and a client with its token."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests_world import his_process
from tests_world.his_process import Served

OWN = "https://his.example.org/fhir"
OID = "urn:oid:2.16.156.10011"


class Client:
    """A FHIR client: a base address and a token."""

    def __init__(self, his: Served):
        told = his.running.get("/credentials")["fhir"]
        self.base = his.url("fhir") + told["base"]
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {told['token']}"

    def call(
        self, method: str, path: str, content: Any = None, **headers: str
    ) -> requests.Response:
        url = path if path.startswith("http") else f"{self.base}/{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if content is not None:
            named.setdefault("Content-Type", "application/fhir+json")
        return self.session.request(method, url, json=content, headers=named, timeout=10)

    def get(self, path: str) -> dict[str, Any]:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def all(self, path: str) -> list[dict[str, Any]]:
        """Return the resources of all pages that match."""
        found: list[dict[str, Any]] = []
        following: str | None = path
        while following:
            bundle = self.get(following)
            found += [
                one["resource"]
                for one in bundle.get("entry", [])
                if one["search"]["mode"] == "match"
            ]
            links = {one["relation"]: one["url"] for one in bundle.get("link", [])}
            following = links.get("next")
        return found

    def operation(self, name: str, **parameters: Any) -> requests.Response:
        """Call an operation; values are texts, references or resources."""
        listed = []
        for key, value in parameters.items():
            word = key if key.startswith("_") else key.replace("_", "-")
            if isinstance(value, dict) and "resourceType" in value:
                listed.append({"name": word, "resource": value})
            elif isinstance(value, dict):
                listed.append({"name": word, "valueReference": value})
            else:
                listed.append({"name": word, "valueDateTime": value})
        content = {"resourceType": "Parameters", "parameter": listed}
        return self.call("POST", f"Appointment/${name}", content)


def issue_of(answer: requests.Response) -> dict[str, Any]:
    """Return the first issue of an OperationOutcome."""
    content = answer.json()
    assert content["resourceType"] == "OperationOutcome", content
    assert answer.headers["Content-Type"].startswith("application/fhir+json")
    issue: dict[str, Any] = content["issue"][0]
    return issue


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("fhir")
    with his_process.served(folder, "fhir", before=his_process.everything) as served:
        yield served


@pytest.fixture(scope="module")
def his(day: Served) -> Served:
    """The shared hospital; modules that count or move the clock start one of their own."""
    return day


@pytest.fixture(scope="module")
def client(his: Served) -> Client:
    return Client(his)


@pytest.fixture
def faults(his: Served) -> Iterator[Served]:
    """The hospital with a clean list of faults afterwards."""
    yield his
    his.running.ask("DELETE", "/faults")
