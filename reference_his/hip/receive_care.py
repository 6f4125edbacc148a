"""Visits, stays, orders, their states and documents that partners ask for or tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reference_his.refusals import refuse
from reference_his.services import orders
from reference_his.views.rows import read

from . import document
from .answering import Context, Result, found, span_of, wanted
from .encounter import inpatient, outpatient
from .order import requested
from .status import filled, reports_of
from .v3 import Subject
from .xml import Element, find, value

BY_QUERY = "controlActProcess/queryByParameter"


def _visit_filter(root: Element, patient: str, times: str) -> dict[str, str]:
    asked = find(root, BY_QUERY)
    low, high = span_of(find(asked, "encounterTimeframe/value"), "encounterTimeframe")
    number = value(asked, "careEventID/value/item", "extension")
    patient_no = value(asked, "patientId/value/item", "extension")
    if not number and not patient_no:
        raise refuse("FIELD_MISSING", "careEventID, patientId")
    return {patient: patient_no, f"{times}__min": low, f"{times}__max": high, "number": number}


def query_outpatient(context: Context, root: Element) -> Result:
    """OutPatientInfoQuery: by visit or registration number, or a patient's visits."""
    wishes = _visit_filter(root, "patient_no", "started_at")
    number = wishes.pop("number")
    order, db = "started_at DESC, visit_no", context.hospital.db
    rows = read(db, "v_visit", order, wanted(root), **wishes, visit_no=number)
    if number and not rows:
        rows = read(db, "v_visit", order, wanted(root), **wishes, reg_no=number)
    outside = [one for one in rows if one["kind"] != "I"]
    return found(root, [outpatient(one, context.dialect) for one in outside])


def query_inpatient(context: Context, root: Element) -> Result:
    """InPatientInfoQuery: by stay or visit number, or a patient's stays."""
    wishes = _visit_filter(root, "patient_no", "admitted_at")
    number = wishes.pop("number")
    order, db = "admitted_at DESC, admission_no", context.hospital.db
    rows = read(db, "v_inpatient", order, wanted(root), **wishes, admission_no=number)
    if number and not rows:
        rows = read(db, "v_inpatient", order, wanted(root), **wishes, visit_no=number)
    return found(root, [inpatient(one, context.dialect) for one in rows])


def _orders(context: Context, root: Element, kind: str) -> list[dict[str, Any]]:
    asked = find(root, f"{BY_QUERY}/queryByParameterPayload")
    number = value(asked, "actId/value/item", "extension")
    patient_no = value(asked, "patientId/value/item", "extension")
    if not number and not patient_no:
        raise refuse("FIELD_MISSING", "actId, patientId")
    low, high = span_of(find(asked, "effectiveTime/value"), "effectiveTime")
    return read(
        context.hospital.db,
        "v_order",
        "ordered_at DESC, order_no",
        wanted(root),
        order_no=number,
        patient_no=patient_no,
        doctor_code=value(asked, "authorId/value/item", "extension"),
        ordered_at__min=low,
        ordered_at__max=high,
        kind=kind,
    )


def query_order(context: Context, root: Element) -> Result:
    """OrderInfoQuery: all kinds of order."""
    return found(root, [requested(one, context.dialect) for one in _orders(context, root, "")])


def query_lab(context: Context, root: Element) -> Result:
    """ExamAppInfoQuery: laboratory requests."""
    return found(root, [requested(one, context.dialect) for one in _orders(context, root, "lab")])


def query_exam(context: Context, root: Element) -> Result:
    """CheckAppInfoQuery: imaging requests."""
    return found(root, [requested(one, context.dialect) for one in _orders(context, root, "exam")])


def query_status(context: Context, root: Element) -> Result:
    """OrderFillerStatusInfoQuery, ExamStatusInfoQuery and CheckStatusInfoQuery."""
    return found(root, [filled(one, context.dialect) for one in _orders(context, root, "")])


def update_status(context: Context, root: Element) -> Result:
    """A laboratory, imaging system or pharmacy tells how far an order has come.

    A finished order is done; any other step of a paid order means that it is being performed.
    """
    reports = reports_of(root)
    with context.hospital.db.transaction():
        kept = [_move(context, one.order_no, one.finished, one.undone) for one in reports]
    return Result("更新成功", [filled(one, context.dialect) for one in kept])


def _move(context: Context, order_no: str, finished: bool, undone: bool) -> dict[str, Any]:
    hospital = context.hospital
    if finished:
        return orders.fulfil(hospital, order_no)
    order = orders.get(hospital, order_no)
    if order["state"] not in ("charged", "doing"):
        raise refuse("ORDER_STATE", order["state"])
    before, after = ("doing", "charged") if undone else ("charged", "doing")
    orders.move(hospital, order_no, (before,), after)
    return orders.get(hospital, order_no)


REPORTS = {
    "C0002": ("v_visit", "visit_no", "started_at"),
    "C0006": ("v_exam_report", "report_no", "reported_at"),
    "C0007": ("v_lab_report", "report_no", "reported_at"),
}


def retrieve(context: Context, root: Element) -> Result:
    """DocumentRetrieve: one document by number, or those of a kind of a patient or visit."""
    asked = document.asked_for(root)
    kind, record = asked["kind"], ""
    if asked["number"]:
        kind, record = document.record_of(asked["number"])
    if kind not in REPORTS:
        raise refuse("FIELD_INVALID", "clinicalDocument.code")
    if not record and not asked["patient_no"] and not asked["visit_no"]:
        raise refuse("FIELD_MISSING", "clinicalDocument.id, patient.id")
    view, key, order = REPORTS[kind]
    wishes = {"patient_no": asked["patient_no"], "visit_no": asked["visit_no"]}
    if record:
        wishes[key] = record
    rows = read(context.hospital.db, view, f"{order} DESC, {key}", wanted(root), **wishes)
    if record and not rows:
        raise refuse("REPORT_UNKNOWN", asked["number"])
    ready = [one for one in rows if one.get("state", "reported") == "reported"]
    if record and not ready:
        raise refuse("REPORT_NOT_READY", asked["number"])
    return found(root, [_document(context, kind, one[key], one) for one in ready])


def _document(context: Context, kind: str, record: str, row: Mapping[str, Any]) -> Subject:
    content = {name: fact for name, fact in row.items() if name not in ("state", "updated_at")}
    if kind == "C0007":
        results = read(context.hospital.db, "v_lab_result", "line", 500, report_no=record)
        named = ("code", "name", "value", "unit", "low", "high", "flag")
        content["results"] = [{name: one[name] for name in named} for one in results]
    return document.registered(kind, record, content, context.dialect)
