"""One exam as the facts its pictures carry, read from the records."""

import datetime
import hashlib
from dataclasses import dataclass

from ..hospital import Hospital
from ..refusals import refuse

MODALITIES = ("CT", "MR", "DX", "US")
_QUERY = """
    SELECT e.report_no, e.name AS item, e.modality, e.body_part, e.accession_no, e.study_uid,
        e.done_at, p.patient_no, p.name, p.sex, p.birth, d.name AS department, r.name AS doctor
    FROM exam_report e JOIN patient p ON p.id = e.patient_id
        JOIN medical_order o USING (order_no) JOIN department d ON d.code = o.department_code
        JOIN doctor r ON r.code = o.doctor_code
    WHERE e.report_no = %s
"""


@dataclass(frozen=True)
class Study:
    """What all pictures of an exam share; ``sex`` as in GB/T 2261.1."""

    report_no: str
    item: str
    modality: str
    body_part: str
    accession_no: str
    study_uid: str
    done_at: datetime.datetime
    patient_no: str
    name: str
    sex: str
    birth: datetime.date
    department: str
    doctor: str

    def uid(self, *parts: object) -> str:
        """Return the identifier of a part of the study: the same facts, the same identifier."""
        text = "/".join((self.study_uid, *map(str, parts)))
        return f"2.25.{int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], 'big')}"


def read(hospital: Hospital, report_no: str) -> Study:
    """Return the study of an exam report.

    :raise Refusal: REPORT_UNKNOWN.
    """
    row = hospital.db.one(_QUERY, (report_no,))
    if row is None:
        raise refuse("REPORT_UNKNOWN", report_no)
    return Study(**row)
