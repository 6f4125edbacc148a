"""Orders and requests: OrderInfo…, ExamAppInfo… (laboratory) and CheckAppInfo… (imaging)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import oids
from .dialect import Dialect
from .parts import Facts, coded, ids, item, name, patient_class, person, stamp
from .v3 import Subject
from .xml import Element, el

TYPES = {
    "drug": ("01", "药品类医嘱"),
    "exam": ("02", "检查类医嘱"),
    "lab": ("03", "检验类医嘱"),
    "treatment": ("05", "处置类医嘱"),
}
SERVICES = {"lab": "ExamAppInfo", "exam": "CheckAppInfo"}
STATES = {"cancelled": "inactive"}


def requested(given: Mapping[str, Any], dialect: Dialect) -> Subject:
    """Return an order in the form of its kind (POOR_IN200901UV, 200902)."""
    facts = Facts(given)
    make = _observation if given["kind"] in SERVICES else _group
    return Subject(make(facts, dialect), facts.left())


def _author(facts: Facts, dialect: Dialect) -> Element:
    code, who = facts.take("doctor_code"), facts.take("doctor")
    doctor = el(
        "assignedEntity",
        ids((dialect.oid(oids.EMPLOYEE), code)),
        person("assignedPerson", who),
        classCode="ASSIGNED",
    )
    signed = {} if facts.look("kind") in SERVICES else {"contextControlCode": "AP"}
    return el(
        "author",
        el("time", value=stamp(facts.take("ordered_at"))),
        el("signatureCode", code="S") if signed else None,
        el("signatureText", value=who),
        doctor,
        typeCode="AUT",
        **signed,
    )


def _performer(facts: Facts, dialect: Dialect) -> Element:
    organization = el(
        "serviceProviderOrganization",
        ids((dialect.oid(oids.DEPARTMENT), facts.take("department_code"))),
        name(facts.take("department")),
        classCode="ORG",
        determinerCode="INSTANCE",
    )
    where = el("serviceDeliveryLocation", organization, classCode="SDLOC")
    return el("location", where, typeCode="LOC")


def encounter(facts: Facts, dialect: Dialect, kind: str = "O") -> Element:
    """Return which visit of which patient it belongs to."""
    patient = el(
        "patient",
        ids((dialect.oid(oids.PATIENT), facts.take("patient_no"))),
        el("patientPerson", name(facts.take("name")), classCode="PSN", determinerCode="INSTANCE"),
        classCode="PAT",
    )
    visit = el(
        "encounter",
        el("id", item(dialect.oid(oids.VISIT), facts.take("visit_no"))),
        patient_class(kind),
        el("statusCode"),
        el("subject", patient, typeCode="SBJ"),
        classCode="ENC",
        moodCode="EVN",
    )
    return el("componentOf1", visit, contextConductionInd="false", typeCode="COMP")


def _observation(facts: Facts, dialect: Dialect) -> Element:
    """Return a laboratory or imaging request with its one item."""
    number = facts.take("order_no")
    inner = el(
        "observationRequest",
        ids((dialect.oid(oids.ORDER), number)),
        el("code", el("displayName", value=facts.take("item")), code=facts.take("code")),
        el("statusCode"),
        _performer(facts, dialect),
        classCode="OBS",
        moodCode="RQO",
    )
    state = facts.look("state")
    return el(
        "observationRequest",
        ids((dialect.oid(oids.REQUEST), number)),
        el("code"),
        el("text", value=facts.look("item")),
        el("statusCode", code=STATES.get(state, "active")),
        el("effectiveTime", el("low", value=stamp(facts.look("ordered_at"))), xsi="IVL_TS"),
        el("priorityCode", el("displayName", value="常规"), code="R"),
        _author(facts, dialect),
        el("component2", inner),
        encounter(facts, dialect),
        classCode="OBS",
        moodCode="RQO",
    )


def _group(facts: Facts, dialect: Dialect) -> Element:
    """Return an order for a drug or a treatment."""
    code, text = TYPES[facts.take("kind")]
    state = facts.look("state")
    request = el(
        "substanceAdministrationRequest",
        el("id", root=dialect.oid(oids.ORDER), extension=facts.take("order_no")),
        coded("code", code, oids.ORDER_TYPE, text),
        el("text", value=facts.take("item")),
        el("statusCode", code=STATES.get(state, "active")),
        _product(facts),
        _performer(facts, dialect),
        _supply(facts),
        _usage(facts),
        classCode="SBADM",
        moodCode="RQO",
    )
    return el(
        "placerGroup",
        _author(facts, dialect),
        el("component2", el("sequenceNumber", value="1"), request),
        encounter(facts, dialect),
        classCode="GROUPER",
        moodCode="RQO",
    )


def _product(facts: Facts) -> Element:
    product = el(
        "manufacturedProduct",
        el("code", code=facts.take("code")),
        name(facts.look("item")),
        classCode="MMAT",
        determinerCode="KIND",
    )
    made = el(
        "manufacturedProduct1",
        el("id", extension=facts.take("rx_no")),
        product,
        classCode="MANU",
    )
    return el("consumable2", made, typeCode="CSM")


def _supply(facts: Facts) -> Element:
    amount = el("quantity", value=facts.take("quantity"), unit=facts.take("unit"))
    request = el("supplyRequest", el("statusCode"), amount, classCode="SPLY", moodCode="RQO")
    return el("component2", request)


def _usage(facts: Facts) -> Element:
    note = el("annotation", el("text", value=facts.take("usage")), el("statusCode"))
    return el(
        "subjectOf6",
        el("seperatableInd", value="false"),
        note,
        typeCode="SUBJ",
        contextConductionInd="false",
    )
