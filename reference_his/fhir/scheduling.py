"""IHE ITI Scheduling: $find, $hold, $book, and what becomes of an appointment."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from reference_his.hospital import Hospital
from reference_his.refusals import refuse
from reference_his.services import numbers, patients, registrations
from reference_his.views.rows import facts_of
from simulation.messages import Refusal

from . import bodies, search
from .build import Json
from .errors import error
from .kinds import KINDS
from .mapping import appointment
from .params import range_of
from .versions import with_meta

APPOINTMENT = KINDS["Appointment"]
CHANNEL = "wechat"
HOLD_MINUTES = 15
PROPOSED = "F-"
MOST = 200
OFFERS = """
SELECT n.session_id, n.seq, n.starts_at, n.ends_at, n.updated_at, s.day, s.half_day,
    s.department_code, s.department, s.doctor_code, s.doctor, s.level, s.room, s.fee_fen,
    'proposed' AS state
FROM number n
JOIN his_view.v_schedule s ON s.session_id = n.session_id
JOIN department d ON d.code = s.department_code
WHERE (n.state = 'free' OR (n.state = 'locked' AND n.locked_until <= %(now)s))
    AND n.ends_at > %(now)s AND s.state = 'open' AND d.pool_owner = 'his'
"""


@dataclass(frozen=True)
class Offer:
    """A number that a proposed appointment stands for, and for whom it was looked up."""

    session_id: int
    seq: int
    patient_no: str


def offer_of(number: str) -> Offer | None:
    """Return what a proposed appointment's id stands for, or ``None``."""
    parts = number.removeprefix(PROPOSED).split("-", 2)
    if not number.startswith(PROPOSED) or len(parts) < 2:
        return None
    if not all(one.isascii() and one.isdigit() and len(one) < 10 for one in parts[:2]):
        return None
    return Offer(int(parts[0]), int(parts[1]), parts[2] if len(parts) == 3 else "")


def find(hospital: Hospital, asked: dict[str, list[Any]], base: str) -> Json:
    """Return free numbers as proposed appointments, earliest first.

    :param dict asked: start and end (needed); practitioner, organization, location-reference,
        specialty, visit-type, patient-reference, _count, _offset.
    :raise Refusal: 400.
    """
    conditions, values = _conditions(asked)
    values["now"] = hospital.now()
    count, offset = _whole(asked, "_count", 50), _whole(asked, "_offset", 0)
    where = OFFERS + "".join(f" AND {one}" for one in conditions)
    total = hospital.db.one(f"SELECT count(*) AS n FROM ({where}) f", values)  # noqa: S608
    rows = hospital.db.all(
        f"{where} ORDER BY n.starts_at, n.session_id, n.seq LIMIT {min(count, MOST)}"
        f" OFFSET {offset}",
        values,
    )
    patient_no = _reference(asked, "patient-reference", "Patient")
    found = [_offered(row, patient_no) for row in rows]
    number = int((total or {"n": 0})["n"])
    bundle = _bundle(found, base, number)
    if count and offset + len(rows) < number:
        link = {"relation": "next", "url": _next(asked, base, count, offset + len(rows))}
        bundle["link"] = [link]
    return bundle


def _next(asked: dict[str, list[Any]], base: str, count: int, offset: int) -> str:
    flat: list[tuple[str, Any]] = []
    for name, values in asked.items():
        if name not in ("_count", "_offset"):
            texts = [one.get("reference") if isinstance(one, dict) else one for one in values]
            flat += [(name, text) for text in texts]
    query = urlencode([*flat, ("_count", count), ("_offset", offset)])
    return f"{base}/Appointment/$find?{query}"


def _conditions(asked: dict[str, list[Any]]) -> tuple[list[str], dict[str, Any]]:
    values: dict[str, Any] = {
        "first": _moment(asked, "start"),
        "last": _moment(asked, "end"),
    }
    conditions = ["n.starts_at >= %(first)s", "n.starts_at < %(last)s"]
    references = (
        ("practitioner", "Practitioner", "s.doctor_code"),
        ("organization", "Organization", "s.department_code"),
        ("location-reference", "Location", "s.department_code"),
    )
    for name, target, column in references:
        if asked.get(name):
            values[name] = [bodies.reference_in(one, target, name) for one in asked[name]]
            conditions.append(f"{column} = ANY(%({name})s)")
    for name, column in (("specialty", "d.standard_code"), ("visit-type", "s.level")):
        if asked.get(name):
            values[name] = [str(one).rpartition("|")[2] for one in asked[name]]
            conditions.append(f"{column} = ANY(%({name})s)")
    return conditions, values


def _moment(asked: dict[str, list[Any]], name: str) -> datetime.datetime:
    value = (asked.get(name) or [None])[0]
    if not isinstance(value, str):
        raise error(400, f"$find needs {name}", "required")
    return range_of(value, name)[0]


def _whole(asked: dict[str, list[Any]], name: str, default: int) -> int:
    text = str((asked.get(name) or [default])[0])
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise error(400, f"{name} is a number", "value")
    return int(text)


def _reference(asked: dict[str, list[Any]], name: str, target: str) -> str:
    value = (asked.get(name) or [None])[0]
    return "" if value is None else bodies.reference_in(value, target, name)


def _offered(row: dict[str, Any], patient_no: str) -> Json:
    suffix = f"-{patient_no}" if patient_no else ""
    facts = facts_of(row)
    number = f"{PROPOSED}{row['session_id']}-{row['seq']}{suffix}"
    made = appointment.resource({**facts, "reg_no": number, "patient_no": patient_no})
    return with_meta(made, facts["updated_at"])


def _bundle(found: list[Json], base: str, total: int | None = None) -> Json:
    entries = [
        {
            "fullUrl": f"{base}/Appointment/{one['id']}",
            "resource": one,
            "search": {"mode": "match"},
        }
        for one in found
    ]
    bundle: Json = {"resourceType": "Bundle", "type": "searchset"}
    if total is not None:
        bundle["total"] = total
    return {**bundle, "entry": entries} if entries else bundle


def proposal(hospital: Hospital, number: str) -> Json:
    """Return a proposed appointment.

    :raise Refusal: 404; 410 when its number is no longer free.
    """
    offer = offer_of(number)
    if offer is None:
        raise error(404, f"There is no Appointment/{number[:64]}")
    row = hospital.db.one(
        OFFERS + " AND n.session_id = %(session)s AND n.seq = %(seq)s",
        {"session": offer.session_id, "seq": offer.seq, "now": hospital.now()},
    )
    if row is None:
        raise error(410, "This number is no longer free")
    return _offered(row, offer.patient_no)


def get(hospital: Hospital, number: str) -> Json:
    """Return an appointment: a registration, a hold or a proposal.

    :raise Refusal: 404; 410 for a hold that is over and a proposal that is gone.
    """
    found = search.read(hospital, APPOINTMENT, number)
    if found:
        return found
    if number.startswith(PROPOSED):
        return proposal(hospital, number)
    if hospital.db.one("SELECT 1 FROM number_lock WHERE lock_id = %s", (number,)):
        raise error(410, "This hold is over: it was booked, released or it expired")
    raise error(404, f"There is no Appointment/{number[:64]}")


def hold(hospital: Hospital, asked: dict[str, list[Any]], base: str) -> Json:
    """Keep a proposed appointment's number for a while, whoever it will be for.

    :raise Refusal: ``fatal`` with ``not-found`` when the number is gone.
    """
    number = _needed(asked)
    offer = offer_of(number)
    if offer is None:
        raise error(404, f"{number[:64]} is no proposed appointment", severity="fatal")
    patient_no = offer.patient_no or _reference(asked, "patient-reference", "Patient")
    held = _lock(hospital, offer, patient_no)
    return _bundle([get(hospital, held)], base)


def _needed(asked: dict[str, list[Any]]) -> str:
    number = _reference(asked, "appointment-reference", "Appointment")
    if not number:
        raise error(400, "appointment-reference is needed", "required")
    return number


def _lock(hospital: Hospital, offer: Offer, patient_no: str) -> str:
    """Lock a number and return the lock's id.

    :raise Refusal: with severity ``fatal``.
    """
    try:
        if patient_no:
            found = registrations.lock(
                hospital,
                offer.session_id,
                patient_no,
                offer.seq,
                channel=CHANNEL,
                minutes=HOLD_MINUTES,
            )
            return str(found["lock_id"])
        return _lock_for_anybody(hospital, offer)
    except Refusal as refusal:
        refusal.details["severity"] = "fatal"
        raise


def _lock_for_anybody(hospital: Hospital, offer: Offer) -> str:
    session = numbers.bookable(hospital, offer.session_id)
    if session["pool_owner"] == "platform":
        raise refuse("NOT_POOL_OWNER")
    lock_id = hospital.number("L")
    with hospital.db.transaction():
        numbers.lock(
            hospital,
            session["id"],
            lock_id=lock_id,
            until=hospital.now() + datetime.timedelta(minutes=HOLD_MINUTES),
            patient_id=None,
            channel=CHANNEL,
            seq=offer.seq,
        )
    hospital.journal.write("his", "locked", lock_id, session_id=session["id"], seq=offer.seq)
    return lock_id


def book(hospital: Hospital, asked: dict[str, list[Any]], base: str) -> Json:
    """Book a proposed or held appointment, or change one that exists.

    :param dict asked: appointment-reference, or appointment-resource with the change;
        patient-reference or patient-resource unless it is known already.
    :raise Refusal: the hospital's refusals.
    """
    change = (asked.get("appointment-resource") or [None])[0]
    if change is not None:
        return _bundle([_changed(hospital, change, asked)], base)
    number = _needed(asked)
    offer = offer_of(number)
    with hospital.db.transaction():
        patient_no = _for_whom(hospital, asked) or (offer.patient_no if offer else "")
        if offer:
            number = _lock(hospital, offer, _known(hospital, patient_no))
        booked = _commit(hospital, number, patient_no)
    return _bundle([booked], base)


def _for_whom(hospital: Hospital, asked: dict[str, list[Any]]) -> str:
    """Return the patient's number; one who is new is taken in."""
    content = (asked.get("patient-resource") or [None])[0]
    if content is None:
        return _reference(asked, "patient-reference", "Patient")
    if not isinstance(content, dict):
        raise error(400, "patient-resource is no Patient", "structure")
    if isinstance(content.get("id"), str):
        return str(content["id"])
    told = bodies.particulars(content)
    number = told.get("id_number", "")
    known = patients.find(hospital, id_number=number, name=told.get("name", "")) if number else []
    if known:
        return str(known[0]["patient_no"])
    return str(patients.create(hospital, **{"name": "", **told})["patient_no"])


def _known(hospital: Hospital, patient_no: str) -> str:
    if not patient_no:
        raise error(400, "$book needs patient-reference or patient-resource", "required")
    return str(patients.get(hospital, patient_no)["patient_no"])


def _commit(hospital: Hospital, lock_id: str, patient_no: str) -> Json:
    """Turn a hold into a registration; the hold's number is the booking's, so once is enough."""
    held = hospital.db.one(
        "SELECT l.patient_id, p.patient_no FROM number_lock l"
        " LEFT JOIN patient p ON p.id = l.patient_id WHERE l.lock_id = %s",
        (lock_id,),
    )
    if held is None:
        raise refuse("LOCK_UNKNOWN", lock_id[:64])
    if held["patient_id"] is None:
        row = patients.row_of(hospital, _known(hospital, patient_no))
        hospital.db.run(
            "UPDATE number_lock SET patient_id = %s WHERE lock_id = %s", (row["id"], lock_id)
        )
    elif patient_no and patient_no != held["patient_no"]:
        raise error(422, "The hold is another patient's", "business-rule")
    made = registrations.commit(hospital, lock_id, f"FHIR-{lock_id}")
    return get(hospital, str(made["reg_no"]))


def _changed(hospital: Hospital, change: Any, asked: dict[str, list[Any]]) -> Json:
    if not isinstance(change, dict) or change.get("resourceType") != "Appointment":
        raise error(400, "appointment-resource is no Appointment", "structure")
    number = change.get("id")
    if isinstance(number, str):
        return set_status(hospital, number, str(change.get("status", "")))
    return _follow(hospital, change, asked)


def _follow(hospital: Hospital, change: Json, asked: dict[str, list[Any]]) -> Json:
    """Follow a booking that the platform made among its own numbers."""
    slots = change.get("slot")
    if not isinstance(slots, list) or len(slots) != 1:
        raise error(400, "appointment-resource needs one slot", "required")
    session, _hyphen, seq = bodies.reference_in(slots[0], "Slot", "slot").rpartition("-")
    if not (seq.isascii() and seq.isdigit() and len(seq) < 10):
        raise error(404, "There is no such slot")
    patient_no = _known(hospital, _for_whom(hospital, asked))
    row = numbers.session_row(hospital, session)
    if row["pool_owner"] != "platform":
        raise refuse("POOL_OWNER_IS_HIS")
    identifiers = change.get("identifier")
    first = identifiers[0] if isinstance(identifiers, list) and identifiers else {}
    partner_no = str(first.get("value", "")) if isinstance(first, dict) else ""
    if not partner_no:
        raise error(422, "A booking of the platform needs its identifier", "required")
    made = registrations.book(hospital, session, patient_no, CHANNEL, partner_no[:64], seq=int(seq))
    return get(hospital, str(made["reg_no"]))


def set_status(hospital: Hospital, number: str, status: str) -> Json:
    """Cancel a booking, release a hold, note an arrival or an absence.

    :return: the appointment as it is now; a released hold as it would have been.
    :raise Refusal: 404, 410; 422 for a status that a client cannot set.
    """
    now = get(hospital, number)
    if now["status"] == status:
        return now
    if now["status"] == "pending":
        if status != "cancelled":
            raise error(422, "A hold can only be booked or cancelled", "business-rule")
        registrations.unlock(hospital, number)
        return {**now, "status": "cancelled"}
    steps = {
        "cancelled": lambda: registrations.cancel(hospital, reg_no=number),
        "arrived": lambda: registrations.sign(hospital, number),
        "noshow": lambda: registrations.no_show(hospital, number),
    }
    if status not in steps or now["status"] == "proposed":
        raise error(422, f"An appointment cannot be made {status[:20]!r}", "business-rule")
    steps[status]()
    return get(hospital, number)
