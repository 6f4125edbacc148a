"""The tiny hospital, as new for each test."""

from collections.abc import Iterator

import pytest

from reference_his.hospital import Hospital
from tests_world import his_fixture


@pytest.fixture(scope="session")
def dsn() -> Iterator[str]:
    with his_fixture.filled() as name:
        yield name


@pytest.fixture
def his(dsn: str) -> Iterator[Hospital]:
    """The hospital as it was filled, with a clock that stands still."""
    found = his_fixture.hospital(dsn)
    his_fixture.restore(found)
    yield found
    found.db.close()
