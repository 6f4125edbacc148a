"""Patients and their cards: PatientInfo… and EncounterCardInfo…"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import oids
from .dialect import Dialect
from .parts import (
    ID_TYPES,
    Facts,
    addr,
    coded,
    ids,
    item,
    moment,
    name,
    place,
    sex,
    stamp,
    system_author,
    telecom,
)
from .v3 import Subject
from .xml import Element, el

INSURANCES = {"01": "城镇职工基本医疗保险", "02": "城镇居民基本医疗保险", "07": "自费"}


def registered(given: Mapping[str, Any], dialect: Dialect, event: str = "Request") -> Subject:
    """Return a patient with all cards as a registration (PRPA_IN201311UV02, 201314, 201306)."""
    facts = Facts(given)
    role = el(
        "patient",
        ids((dialect.oid(oids.PATIENT), facts.take("patient_no"))),
        el("statusCode", code="active"),
        _since(facts),
        _person(facts, dialect),
        place("providerOrganization", oids.ORGANIZATION, *_organization(dialect)),
        _coverage(facts),
        classCode="PAT",
    )
    registration = _registration(role, event)
    registration.append(system_author(dialect.application))
    return Subject(registration, facts.left())


def _organization(dialect: Dialect) -> tuple[str, str]:
    return dialect.organization, dialect.organization_name


def _since(facts: Facts) -> Element | None:
    when = facts.take("created_at")
    return moment("effectiveTime", when) if when else None


def _registration(role: Element, event: str) -> Element:
    subject = el("subject1", role, typeCode="SBJ")
    status = el("statusCode", code="active")
    mood = "RQO" if event == "Request" else "EVN"
    return el(f"registration{event}", status, subject, classCode="REG", moodCode=mood)


def _person(facts: Facts, dialect: Dialect) -> Element:
    id_type = facts.take("id_type")
    root = dialect.oid(oids.of_id_type(id_type))
    return el(
        "patientPerson",
        ids((root, facts.take("id_number"))),
        coded("idCategory", id_type, oids.ID_TYPE, ID_TYPES.get(id_type, ID_TYPES["99"]), "证件"),
        name(facts.take("name")),
        telecom(facts.take("mobile")),
        sex(facts.take("sex")),
        el("birthTime", value=stamp(facts.take("birth"))),
        addr(facts.take("address")),
        *(_card(card, dialect) for card in facts.objects("cards")),
    )


def _card(card: Mapping[str, Any], dialect: Dialect) -> Element:
    root = dialect.oid(oids.CARD_KINDS[str(card["kind"])])
    issuer = el(
        "scopingOrganization",
        ids((oids.ORGANIZATION, dialect.organization)),
        classCode="ORG",
        determinerCode="INSTANCE",
    )
    return el("asOtherIDs", ids((root, str(card["card_no"]))), issuer, classCode="ROL")


def _coverage(facts: Facts) -> Element | None:
    code = facts.take("insurance")
    if not code:
        return None
    kind = coded("code", code, f"{oids.BASE}.2.3.1.248", INSURANCES.get(code, "其他"), "医保类别")
    inner = el("beneficiary", el("beneficiary", kind, classCode="MBR"), typeCode="BEN")
    record = el("coverageRecord", inner, classCode="COV", moodCode="EVN")
    return el("coveredPartyOf", record, typeCode="COV")


def merged(given: Mapping[str, Any], dialect: Dialect) -> Subject:
    """Return that one patient's number was given up for another's (PRPA_IN201304UV02)."""
    facts = Facts(given)
    root = dialect.oid(oids.PATIENT)
    kept = el(
        "patient",
        ids((root, facts.take("into_patient_no"))),
        el("statusCode", code="active"),
        el("patientPerson", name(facts.take("name"))),
        classCode="PAT",
    )
    gone = el("priorRegisteredRole", ids((root, facts.take("patient_no"))), classCode="PAT")
    prior = el(
        "priorRegistration",
        el("statusCode", code="obsolete"),
        el("subject1", gone, typeCode="SBJ"),
        classCode="REG",
        moodCode="EVN",
    )
    event = _registration(kept, "Event")
    event.append(system_author(dialect.application, "custodian"))
    event.append(el("replacementOf", prior, typeCode="RPLC"))
    return Subject(event, facts.left())


def cards(given: Mapping[str, Any], dialect: Dialect) -> Subject:
    """Return a patient's cards (answer to EncounterCardInfoQuery)."""
    facts = Facts(given)
    held = facts.objects("cards")
    numbers = [
        item(dialect.oid(oids.CARD_KINDS[str(one["kind"])]), str(one["card_no"])) for one in held
    ]
    role = el(
        "patient",
        el("id", *numbers),
        el("statusCode", code="active"),
        _since(facts),
        _person(Facts({**given, "cards": []}), dialect),
        place("providerOrganization", oids.ORGANIZATION, *_organization(dialect)),
        classCode="PAT",
    )
    return Subject(_registration(role, "Event"), {"patient_no": given["patient_no"]})
