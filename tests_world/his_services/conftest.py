"""One tiny hospital for each test: a template is filled once and copied."""

from collections.abc import Iterator

import pytest

from reference_his.hospital import Hospital
from tests_world import his_fixture


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    with his_fixture.database() as name:
        filled = his_fixture.hospital(name)
        his_fixture.fill(filled)
        filled.db.close()
        yield name


@pytest.fixture
def his(dsn: str) -> Iterator[Hospital]:
    """A hospital whose changes are undone after the test."""
    found = his_fixture.hospital(dsn)
    yield found
    found.db.close()


@pytest.fixture
def fresh(dsn: str) -> Iterator[Hospital]:
    """A hospital in a copy of the database, for tests that change much or use threads."""
    with his_fixture.database() as name:
        filled = his_fixture.hospital(name)
        his_fixture.fill(filled)
        yield filled
        filled.db.close()
