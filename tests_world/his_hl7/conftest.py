"""One hospital for all tests; each uses patients, sessions and partners of its own."""

from collections.abc import Iterator

import pytest

from .hospital import Hospital, hospital
from .mllp import Client


@pytest.fixture(scope="session")
def his(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """A hospital that stands still on the morning of 2 September 2026."""
    with hospital(tmp_path_factory.mktemp("his")) as made:
        yield made


@pytest.fixture
def client(his: Hospital) -> Iterator[Client]:
    """A connection to its listener; no fault is left from another test."""
    his.running.ask("DELETE", "/faults")
    with Client(his.port) as made:
        yield made
