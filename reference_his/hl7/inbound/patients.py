"""ADT from outside, and queries for patients."""

from typing import Any

from ...services import patients
from ..codec import NULL, Segment
from ..errors import Refused, missing
from ..messages.people import NO_VISIT, PERSON
from ..values import CARDS, SEX, read_day
from .request import Reply, Request, numbers_of, patient_no_of

SEX_READ = {written: code for code, written in SEX.items()}
TEXTS = {"name": "PID-5.1", "mobile": "PID-13.1", "address": "PID-11.1"}


def particulars(request: Request) -> dict[str, Any]:
    """Return what PID says about a person: name, sex, birth, mobile, address, identity paper."""
    numbers = numbers_of(request)
    sex = request.get("PID-8")
    if sex and sex not in SEX_READ:
        raise Refused("103", f"性别代码不在值域内：{sex[:10]}", "PID-8", "FIELD_INVALID")
    birth = request.get("PID-7")
    return {
        **{name: request.get(place) for name, place in TEXTS.items()},
        "sex": SEX_READ.get(sex, ""),
        "birth": read_day(birth).isoformat() if birth else "",
        "id_type": numbers["id_type"],
        "id_number": numbers["id_number"],
    }


def create(request: Request) -> dict[str, Any]:
    """File a new patient with the cards that PID names, and return the facts."""
    wanted = particulars(request)
    if not wanted["name"]:
        raise missing("PID-5.1")
    wanted["id_type"] = wanted["id_type"] or "01"
    found = patients.create(request.hospital, **wanted)
    for kind, card_no in numbers_of(request)["cards"]:
        found = patients.add_card(request.hospital, found["patient_no"], kind, card_no)
    return dict(found)


def register(request: Request) -> Reply:
    """A04, A28: file a patient; the answer's ZPI names the new number."""
    reply = Reply()
    reply.put("ZPI-1", str(create(request)["patient_no"]))
    return reply


def update(request: Request) -> Reply:
    """A08, A31: change what PID says; an explicit nothing ("") clears mobile and address."""
    number = patient_no_of(request)
    changes = {name: value for name, value in particulars(request).items() if value}
    for name in ("mobile", "address"):
        if request.message.get(TEXTS[name]) == NULL:
            changes[name] = ""
    patients.update(request.hospital, number, **changes)
    for kind, card_no in numbers_of(request)["cards"]:
        patients.add_card(request.hospital, number, kind, card_no)
    return Reply()


def merge(request: Request) -> Reply:
    """A40: close the record of MRG-1; all that belongs to it goes over to PID-3."""
    patients.merge(request.hospital, request.need("MRG-1.1"), into=patient_no_of(request))
    return Reply()


def pid(facts: dict[str, Any], position: int = 1) -> list[Segment]:
    """Return the PID of a found patient."""
    segments = next(PERSON.written(facts, "")).segments
    segments[0].fields[0] = [[[str(position)]]]
    return segments


def query_a19(request: Request) -> Reply:
    """QRY^A19: QRD-8.1 is the hospital number, or the number of the kind that QRD-8.13 names."""
    number = request.need("QRD-8.1")
    found = patients.find(request.hospital, **{_number_kind(request.get("QRD-8.13")): number})
    reply = Reply(found=bool(found))
    for position, facts in enumerate(found, 1):
        # the form of ADR^A19 has a visit for everybody
        reply.segments += [*pid(facts, position), *next(NO_VISIT.written({}, "")).segments]
    return reply


def _number_kind(code: str) -> str:
    """Return what a kind of number (HL7 table 0203) is searched as."""
    if code in ("", "PI"):
        return "patient_no"
    return "card_no" if code in CARDS.values() else "id_number"


def query_q22(request: Request) -> Reply:
    """QBP^Q22: QPD-3 repeats ``@PID.3.1^…``, ``@PID.3.5``, ``@PID.5.1`` and ``@PID.13.1``."""
    segment = request.message.first("QPD")
    asked = {
        request.get(f"QPD-3[{place}].1"): request.get(f"QPD-3[{place}].2")
        for place in range(1, len(segment.repetitions(3)) + 1 if segment else 1)
    }
    wanted: dict[str, str] = {}
    if number := asked.get("@PID.3.1"):
        wanted[_number_kind(asked.get("@PID.3.5", ""))] = number
    if name := asked.get("@PID.5.1"):
        wanted["name"] = name
    if mobile := asked.get("@PID.13.1"):
        wanted["mobile"] = mobile
    if not wanted:
        raise missing("QPD-3")
    found = patients.find(request.hospital, **wanted)
    segments = [part for position, facts in enumerate(found, 1) for part in pid(facts, position)]
    return Reply(segments, found=bool(found))
