"""One platform for all tests of this folder; every test begins with an empty one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulation import launch

from .nhsa_client import Hospital


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where state and log of the platform lie."""
    return tmp_path_factory.mktemp("nhsa")


@pytest.fixture(scope="session")
def running(folder: Path) -> Iterator[launch.Running]:
    """The platform in a process of its own."""
    words = ("--state", str(folder / "state"), "--base-port", "0", "--only", "nhsa")
    found = launch.start("sandbox", *words, log=folder / "log.txt")
    yield found
    found.stop()


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
