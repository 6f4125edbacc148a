"""One insurer for all tests of this folder, and a hospital's ear for its callbacks."""

from collections.abc import Iterator

import pytest

from simulation import launch
from tests_world import one_gateway
from tests_world.one_gateway import folder

from .insurer_client import Ear, Hospital

__all__ = ["folder"]
running = one_gateway.running("insurer")


@pytest.fixture(scope="session")
def listening() -> Iterator[Ear]:
    """A port of the hospital."""
    with Ear() as found:
        yield found


@pytest.fixture
def world(running: launch.Running) -> launch.Running:
    """The insurer as on its first day, the clock standing still."""
    running.post("/reset")
    running.post("/clock", speed=0)
    return running


@pytest.fixture
def ear(listening: Ear) -> Ear:
    """The hospital's port with nothing heard yet."""
    listening.got.clear()
    listening.statuses.clear()
    return listening


@pytest.fixture
def hospital(world: launch.Running, ear: Ear) -> Hospital:
    """The demo's hospital."""
    return Hospital(world, ear)
