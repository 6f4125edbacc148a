"""The small pieces that resources are made of: plain dictionaries."""

from __future__ import annotations

import json
from typing import Any

from reference_his.facts import Facts

from .codes import CURRENCY, OWN

Json = dict[str, Any]


def clean(value: Any) -> Any:
    """Return a JSON value without what is empty: FHIR allows no empty text, list or object."""
    if isinstance(value, dict):
        kept = {name: clean(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one not in ("", None, [], {})}
    if isinstance(value, list):
        return [one for one in map(clean, value) if one not in ("", None, [], {})]
    return value


def extension(name: str, value: Any) -> Json:
    """Return a fact that R4 has no element for."""
    url = f"{OWN}/StructureDefinition/{name}"
    if isinstance(value, bool):
        return {"url": url, "valueBoolean": value}
    if isinstance(value, int):
        return {"url": url, "valueInteger": value}
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return {"url": url, "valueString": text}


def finish(resource: Json, facts: Facts) -> Json:
    """Return a whole resource: facts without an element become extensions."""
    facts.take("updated_at")
    left = [
        extension(name, fact) for name, fact in facts.left().items() if fact not in ("", [], {})
    ]
    if left:
        resource["extension"] = [*resource.get("extension", []), *left]
    made: Json = clean(resource)
    return made


def reference(kind: str, number: str, display: str = "") -> Json | None:
    """Return a reference to ``kind/number``; ``None`` without a number."""
    return {"reference": f"{kind}/{number}", "display": display} if number else None


def patient(facts: Facts) -> Json | None:
    """Return who it is about."""
    return reference("Patient", facts.take("patient_no"), facts.take("name"))


def identifier(system: str, value: str, use: str = "") -> Json | None:
    """Return a number with who gave it; ``None`` without a number."""
    return {"use": use, "system": system, "value": value} if value else None


def concept(system: str, code: str, text: str = "") -> Json | None:
    """Return a code with its meaning; ``None`` without both."""
    if not code:
        return {"text": text} if text else None
    return {"coding": [{"system": system, "code": code, "display": text}], "text": text}


def own(name: str) -> str:
    """Return the hospital's own code or identifier system of this name."""
    return f"{OWN}/{name}"


def money(fen: int) -> Json:
    """Return an amount in yuan."""
    return {"value": fen / 100, "currency": CURRENCY}


def decimal(text: str) -> float | int | None:
    """Return a number that JSON can hold, or ``None`` for what is no number."""
    try:
        value = float(text)
    except ValueError:
        return None
    if value != value or value in (float("inf"), float("-inf")):
        return None
    return int(value) if value.is_integer() and "." not in text else value


def quantity(text: str, unit: str) -> Json | None:
    """Return an amount of something."""
    value = decimal(text)
    return None if value is None else {"value": value, "unit": unit}


def period(start: str, end: str) -> Json:
    """Return a time span; what is unknown is left out."""
    return {"start": start, "end": end}
