"""Visits: a patient is with a doctor."""

from typing import Any

from ..hospital import Hospital
from ..refusals import refuse
from . import facts_of, patients, registrations
from .common import Facts, day_of, writing


def start(hospital: Hospital, reg_no: str, doctor_code: str = "", kind: str = "O") -> Facts:
    """Begin the visit of a signed registration; one that has begun already is returned.

    :param str doctor_code: who sees the patient, where the registration names nobody.
    :param str kind: ``O`` out-patient, ``E`` emergency.
    :raise Refusal: REGISTRATION_UNKNOWN, REGISTRATION_STATE; DOCTOR_UNKNOWN when nobody is named.
    """
    found = hospital.db.one("SELECT visit_no FROM visit WHERE reg_no = %s", (reg_no,))
    if found:
        return facts_of.visit(hospital, found["visit_no"])
    registration = registrations.get(hospital, reg_no=reg_no)
    doctor = registration["doctor_code"] or doctor_code
    if not doctor:
        raise refuse("DOCTOR_UNKNOWN")
    with writing(hospital):
        registrations.seen(hospital, reg_no)
        visit_no = hospital.number("V")
        patient = patients.row_of(hospital, registration["patient_no"])
        hospital.db.insert(
            "visit",
            visit_no=visit_no,
            patient_id=patient["id"],
            reg_no=reg_no,
            kind=kind,
            department_code=registration["department_code"],
            doctor_code=doctor,
            started_at=hospital.now(),
        )
        told = facts_of.visit(hospital, visit_no)
        hospital.emit("visit.started", visit_no, told)
    return told


def end(
    hospital: Hospital,
    visit_no: str,
    diagnosis_code: str = "",
    diagnosis: str = "",
    complaint: str = "",
) -> Facts:
    """End a visit with its diagnosis; one that has ended stays as it is.

    :raise Refusal: REGISTRATION_UNKNOWN for an unknown visit.
    """
    with writing(hospital):
        ended = hospital.db.run(
            "UPDATE visit SET ended_at = %s, diagnosis_code = %s, diagnosis = %s, complaint = %s"
            " WHERE visit_no = %s AND ended_at IS NULL",
            (hospital.now(), diagnosis_code, diagnosis, complaint, visit_no),
        )
        told = facts_of.visit(hospital, visit_no)
        if ended:
            hospital.emit("visit.ended", visit_no, told)
    return told


def of_patient(
    hospital: Hospital, patient_no: str, first_day: Any = "", last_day: Any = ""
) -> list[Facts]:
    """Return a patient's visits, oldest first; days limit them."""
    patient = patients.row_of(hospital, patient_no)
    return facts_of.every(
        hospital,
        facts_of.VISIT,
        "v.patient_id = %s AND (%s::date IS NULL OR v.started_at >= %s::date)"
        " AND (%s::date IS NULL OR v.started_at < %s::date + 1) ORDER BY v.started_at, v.visit_no",
        (
            patient["id"],
            *(day_of(first_day, "first_day") if first_day else None,) * 2,
            *(day_of(last_day, "last_day") if last_day else None,) * 2,
        ),
    )
