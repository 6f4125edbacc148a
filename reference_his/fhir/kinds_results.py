"""What comes of it: drugs, reports, bills, payments."""

from __future__ import annotations

from typing import Any

from reference_his.db import Database
from reference_his.views.rows import read

from . import codes, sources
from .build import Json
from .kind import DATE_SORTS, ENCOUNTER, PATIENT, Kind, of_type, status, text
from .mapping import drug, money, report
from .params import Param


def _add_lines(db: Database, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        lines = read(db, "v_bill_detail", "line", 1000, bill_no=row["bill_no"])
        names = ("code", "item", "category", "quantity", "unit", "price_fen", "amount_fen")
        row["lines"] = [{name: line[name] for name in names} for line in lines]


def _laboratory(record: dict[str, Any]) -> Json:
    count = record.pop("results_count")
    return report.laboratory(record, count if record["state"] == "reported" else 0)


KINDS = (
    Kind(
        "Medication",
        sources.DRUG,
        ("code",),
        drug.resource,
        {"code": Param("token", "code"), "identifier": Param("token", "code"), **text("name")},
        {"name": "name"},
    ),
    Kind(
        "MedicationKnowledge",
        sources.DRUG,
        ("code",),
        drug.knowledge,
        {"code": Param("token", "code"), **text("name")},
        {"name": "name"},
    ),
    Kind(
        "DiagnosticReport",
        sources.REPORT,
        ("report_no",),
        of_type(lab=_laboratory, exam=report.imaging),
        {
            "patient": PATIENT,
            "subject": PATIENT,
            "encounter": ENCOUNTER,
            "identifier": Param("token", "report_no"),
            "based-on": Param("reference", "order_no", "ServiceRequest"),
            "category": Param("token", "type", codes={"LAB": ("lab",), "RAD": ("exam",)}),
            "status": Param(
                "token",
                "state",
                codes={"final": ("reported",), "registered": ("done", "collected")},
            ),
            "date": Param("date", "date"),
            "issued": Param("date", "issued"),
        },
        DATE_SORTS,
        {"patient": "Patient", "result": "Observation", "based-on": "ServiceRequest"},
    ),
    Kind(
        "Observation",
        sources.OBSERVATION,
        ("report_no", "#line"),
        report.observation,
        {
            "patient": PATIENT,
            "subject": PATIENT,
            "code": Param("token", "code"),
            "report": Param("reference", "report_no", "DiagnosticReport"),
            "date": Param("date", "reported_at"),
        },
        {"date": "reported_at"},
        {"patient": "Patient"},
    ),
    Kind(
        "ImagingStudy",
        sources.view("v_exam_report"),
        ("accession_no",),
        report.study,
        {
            "patient": PATIENT,
            "subject": PATIENT,
            "encounter": ENCOUNTER,
            "identifier": Param("token", special=sources.study_number),
            "modality": Param("token", "modality"),
            "basedon": Param("reference", "order_no", "ServiceRequest"),
            "started": Param("date", "done_at"),
        },
        {"started": "done_at"},
        {"patient": "Patient", "basedon": "ServiceRequest"},
    ),
    Kind(
        "ChargeItem",
        sources.CHARGE,
        ("document", "#line"),
        of_type(charge=money.charge),
        {
            "patient": PATIENT,
            "subject": PATIENT,
            "account": Param("reference", "admission_no", "Account"),
            "context": ENCOUNTER,
            "invoice": Param("reference", "bill_no", "Invoice"),
            "occurrence": Param("date", "date"),
        },
        {"occurrence": "date"},
        {"patient": "Patient"},
    ),
    Kind(
        "Invoice",
        sources.view("v_bill"),
        ("bill_no",),
        money.invoice,
        {
            "patient": PATIENT,
            "subject": PATIENT,
            "identifier": Param("token", "bill_no"),
            "status": status(codes.BILL),
            "date": Param("date", "created_at"),
            "type": Param("token", "business"),
            "account": Param("reference", "admission_no", "Account"),
        },
        {"date": "created_at"},
        {"patient": "Patient"},
        enrich=_add_lines,
    ),
    Kind(
        "Account",
        sources.ACCOUNT,
        ("admission_no",),
        money.account,
        {
            "patient": PATIENT,
            "subject": PATIENT,
            "identifier": Param("token", "admission_no"),
            "status": Param(
                "token", "state", codes={"active": ("in", "leaving"), "inactive": ("out",)}
            ),
            "period": Param("date", "admitted_at"),
        },
        {"period": "admitted_at"},
        {"patient": "Patient"},
    ),
    Kind(
        "PaymentNotice",
        sources.view("v_settlement"),
        ("settlement_no",),
        money.payment,
        {
            "identifier": Param("token", special=sources.payment_number),
            "request": Param("reference", "bill_no", "Invoice"),
            "created": Param("date", "settled_at"),
            "payment-status": Param("token", "kind", codes={"paid": ("P",), "cleared": ("R",)}),
            "patient": PATIENT,
        },
        {"created": "settled_at"},
        {"request": "Invoice"},
    ),
)
