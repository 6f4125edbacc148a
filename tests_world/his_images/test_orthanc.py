"""Pictures in a real Orthanc, read by a client that knows nothing of us."""

import base64
import json
import os
import select
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from dicomweb_client.api import DICOMwebClient
from dicomweb_client.session_utils import create_session_from_user_pass

from reference_his.hospital import Hospital
from reference_his.images import Pacs, dicom, server
from reference_his.images.study import Study
from simulation.messages import Refusal

EXPLICIT = "1.2.840.10008.1.2.1"  # transfer syntax: explicit VR little endian
Exams = dict[tuple[str, str], list[str]]


@pytest.fixture(scope="module")
def client(pacs: Pacs) -> DICOMwebClient:
    assert pacs.server
    session = create_session_from_user_pass(pacs.server.user, pacs.server.password)
    return DICOMwebClient(pacs.dicom_web, session=session)


def _ask(pacs: Pacs, path: str, password: str | None, host: str = "127.0.0.1") -> int:
    """Return the status of a plain request."""
    assert pacs.server
    request = urllib.request.Request(f"http://{host}:{pacs.server.port}{path}")
    if password is not None:
        pair = base64.b64encode(f"{pacs.server.user}:{password}".encode()).decode()
        request.add_header("Authorization", f"Basic {pair}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_study_is_found_by_patient_and_accession(
    pacs: Pacs, client: DICOMwebClient, study: Study
) -> None:
    pacs.push(study.report_no)
    by_patient = client.search_for_studies(search_filters={"PatientID": study.patient_no})
    assert study.study_uid in {one["0020000D"]["Value"][0] for one in by_patient}
    (found,) = client.search_for_studies(search_filters={"AccessionNumber": study.accession_no})
    assert found["0020000D"]["Value"] == [study.study_uid]
    assert found["00100010"]["Value"][0]["Ideographic"].replace("^", "") == study.name
    assert found["00080061"]["Value"] == [study.modality]


def test_series_instances_and_metadata_are_those_of_the_exam(
    pacs: Pacs, client: DICOMwebClient, study: Study
) -> None:
    pacs.push(study.report_no)
    series = client.search_for_series(study.study_uid)
    instances = client.search_for_instances(study.study_uid)
    uids = {one["00080018"]["Value"][0] for one in instances}
    assert uids == set(dicom.instance_uids(study))
    assert {one["00080060"]["Value"][0] for one in series} == {study.modality}
    metadata = client.retrieve_study_metadata(study.study_uid)
    assert {one["00080018"]["Value"][0] for one in metadata} == uids
    assert {one["00100020"]["Value"][0] for one in metadata} == {study.patient_no}


def test_picture_is_rendered_and_its_pixels_come_back(
    pacs: Pacs, client: DICOMwebClient, study: Study
) -> None:
    pacs.push(study.report_no)
    first = next(dicom.files(study))
    (one,) = client.search_for_instances(
        study.study_uid, search_filters={"SOPInstanceUID": first.sop_uid}
    )
    place = (study.study_uid, one["0020000E"]["Value"][0], first.sop_uid)
    image = client.retrieve_instance_rendered(*place, media_types=("image/png",))
    assert image[:8] == b"\x89PNG\r\n\x1a\n"
    frames = client.retrieve_instance_frames(
        *place, frame_numbers=[1], media_types=(("application/octet-stream", EXPLICIT),)
    )
    assert first.content.endswith(frames[0])
    assert client.retrieve_instance(*place).PixelData == frames[0]


def test_second_push_stores_nothing(pacs: Pacs, exams: Exams) -> None:
    report_no = exams["CT", "CHEST"][1]
    assert pacs.push(report_no) == dicom.SLICES
    assert pacs.push(report_no) == 0


def test_only_what_is_missing_is_stored(pacs: Pacs, exams: Exams) -> None:
    report_no = exams["US", "ABDOMEN"][1]
    count = pacs.push(report_no)
    uid = dicom.instance_uids(pacs.study(report_no))[0]
    assert pacs.server
    found = _json(pacs, "/tools/lookup", uid.encode())
    path = next(one["Path"] for one in found if one["Type"] == "Instance")
    _json(pacs, path, method="DELETE")
    assert count == 3 and pacs.push(report_no) == 1


def _json(pacs: Pacs, path: str, body: bytes | None = None, method: str = "POST") -> list[dict]:
    assert pacs.server
    request = urllib.request.Request(pacs.server.url + path, data=body, method=method)
    request.add_header("Authorization", pacs.server.authorization())
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


def test_newest_exams_are_stored_together(his: Hospital, pacs: Pacs) -> None:
    pacs.push_newest(2)
    assert pacs.push_newest(2) == 0


def test_exam_without_pictures_stores_nothing(pacs: Pacs, exams: Exams) -> None:
    assert pacs.push(exams["ECG", "HEART"][0]) == 0


def test_unknown_report_is_refused(pacs: Pacs) -> None:
    with pytest.raises(Refusal) as refused:
        pacs.push("JC0")
    assert refused.value.code == "REPORT_UNKNOWN"


def test_nothing_is_shown_without_the_password(pacs: Pacs) -> None:
    assert pacs.server
    for path in ("/dicom-web/studies", "/system", "/studies"):
        assert _ask(pacs, path, None) == 401
        assert _ask(pacs, path, "wrong") == 401
        assert _ask(pacs, path, pacs.server.password) == 200


def test_another_address_of_this_machine_is_refused(pacs: Pacs) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("198.51.100.1", 9))  # sends nothing: only asks which address would
        address = probe.getsockname()[0]
    assert pacs.server and not address.startswith("127.")
    try:
        status = _ask(pacs, "/dicom-web/studies", pacs.server.password, address)
    except urllib.error.URLError as refused:
        assert isinstance(refused.reason, ConnectionRefusedError)
    else:
        assert status in (401, 403)  # with the password that the loopback address takes


def test_no_dicom_port_is_open(pacs: Pacs) -> None:
    assert pacs.server
    settings = json.loads((pacs.server.folder / "orthanc.json").read_text())
    assert settings["DicomServerEnabled"] is False
    log = (pacs.server.folder / "orthanc.log").read_text()
    assert "DICOM server is disabled" in log


def test_files_are_private_and_survive_a_restart(
    his: Hospital, exams: Exams, tmp_path: Path
) -> None:
    archive = Pacs(his)
    folder = tmp_path / "own"
    archive.start(folder)
    stored = archive.push(exams["DX", "CHEST"][0])
    assert archive.server
    password = archive.server.password
    archive.stop()
    assert folder.stat().st_mode & 0o077 == 0
    archive.start(folder)
    assert archive.server.password == password
    assert stored == 1 and archive.push(exams["DX", "CHEST"][0]) == 0
    archive.stop()


def test_orthanc_ends_with_its_parent(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys; from reference_his.images.server import Server;"
        "s = Server(pathlib.Path(sys.argv[1])); s.start();"
        "print(s._process.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert parent.stdout and parent.stdin
    orthanc = os.pidfd_open(int(parent.stdout.readline()))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    ended, _write, _error = select.select([orthanc], [], [], 20)
    os.close(orthanc)
    parent.stdin.close()
    parent.stdout.close()
    assert ended == [orthanc]


def test_machine_without_orthanc_is_told_so(
    his: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "PROGRAM", "/nowhere/Orthanc")
    with pytest.raises(server.OrthancMissing, match="apt-get install orthanc"):
        Pacs(his).start(tmp_path)


def test_taken_port_is_an_error_and_no_process_is_left(his: Hospital, tmp_path: Path) -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:
        archive = Pacs(his)
        with pytest.raises(RuntimeError, match="orthanc.log"):
            archive.start(tmp_path, taken.getsockname()[1])
        assert archive.server is None
        with pytest.raises(OSError, match="not running"):
            _ = archive.dicom_web
