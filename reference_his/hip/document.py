"""Documents on their way: DocumentRegister sends them, DocumentRetrieve fetches them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from . import cda, oids
from .dialect import Dialect
from .parts import Facts, coded, ids, name, person, place, stamp
from .v3 import Subject
from .xml import Element, el, find, value

LENGTH = 32


def number_of(kind: str, record: str) -> str:
    """Return a document's number: kind and record, filled up to the 32 places it must have."""
    return kind + record.rjust(LENGTH - len(kind), "-")


def record_of(number: str) -> tuple[str, str]:
    """Return kind and record of a document's number."""
    return number[:5], number[5:].lstrip("-")


def registered(kind: str, record: str, given: Mapping[str, Any], dialect: Dialect) -> Subject:
    """Return a document for the platform's archive (RCMR_IN000002UV02).

    :param str kind: C0002, C0006 or C0007.
    :param str record: number of the report or visit.
    """
    facts = Facts(given)
    number = number_of(kind, record)
    content = base64.b64encode(cda.document(kind, number, given, dialect)).decode()
    when = stamp(facts.look("reported_at") or facts.look("ended_at") or facts.look("started_at"))
    document = el(
        "clinicalDocument",
        ids((oids.DOCUMENT, number)),
        coded("code", kind, oids.DOCUMENT_TYPE, cda.TYPES[kind], "文档类型代码"),
        el("statusCode"),
        el("effectiveTime", value=when),
        coded("confidentialityCode", "N", "2.16.840.1.113883.5.25", "一般访问保密级别", "保密级别"),
        el("versionNumber", value="1"),
        el("storageCode", el("originalText", value=content), el("translation")),
        el("recordTarget", _patient(facts, dialect, when), typeCode="RCT"),
        _author(facts),
        _custodian(dialect),
        classCode="DOCCLIN",
        moodCode="EVN",
    )
    return Subject(document)


def _patient(facts: Facts, dialect: Dialect, when: str) -> Element:
    return el(
        "patient",
        ids((dialect.oid(oids.PATIENT), facts.look("patient_no"))),
        el("statusCode"),
        el("effectiveTime", el("low", value=when), el("high")),
        el(
            "patientPerson",
            ids((oids.IDENTITY_CARD, "")),
            name(facts.look("name")),
            classCode="PSN",
            determinerCode="INSTANCE",
        ),
        place(
            "providerOrganization",
            oids.ORGANIZATION,
            dialect.organization,
            dialect.organization_name,
        ),
        classCode="PAT",
    )


def _author(facts: Facts) -> Element:
    who = facts.look("reporter") or facts.look("doctor")
    author = el("assignedAuthor", person("assignedPerson", who), classCode="ASSIGNED")
    return el("author", el("time"), author, typeCode="AUT")


def _custodian(dialect: Dialect) -> Element:
    keeper = place(
        "representedOrganization",
        oids.ORGANIZATION,
        dialect.organization,
        dialect.organization_name,
    )
    return el(
        "custodian",
        el("assignedCustodian", keeper, classCode="ASSIGNED"),
        typeCode="CST",
    )


def asked_for(root: Element) -> dict[str, str]:
    """Read which documents a query wants: ``kind``, ``number``, ``patient_no``, ``visit_no``."""
    query = find(root, "controlActProcess/queryByParameter")
    return {
        "kind": value(query, "clinicalDocument.code/value", "code"),
        "number": value(query, "clinicalDocument.id/value", "extension"),
        "visit_no": value(query, "encompassingEncounter.id/value/item", "extension"),
        "patient_no": value(query, "patient.id/value/item", "extension"),
    }
