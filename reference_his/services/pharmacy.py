"""Prescriptions: paid, made ready at a window, handed out; then the stock goes down."""

from ..hospital import Hospital
from ..refusals import refuse
from . import facts_of, orders, patients
from .common import Facts, writing


def prescriptions(hospital: Hospital, patient_no: str) -> list[Facts]:
    """Return a patient's prescriptions with their lines, newest first."""
    patient = patients.row_of(hospital, patient_no)
    where = "x.patient_id = %s ORDER BY x.created_at DESC, x.rx_no DESC"
    return facts_of.every(hospital, facts_of.PRESCRIPTION, where, (patient["id"],))


def get(hospital: Hospital, rx_no: str) -> Facts:
    """Return one prescription.

    :raise Refusal: ORDER_UNKNOWN.
    """
    return facts_of.prescription(hospital, rx_no)


def _move(hospital: Hospital, rx_no: str, before: str, after: str) -> bool:
    """Change the state; tell whether it changed now.

    :raise Refusal: ORDER_UNKNOWN, ORDER_STATE.
    """
    moved = hospital.db.run(
        "UPDATE prescription SET state = %s, updated_at = %s WHERE rx_no = %s AND state = %s",
        (after, hospital.now(), rx_no, before),
    )
    state = facts_of.prescription(hospital, rx_no)["state"]
    if not moved and state != after:
        raise refuse("ORDER_STATE", state)
    return bool(moved)


def ready(hospital: Hospital, rx_no: str) -> Facts:
    """Note that a paid prescription lies ready at its window.

    :raise Refusal: ORDER_UNKNOWN; ORDER_STATE when it is not paid.
    """
    with writing(hospital):
        moved = _move(hospital, rx_no, "charged", "ready")
        told = facts_of.prescription(hospital, rx_no)
        if moved:
            hospital.emit("prescription.ready", rx_no, told)
    return told


def dispense(hospital: Hospital, rx_no: str) -> Facts:
    """Hand a ready prescription out: the drugs leave the stock, their orders are done.

    :raise Refusal: ORDER_UNKNOWN; ORDER_STATE when it is not ready; STOCK_SHORT.
    """
    with writing(hospital):
        moved = _move(hospital, rx_no, "ready", "dispensed")
        told = facts_of.prescription(hospital, rx_no)
        if moved:
            for line in sorted(told["lines"], key=lambda line: str(line["code"])):
                _take_from_stock(hospital, line)
                orders.fulfil(hospital, line["order_no"])
            hospital.emit("prescription.dispensed", rx_no, told)
    return told


def _take_from_stock(hospital: Hospital, line: Facts) -> None:
    taken = hospital.db.run(
        "UPDATE drug SET stock = stock - %s WHERE code = %s AND stock >= %s",
        (line["quantity"], line["code"], line["quantity"]),
    )
    if not taken:
        raise refuse("STOCK_SHORT", line["drug"])
