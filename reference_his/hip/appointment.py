"""Bookings: OutPatientAppointStatusInfo…"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reference_his.refusals import refuse

from . import oids
from .dialect import Dialect
from .parts import Facts, coded, ids, name, span
from .v3 import Subject
from .xml import Element, el, find, value

BOOKED, CANCELLED = "0", "1"
ENDED = ("cancelled", "refunded", "no_show")
TEXTS = {BOOKED: "预约成功", CANCELLED: "取消预约"}


def booked(given: Mapping[str, Any], dialect: Dialect) -> Subject:
    """Return a booking and what became of it (PRPA_IN410001UV, 410002)."""
    facts = Facts(given)
    starts, ends = facts.take("starts_at"), facts.take("ends_at")
    appointment = el(
        "encounterAppointment",
        ids((dialect.oid(oids.APPOINTMENT), facts.take("reg_no"))),
        el("code"),
        el("statusCode", code=facts.take("state")),
        span("effectiveTime", starts),
        el("subject", _patient(facts, dialect)),
        _device(facts, given["state"], starts),
        _performer(facts, dialect, starts),
        el("arrivedBy", _resource(facts, dialect, starts, ends)),
    )
    return Subject(appointment, facts.left())


def _patient(facts: Facts, dialect: Dialect) -> Element:
    who = el("patientPerson", ids((oids.IDENTITY_CARD, "")), name(facts.take("name")))
    number = ids((dialect.oid(oids.PATIENT), facts.take("patient_no")))
    return el("patient", number, who, classCode="PAT")


def _device(facts: Facts, state: str, starts: str) -> Element:
    code = CANCELLED if state in ENDED else BOOKED
    device = el(
        "assignedDevice",
        ids((oids.APPLICATION, facts.take("channel"))),
        coded("code", code, oids.APPOINTMENT_STATE, TEXTS[code], "门诊预约状态代码表"),
        classCode="ASSIGNED",
    )
    return el("reusableDevice", span("time", starts), device)


def _performer(facts: Facts, dialect: Dialect, starts: str) -> Element:
    doctor = el(
        "assignedPerson",
        ids((dialect.oid(oids.EMPLOYEE), facts.take("doctor_code"))),
        classCode="ASSIGNED",
    )
    return el("performer", span("time", starts), doctor, typeCode="PRF")


def _resource(facts: Facts, dialect: Dialect, starts: str, ends: str) -> Element:
    return el(
        "transportationIntent",
        ids((dialect.oid(oids.SCHEDULE), facts.take("session_id"))),
        el("code"),
        span("effectiveTime", starts, ends),
        moodCode="INT",
    )


@dataclass(frozen=True)
class Wish:
    """What a platform asks for.

    :param int session_id: number of the session.
    :param int seq: number within it, or 0 when the hospital may choose.
    :param bool cancels: the booking is called off.
    """

    partner_no: str
    patient_no: str
    name: str
    session_id: int
    seq: int
    application: str
    cancels: bool


def wish_of(root: Element) -> Wish:
    """Read a platform's booking or cancellation.

    :raise Refusal: FIELD_MISSING or FIELD_INVALID, naming the element.
    """
    subject = find(root, "controlActProcess/subject/encounterAppointment")
    partner_no = value(subject, "id/item", "extension")
    if not partner_no:
        raise refuse("FIELD_MISSING", "encounterAppointment/id")
    state = value(subject, "reusableDevice/assignedDevice/code", "code")
    if state not in TEXTS:
        raise refuse("FIELD_INVALID", "assignedDevice/code")
    resource = "arrivedBy/transportationIntent/"
    return Wish(
        partner_no=partner_no,
        patient_no=value(subject, "subject/patient/id/item", "extension"),
        name=value(subject, "subject/patient/patientPerson/name/item/part"),
        session_id=_number(value(subject, f"{resource}id/item", "extension"), "排班标识"),
        seq=_number(value(subject, f"{resource}code", "code"), "号序"),
        application=value(subject, "reusableDevice/assignedDevice/id/item", "extension"),
        cancels=state == CANCELLED,
    )


def _number(text: str, what: str) -> int:
    """Return a number of up to nine digits; an empty text is 0."""
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise refuse("FIELD_INVALID", what)
    return int(text)
