"""One vendor for all tests of this folder."""

import pytest

from simulation import launch
from tests_world import one_gateway
from tests_world.one_gateway import folder

__all__ = ["folder"]
running = one_gateway.running("realname")


@pytest.fixture
def world(running: launch.Running) -> launch.Running:
    """The vendor as on its first day."""
    running.post("/reset")
    return running
