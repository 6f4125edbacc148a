"""Practitioner and PractitionerRole: doctors, and where they work as what."""

from typing import Any

from reference_his.facts import Facts

from .. import codes
from ..build import Json, concept, finish, identifier, own, reference


def resource(given: dict[str, Any]) -> Json:
    """Return a doctor as a person."""
    facts = Facts(given)
    code = facts.take("code")
    for told in ("department_code", "department", "title", "specialty"):
        facts.take(told)  # of the role
    made: Json = {
        "resourceType": "Practitioner",
        "id": code,
        "identifier": [identifier(codes.EMPLOYEE, code)],
        "active": True,
        "name": [{"use": "official", "text": facts.take("name")}],
    }
    return finish(made, facts)


def role(given: dict[str, Any]) -> Json:
    """Return a doctor's work: department, title, specialty."""
    facts = Facts(given)
    code, title = facts.take("code"), facts.take("title")
    department = facts.take("department_code")
    made: Json = {
        "resourceType": "PractitionerRole",
        "id": code,
        "active": True,
        "practitioner": reference("Practitioner", code, facts.take("name")),
        "organization": reference("Organization", department, facts.take("department")),
        "code": [concept(own("title"), title, codes.TITLES.get(title, ""))],
        "specialty": [concept("", "", facts.take("specialty"))],
        "location": [reference("Location", department)],
        "healthcareService": [reference("HealthcareService", department)],
    }
    return finish(made, facts)
