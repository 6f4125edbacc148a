"""IHE ITI Scheduling: $hold, $book, and what becomes of an appointment."""

from __future__ import annotations

import datetime
from typing import Any

from reference_his.hospital import Hospital
from reference_his.refusals import refuse
from reference_his.services import numbers, patients, registrations
from simulation.messages import Refusal

from . import bodies, offers, search
from .build import Json
from .errors import error
from .kinds import KINDS

APPOINTMENT = KINDS["Appointment"]
CHANNEL = "wechat"
HOLD_MINUTES = 15


def get(hospital: Hospital, number: str) -> Json:
    """Return an appointment: a registration, a hold or a proposal.

    :raise Refusal: 404; 410 for a hold that is over and a proposal that is gone.
    """
    found = search.read(hospital, APPOINTMENT, number)
    if found:
        return found
    if number.startswith(offers.PROPOSED):
        return offers.proposal(hospital, number)
    if hospital.db.one("SELECT 1 FROM number_lock WHERE lock_id = %s", (number,)):
        raise error(410, "This hold is over: it was booked, released or it expired")
    raise error(404, f"There is no Appointment/{number[:64]}")


def hold(hospital: Hospital, asked: dict[str, list[Any]], base: str) -> Json:
    """Keep a proposed appointment's number for a while, whoever it will be for.

    :raise Refusal: ``fatal`` with ``not-found`` when the number is gone.
    """
    number = _needed(asked)
    offer = offers.offer_of(number)
    if offer is None:
        raise error(404, f"{number[:64]} is no proposed appointment", severity="fatal")
    patient_no = offer.patient_no or offers.reference_of(asked, "patient-reference", "Patient")
    held = _lock(hospital, offer, patient_no)
    return offers.bundle([get(hospital, held)], base)


def _needed(asked: dict[str, list[Any]]) -> str:
    number = offers.reference_of(asked, "appointment-reference", "Appointment")
    if not number:
        raise error(400, "appointment-reference is needed", "required")
    return number


def _lock(hospital: Hospital, offer: offers.Offer, patient_no: str) -> str:
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


def _lock_for_anybody(hospital: Hospital, offer: offers.Offer) -> str:
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
        return offers.bundle([_changed(hospital, change, asked)], base)
    number = _needed(asked)
    offer = offers.offer_of(number)
    with hospital.db.transaction():
        patient_no = _for_whom(hospital, asked) or (offer.patient_no if offer else "")
        if offer:
            number = _lock(hospital, offer, _known(hospital, patient_no))
        booked = _commit(hospital, number, patient_no)
    return offers.bundle([booked], base)


def _for_whom(hospital: Hospital, asked: dict[str, list[Any]]) -> str:
    """Return the patient's number; one who is new is taken in."""
    content = (asked.get("patient-resource") or [None])[0]
    if content is None:
        return offers.reference_of(asked, "patient-reference", "Patient")
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
