"""Imaging appointments: the table, and CheckAppointStatusInfo… (PRSC_IN010101UV01, 010201)."""

from __future__ import annotations

import datetime
from typing import Any

from reference_his.hospital import Hospital
from reference_his.refusals import refuse
from reference_his.views.rows import facts_of

from . import oids
from .dialect import Dialect
from .parts import Facts, item, name, patient_class, place, span
from .v3 import Subject
from .xml import Element, el, find_all, value

SELECT = """
SELECT a.appointment_no, a.order_no, a.device, a.starts_at, a.state, o.visit_no, o.code,
    o.name AS item, o.department_code, d.name AS department, p.patient_no, p.name
FROM exam_appointment a
JOIN medical_order o ON o.order_no = a.order_no
JOIN department d ON d.code = o.department_code
JOIN patient p ON p.id = o.patient_id
"""


def when(asked: Element) -> str:
    """Return the time of an appointment, in either form."""
    return value(asked, "effectiveTime/low") or value(asked, "effectiveTime")


def order_of(asked: Element) -> str:
    """Return the request that an appointment is for."""
    numbers = find_all(asked, "referencedOrder/actOrder/id")
    return next((value(one, "", "extension") for one in numbers), "")


def keep(
    hospital: Hospital,
    number: str,
    order_no: str,
    device: str,
    starts: datetime.datetime | None,
    active: bool,
) -> None:
    """Note an appointment, or change it. In a transaction.

    :raise Refusal: ORDER_UNKNOWN, ORDER_STATE; APPOINTMENT_UNKNOWN when there is none to call off.
    :raise psycopg2.errors.UniqueViolation: when the order or the device is taken.
    """
    if not active:
        ended = hospital.db.run(
            "UPDATE exam_appointment SET state = 'inactive', updated_at = %s"
            " WHERE appointment_no = %s",
            (hospital.now(), number),
        )
        if not ended:
            raise refuse("APPOINTMENT_UNKNOWN", number)
        return
    order = hospital.db.one("SELECT * FROM medical_order WHERE order_no = %s", (order_no,))
    if order is None:
        raise refuse("ORDER_UNKNOWN", order_no)
    if order["kind"] != "exam" or order["state"] not in ("new", "charged"):
        raise refuse("ORDER_STATE", order["state"])
    hospital.db.run(
        "INSERT INTO exam_appointment VALUES (%(number)s, %(order)s, %(device)s, %(starts)s,"
        " 'active', %(now)s) ON CONFLICT (appointment_no) DO UPDATE SET starts_at = %(starts)s,"
        " device = %(device)s, state = 'active', updated_at = %(now)s",
        {
            "number": number,
            "order": order_no,
            "device": device,
            "starts": starts,
            "now": hospital.now(),
        },
    )


def rows(
    hospital: Hospital, number: str = "", order_no: str = "", patient_no: str = ""
) -> list[dict[str, Any]]:
    """Return appointments by one of the numbers, newest first."""
    found = hospital.db.all(
        SELECT + "WHERE %(number)s IN ('', a.appointment_no) AND %(order)s IN ('', a.order_no)"
        " AND %(patient)s IN ('', p.patient_no) ORDER BY a.starts_at DESC LIMIT 200",
        {"number": number, "order": order_no, "patient": patient_no},
    )
    return [facts_of(row) for row in found]


def appointed(given: dict[str, Any], dialect: Dialect) -> Subject:
    """Return one appointment."""
    facts = Facts(given)
    patient = el(
        "patient",
        el(
            "id",
            item(dialect.oid(oids.PATIENT), facts.take("patient_no")),
            item(dialect.oid(oids.VISIT), facts.take("visit_no")),
        ),
        el("patientPerson", name(facts.take("name"))),
        classCode="PAT",
    )
    device = el("manufacturedDevice", classCode="DEV", determinerCode="INSTANCE")
    device.append(el("id", extension=facts.take("device")))
    where = place(
        "serviceDeliveryLocation",
        dialect.oid(oids.DEPARTMENT),
        facts.take("department_code"),
        facts.take("department"),
        "SDLOC",
    )
    order = el("id", root=dialect.oid(oids.REQUEST), extension=facts.take("order_no"))
    appointment = el(
        "actAppointment",
        el("id", extension=facts.take("appointment_no")),
        patient_class("O"),
        el("statusCode", code=facts.take("state")),
        span("effectiveTime", facts.take("starts_at")),
        el("subject", patient, typeCode="SBJ"),
        el(
            "reusableDevice",
            el("manufacturedDevice", device, classCode="MANU"),
            typeCode="RDV",
        ),
        el("location", where, typeCode="LOC"),
        el(
            "referencedOrder",
            el("actOrder", order, classCode="ACT", moodCode="RQO"),
            typeCode="REFR",
        ),
        classCode="ACT",
        moodCode="APT",
    )
    return Subject(appointment, facts.left())
