"""Departments, doctors, charge items and drugs."""

from typing import Any

from psycopg2.extras import Json

from ..db import Row
from ..hospital import Hospital
from ..refusals import refuse
from .common import Facts, facts, writing

DEPARTMENT = "code, name, parent_code, kind, standard_code, place"
DOCTOR = "code, name, title, department_code, specialty"
DRUG = "code, name, spec, unit, price_fen, stock, maker"


def departments(hospital: Hospital) -> list[Facts]:
    """Return all departments with ``pool_owner``."""
    rows = hospital.db.all(f"SELECT {DEPARTMENT}, pool_owner FROM department ORDER BY code")  # noqa: S608
    return [facts(row) for row in rows]


def doctors(hospital: Hospital, department_code: str = "") -> list[Facts]:
    """Return the doctors, of one department or all.

    :raise Refusal: DEPARTMENT_UNKNOWN.
    """
    if department_code:
        department(hospital, department_code)
    rows = hospital.db.all(
        f"SELECT {DOCTOR} FROM doctor WHERE %s IN ('', department_code) ORDER BY code",  # noqa: S608
        (department_code,),
    )
    return [facts(row) for row in rows]


def department(hospital: Hospital, code: str) -> Row:
    """Return one department's row.

    :raise Refusal: DEPARTMENT_UNKNOWN.
    """
    row = hospital.db.one("SELECT * FROM department WHERE code = %s", (code,))
    if row is None:
        raise refuse("DEPARTMENT_UNKNOWN", code)
    return row


def doctor(hospital: Hospital, code: str) -> Row:
    """Return one doctor's row.

    :raise Refusal: DOCTOR_UNKNOWN.
    """
    row = hospital.db.one("SELECT * FROM doctor WHERE code = %s", (code,))
    if row is None:
        raise refuse("DOCTOR_UNKNOWN", code)
    return row


def items(hospital: Hospital, kind: str = "") -> list[Facts]:
    """Return the charge items: code, name, category, kind, unit, price_fen, insurance…"""
    rows = hospital.db.all(
        "SELECT code, name, category, kind, unit, price_fen, insurance_class, insurance_code,"
        " department_code, details FROM item WHERE %s IN ('', kind) ORDER BY code",
        (kind,),
    )
    return [facts(row) for row in rows]


def drugs(hospital: Hospital, text: str = "", after: str = "", limit: int = 500) -> list[Facts]:
    """Return drugs whose name, brand or code holds a text, with price and stock.

    :param str after: code of the last drug of the page before.
    """
    like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = hospital.db.all(
        f"SELECT {DRUG}, brand, form, category, insurance_class, insurance_code FROM drug"  # noqa: S608
        " WHERE code > %s AND (name LIKE %s OR brand LIKE %s OR code LIKE %s)"
        " ORDER BY code LIMIT %s",
        (after, like, like, like, limit),
    )
    return [facts(row) for row in rows]


def drug(hospital: Hospital, code: str) -> Facts:
    """Return one drug with its leaflet.

    :raise Refusal: DRUG_UNKNOWN.
    """
    row = hospital.db.one(
        f"SELECT {DRUG}, brand, form, category, insurance_class, insurance_code, leaflet"  # noqa: S608
        " FROM drug WHERE code = %s",
        (code,),
    )
    if row is None:
        raise refuse("DRUG_UNKNOWN", code)
    return facts(row)


def _upsert(
    hospital: Hospital, table: str, columns: str, code: str, values: dict[str, Any]
) -> Facts:
    """Change a row, or add it when all that it needs is given; tell what it is now."""
    stored: dict[str, Any] = {
        name: Json(value) if isinstance(value, dict) else value for name, value in values.items()
    }
    stored["updated_at"] = hospital.now()
    marks = ", ".join(f"{name} = %s" for name in stored)
    with writing(hospital):
        changed = hospital.db.run(
            f"UPDATE {table} SET {marks} WHERE code = %s",  # noqa: S608
            (*stored.values(), code),
        )
        if not changed:
            hospital.db.insert(table, code=code, **stored)
        row = hospital.db.one(f"SELECT {columns} FROM {table} WHERE code = %s", (code,))  # noqa: S608
        found = facts(row or {})
        hospital.emit(f"{table}.changed", code, found)
    return found


def set_department(hospital: Hospital, code: str, **values: Any) -> Facts:
    """Add or change a department: name, parent_code, kind, standard_code, place, pool_owner."""
    return _upsert(hospital, "department", DEPARTMENT, code, values)


def set_doctor(hospital: Hospital, code: str, **values: Any) -> Facts:
    """Add or change a doctor: name, title, department_code, specialty."""
    return _upsert(hospital, "doctor", DOCTOR, code, values)


def set_drug(hospital: Hospital, code: str, **values: Any) -> Facts:
    """Add or change a drug: any column of its table, price_fen in fen."""
    return _upsert(hospital, "drug", DRUG, code, values)
