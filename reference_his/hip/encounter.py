"""Visits and stays: OutPatientInfo…, InPatientInfo… and DischargeInfo…"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import oids
from .dialect import Dialect
from .parts import Facts, ids, item, name, patient_class, person, place, shown, span
from .v3 import Subject
from .xml import Element, el


def outpatient(given: Mapping[str, Any], dialect: Dialect) -> Subject:
    """Return an outpatient or emergency visit (PRPA_IN400001UV, 400002)."""
    facts = Facts(given)
    location = place(
        "location",
        dialect.oid(oids.DEPARTMENT),
        facts.take("department_code"),
        facts.take("department"),
        "PLC",
    )
    event = _event(
        facts,
        dialect,
        number=item(dialect.oid(oids.OUTPATIENT_NO), facts.take("reg_no")),
        kind=facts.take("kind"),
        times=(facts.take("started_at"), facts.take("ended_at")),
        reason=facts.look("diagnosis"),
        location=location,
    )
    if facts.look("diagnosis"):
        event.append(_diagnosis(facts, dialect))
    return Subject(event, facts.left())


def inpatient(given: Mapping[str, Any], dialect: Dialect) -> Subject:
    """Return a stay with ward and bed (InPatientInfoAdd, DischargeInfoAdd)."""
    facts = Facts(given)
    bed = place("locatedPlace", oids.BED, facts.take("bed"), facts.look("bed"), "PLC")
    location = place(
        "location",
        dialect.oid(oids.WARD),
        facts.take("ward_code"),
        facts.take("ward"),
        "PLC",
    )
    location.append(el("locatedEntityHasParts", bed, classCode="LOCE"))
    event = _event(
        facts,
        dialect,
        number=item(dialect.oid(oids.INPATIENT_NO), facts.take("admission_no")),
        kind="I",
        times=(facts.take("admitted_at"), facts.take("discharged_at")),
        reason="",
        location=location,
    )
    return Subject(event, facts.left())


def _event(
    facts: Facts,
    dialect: Dialect,
    *,
    number: Element,
    kind: str,
    times: tuple[str, str],
    reason: str,
    location: Element,
) -> Element:
    return el(
        "encounterEvent",
        el("id", number, item(dialect.oid(oids.VISIT), facts.take("visit_no"))),
        patient_class(kind),
        el("statusCode"),
        span("effectiveTime", *times),
        el("reasonCode", el("item", el("originalText", value=reason)), xsi="DSET_CD"),
        el("subject", _patient(facts, dialect), typeCode="SBJ"),
        _doctor(facts, dialect),
        _location(location, dialect),
        classCode="ENC",
        moodCode="EVN",
    )


def _patient(facts: Facts, dialect: Dialect) -> Element:
    return el(
        "patient",
        ids((dialect.oid(oids.PATIENT), facts.take("patient_no"))),
        el("patientPerson", ids((oids.IDENTITY_CARD, "")), name(facts.take("name"))),
        classCode="PAT",
    )


def _doctor(facts: Facts, dialect: Dialect) -> Element:
    doctor = el(
        "assignedPerson",
        ids((dialect.oid(oids.EMPLOYEE), facts.take("doctor_code"))),
        person("assignedPerson", facts.take("doctor")),
        classCode="ASSIGNED",
    )
    return el("admitter", el("time"), doctor, typeCode="ADM")


def _location(location: Element, dialect: Dialect) -> Element:
    provider = el(
        "serviceProviderOrganization",
        ids((oids.ORGANIZATION, dialect.organization)),
        classCode="ORG",
        determinerCode="INSTANCE",
    )
    where = el("serviceDeliveryLocation", location, provider, classCode="SDLOC")
    return el("location", el("time"), el("statusCode", code="active"), where, typeCode="LOC")


def _diagnosis(facts: Facts, dialect: Dialect) -> Element:
    text, code = facts.take("diagnosis"), facts.take("diagnosis_code")
    value = el(
        "value",
        shown(text),
        xsi="CD",
        code=code,
        codeSystem=dialect.oid(oids.DIAGNOSIS),
        codeSystemName="诊断编码表(ICD-10)",
    )
    observation = el(
        "observationDx", el("code"), el("statusCode"), value, classCode="OBS", moodCode="EVN"
    )
    return el("reason", observation, typeCode="RSON")
