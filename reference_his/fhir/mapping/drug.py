"""Medication and MedicationKnowledge: the drug list with price, stock and leaflet."""

import json
from typing import Any

from reference_his.facts import Facts

from .. import codes
from ..build import Json, concept, extension, finish, identifier, money, own

CATEGORIES = {"12": "西药", "13": "中成药", "14": "中草药"}


def _code(facts: Facts) -> Json | None:
    return concept(own("drug"), facts.take("code"), facts.take("name"))


def resource(given: dict[str, Any]) -> Json:
    """Return a drug as it is ordered; price and stock are extensions."""
    facts = Facts(given)
    for told in ("leaflet", "brand", "category", "insurance_class", "insurance_code"):
        facts.take(told)  # of the knowledge
    code, maker = facts.look("code"), facts.take("maker")
    made: Json = {
        "resourceType": "Medication",
        "id": code,
        "identifier": [identifier(own("drug"), code)],
        "code": _code(facts),
        "status": "active",
        "manufacturer": {"display": maker} if maker else None,
        "form": concept("", "", facts.take("form")),
    }
    return finish(made, facts)


def knowledge(given: dict[str, Any]) -> Json:
    """Return what is known of a drug: price, packaging, leaflet."""
    facts = Facts(given)
    code, maker, leaflet = facts.look("code"), facts.take("maker"), given.get("leaflet") or {}
    category = facts.take("category")
    facts.take("leaflet")
    made: Json = {
        "resourceType": "MedicationKnowledge",
        "id": code,
        "code": _code(facts),
        "status": "active",
        "manufacturer": {"display": maker} if maker else None,
        "doseForm": concept("", "", facts.take("form")),
        "synonym": [facts.take("brand")],
        "productType": [concept(own("drug-category"), category, CATEGORIES.get(category, ""))],
        "cost": [
            {
                "type": {"text": "零售价"},
                "source": facts.take("unit"),
                "cost": money(facts.number("price_fen")),
            }
        ],
        "regulatory": [_insurance(facts)],
        "text": _narrative(leaflet),
    }
    if leaflet:
        made["extension"] = [extension("leaflet", json.dumps(leaflet, ensure_ascii=False))]
    return finish(made, facts)


def _insurance(facts: Facts) -> Json | None:
    grade, number = facts.take("insurance_class"), facts.take("insurance_code")
    if not grade:
        return None
    return {
        "regulatoryAuthority": {"display": "国家医疗保障局"},
        "schedule": [
            {"schedule": concept(f"{codes.OWN}/insurance-class", grade)},
            {"schedule": concept(f"{codes.OWN}/insurance-code", number)} if number else None,
        ],
    }


def _narrative(leaflet: dict[str, Any]) -> Json | None:
    if not leaflet:
        return None
    lines = "".join(f"<p><b>{_safe(name)}</b> {_safe(text)}</p>" for name, text in leaflet.items())
    return {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{lines}</div>',
    }


def _safe(text: Any) -> str:
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
