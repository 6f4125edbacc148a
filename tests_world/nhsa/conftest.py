"""One platform for all tests of this folder; every test begins with an empty one."""

import pytest

from simulation import launch
from tests_world import one_gateway
from tests_world.one_gateway import folder

from .nhsa_client import Hospital

__all__ = ["folder"]
running = one_gateway.running("nhsa")


@pytest.fixture
def world(running: launch.Running) -> launch.Running:
    """The platform as on its first day."""
    running.post("/reset")
    return running


@pytest.fixture
def hospital(world: launch.Running) -> Hospital:
    """The demo's hospital, signed in."""
    found = Hospital.of(world, "H33110200001")
    found.sign_in()
    return found
