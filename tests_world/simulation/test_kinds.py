"""A fault that no test sees is a fault that nobody knows to work."""

from pathlib import Path

from reference_his import registry as his
from sandbox import registry as gateways
from simulation.faults import GENERIC_KINDS
from tests_world import his_process
from tests_world.conftest import start_sandbox

from .test_every_front import FRONTS

TESTS = Path(__file__).parents[1]
FOLDERS = {name: name for name in gateways.GATEWAYS}
FOLDERS |= {name: f"his_{name}" for name in his.GATEWAYS}
FOLDERS["mllp"] = "his_hl7"


def source(*folders):
    """Return all test code of some folders."""
    files = [file for folder in folders for file in (TESTS / folder).glob("*.py")]
    assert files, folders
    return "".join(file.read_text(encoding="utf-8") for file in files)


def unseen(kinds, text):
    return [kind for kind in kinds if f'"{kind}"' not in text]


def test_every_front_has_its_socket_broken():
    assert set(FRONTS) == {*gateways.GATEWAYS, *his.GATEWAYS}


def test_every_generic_kind_is_seen():
    # what damages a signature shows only where callbacks are signed
    assert unseen(GENERIC_KINDS, source("simulation", "wechatpay")) == []


def test_every_kind_of_a_gateway_is_seen_by_its_own_tests(tmp_path):
    running = start_sandbox(tmp_path)
    try:
        kinds = running.get("/faults")["kinds"]
    finally:
        running.stop()
    assert_seen(kinds)


def test_every_kind_of_the_hospital_is_seen_by_its_own_tests(tmp_path):
    with his_process.served(tmp_path, *his.GATEWAYS, "mllp") as served:
        assert_seen(served.running.get("/faults")["kinds"])


def assert_seen(kinds):
    own = {name: set(named) - set(GENERIC_KINDS) for name, named in kinds.items() if name != "*"}
    assert any(own.values())
    assert {name: unseen(named, source(FOLDERS[name])) for name, named in own.items()} == {
        name: [] for name in own
    }
