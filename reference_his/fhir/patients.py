"""Create and update patients, conditionally."""

from __future__ import annotations

from typing import Any

from reference_his.hospital import Hospital
from reference_his.services import patients
from simulation.messages import Refusal

from . import bodies, search, versions
from .build import Json
from .errors import error
from .kinds import KINDS

PATIENT = KINDS["Patient"]


def get(hospital: Hospital, number: str) -> Json:
    """Return a patient.

    :raise Refusal: 404.
    """
    found = search.read(hospital, PATIENT, number)
    if found is None:
        raise error(404, f"There is no Patient/{number}")
    return found


def create(hospital: Hospital, content: Json, if_none_exist: str) -> tuple[Json, bool]:
    """Take a patient in; return it, and whether it is new.

    :param str if_none_exist: a search, as the header has it; empty to create in any case.
    :raise Refusal: 412 when several fit the search; the hospital's refusals.
    """
    told = bodies.particulars(content)
    held = bodies.cards(content)
    if if_none_exist:
        existing = _existing(hospital, if_none_exist)
        if existing:
            return existing, False
    try:
        with hospital.db.transaction():
            made = patients.create(hospital, **{"name": "", **told})
            _bind(hospital, made["patient_no"], held)
    except Refusal as refusal:
        # another connection was faster
        if refusal.code != "PATIENT_EXISTS" or not if_none_exist:
            raise
        existing = _existing(hospital, if_none_exist)
        if not existing:
            raise
        return existing, False
    return get(hospital, made["patient_no"]), True


def _existing(hospital: Hospital, query: str) -> Json | None:
    pairs = search.pairs_of(query.rpartition("?")[2])
    wish = search.wish_of(PATIENT, pairs, lenient=False)
    if not wish.where:
        raise error(412, "If-None-Exist says nothing to search by", "required")
    wish.count = 2
    found = search.search(hospital, PATIENT, wish, "", []).get("entry", [])
    if len(found) > 1:
        raise error(412, "If-None-Exist fits several patients", "multiple-matches")
    return found[0]["resource"] if found else None


def _bind(hospital: Hospital, patient_no: str, held: list[tuple[str, str]]) -> None:
    for kind, number in held:
        patients.add_card(hospital, patient_no, kind, number)


def update(hospital: Hospital, number: str, content: Json, if_match: str) -> Json:
    """Change a patient; what the content leaves out stays.

    :raise Refusal: 400 when the ids differ; 404; 412 when ``if_match`` names an older version.
    """
    if content.get("id", number) != number:
        raise error(400, "The id in the body is not the one in the address", "value")
    told: dict[str, Any] = bodies.particulars(content)
    held = bodies.cards(content)
    with hospital.db.transaction():
        hospital.db.run("SELECT 1 FROM patient WHERE patient_no = %s FOR UPDATE", (number,))
        versions.check(if_match, get(hospital, number))
        patients.update(hospital, number, **told)
        _bind(hospital, number, held)
        return get(hospital, number)
