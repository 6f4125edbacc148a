"""The page names everything that the front has."""

import re
from pathlib import Path

from reference_his.fhir.gateway import Fhir
from tests_world.his_process import Served

from .conftest import Client

PAGE = (Path(__file__).parents[2] / "docs/outside-world/his-fhir.md").read_text(encoding="utf-8")


def test_the_page_names_every_type_with_its_parameters(client: Client) -> None:
    for resource in client.get("metadata")["rest"][0]["resource"]:
        [row] = re.findall(rf"^\| {resource['type']} \|.*$", PAGE, re.MULTILINE)
        named = set(re.split(r"[ ,|]+", row))
        params = {one["name"] for one in resource["searchParam"]} - {"_id", "_lastUpdated"}
        assert params <= named, resource["type"]


def test_the_page_names_every_fault_and_address(his: Served) -> None:
    for kind in his.running.get("/faults")["kinds"]["fhir"]:
        assert f"`{kind}`" in PAGE
    paths = {one.path for one in Fhir.routes(object.__new__(Fhir))}
    for path in paths:
        assert f"`{path.replace(':.*', '')}`" in PAGE, path
    assert "`/fhir/subscriptions`" in PAGE
