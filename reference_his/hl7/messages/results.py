"""ORU: laboratory and imaging reports, check-up conclusions."""

import re

from ..codec import Message
from ..values import range_written
from .layout import Facts, Layout, Part
from .people import PID, visit_of

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def _report(**places: str) -> Part:
    return Part(
        ("OBR",),
        {"OBR-1": "1", "OBR-25": "F"},
        {"order_no": "OBR-2.1", **places},
    )


LAB_HEAD = _report(
    report_no="OBR-3.1",
    item="OBR-4.2",
    collected_at="OBR-7",
    specimen="OBR-15.1.2",
    barcode="OBR-20",
    reported_at="OBR-22",
    reviewer="OBR-32.1.2",
    reporter="OBR-33.1.2",
)


def _analyte(draft: Message, row: Facts) -> None:
    value = row.get("value", "")
    draft.put("OBX-2", "NM" if NUMBER.fullmatch(value) else "ST")
    draft.put("OBX-7", range_written(row.get("low", ""), row.get("high", "")))


ANALYTES = Part(
    ("OBX",),
    {"OBX-11": "F"},
    {"code": "OBX-3.1", "name": "OBX-3.2", "value": "OBX-5", "unit": "OBX-6.1", "flag": "OBX-8"},
    rows="results",
    number="OBX-1",
    fill=_analyte,
)
EXAM_HEAD = _report(
    report_no="OBR-3.1",
    item="OBR-4.2",
    done_at="OBR-7",
    body_part="OBR-15.4.2",
    accession_no="OBR-18",
    reported_at="OBR-22",
    modality="OBR-24",
    reviewer="OBR-32.1.2",
    reporter="OBR-33.1.2",
)


def _text(position: int, fact: str, kind: str, code: str, name: str, system: str) -> Part:
    fixed = {
        "OBX-1": str(position),
        "OBX-2": kind,
        "OBX-3.1": code,
        "OBX-3.2": name,
        "OBX-3.3": system,
        "OBX-11": "F",
    }
    return Part(("OBX",), fixed, {fact: "OBX-5"})


EXAM_TEXTS = (
    _text(1, "findings", "TX", "FINDINGS", "检查所见", "L"),
    _text(2, "impression", "TX", "IMPRESSION", "诊断意见", "L"),
    _text(3, "study_uid", "ST", "113014", "DICOM Study", "DCM"),
)
CHECKUP_HEAD = _report(package_code="OBR-4.1", package="OBR-4.2", day="OBR-7", state="OBR-20")


def _oru(*parts: Part) -> Layout:
    return Layout("ORU", "R01", "ORU_R01", (PID, *parts))


STANDARD = {
    "lab.reported": _oru(visit_of(), LAB_HEAD, ANALYTES),
    "exam.reported": _oru(visit_of(), EXAM_HEAD, *EXAM_TEXTS),
    "checkup.reported": _oru(CHECKUP_HEAD, _text(1, "summary", "TX", "SUMMARY", "体检结论", "L")),
}
