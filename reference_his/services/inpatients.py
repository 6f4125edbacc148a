"""Stays: admission, deposits, daily lists, discharge."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..hospital import Hospital
from ..refusals import refuse
from . import bills, charges, directory, facts_of, patients, settlements
from .common import Facts, day_of, facts, writing
from .discharges import settle_discharge as settle_discharge

BEDS = 60


def of_patient(hospital: Hospital, patient_no: str) -> list[Facts]:
    """Return a patient's stays, newest first."""
    patient = patients.row_of(hospital, patient_no)
    where = "a.patient_id = %s ORDER BY a.admitted_at DESC, a.admission_no DESC"
    return facts_of.every(hospital, facts_of.ADMISSION, where, (patient["id"],))


def get(hospital: Hospital, admission_no: str) -> Facts:
    """Return a stay with ``charged_fen``, ``deposit_fen`` and ``balance_fen``.

    :raise Refusal: ADMISSION_UNKNOWN.
    """
    stay = facts_of.admission(hospital, admission_no)
    money = charges.money(hospital, admission_no)
    return {**stay, **money, "balance_fen": money["deposit_fen"] - money["charged_fen"]}


def admit(
    hospital: Hospital,
    patient_no: str,
    ward_code: str,
    doctor_code: str,
    bed: str = "",
    diagnosis_code: str = "",
    diagnosis: str = "",
) -> Facts:
    """Take a patient into a ward.

    :param str bed: which bed; the first free one when empty.
    :raise Refusal: PATIENT_UNKNOWN, DEPARTMENT_UNKNOWN, DOCTOR_UNKNOWN; FIELD_INVALID when the
        bed is taken or the patient lies in another already.
    """
    patient = patients.row_of(hospital, patient_no)
    if directory.department(hospital, ward_code)["kind"] != "ward":
        raise refuse("DEPARTMENT_UNKNOWN", ward_code)
    directory.doctor(hospital, doctor_code)
    conflicts = {"admission_bed": "FIELD_INVALID", "admission_once": "FIELD_INVALID"}
    with writing(hospital, conflicts):
        admission_no, visit_no = hospital.number("A"), hospital.number("V")
        hospital.db.insert(
            "visit",
            visit_no=visit_no,
            patient_id=patient["id"],
            kind="I",
            department_code=ward_code,
            doctor_code=doctor_code,
            diagnosis_code=diagnosis_code,
            diagnosis=diagnosis,
            started_at=hospital.now(),
        )
        hospital.db.insert(
            "admission",
            admission_no=admission_no,
            patient_id=patient["id"],
            visit_no=visit_no,
            ward_code=ward_code,
            bed=bed or _free_bed(hospital, ward_code),
            doctor_code=doctor_code,
            state="in",
            admitted_at=hospital.now(),
        )
        told = facts_of.admission(hospital, admission_no)
        hospital.emit("admission.admitted", admission_no, told)
    return told


def _free_bed(hospital: Hospital, ward_code: str) -> str:
    rows = hospital.db.all(
        "SELECT bed FROM admission WHERE ward_code = %s AND state = 'in'", (ward_code,)
    )
    taken = {row["bed"] for row in rows}
    free = (f"{number:02d}" for number in range(1, BEDS + 1))
    bed = next((bed for bed in free if bed not in taken), None)
    if bed is None:
        raise refuse("FIELD_INVALID", "bed")
    return bed


def charge(
    hospital: Hospital, admission_no: str, lines: Sequence[Mapping[str, Any]], day: Any = ""
) -> Facts:
    """Charge items to a stay: each line with ``code`` and ``quantity`` (1).

    :raise Refusal: ADMISSION_UNKNOWN, ADMISSION_CLOSED; ORDER_UNKNOWN for an unknown item.
    """
    rows = hospital.db.all(
        "SELECT code, name, category, unit, price_fen FROM item WHERE code = ANY(%s)",
        ([str(line["code"]) for line in lines],),
    )
    items = {row["code"]: row for row in rows}
    made = []
    for line in lines:
        item = items.get(str(line["code"]))
        if item is None:
            raise refuse("ORDER_UNKNOWN", str(line["code"]))
        made.append(bills.Line(**item, quantity=Decimal(str(line.get("quantity", 1)))))
    with writing(hospital):
        return charges.add(hospital, admission_no, made, day_of(day, "day") if day else None)


def deposit(
    hospital: Hospital,
    admission_no: str,
    trade_no: str,
    channel: str,
    amount_fen: int,
    operator: str = "",
) -> Facts:
    """Take a deposit in; the same trade again gets the same receipt.

    :return: the settlement's facts.
    :raise Refusal: ADMISSION_UNKNOWN, ADMISSION_CLOSED, TRADE_USED; FIELD_INVALID for no money.
    """
    if amount_fen <= 0:
        raise refuse("FIELD_INVALID", "amount_fen")
    with writing(hospital):
        stay = charges.stay_row(hospital, admission_no)
        paid, new = settlements.write(
            hospital,
            kind=settlements.PAID,
            business="deposit",
            admission_no=admission_no,
            patient_id=stay["patient_id"],
            channel=channel,
            trade_no=trade_no,
            amount_fen=amount_fen,
            operator=operator or channel,
        )
        if new:
            if stay["state"] != "in":
                raise refuse("ADMISSION_CLOSED")
            settlements.announce(hospital, paid)
    return paid


def _lines(hospital: Hospital, where: str, values: Any) -> list[Facts]:
    rows = hospital.db.all(
        "SELECT day, code, name AS item, category, quantity, unit, price_fen, amount_fen,"  # noqa: S608
        f" charged_at FROM inpatient_charge WHERE {where} ORDER BY id",
        values,
    )
    return [facts(row) for row in rows]


def daily_list(hospital: Hospital, admission_no: str, day: Any) -> Facts:
    """Return one day's charges: ``day``, ``amount_fen``, ``charged_fen`` until then, ``lines``.

    :raise Refusal: ADMISSION_UNKNOWN.
    """
    stay = facts_of.admission(hospital, admission_no)
    when = day_of(day, "day")
    lines = _lines(hospital, "admission_no = %s AND day = %s", (admission_no, when))
    until = hospital.db.one(
        "SELECT coalesce(sum(amount_fen), 0)::bigint AS fen FROM inpatient_charge"
        " WHERE admission_no = %s AND day <= %s",
        (admission_no, when),
    )
    return {
        "admission_no": admission_no,
        "patient_no": stay["patient_no"],
        "name": stay["name"],
        "day": when.isoformat(),
        "amount_fen": sum(line["amount_fen"] for line in lines),
        "charged_fen": (until or {})["fen"],
        "lines": lines,
    }


def details(hospital: Hospital, admission_no: str) -> Facts:
    """Return a stay with its money, all ``lines`` charged and all ``deposits``.

    :raise Refusal: ADMISSION_UNKNOWN.
    """
    stay = get(hospital, admission_no)
    where = "s.admission_no = %s AND s.business = 'deposit' ORDER BY s.settled_at, s.settlement_no"
    return {
        **stay,
        "lines": _lines(hospital, "admission_no = %s", (admission_no,)),
        "deposits": settlements.read(hospital, where, (admission_no,)),
    }


def discharge(
    hospital: Hospital, admission_no: str, diagnosis_code: str = "", diagnosis: str = ""
) -> Facts:
    """Let a patient go: nothing more can be charged, the bed is free, the settlement is open.

    :return: the stay with its money; ``balance_fen`` below zero is still to be paid.
    :raise Refusal: ADMISSION_UNKNOWN; ADMISSION_CLOSED when it is settled.
    """
    with writing(hospital):
        changed = hospital.db.run(
            "UPDATE admission SET state = 'leaving', discharged_at = %s"
            " WHERE admission_no = %s AND state = 'in'",
            (hospital.now(), admission_no),
        )
        told = facts_of.admission(hospital, admission_no)
        if changed:
            hospital.db.run(
                "UPDATE visit SET ended_at = %s,"
                " diagnosis_code = CASE %s WHEN '' THEN diagnosis_code ELSE %s END,"
                " diagnosis = CASE %s WHEN '' THEN diagnosis ELSE %s END WHERE visit_no = %s",
                (hospital.now(), *(diagnosis_code,) * 2, *(diagnosis,) * 2, told["visit_no"]),
            )
            hospital.emit("admission.discharged", admission_no, told)
        elif told["state"] == "out":
            raise refuse("ADMISSION_CLOSED")
    return get(hospital, admission_no)
