"""One insurer for all tests of this folder, and a hospital's ear for its callbacks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulation import launch

from .insurer_client import Ear, Hospital


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where state and log of the insurer lie."""
    return tmp_path_factory.mktemp("insurer")


@pytest.fixture(scope="session")
def running(folder: Path) -> Iterator[launch.Running]:
    """The insurer in a process of its own."""
    words = ("--state", str(folder / "state"), "--base-port", "0", "--only", "insurer")
    found = launch.start("sandbox", *words, log=folder / "log.txt")
    yield found
    found.stop()


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
