"""Who works where, and for whom: the directory, patients and who pays for them."""

from __future__ import annotations

from typing import Any

from reference_his.db import Database
from reference_his.views.rows import cards_of

from . import codes, sources
from .build import Json
from .kind import PATIENT, Kind, active, status, text
from .mapping import money, organization, patient, practitioner
from .params import Binder, Param

CODE = {"identifier": Param("token", "code")}
DEPARTMENT_SORT = {"name": "name"}


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


def _add_cards(_db: Database, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["cards"] = cards_of(row["cards"])


def _organization(row: dict[str, Any]) -> Json:
    if row["code"] == organization.HOSPITAL:
        return organization.hospital()
    return organization.resource(row)


KINDS = (
    Kind(
        "Organization",
        sources.ORGANIZATION,
        ("code",),
        _organization,
        {
            **CODE,
            **text("name"),
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
        {**CODE, **text("name"), "organization": Param("reference", "code", "Organization")},
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
            **text("name"),
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
        {**CODE, **text("name")},
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
            **text("name"),
            "birthdate": Param("day", "birth"),
            "gender": status(codes.GENDERS, "sex"),
            "phone": Param("token", "mobile"),
            "telecom": Param("token", "mobile"),
            "active": active("into_patient_no", ""),
        },
        {"name": "name", "birthdate": "birth"},
        enrich=_add_cards,
        interactions=("read", "search-type", "create", "update"),
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
)
