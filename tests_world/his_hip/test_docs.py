"""The page names everything that the front has."""

from pathlib import Path

import pytest

from reference_his.hip.outbox import KINDS, TABLE
from tests_world.his_process import Served

PAGE = (Path(__file__).parents[2] / "docs/outside-world/his-soap.md").read_text(encoding="utf-8")


def test_the_page_names_every_service_and_event(his: Served) -> None:
    services = his.running.get("/credentials")["hip"]["services"]
    named = {*services, *(action for action, _root, _make in TABLE.values()), *KINDS}
    assert {name for name in named if name not in PAGE} == set()


def test_the_page_names_every_fault_and_address(his: Served) -> None:
    kinds = his.running.get("/faults")["kinds"]["hip"]
    paths = ("/HIPMessageServer", "/hip/partners", "/hip/dialect")
    assert {name for name in (*kinds, *paths) if f"`{name}" not in PAGE} == set()


@pytest.mark.parametrize("field", ["application", "xsi_types", "oids", "channels", "id_length"])
def test_the_page_names_what_a_dialect_can_set(his: Served, field: str) -> None:
    assert field in his.running.get("/hip/dialect")
    assert f"`{field}`" in PAGE
