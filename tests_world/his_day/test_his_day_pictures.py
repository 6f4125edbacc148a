"""Pictures of the day's exams are in the archive under the numbers that the events told."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from dicomweb_client.api import DICOMwebClient
from dicomweb_client.session_utils import create_session_from_user_pass

from tests_world.his_day import hospital as hospitals

from .hospital import Hospital

WITH_PICTURES = ("CT", "MR", "DX", "US")
PEOPLE = 12
DEADLINE_SECONDS = 60


def archive(his: Hospital) -> DICOMwebClient:
    """Return a client of the archive that knows what a partner is told."""
    password = (his.state / "orthanc" / "password").read_text(encoding="ascii")
    session = create_session_from_user_pass("pacs", password)
    return DICOMwebClient(f"{his.running.addresses['images']}/dicom-web", session=session)


def wait_for_pictures(his: Hospital, count: int) -> None:
    """Return when so many exams were dealt with."""
    until = time.monotonic() + DEADLINE_SECONDS
    pause = threading.Event()
    while len(his.running.get("/journal?source=his&kind=images.stored")["facts"]) < count:
        assert time.monotonic() < until, "the pictures did not come"
        pause.wait(0.1)


def test_pictures_of_the_days_exams_are_found_under_their_numbers(
    template: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = tmp_path_factory.mktemp("pictures")
    fronts = ("--only", "vendor", "life", "images")
    with hospitals.hospital(template, folder, *fronts) as his:
        his.live(PEOPLE)
        his.end_day()
        exams = [one["facts"] for one in his.events() if one["kind"] == "exam.reported"]
        wait_for_pictures(his, len(exams))
        client = archive(his)
        pictured = [one for one in exams if one["modality"] in WITH_PICTURES]
        assert len(pictured) >= 3
        for facts in pictured:
            [study] = client.search_for_studies(
                search_filters={"AccessionNumber": facts["accession_no"]}
            )
            assert study["0020000D"]["Value"] == [facts["study_uid"]]
            assert study["00100020"]["Value"] == [facts["patient_no"]]
            assert study["00080061"]["Value"] == [facts["modality"]]
        newest = client.retrieve_study(pictured[-1]["study_uid"])
        assert {str(one.AccessionNumber) for one in newest} == {pictured[-1]["accession_no"]}
        assert all(one.pixel_array.size for one in newest)
