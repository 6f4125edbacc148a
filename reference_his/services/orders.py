"""What a doctor orders: laboratory, imaging, treatment, drugs; each is charged.

new ─ bill is settled → charged ─ begun → doing ─ performed → done; new → cancelled; what is
charged is cancelled by its refund. In-patients are charged at once, on the day's list.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from ..db import Row
from ..hospital import Hospital
from ..refusals import refuse
from . import bills, charges, effects, facts_of, patients
from .common import Facts, day_of, writing

HERBAL = "14"


def of_visit(hospital: Hospital, visit_no: str) -> list[Facts]:
    """Return a visit's orders."""
    where = "m.visit_no = %s ORDER BY m.order_no"
    return facts_of.every(hospital, facts_of.ORDER, where, (visit_no,))


def of_patient(
    hospital: Hospital, patient_no: str, first_day: Any = "", last_day: Any = ""
) -> list[Facts]:
    """Return a patient's orders, oldest first; days limit them."""
    patient = patients.row_of(hospital, patient_no)
    first = day_of(first_day, "first_day") if first_day else None
    last = day_of(last_day, "last_day") if last_day else None
    return facts_of.every(
        hospital,
        facts_of.ORDER,
        "m.patient_id = %s AND (%s::date IS NULL OR m.ordered_at >= %s::date)"
        " AND (%s::date IS NULL OR m.ordered_at < %s::date + 1) ORDER BY m.order_no",
        (patient["id"], first, first, last, last),
    )


def get(hospital: Hospital, order_no: str) -> Facts:
    """Return one order.

    :raise Refusal: ORDER_UNKNOWN.
    """
    return facts_of.order(hospital, order_no)


def place(hospital: Hospital, visit_no: str, lines: Sequence[Mapping[str, Any]]) -> list[Facts]:
    """Order items and drugs for a visit; what is unpaid goes on one bill, whose version grows.

    :param lines: each with ``code`` of an item or drug, ``quantity`` (1) and ``usage``.
    :return: the new orders.
    :raise Refusal: ORDER_UNKNOWN for an unknown code; STOCK_SHORT; FIELD_INVALID; BILL_CHANGED
        when another connection opens the visit's bill at the same moment.
    """
    visit = hospital.db.one("SELECT * FROM visit WHERE visit_no = %s", (visit_no,))
    if visit is None:
        raise refuse("REGISTRATION_UNKNOWN", visit_no)
    if not lines:
        raise refuse("FIELD_MISSING", "lines")
    with writing(hospital, {"bill_open_once": "BILL_CHANGED"}):
        made = _write(hospital, visit, lines)
        _charge(hospital, visit, [line for _order_no, line in made])
        told = [facts_of.order(hospital, order_no) for order_no, _line in made]
        for order in told:
            hospital.emit("order.created", order["order_no"], order)
    return told


def _write(
    hospital: Hospital, visit: Row, lines: Sequence[Mapping[str, Any]]
) -> list[tuple[str, bills.Line]]:
    prescriptions: dict[str, str] = {}
    made = []
    for wanted in lines:
        thing = _catalogue(hospital, str(wanted["code"]))
        quantity = _quantity(wanted.get("quantity", 1))
        if thing["kind"] == "drug" and thing["stock"] < quantity:
            raise refuse("STOCK_SHORT", thing["name"])
        rx_no = None
        if thing["kind"] == "drug":
            rx_kind = "herbal" if thing["category"] == HERBAL else "western"
            if rx_kind not in prescriptions:
                prescriptions[rx_kind] = _prescribe(hospital, visit, rx_kind)
            rx_no = prescriptions[rx_kind]
        order_no = hospital.number("O")
        hospital.db.insert(
            "medical_order",
            order_no=order_no,
            visit_no=visit["visit_no"],
            patient_id=visit["patient_id"],
            kind=thing["kind"],
            code=thing["code"],
            name=thing["name"],
            quantity=quantity,
            unit=thing["unit"],
            usage=str(wanted.get("usage", "")),
            rx_no=rx_no,
            state="charged" if visit["kind"] == "I" else "new",
            doctor_code=visit["doctor_code"],
            department_code=thing["department_code"] or visit["department_code"],
            ordered_at=hospital.now(),
            updated_at=hospital.now(),
        )
        line = bills.Line(
            thing["code"],
            thing["name"],
            thing["category"],
            quantity,
            thing["unit"],
            thing["price_fen"],
            order_no,
        )
        made.append((order_no, line))
    return made


def _catalogue(hospital: Hospital, code: str) -> Row:
    """Return an item or drug that can be ordered.

    :raise Refusal: ORDER_UNKNOWN.
    """
    row = hospital.db.one(
        "SELECT code, name, category, kind, unit, price_fen, department_code FROM item"
        " WHERE code = %s",
        (code,),
    )
    if row and row["kind"] not in ("lab", "exam"):
        row["kind"] = "treatment"
    row = row or hospital.db.one(
        "SELECT code, name, category, 'drug' AS kind, unit, price_fen, stock,"
        " NULL AS department_code FROM drug WHERE code = %s",
        (code,),
    )
    if row is None:
        raise refuse("ORDER_UNKNOWN", code)
    return row


def _quantity(value: Any) -> Decimal:
    try:
        quantity = Decimal(str(value))
    except InvalidOperation:
        raise refuse("FIELD_INVALID", "quantity") from None
    if not (quantity.is_finite() and 0 < quantity <= 10000):
        raise refuse("FIELD_INVALID", "quantity")
    if quantity != quantity.quantize(Decimal("0.01")):
        raise refuse("FIELD_INVALID", "quantity")
    return quantity


def _prescribe(hospital: Hospital, visit: Row, kind: str) -> str:
    rx_no = hospital.number("X")
    hospital.db.insert(
        "prescription",
        rx_no=rx_no,
        visit_no=visit["visit_no"],
        patient_id=visit["patient_id"],
        kind=kind,
        state="charged" if visit["kind"] == "I" else "new",
        created_at=hospital.now(),
        updated_at=hospital.now(),
    )
    return rx_no


def _charge(hospital: Hospital, visit: Row, lines: list[bills.Line]) -> None:
    if visit["kind"] == "I":
        admission = hospital.db.one(
            "SELECT admission_no FROM admission WHERE visit_no = %s", (visit["visit_no"],)
        )
        charges.add(hospital, (admission or {})["admission_no"], lines)
    elif bills.extend(hospital, visit["visit_no"], lines) is None:
        number = visit["visit_no"]
        bills.create(hospital, "outpatient", visit["patient_id"], lines, visit_no=number)


def cancel(hospital: Hospital, order_no: str) -> Facts:
    """Take back an order that is not paid; its line leaves the bill.

    :raise Refusal: ORDER_UNKNOWN; ORDER_STATE when it is paid (refund it) or performed.
    """
    with writing(hospital):
        row = hospital.db.one(
            "UPDATE medical_order SET state = 'cancelled', updated_at = %s"
            " WHERE order_no = %s AND state = 'new' RETURNING rx_no",
            (hospital.now(), order_no),
        )
        told = facts_of.order(hospital, order_no)
        if row is None:
            if told["state"] == "cancelled":
                return told
            raise refuse("ORDER_STATE", told["state"])
        effects.cancel_empty_prescription(hospital, row["rx_no"])
        bills.remove_order(hospital, order_no)
        hospital.emit("order.cancelled", order_no, told)
    return told


def move(hospital: Hospital, order_no: str, before: tuple[str, ...], after: str) -> bool:
    """Change an order's state if it still is one of those before; tell whether it was."""
    return bool(
        hospital.db.run(
            "UPDATE medical_order SET state = %s, updated_at = %s"
            " WHERE order_no = %s AND state = ANY(%s)",
            (after, hospital.now(), order_no, list(before)),
        )
    )


def fulfil(hospital: Hospital, order_no: str) -> Facts:
    """Note that an order was performed; one that was already is no error.

    :raise Refusal: ORDER_UNKNOWN; ORDER_STATE when it is not paid or was cancelled.
    """
    with writing(hospital):
        moved = move(hospital, order_no, ("charged", "doing"), "done")
        told = facts_of.order(hospital, order_no)
        if moved:
            hospital.emit("order.done", order_no, told)
        elif told["state"] != "done":
            raise refuse("ORDER_STATE", told["state"])
    return told
