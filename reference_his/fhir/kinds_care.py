"""What is planned and done: sessions, bookings, visits, orders, waiting lists."""

from __future__ import annotations

from typing import Any

from . import codes, sources
from .build import Json, own
from .kind import DATE_SORTS, ENCOUNTER, PATIENT, Kind, active, of_type, status
from .mapping import appointment, encounter, order, schedule
from .params import Binder, Param


def _partner_identifier(value: str, binder: Binder) -> str:
    """Find a booking by our number, or by a partner's within its channel."""
    system, _bar, number = value.rpartition("|")
    mark = binder.bind(number)
    channel = system.removeprefix(own("partner-no/"))
    if system and channel != system:
        return f"(channel = {binder.bind(channel)} AND partner_no = {mark})"
    if system == own("registration-no"):
        return f"reg_no = {mark}"
    return f"(reg_no = {mark} OR partner_no = {mark})" if not system else "false"


def _task(row: dict[str, Any]) -> Json:
    number = row.pop("id")
    made = order.waiting({name: row[name] for name in row if name not in ("day", "entered_at")})
    return {**made, "id": str(number), "authoredOn": row["entered_at"]}


KINDS = (
    Kind(
        "Schedule",
        sources.view("v_schedule"),
        ("#session_id",),
        schedule.resource,
        {
            "actor": Param("token", special=sources.schedule_actor),
            "date": Param("day", "day"),
            "active": active("state", "open"),
            "service-type": Param("token", "level"),
        },
        {"date": "day"},
        {"actor": "Practitioner"},
    ),
    Kind(
        "Slot",
        sources.SLOT,
        ("#session_id", "#seq"),
        schedule.slot,
        {
            "schedule": Param("token", special=sources.of_schedule),
            "start": Param("date", "starts_at"),
            "status": status(codes.NUMBER),
        },
        {"start": "starts_at"},
        {"schedule": "Schedule"},
    ),
    Kind(
        "Appointment",
        sources.APPOINTMENT,
        ("reg_no",),
        appointment.resource,
        {
            "identifier": Param("token", special=_partner_identifier),
            "patient": PATIENT,
            "practitioner": Param("reference", "doctor_code", "Practitioner"),
            "date": Param("date", "starts_at"),
            "status": status({**codes.REGISTRATION, "pending": "pending"}),
            "slot": Param("token", special=sources.of_slot),
        },
        {"date": "starts_at"},
        {"patient": "Patient", "practitioner": "Practitioner", "slot": "Slot"},
        interactions=("read", "search-type", "update", "patch"),
    ),
    Kind(
        "Encounter",
        sources.ENCOUNTER,
        ("visit_no",),
        of_type(visit=encounter.visit, stay=encounter.stay),
        {
            "patient": PATIENT,
            "subject": PATIENT,
            "date": Param("date", "date"),
            "class": Param(
                "token",
                "kind",
                codes={code: (kind,) for kind, (code, _text) in codes.CLASSES.items()},
            ),
            "appointment": Param("reference", "reg_no", "Appointment"),
            "identifier": Param("token", special=sources.encounter_number),
        },
        DATE_SORTS,
        {"patient": "Patient", "appointment": "Appointment"},
    ),
    Kind(
        "ServiceRequest",
        sources.SERVICE_REQUEST,
        ("order_no",),
        of_type(order=order.service, checkup=order.checkup),
        {
            "patient": PATIENT,
            "subject": PATIENT,
            "encounter": ENCOUNTER,
            "identifier": Param("token", "order_no"),
            "category": Param("token", "kind"),
            "code": Param("token", "code"),
            "status": status({**codes.ORDER, **codes.CHECKUP}),
            "authored": Param("date", "date"),
        },
        {"authored": "date"},
        {"patient": "Patient", "encounter": "Encounter"},
    ),
    Kind(
        "MedicationRequest",
        sources.MEDICATION_REQUEST,
        ("order_no",),
        order.medication,
        {
            "patient": PATIENT,
            "subject": PATIENT,
            "encounter": ENCOUNTER,
            "identifier": Param("token", "order_no"),
            "group-identifier": Param("token", "rx_no"),
            "medication": Param("reference", "code", "Medication"),
            "status": status(codes.DRUG_ORDER),
            "authoredon": Param("date", "ordered_at"),
        },
        {"authoredon": "ordered_at"},
        {"patient": "Patient", "medication": "Medication"},
    ),
    Kind(
        "Task",
        sources.view("v_queue"),
        ("#id",),
        _task,
        {
            "patient": PATIENT,
            "status": status(codes.QUEUE),
            "group-identifier": Param("token", "queue"),
            "authored-on": Param("date", "entered_at"),
        },
        {"authored-on": "entered_at"},
        {"patient": "Patient"},
    ),
)
