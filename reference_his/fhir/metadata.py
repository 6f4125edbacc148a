"""What this server can do: the CapabilityStatement, made from the tables it works by."""

from __future__ import annotations

from .build import Json, own
from .kind import Kind
from .kinds import KINDS

VERSION = "4.0.1"
OPERATIONS = ("find", "hold", "book")
TYPES = {"day": "date"}


def statement(base: str, date: str) -> Json:
    """Return the CapabilityStatement."""
    return {
        "resourceType": "CapabilityStatement",
        "id": "reference-his",
        "status": "active",
        "date": date,
        "kind": "instance",
        "software": {"name": "reference-his"},
        "implementation": {"description": "示范医院 HIS", "url": base},
        "fhirVersion": VERSION,
        "format": ["application/fhir+json", "json"],
        "patchFormat": ["application/json-patch+json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "Authorization: Bearer <token>"},
                "resource": [_resource(kind) for kind in KINDS.values()],
            }
        ],
    }


def _resource(kind: Kind) -> Json:
    writes = "create" in kind.interactions
    told: Json = {
        "type": kind.name,
        "interaction": [{"code": code} for code in kind.interactions],
        "versioning": "versioned-update" if writes else "versioned",
        "readHistory": False,
        "searchInclude": [f"{kind.name}:{name}" for name in kind.includes],
        "searchParam": [
            {"name": "_id", "type": "token"},
            {"name": "_lastUpdated", "type": "date"},
            *(
                {"name": name, "type": TYPES.get(param.kind, param.kind)}
                for name, param in kind.params.items()
            ),
        ],
    }
    if not kind.includes:
        del told["searchInclude"]
    if writes:
        told["conditionalCreate"] = True
    if kind.name == "Appointment":
        told["operation"] = [
            {"name": name, "definition": own(f"OperationDefinition/appointment-{name}")}
            for name in OPERATIONS
        ]
    return told
