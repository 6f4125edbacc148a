"""Laboratory and imaging: specimen or pictures first, a reviewed report later."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from ..db import Row
from ..hospital import Hospital
from ..refusals import refuse
from . import facts_of, orders, patients, settlements
from .common import Facts, day_of, writing

SPECIMEN = "静脉血"
FLAGS = ("N", "L", "H", "LL", "HH", "A")


def _listed(
    hospital: Hospital, select: str, alias: str, patient_no: str, days: tuple[Any, Any]
) -> list[Facts]:
    """Return reported reports of some days, newest first."""
    patient = patients.row_of(hospital, patient_no)
    first = settlements.day_span(hospital, day_of(days[0], "first_day"))[0]
    last = settlements.day_span(hospital, day_of(days[1], "last_day"))[1]
    return facts_of.every(
        hospital,
        select,
        f"{alias}.patient_id = %s AND {alias}.reported_at >= %s AND {alias}.reported_at < %s"
        f" ORDER BY {alias}.reported_at DESC, {alias}.report_no",
        (patient["id"], first, last),
    )


def lab_list(hospital: Hospital, patient_no: str, first_day: Any, last_day: Any) -> list[Facts]:
    """Return a patient's laboratory reports of some days, newest first."""
    return _listed(hospital, facts_of.LAB_REPORT, "l", patient_no, (first_day, last_day))


def exam_list(hospital: Hospital, patient_no: str, first_day: Any, last_day: Any) -> list[Facts]:
    """Return a patient's imaging reports of some days, newest first."""
    return _listed(hospital, facts_of.EXAM_REPORT, "e", patient_no, (first_day, last_day))


def lab_report(hospital: Hospital, report_no: str) -> Facts:
    """Return a laboratory report with its results.

    :raise Refusal: REPORT_UNKNOWN; REPORT_NOT_READY before it was reviewed.
    """
    return _ready(facts_of.lab_report(hospital, report_no))


def exam_report(hospital: Hospital, report_no: str) -> Facts:
    """Return an imaging report.

    :raise Refusal: REPORT_UNKNOWN; REPORT_NOT_READY before it was reviewed.
    """
    return _ready(facts_of.exam_report(hospital, report_no))


def _ready(report: Facts) -> Facts:
    if not report["reported_at"]:
        raise refuse("REPORT_NOT_READY", report["report_no"])
    return report


def _order(hospital: Hospital, order_no: str, kind: str) -> Row:
    row = hospital.db.one("SELECT * FROM medical_order WHERE order_no = %s", (order_no,))
    if row is None:
        raise refuse("ORDER_UNKNOWN", order_no)
    if row["kind"] != kind:
        raise refuse("ORDER_STATE", row["kind"])
    return row


def _begin(hospital: Hospital, order: Row) -> None:
    """Begin a paid order.

    :raise Refusal: ORDER_STATE when it is not paid, cancelled or done.
    """
    if not orders.move(hospital, order["order_no"], ("charged",), "doing"):
        state = _order(hospital, order["order_no"], order["kind"])["state"]
        raise refuse("ORDER_STATE", state)


def collect(hospital: Hospital, order_no: str, specimen: str = SPECIMEN) -> Facts:
    """Take the specimen of a paid laboratory order; one that was taken is returned.

    :return: the report to come: ``report_no``, ``barcode`` …
    :raise Refusal: ORDER_UNKNOWN, ORDER_STATE.
    """
    order = _order(hospital, order_no, "lab")
    found = hospital.db.one("SELECT report_no FROM lab_report WHERE order_no = %s", (order_no,))
    if found:
        return facts_of.lab_report(hospital, found["report_no"])
    with writing(hospital):
        _begin(hospital, order)
        report_no = hospital.number("LR")
        hospital.db.insert(
            "lab_report",
            report_no=report_no,
            order_no=order_no,
            visit_no=order["visit_no"],
            patient_id=order["patient_id"],
            name=order["name"],
            specimen=specimen,
            barcode=hospital.number("")[2:],
            state="collected",
            collected_at=hospital.now(),
        )
    hospital.journal.write("his", "specimen", report_no, order_no=order_no)
    return facts_of.lab_report(hospital, report_no)


def report_lab(
    hospital: Hospital,
    order_no: str,
    results: Sequence[Mapping[str, str]],
    reporter_code: str = "",
    reviewer_code: str = "",
) -> Facts:
    """Report a laboratory order, taking its specimen first when nobody did.

    :param results: each with code, name, value, unit, low, high, flag (HL7 table 0078).
    :raise Refusal: ORDER_UNKNOWN; ORDER_STATE when it is not paid or was reported before;
        FIELD_INVALID for an unknown flag.
    """
    if not results or any(result.get("flag", "N") not in FLAGS for result in results):
        raise refuse("FIELD_INVALID", "results")
    with writing(hospital):
        report_no = collect(hospital, order_no)["report_no"]
        _report(hospital, "lab_report", report_no, order_no, (reporter_code, reviewer_code))
        hospital.db.many(
            "INSERT INTO lab_result (report_no, line, code, name, value, unit, low, high, flag)"
            " VALUES %s",
            [
                (
                    report_no,
                    line,
                    *(str(result.get(name, "")) for name in ("code", "name", "value")),
                    *(str(result.get(name, "")) for name in ("unit", "low", "high")),
                    result.get("flag", "N"),
                )
                for line, result in enumerate(results, 1)
            ],
        )
        orders.fulfil(hospital, order_no)
        told = facts_of.lab_report(hospital, report_no)
        hospital.emit("lab.reported", report_no, told)
    return told


def _report(
    hospital: Hospital, table: str, report_no: str, order_no: str, doctors: tuple[str, str]
) -> None:
    changed = hospital.db.run(
        f"UPDATE {table} SET state = 'reported', reported_at = %s, reporter_code = %s,"  # noqa: S608
        " reviewer_code = %s WHERE report_no = %s AND state <> 'reported'",
        (hospital.now(), doctors[0] or None, doctors[1] or None, report_no),
    )
    if not changed:
        raise refuse("ORDER_STATE", order_no)


def examine(hospital: Hospital, order_no: str) -> Facts:
    """Make the pictures of a paid imaging order; made ones are returned.

    :return: the report to come: ``report_no``, ``accession_no``, ``study_uid`` …
    :raise Refusal: ORDER_UNKNOWN, ORDER_STATE.
    """
    order = _order(hospital, order_no, "exam")
    found = hospital.db.one("SELECT report_no FROM exam_report WHERE order_no = %s", (order_no,))
    if found:
        return facts_of.exam_report(hospital, found["report_no"])
    item = hospital.db.one("SELECT details FROM item WHERE code = %s", (order["code"],)) or {}
    details = item.get("details") or {}
    with writing(hospital):
        _begin(hospital, order)
        report_no, accession_no = hospital.number("ER"), hospital.number("")
        hospital.db.insert(
            "exam_report",
            report_no=report_no,
            order_no=order_no,
            visit_no=order["visit_no"],
            patient_id=order["patient_id"],
            name=order["name"],
            modality=details.get("modality", "OT"),
            body_part=details.get("body_part", ""),
            accession_no=accession_no,
            study_uid=study_uid(accession_no),
            state="done",
            done_at=hospital.now(),
        )
    hospital.journal.write("his", "examined", report_no, order_no=order_no)
    return facts_of.exam_report(hospital, report_no)


def study_uid(accession_no: str) -> str:
    """Return a DICOM identifier below 2.25 that follows from the accession number."""
    digest = hashlib.sha256(accession_no.encode()).digest()[:16]
    return f"2.25.{int.from_bytes(digest, 'big')}"


def report_exam(
    hospital: Hospital,
    order_no: str,
    findings: str,
    impression: str,
    reporter_code: str = "",
    reviewer_code: str = "",
) -> Facts:
    """Report an imaging order, making its pictures first when nobody did.

    :raise Refusal: ORDER_UNKNOWN; ORDER_STATE when it is not paid or was reported before.
    """
    with writing(hospital):
        report_no = examine(hospital, order_no)["report_no"]
        _report(hospital, "exam_report", report_no, order_no, (reporter_code, reviewer_code))
        hospital.db.run(
            "UPDATE exam_report SET findings = %s, impression = %s WHERE report_no = %s",
            (findings, impression, report_no),
        )
        orders.fulfil(hospital, order_no)
        told = facts_of.exam_report(hospital, report_no)
        hospital.emit("exam.reported", report_no, told)
    return told
