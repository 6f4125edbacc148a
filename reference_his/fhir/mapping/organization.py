"""Organization, Location and HealthcareService: the hospital and its departments."""

from typing import Any

from reference_his.facts import Facts

from .. import codes
from ..build import Json, clean, concept, finish, identifier, own, reference

HOSPITAL = "hospital"
KINDS = {"clinic": "临床科室", "medtech": "医技科室", "ward": "病区", "pharmacy": "药房"}


def hospital() -> Json:
    """Return the hospital itself, which all departments are part of."""
    made: Json = clean(
        {
            "resourceType": "Organization",
            "id": HOSPITAL,
            "identifier": [identifier(codes.ORGANIZATION, "12331100471234567X")],
            "active": True,
            "type": [concept(own("organization-kind"), "hospital", "医院")],
            "name": "丽水市示范医院",
        }
    )
    return made


def resource(given: dict[str, Any]) -> Json:
    """Return a department as an organization."""
    facts = Facts(given)
    code, kind = facts.take("code"), facts.take("kind")
    made: Json = {
        "resourceType": "Organization",
        "id": code,
        "identifier": [identifier(codes.DEPARTMENT, code)],
        "active": True,
        "type": [
            concept(own("organization-kind"), kind, KINDS.get(kind, kind)),
            concept(codes.SUBJECT, facts.take("standard_code")),
        ],
        "name": facts.take("name"),
        "address": [{"text": facts.take("place")}],
        "partOf": reference("Organization", facts.take("parent_code") or HOSPITAL),
    }
    return finish(made, facts)


def location(given: dict[str, Any]) -> Json:
    """Return where a department is."""
    facts = Facts(given)
    code = facts.take("code")
    for told in ("kind", "standard_code", "parent_code", "pool_owner"):
        facts.take(told)  # of the organization
    made: Json = {
        "resourceType": "Location",
        "id": code,
        "identifier": [identifier(codes.DEPARTMENT, code)],
        "status": "active",
        "name": facts.take("name"),
        "description": facts.take("place"),
        "mode": "instance",
        "managingOrganization": reference("Organization", code),
    }
    return finish(made, facts)


def service(given: dict[str, Any]) -> Json:
    """Return what a department offers; ``pool_owner`` says who gives its numbers out."""
    facts = Facts(given)
    code, name = facts.take("code"), facts.take("name")
    for told in ("kind", "parent_code", "place"):
        facts.take(told)  # of the organization and the location
    made: Json = {
        "resourceType": "HealthcareService",
        "id": code,
        "identifier": [identifier(codes.DEPARTMENT, code)],
        "active": True,
        "providedBy": reference("Organization", code, name),
        "specialty": [concept(codes.SUBJECT, facts.take("standard_code"))],
        "location": [reference("Location", code)],
        "name": name,
        "appointmentRequired": True,
    }
    return finish(made, facts)
