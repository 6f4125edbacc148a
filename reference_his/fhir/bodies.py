"""Read what a client sends: JSON, Parameters, patches, and a patient's particulars."""

from __future__ import annotations

import re
from typing import Any

from simulation.messages import Call

from . import codes
from .build import Json
from .errors import error

PATIENT_ELEMENTS = {
    *("resourceType", "id", "meta", "implicitRules", "language", "text", "contained"),
    *("extension", "modifierExtension", "identifier", "active", "name", "telecom", "gender"),
    *("birthDate", "deceasedBoolean", "deceasedDateTime", "address", "maritalStatus"),
    *("multipleBirthBoolean", "multipleBirthInteger", "photo", "contact", "communication"),
    *("generalPractitioner", "managingOrganization", "link"),
}
SEXES = {gender: code for code, gender in codes.GENDERS.items()}
DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
TYPES = ("application/fhir+json", "application/json", "application/json-patch+json", "")


def body_of(call: Call, expected: str = "") -> Json:
    """Return the JSON object in a body.

    :param str expected: the ``resourceType`` that it must have; empty for any.
    :raise Refusal: 400, or 415 for another format than JSON.
    """
    content = _json(call)
    if not isinstance(content, dict):
        raise error(400, "The body is no JSON object", "structure")
    if expected and content.get("resourceType") != expected:
        raise error(400, f"The body is no {expected}", "structure")
    return content


def _json(call: Call) -> Any:
    kind = call.headers.get("content-type", "").partition(";")[0].strip()
    if kind not in TYPES:
        raise error(415, f"{kind[:80]} is not supported: send application/fhir+json")
    try:
        content = call.json()
        if b"\\u0000" in call.body:
            raise ValueError("no database keeps this")
    except (ValueError, RecursionError):
        raise error(400, "The body is no JSON", "structure") from None
    return content


def _list(content: Json, name: str) -> list[Json]:
    found = content.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise error(400, f"{name} is no list of objects", "structure")
    return found


def _text(content: Json, name: str) -> str:
    found = content.get(name, "")
    if not isinstance(found, str) or "\x00" in found or len(found) > 500:
        raise error(400, f"{name} is no text", "structure")
    return found.strip()


def particulars(content: Json) -> Json:
    """Return what a Patient says about a person, as the hospital's services take it.

    :raise Refusal: 400 for what is no Patient; 422 for values that this hospital cannot keep.
    """
    if odd := set(content) - PATIENT_ELEMENTS:
        raise error(400, f"Patient has no element {sorted(odd)[0][:60]}", "structure")
    names = _list(content, "name")
    birth, gender = _text(content, "birthDate"), _text(content, "gender")
    if gender and gender not in SEXES:
        raise error(400, f"gender: {gender[:40]} is no AdministrativeGender", "code-invalid")
    if birth and not DAY.match(birth):
        raise error(422, "birthDate: the hospital needs a whole day", "value")
    told = {
        "name": _name(names[0]) if names else "",
        "sex": SEXES.get(gender, ""),
        "birth": birth,
        "mobile": _phone(content),
        "address": _address(content),
        **_identity(content),
    }
    return {name: value for name, value in told.items() if value}


def _name(name: Json) -> str:
    given = name.get("given", [])
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise error(400, "name.given is no list of texts", "structure")
    return _text(name, "text") or _text(name, "family") + "".join(given)


def _phone(content: Json) -> str:
    phones = [one for one in _list(content, "telecom") if one.get("system", "phone") == "phone"]
    return _text(phones[0], "value") if phones else ""


def _address(content: Json) -> str:
    addresses = _list(content, "address")
    return _text(addresses[0], "text") if addresses else ""


def _identity(content: Json) -> Json:
    """Return the first identity document among the identifiers."""
    for one in _list(content, "identifier"):
        kind = codes.id_type(_text(one, "system"))
        if kind and _text(one, "value"):
            return {"id_type": kind, "id_number": _text(one, "value")}
    return {}


def cards(content: Json) -> list[tuple[str, str]]:
    """Return the cards among the identifiers, as kind and number."""
    pairs = [(_text(one, "system"), _text(one, "value")) for one in _list(content, "identifier")]
    known = [(codes.card_kind(system), value) for system, value in pairs]
    return [(kind, value) for kind, value in known if kind and value]


def parameters(content: Json) -> dict[str, list[Any]]:
    """Return a Parameters resource as name to values.

    :raise Refusal: 400 when a parameter is none.
    """
    found: dict[str, list[Any]] = {}
    for one in _list(content, "parameter"):
        name = _text(one, "name")
        value = one.get("resource")
        if value is None:
            value = next((one[key] for key in one if key.startswith("value")), None)
        if not name or value is None:
            raise error(400, "A parameter needs a name and a value", "structure")
        found.setdefault(name, []).append(value)
    return found


def reference_in(value: Any, target: str, name: str) -> str:
    """Return the id in a Reference, or in a text that stands for one.

    :raise Refusal: 400 when it is none, or one of another type.
    """
    text = value.get("reference", "") if isinstance(value, dict) else value
    found = text if isinstance(text, str) else ""
    number = found.rpartition("/")[2]
    before = found.removesuffix(number)
    if not number or before and not before.endswith(f"{target}/"):
        raise error(400, f"{name} is no reference to a {target}", "value")
    return number


def patched_status(call: Call) -> str:
    """Return the status that a patch sets: JSON Patch, or an object with ``status``.

    :raise Refusal: 400; 422 when the patch changes something else.
    """
    content = _json(call)
    if isinstance(content, list):
        steps = [one for one in content if isinstance(one, dict)]
        if len(steps) != len(content) or not steps:
            raise error(400, "This is no JSON Patch", "structure")
        if any(one.get("op") not in ("replace", "add", "test") for one in steps):
            raise error(422, "Only the status can be changed", "not-supported")
        steps = [one for one in steps if one["op"] != "test"]
        if len(steps) != 1 or steps[0].get("path") != "/status":
            raise error(422, "Only the status can be changed", "not-supported")
        status = steps[0].get("value")
    elif isinstance(content, dict) and set(content) <= {"resourceType", "id", "status"}:
        status = content.get("status")
    else:
        raise error(422, "Only the status can be changed", "not-supported")
    if not isinstance(status, str):
        raise error(400, "status is no code", "structure")
    return status
