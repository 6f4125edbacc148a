"""Sessions, bookings and imaging appointments that partners tell or ask."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

import psycopg2.errors

from reference_his.refusals import refuse
from reference_his.services import directory, patients, registrations, schedules
from reference_his.views.rows import read

from . import exam_appointment
from .answering import Context, Result, found, needed, span_of, subject_of, time_of, wanted
from .appointment import BOOKED, ENDED, Wish, booked, wish_of
from .schedule import slot
from .v3 import Subject
from .xml import Element, find, find_all, value

WINDOW_DAYS = 14
HALF_DAYS = (("am", 12), ("pm", 18), ("night", 24))


def query_schedule(context: Context, root: Element) -> Result:
    """SourceAndScheduleInfoQuery: by number, or by days, department and doctor."""
    asked = find(root, "controlActProcess/queryByParameter")
    number = value(asked, "scheduleId/value/item", "extension")
    if number:
        rows = [schedules.session(context.hospital, number)]
    else:
        low, high = span_of(find(asked, "effectiveTime/value"), "effectiveTime")
        first = low[:10] or context.hospital.today().isoformat()
        later = datetime.date.fromisoformat(first) + datetime.timedelta(days=WINDOW_DAYS)
        rows = schedules.sessions(
            context.hospital,
            first,
            high[:10] or later.isoformat(),
            value(asked, "resourceDept/value/item", "extension"),
            value(asked, "employeeId/value/item", "extension"),
        )
    level = value(asked, "slotType/value", "code")
    fitting = [one for one in rows if level in ("", one["level"])][: wanted(root)]
    return found(root, [_with_numbers(context, one) for one in fitting])


def _with_numbers(context: Context, session: Mapping[str, Any]) -> Subject:
    numbers = schedules.numbers(context.hospital, session["session_id"])
    frames = [{**one, "free": int(one["state"] == "free")} for one in numbers]
    return slot(session, context.dialect, frames)


def publish(context: Context, root: Element) -> Result:
    """SourceAndScheduleInfoAdd and …Update: the platform's sessions, where it owns the numbers."""
    slots = find_all(root, "controlActProcess/subject/schedule/resourceSlot")
    if not slots:
        raise refuse("FIELD_MISSING", "resourceSlot")
    extra = _extra(root)
    with context.hospital.db.transaction():
        made = [_publish(context, one, extra) for one in slots]
    return Result("操作成功", [slot(one, context.dialect) for one in made])


def _extra(root: Element) -> dict[str, Any]:
    """Return the facts beside the message; none when they are no JSON object."""
    try:
        beside = json.loads(value(root, "extra") or "{}")
    except (ValueError, RecursionError):
        raise refuse("FIELD_INVALID", "extra") from None
    return beside if isinstance(beside, dict) else {}


def _publish(context: Context, resource: Element, extra: Mapping[str, Any]) -> dict[str, Any]:
    code = needed(resource, "deptId/item", "extension")
    owner = directory.department(context.hospital, code)["pool_owner"]
    if owner != "platform":
        raise refuse("POOL_OWNER_IS_HIS", code)
    starts = time_of(needed(resource, "timeFrame/effectiveTime/low"), "timeFrame/effectiveTime")
    if starts is None:
        raise refuse("FIELD_MISSING", "timeFrame/effectiveTime")
    total, fee_fen = value(resource, "totalNumber"), extra.get("fee_fen", 0)
    if not (total.isascii() and total.isdigit() and len(total) < 6 and isinstance(fee_fen, int)):
        raise refuse("FIELD_INVALID", "totalNumber")
    made = schedules.publish(
        context.hospital,
        day=starts.date(),
        half_day=next(name for name, end in HALF_DAYS if starts.hour < end),
        department_code=code,
        doctor_code=value(resource, "directTarget/IdentifiedEntity/id/item", "extension"),
        level=value(resource, "code", "code"),
        fee_fen=fee_fen,
        total=int(total),
    )
    suspended = value(resource, "statusCode", "code") == "suspended"
    if suspended:
        return schedules.suspend(context.hospital, made["session_id"], "平台停诊")
    if made["state"] == "suspended":
        return schedules.resume(context.hospital, made["session_id"])
    return made


def book(context: Context, root: Element) -> Result:
    """OutPatientAppointStatusInfoAdd and …Update: book (0) or call off (1).

    Where the platform owns the numbers its booking is followed; else a number is locked and
    committed at once, and refused when it is gone.
    """
    wish = wish_of(root)
    channel = context.dialect.channel(wish.application or context.head.sender)
    if wish.cancels:
        kept = registrations.cancel(context.hospital, partner_no=wish.partner_no, channel=channel)
        return Result("取消成功", [booked(kept, context.dialect)])
    _check_name(context, wish)
    with context.hospital.db.transaction():
        kept = _take_number(context, wish, channel)
    return Result("预约成功", [booked(kept, context.dialect)])


def _check_name(context: Context, wish: Wish) -> None:
    patient = patients.get(context.hospital, wish.patient_no)
    if wish.name and wish.name != patient["name"]:
        raise refuse("IDENTITY_MISMATCH")


def _take_number(context: Context, wish: Wish, channel: str) -> dict[str, Any]:
    hospital, seq = context.hospital, wish.seq or None
    known = hospital.db.one(
        "SELECT 1 FROM registration WHERE channel = %s AND partner_no = %s",
        (channel, wish.partner_no),
    )
    session = schedules.session(hospital, wish.session_id)
    owner = directory.department(hospital, session["department_code"])["pool_owner"]
    if known or owner == "platform":
        return registrations.book(
            hospital, wish.session_id, wish.patient_no, channel, wish.partner_no, seq=seq
        )
    held = registrations.lock(hospital, wish.session_id, wish.patient_no, seq, channel=channel)
    return registrations.commit(hospital, held["lock_id"], wish.partner_no)


def query_booking(context: Context, root: Element) -> Result:
    """OutPatientAppointStatusInfoQuery: a patient's bookings, live (0) or called off (1)."""
    asked = find(root, "controlActProcess/queryByParameter")
    patient = patients.get(context.hospital, needed(asked, "patientId/value/item", "extension"))
    rows = read(
        context.hospital.db,
        "v_registration",
        "day DESC, starts_at, reg_no",
        wanted(root),
        patient_no=patient["patient_no"],
    )
    state = value(asked, "encounterStatus/value/item", "code")
    if state:
        rows = [one for one in rows if (one["state"] in ENDED) == (state != BOOKED)]
    return found(root, [booked(one, context.dialect) for one in rows])


def book_exam(context: Context, root: Element) -> Result:
    """CheckAppointStatusInfoAdd and …Update: when an imaging order will be performed."""
    asked = subject_of(root, "actAppointment")
    number = needed(asked, "id", "extension")
    active = value(asked, "statusCode", "code") != "inactive"
    starts = time_of(exam_appointment.when(asked), "effectiveTime")
    order_no = exam_appointment.order_of(asked)
    device = value(asked, "reusableDevice/manufacturedDevice/manufacturedDevice/id", "extension")
    hospital = context.hospital
    if active and (not order_no or starts is None):
        raise refuse("FIELD_MISSING", "referencedOrder, effectiveTime")
    try:
        with hospital.db.transaction():
            exam_appointment.keep(hospital, number, order_no, device, starts, active)
    except psycopg2.errors.UniqueViolation:
        raise refuse("APPOINTMENT_TAKEN", number) from None
    row = exam_appointment.rows(hospital, number=number)[0]
    return Result("操作成功", [exam_appointment.appointed(row, context.dialect)])


def query_exam(context: Context, root: Element) -> Result:
    """CheckAppointStatusInfoQuery: by order, or all of a patient."""
    asked = find(root, "controlActProcess/queryByParameter")
    payload = find(asked, "queryByParameterPayload")
    within = payload if payload is not None else asked
    order_no = value(within, "actId/value/item", "extension")
    patient_no = value(within, "patientId/value/item", "extension")
    if not order_no and not patient_no:
        raise refuse("FIELD_MISSING", "actId, patientId")
    rows = exam_appointment.rows(context.hospital, order_no=order_no, patient_no=patient_no)
    return found(root, [exam_appointment.appointed(one, context.dialect) for one in rows])
