"""The hospital's picture archive: started, fed with the pictures of exams, stopped."""

from pathlib import Path

from ..hospital import Hospital
from . import dicom
from .orthanc import Orthanc
from .server import DICOM_WEB, Server
from .study import MODALITIES, Study, read

_HOST = "127.0.0.1"


class Pacs:
    """Orthanc with the pictures of one hospital.

    :param Hospital hospital: whose exams; only read.
    :param str encoding: of names in the files, ``ISO_IR 192`` or ``GB18030``.
    """

    def __init__(self, hospital: Hospital, encoding: str = dicom.ENCODINGS[0]):
        self._hospital, self._encoding = hospital, encoding
        self.server: Server | None = None

    def start(self, folder: Path, port: int = 0) -> int:
        """Start Orthanc with its files below a folder; return its port once it listens.

        Call it from the main thread: Orthanc ends with the thread that started it.

        :raise server.OrthancMissing: when it is not installed.
        """
        server = Server(folder)
        server.start(port)
        self.server = server
        return server.port

    @property
    def dicom_web(self) -> str:
        """Return the address for DICOMweb clients."""
        return self._running().url + DICOM_WEB

    def push(self, report_no: str) -> int:
        """Store the pictures of an exam that are missing; return how many were.

        An exam of a modality without pictures (ECG, endoscopy) has none to store.

        :raise Refusal: REPORT_UNKNOWN.
        :raise OSError: when Orthanc does not answer.
        """
        return self.store(self.study(report_no))

    def study(self, report_no: str) -> Study:
        """Return an exam as its pictures show it: the part of a push that reads records.

        :raise Refusal: REPORT_UNKNOWN.
        """
        return read(self._hospital, report_no)

    def store(self, exam: Study) -> int:
        """Store an exam's missing pictures: the part of a push that may run in any thread.

        :raise OSError: when Orthanc does not answer.
        """
        if exam.modality not in MODALITIES:
            return 0
        server = self._running()
        archive = Orthanc(_HOST, server.port, server.authorization())
        there = archive.stored(exam.study_uid)
        if there.issuperset(dicom.instance_uids(exam)):
            return 0
        made = dicom.files(exam, self._encoding)
        return archive.store(one for one in made if one.sop_uid not in there)

    def push_newest(self, count: int) -> int:
        """Store the pictures of the exams reported last; return how many files were new.

        :param int count: how many exams.
        """
        rows = self._hospital.db.all(
            "SELECT report_no FROM exam_report WHERE state = 'reported' AND modality = ANY(%s)"
            " ORDER BY reported_at DESC, report_no LIMIT %s",
            (list(MODALITIES), count),
        )
        return sum(self.push(row["report_no"]) for row in rows)

    def stop(self) -> None:
        """End Orthanc; what it stored stays in its folder."""
        if self.server:
            self.server.stop()
            self.server = None

    def _running(self) -> Server:
        if self.server is None:
            raise ConnectionError("The picture archive is not running.")
        return self.server
