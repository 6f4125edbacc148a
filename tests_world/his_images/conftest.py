"""A generated hospital with a real Orthanc beside it."""

import datetime
from collections.abc import Iterator

import pytest

from reference_his.generate import generate
from reference_his.hospital import Hospital
from reference_his.images import Pacs
from reference_his.images.study import Study, read
from simulation.clock import SHANGHAI
from tests_world import his_fixture

NOW = datetime.datetime(2026, 3, 2, 10, 15, tzinfo=SHANGHAI)
KINDS = (("CT", "CHEST"), ("CT", "HEAD"), ("MR", "HEAD"), ("DX", "CHEST"), ("US", "ABDOMEN"))


@pytest.fixture(scope="session")
def his() -> Iterator[Hospital]:
    with his_fixture.database() as dsn:
        found = his_fixture.hospital(dsn, at=NOW.isoformat())
        found.db.create()
        generate(found.db, 150, 11, NOW)
        yield found
        found.db.close()


@pytest.fixture(scope="session")
def exams(his: Hospital) -> dict[tuple[str, str], list[str]]:
    """Report numbers of reported exams, by modality and body part."""
    rows = his.db.all(
        "SELECT modality, body_part, report_no FROM exam_report WHERE state = 'reported'"
        " ORDER BY report_no"
    )
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        found.setdefault((row["modality"], row["body_part"]), []).append(row["report_no"])
    return found


@pytest.fixture(params=KINDS, ids="-".join)
def study(
    request: pytest.FixtureRequest, his: Hospital, exams: dict[tuple[str, str], list[str]]
) -> Study:
    """An exam of each modality."""
    return read(his, exams[request.param][0])


@pytest.fixture(scope="session")
def pacs(his: Hospital, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pacs]:
    archive = Pacs(his)
    archive.start(tmp_path_factory.mktemp("orthanc"))
    yield archive
    archive.stop()
