"""Health check-ups: packages, bookings, one report."""

from decimal import Decimal
from typing import Any

from ..hospital import Hospital
from ..refusals import refuse
from . import bills, facts_of, patients
from .common import Facts, day_of, facts, writing

ANY_SEX = "0"


def packages(hospital: Hospital) -> list[Facts]:
    """Return all packages: code, name, sex (0 any), price_fen, items, description."""
    rows = hospital.db.all(
        "SELECT code, name, sex, price_fen, items, description FROM checkup_package ORDER BY code"
    )
    return [facts(row) for row in rows]


def book(hospital: Hospital, package_code: str, patient_no: str, day: Any) -> Facts:
    """Book a package for a day, with its bill.

    :return: the booking's facts with ``bill_no`` and ``price_fen``.
    :raise Refusal: PACKAGE_UNKNOWN; PACKAGE_NOT_FIT for the other sex; FIELD_INVALID for a past
        day; PATIENT_UNKNOWN.
    """
    row = hospital.db.one("SELECT * FROM checkup_package WHERE code = %s", (package_code,))
    if row is None:
        raise refuse("PACKAGE_UNKNOWN", package_code)
    patient = patients.row_of(hospital, patient_no)
    if row["sex"] not in (ANY_SEX, patient["sex"]):
        raise refuse("PACKAGE_NOT_FIT")
    when = day_of(day, "day")
    if when < hospital.today():
        raise refuse("FIELD_INVALID", "day")
    with writing(hospital):
        order_no = hospital.number("T")
        hospital.db.insert(
            "checkup_order",
            order_no=order_no,
            package_code=package_code,
            patient_id=patient["id"],
            day=when,
            state="booked",
            created_at=hospital.now(),
        )
        told = facts_of.checkup(hospital, order_no)
        hospital.emit("checkup.booked", order_no, told)
        line = bills.Line(package_code, row["name"], "15", Decimal(1), "次", row["price_fen"])
        bill = bills.create(hospital, "checkup", patient["id"], [line], checkup_no=order_no)
    return {**told, "bill_no": bill["bill_no"], "price_fen": row["price_fen"]}


def get(hospital: Hospital, order_no: str) -> Facts:
    """Return a booking with ``bill_no`` and, once reported, ``summary``.

    :raise Refusal: ORDER_UNKNOWN.
    """
    found = facts_of.checkup(hospital, order_no)
    row = hospital.db.one("SELECT summary FROM checkup_order WHERE order_no = %s", (order_no,))
    bill = bills.of(hospital, "checkup_no", order_no) or {}
    return {**found, **(row or {}), "bill_no": bill.get("bill_no", "")}


def of_patient(hospital: Hospital, patient_no: str) -> list[Facts]:
    """Return a patient's bookings, newest first."""
    patient = patients.row_of(hospital, patient_no)
    where = "c.patient_id = %s ORDER BY c.day DESC, c.order_no DESC"
    return facts_of.every(hospital, facts_of.CHECKUP, where, (patient["id"],))


def cancel(hospital: Hospital, order_no: str) -> Facts:
    """Give an unpaid booking back; partners are told with ``checkup.booked`` in its new state.

    :raise Refusal: ORDER_UNKNOWN; ORDER_STATE when it is paid (refund it) or used.
    """
    with writing(hospital):
        told = facts_of.checkup(hospital, order_no)
        if told["state"] == "cancelled":
            return told
        bill = bills.of(hospital, "checkup_no", order_no)
        if bill is None or bills.void(hospital, bill["bill_no"]) is None:
            raise refuse("ORDER_STATE")
        _move(hospital, order_no, ("booked",), "cancelled")
        told = facts_of.checkup(hospital, order_no)
        hospital.emit("checkup.booked", order_no, told)
    return told


def _move(hospital: Hospital, order_no: str, before: tuple[str, ...], after: str) -> None:
    moved = hospital.db.run(
        "UPDATE checkup_order SET state = %s WHERE order_no = %s AND state = ANY(%s)",
        (after, order_no, list(before)),
    )
    if not moved:
        raise refuse("ORDER_STATE", facts_of.checkup(hospital, order_no)["state"])


def arrive(hospital: Hospital, order_no: str) -> Facts:
    """Note that the person has come for a paid booking.

    :raise Refusal: ORDER_UNKNOWN, ORDER_STATE.
    """
    with writing(hospital):
        bill = bills.of(hospital, "checkup_no", order_no)
        if bill is None or bill["state"] != "settled":
            raise refuse("ORDER_STATE" if bill else "ORDER_UNKNOWN", order_no)
        _move(hospital, order_no, ("booked",), "arrived")
        told = facts_of.checkup(hospital, order_no)
        hospital.emit("checkup.booked", order_no, told)
    return told


def report(hospital: Hospital, order_no: str, summary: str) -> Facts:
    """Write the report of a person who has come.

    :raise Refusal: ORDER_UNKNOWN, ORDER_STATE.
    """
    with writing(hospital):
        _move(hospital, order_no, ("arrived",), "reported")
        hospital.db.run(
            "UPDATE checkup_order SET summary = %s, reported_at = %s WHERE order_no = %s",
            (summary, hospital.now(), order_no),
        )
        told = {**facts_of.checkup(hospital, order_no), "summary": summary}
        hospital.emit("checkup.reported", order_no, told)
    return told
