"""The worlds that tests talk to: real processes on free ports, ended with the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulation import launch


@pytest.fixture(scope="session")
def sandbox_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[launch.Running]:
    """All gateways in one process, for tests that do not touch clock or faults."""
    running = start_sandbox(tmp_path_factory.mktemp("sandbox"))
    yield running
    running.stop()


def start_sandbox(folder: Path, *only: str) -> launch.Running:
    """Start gateways on free ports: those named, or all."""
    words = ("--state", str(folder / "state"), "--base-port", "0")
    return launch.start("sandbox", *words, *(("--only", *only) if only else ()))
