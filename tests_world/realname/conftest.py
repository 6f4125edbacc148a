"""One vendor for all tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulation import launch


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where state and log of the vendor lie."""
    return tmp_path_factory.mktemp("realname")


@pytest.fixture(scope="session")
def running(folder: Path) -> Iterator[launch.Running]:
    """The vendor in a process of its own."""
    words = ("--state", str(folder / "state"), "--base-port", "0", "--only", "realname")
    found = launch.start("sandbox", *words, log=folder / "log.txt")
    yield found
    found.stop()


@pytest.fixture
def world(running: launch.Running) -> launch.Running:
    """The vendor as on its first day."""
    running.post("/reset")
    return running
