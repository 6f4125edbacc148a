"""Departments and doctors: OrganizationInfo… and ProviderInfo…"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import oids
from .dialect import Dialect
from .parts import GB_TITLES, Facts, addr, coded, ids, name, place, system_author
from .v3 import Subject
from .xml import Element, el


def _registration(role: Element, dialect: Dialect) -> Element:
    return el(
        "registrationRequest",
        el("statusCode", code="active"),
        el("subject1", role, typeCode="SBJ"),
        system_author(dialect.application),
        classCode="REG",
        moodCode="RQO",
    )


def organization(given: Mapping[str, Any], dialect: Dialect) -> Subject:
    """Return a department (PRPM_IN401030UV01, 403010)."""
    facts = Facts(given)
    title = facts.take("name")
    parent = el(
        "scoper2",
        ids((dialect.oid(oids.DEPARTMENT), facts.take("parent_code"))),
        classCode="ORG",
        determinerCode="INSTANCE",
    )
    entity = el(
        "assignedPrincipalOrganization",
        name(title),
        el("asAffiliate", parent, classCode="AFFL"),
        classCode="ORG",
        determinerCode="INSTANCE",
    )
    role = el(
        "assignedEntity",
        ids((dialect.oid(oids.DEPARTMENT), facts.take("code"))),
        coded(
            "code",
            facts.take("standard_code"),
            oids.SUBJECT,
            title,
            "医疗卫生机构业务科室分类与代码表",
        ),
        name(title),
        addr(facts.take("place")),
        el("telecom"),
        el("statusCode", code="active"),
        entity,
        classCode="ASSIGNED",
    )
    return Subject(_registration(role, dialect), facts.left())


def provider(given: Mapping[str, Any], dialect: Dialect) -> Subject:
    """Return a doctor (PRPM_IN301010UV01, 303010)."""
    facts = Facts(given)
    title = facts.take("title")
    code, text = GB_TITLES.get(title, ("", "其他"))
    department = place(
        "affiliatedPrincipalOrganization",
        dialect.oid(oids.DEPARTMENT),
        facts.take("department_code"),
        facts.take("department"),
    )
    person = el(
        "healthCarePrincipalPerson",
        name(facts.take("name")),
        el("asAffiliate", department, classCode="AFFL"),
        classCode="PSN",
        determinerCode="INSTANCE",
    )
    role = el(
        "healthCareProvider",
        ids((dialect.oid(oids.EMPLOYEE), facts.take("code"))),
        coded("code", code, oids.TITLE, text, "专业技术职务代码(GB/T 8561)"),
        el("addr"),
        el("telecom"),
        el("statusCode", code="active"),
        person,
        classCode="PROV",
    )
    return Subject(_registration(role, dialect), facts.left())
