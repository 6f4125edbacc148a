"""Which resources there are: where they come from, how they are found and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reference_his.db import Database
from reference_his.views.rows import cards_of, facts_of, read

from . import codes, sources
from .build import Json, own
from .mapping import (
    appointment,
    drug,
    encounter,
    money,
    order,
    organization,
    patient,
    practitioner,
    report,
    schedule,
)
from .params import Binder, Param

Make = Callable[[dict[str, Any]], Json]
Enrich = Callable[[Database, list[dict[str, Any]]], None]


@dataclass(frozen=True)
class Kind:
    """One type of resource.

    :param tuple source: SELECT statements; ``%(now)s`` is the hospital's time.
    :param tuple keys: columns that make the id, joined by hyphens; ``#`` marks integers.
    :param dict sorts: name to column; the column is never null.
    :param enrich: adds to rows what one statement cannot bring.
    """

    name: str
    source: sources.Source
    keys: tuple[str, ...]
    make: Make
    params: Mapping[str, Param]
    sorts: Mapping[str, str] = field(default_factory=dict)
    includes: Mapping[str, str] = field(default_factory=dict)
    enrich: Enrich | None = None
    interactions: Sequence[str] = ("read", "search-type")

    def columns(self) -> list[str]:
        """Return the key's columns."""
        return [key.lstrip("#") for key in self.keys]

    def values(self, number: str) -> list[Any] | None:
        """Return the key's values in an id, or ``None`` when it cannot be one."""
        parts = number.rsplit("-", len(self.keys) - 1)
        if len(parts) != len(self.keys):
            return None
        for key, part in zip(self.keys, parts, strict=True):
            if key.startswith("#") and not (part.isascii() and part.isdigit() and len(part) < 16):
                return None
        return parts


def _inverse(table: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for ours, theirs in table.items():
        found[theirs] = (*found.get(theirs, ()), ours)
    return found


def _status(table: Mapping[str, str], column: str = "state") -> Param:
    return Param("token", column, codes=_inverse(table))


PATIENT = Param("reference", "patient_no", "Patient")
ENCOUNTER = Param("reference", "visit_no", "Encounter")
DATE_SORTS = {"date": "date"}


def _active(column: str, yes: str) -> Param:
    def sql(value: str, _binder: Binder) -> str:
        return (
            f"{column} = '{yes}'" if value.rpartition("|")[2] == "true" else f"{column} <> '{yes}'"
        )

    return Param("token", special=sql)


def _patient_identifier(value: str, binder: Binder) -> str:
    """Find a patient by number, identity document or card; with a system only there."""
    system, _bar, number = value.rpartition("|")
    mark = binder.bind(number)
    finders = []
    if system in ("", codes.PATIENT_NO):
        finders.append(f"SELECT {mark}")
    kind = codes.id_type(system) if system else "any"
    if kind:
        types = list(codes.ID_SYSTEMS) if kind == "any" else [kind]
        finders.append(
            "SELECT patient_no FROM patient WHERE merged_into IS NULL"  # noqa: S608
            f" AND id_type = ANY({binder.bind(types)}) AND id_number = {mark}"
        )
    card = codes.card_kind(system) if system else "any"
    if card:
        of_kind = "" if card == "any" else f" AND c.kind = {binder.bind(card)}"
        finders.append(
            "SELECT p.patient_no FROM card c JOIN patient p ON p.id = c.patient_id"  # noqa: S608
            f" WHERE c.state = 'valid' AND c.card_no = {mark}{of_kind}"
        )
    return f"patient_no IN ({' UNION ALL '.join(finders)})" if finders else "false"


def _partner_identifier(value: str, binder: Binder) -> str:
    """Find a booking by our number, or by a partner's within its channel."""
    system, _bar, number = value.rpartition("|")
    mark = binder.bind(number)
    channel = system.removeprefix(own("partner-no/"))
    if system and channel != system:
        return f"(channel = {binder.bind(channel)} AND partner_no = {mark})"
    if system == own("registration-no"):
        return f"reg_no = {mark}"
    return f"(reg_no = {mark} OR partner_no = {mark})" if not system else "false"


def _add_cards(_db: Database, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["cards"] = cards_of(row["cards"])


def _add_lines(db: Database, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        lines = read(db, "v_bill_detail", "line", 1000, bill_no=row["bill_no"])
        names = ("code", "item", "category", "quantity", "unit", "price_fen", "amount_fen")
        row["lines"] = [{name: line[name] for name in names} for line in lines]


def _organization(row: dict[str, Any]) -> Json:
    if row["code"] == organization.HOSPITAL:
        return organization.hospital()
    return organization.resource(row)


def _of_type(**makers: Callable[[dict[str, Any]], Json]) -> Make:
    """Return what makes a resource of a row that carries its ``record`` and its ``type``."""

    def make(row: dict[str, Any]) -> Json:
        return makers[row["type"]](facts_of(row["record"]))

    return make


def _laboratory(record: dict[str, Any]) -> Json:
    count = record.pop("results_count")
    return report.laboratory(record, count if record["state"] == "reported" else 0)


def _task(row: dict[str, Any]) -> Json:
    number = row.pop("id")
    made = order.waiting({name: row[name] for name in row if name not in ("day", "entered_at")})
    return {**made, "id": str(number), "authoredOn": row["entered_at"]}


def _text(*columns: str) -> dict[str, Param]:
    return {column: Param("string", column) for column in columns}


CODE = {"identifier": Param("token", "code")}
DEPARTMENT_SORT = {"name": "name"}
KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "Organization",
            sources.ORGANIZATION,
            ("code",),
            _organization,
            {
                **CODE,
                **_text("name"),
                "type": Param("token", "kind"),
                "partof": Param("reference", "parent_code", "Organization"),
            },
            DEPARTMENT_SORT,
            {"partof": "Organization"},
        ),
        Kind(
            "Location",
            sources.view("v_dept"),
            ("code",),
            organization.location,
            {**CODE, **_text("name"), "organization": Param("reference", "code", "Organization")},
            DEPARTMENT_SORT,
            {"organization": "Organization"},
        ),
        Kind(
            "HealthcareService",
            sources.view("v_dept"),
            ("code",),
            organization.service,
            {
                **CODE,
                **_text("name"),
                "organization": Param("reference", "code", "Organization"),
                "specialty": Param("token", "standard_code"),
            },
            DEPARTMENT_SORT,
            {"organization": "Organization", "location": "Location"},
        ),
        Kind(
            "Practitioner",
            sources.view("v_doctor"),
            ("code",),
            practitioner.resource,
            {**CODE, **_text("name")},
            DEPARTMENT_SORT,
        ),
        Kind(
            "PractitionerRole",
            sources.view("v_doctor"),
            ("code",),
            practitioner.role,
            {
                "practitioner": Param("reference", "code", "Practitioner"),
                "organization": Param("reference", "department_code", "Organization"),
                "role": Param("token", "title"),
            },
            {},
            {"practitioner": "Practitioner", "organization": "Organization"},
        ),
        Kind(
            "Patient",
            sources.view("v_patient"),
            ("patient_no",),
            patient.resource,
            {
                "identifier": Param("token", special=_patient_identifier),
                **_text("name"),
                "birthdate": Param("day", "birth"),
                "gender": _status(codes.GENDERS, "sex"),
                "phone": Param("token", "mobile"),
                "telecom": Param("token", "mobile"),
                "active": _active("into_patient_no", ""),
            },
            {"name": "name", "birthdate": "birth"},
            enrich=_add_cards,
            interactions=("read", "search-type", "create", "update"),
        ),
        Kind(
            "Schedule",
            sources.view("v_schedule"),
            ("#session_id",),
            schedule.resource,
            {
                "actor": Param("token", special=sources.schedule_actor),
                "date": Param("day", "day"),
                "active": _active("state", "open"),
                "service-type": Param("token", "level"),
            },
            {"date": "day"},
            {"actor": "Practitioner"},
        ),
        Kind(
            "Slot",
            sources.SLOT,
            ("#session_id", "#seq"),
            schedule.slot,
            {
                "schedule": Param("token", special=sources.of_schedule),
                "start": Param("date", "starts_at"),
                "status": _status(codes.NUMBER),
            },
            {"start": "starts_at"},
            {"schedule": "Schedule"},
        ),
        Kind(
            "Appointment",
            sources.APPOINTMENT,
            ("reg_no",),
            appointment.resource,
            {
                "identifier": Param("token", special=_partner_identifier),
                "patient": PATIENT,
                "practitioner": Param("reference", "doctor_code", "Practitioner"),
                "date": Param("date", "starts_at"),
                "status": _status({**codes.REGISTRATION, "pending": "pending"}),
                "slot": Param("token", special=sources.of_slot),
            },
            {"date": "starts_at"},
            {"patient": "Patient", "practitioner": "Practitioner", "slot": "Slot"},
            interactions=("read", "search-type", "update", "patch"),
        ),
        Kind(
            "Encounter",
            sources.ENCOUNTER,
            ("visit_no",),
            _of_type(visit=encounter.visit, stay=encounter.stay),
            {
                "patient": PATIENT,
                "subject": PATIENT,
                "date": Param("date", "date"),
                "class": Param(
                    "token",
                    "kind",
                    codes={code: (kind,) for kind, (code, _text) in codes.CLASSES.items()},
                ),
                "appointment": Param("reference", "reg_no", "Appointment"),
                "identifier": Param("token", special=sources.encounter_number),
            },
            DATE_SORTS,
            {"patient": "Patient", "appointment": "Appointment"},
        ),
        Kind(
            "ServiceRequest",
            sources.SERVICE_REQUEST,
            ("order_no",),
            _of_type(order=order.service, checkup=order.checkup),
            {
                "patient": PATIENT,
                "subject": PATIENT,
                "encounter": ENCOUNTER,
                "identifier": Param("token", "order_no"),
                "category": Param("token", "kind"),
                "code": Param("token", "code"),
                "status": _status({**codes.ORDER, **codes.CHECKUP}),
                "authored": Param("date", "date"),
            },
            {"authored": "date"},
            {"patient": "Patient", "encounter": "Encounter"},
        ),
        Kind(
            "MedicationRequest",
            sources.MEDICATION_REQUEST,
            ("order_no",),
            order.medication,
            {
                "patient": PATIENT,
                "subject": PATIENT,
                "encounter": ENCOUNTER,
                "identifier": Param("token", "order_no"),
                "group-identifier": Param("token", "rx_no"),
                "medication": Param("reference", "code", "Medication"),
                "status": _status(codes.DRUG_ORDER),
                "authoredon": Param("date", "ordered_at"),
            },
            {"authoredon": "ordered_at"},
            {"patient": "Patient", "medication": "Medication"},
        ),
        Kind(
            "Medication",
            sources.DRUG,
            ("code",),
            drug.resource,
            {"code": Param("token", "code"), "identifier": Param("token", "code"), **_text("name")},
            {"name": "name"},
        ),
        Kind(
            "MedicationKnowledge",
            sources.DRUG,
            ("code",),
            drug.knowledge,
            {"code": Param("token", "code"), **_text("name")},
            {"name": "name"},
        ),
        Kind(
            "DiagnosticReport",
            sources.REPORT,
            ("report_no",),
            _of_type(lab=_laboratory, exam=report.imaging),
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
            _of_type(charge=money.charge),
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
                "status": _status(codes.BILL),
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
        Kind(
            "Coverage",
            sources.COVERAGE,
            ("patient_no",),
            money.coverage,
            {"beneficiary": PATIENT, "patient": PATIENT, "type": Param("token", "insurance")},
            {},
            {"beneficiary": "Patient"},
        ),
        Kind(
            "Task",
            sources.view("v_queue"),
            ("#id",),
            _task,
            {
                "patient": PATIENT,
                "status": _status(codes.QUEUE),
                "group-identifier": Param("token", "queue"),
                "authored-on": Param("date", "entered_at"),
            },
            {"authored-on": "entered_at"},
            {"patient": "Patient"},
        ),
    )
}
