"""Patients: who they are, their cards, and two records that turn out to be one person."""

from typing import Any

from ..db import Row
from ..hospital import Hospital
from ..refusals import refuse
from .common import Facts, day_of, facts, need, writing
from .identity import RESIDENT_CARD, birth_in, sex_in

SELECT = """
SELECT p.patient_no, p.name, p.sex, p.birth, p.id_type, p.id_number, p.mobile, p.address,
    coalesce((SELECT jsonb_agg(jsonb_build_object('kind', c.kind, 'card_no', c.card_no)
        ORDER BY c.kind, c.card_no) FROM card c WHERE c.patient_id = p.id AND c.state = 'valid'),
        '[]') AS cards
FROM patient p
"""
SEXES = ("0", "1", "2", "9")
CARD_KINDS = ("01", "02", "03")
CHANGEABLE = ("name", "sex", "birth", "id_type", "id_number", "mobile", "address", "insurance")
# books keep the number they were written with: nobody changes a settlement
FOLLOWING = (
    "card",
    "number_lock",
    "registration",
    "queue_entry",
    "visit",
    "medical_order",
    "prescription",
    "lab_report",
    "exam_report",
    "admission",
    "checkup_order",
    "bill",
)


def row_of(hospital: Hospital, patient_no: str) -> Row:
    """Return the patient's row; of a merged record the one it was merged into.

    :raise Refusal: PATIENT_UNKNOWN.
    """
    row = hospital.db.one(
        "SELECT s.* FROM patient p JOIN patient s ON s.id = coalesce(p.merged_into, p.id)"
        " WHERE p.patient_no = %s",
        (patient_no,),
    )
    if row is None:
        raise refuse("PATIENT_UNKNOWN", patient_no)
    return row


def _facts(hospital: Hospital, patient_id: int) -> Facts:
    row = hospital.db.one(SELECT + "WHERE p.id = %s", (patient_id,))
    if row is None:
        raise refuse("PATIENT_UNKNOWN")
    return facts(row)


def get(hospital: Hospital, patient_no: str) -> Facts:
    """Return a patient, following a merged record to the one that lives on."""
    return _facts(hospital, row_of(hospital, patient_no)["id"])


def find(
    hospital: Hospital,
    *,
    card_no: str = "",
    id_number: str = "",
    patient_no: str = "",
    mobile: str = "",
    name: str = "",
) -> list[Facts]:
    """Return the patients found by one of the numbers; a name narrows the search.

    :raise Refusal: FIELD_MISSING without a number; CARD_UNKNOWN for a card reported lost;
        IDENTITY_MISMATCH when the identity number belongs to somebody of another name.
    """
    survivor = "p.merged_into IS NULL AND "
    if card_no:
        where, value = (
            "p.id = (SELECT patient_id FROM card WHERE card_no = %s AND state = 'valid')",
            card_no,
        )
    elif id_number:
        where, value = survivor + "p.id_number = %s AND p.id_type <> ''", id_number
    elif patient_no:
        where, value = (
            "p.id = (SELECT coalesce(merged_into, id) FROM patient WHERE patient_no = %s)",
            patient_no,
        )
    elif mobile:
        where, value = survivor + "p.mobile = %s", mobile
    else:
        raise refuse("FIELD_MISSING", "card_no")
    found = [facts(row) for row in hospital.db.all(f"{SELECT} WHERE {where}", (value,))]
    if card_no and not found and _is_lost(hospital, card_no):
        raise refuse("CARD_UNKNOWN", card_no)
    named = [one for one in found if not name or one["name"] == name]
    if id_number and found and not named:
        raise refuse("IDENTITY_MISMATCH")
    return named


def _is_lost(hospital: Hospital, card_no: str) -> bool:
    return hospital.db.one("SELECT 1 FROM card WHERE card_no = %s", (card_no,)) is not None


def lose_card(hospital: Hospital, card_no: str) -> Facts:
    """Note that a card was lost: nobody is found by it any more.

    :return: the patient.
    :raise Refusal: CARD_UNKNOWN when there is no such valid card.
    """
    with writing(hospital):
        row = hospital.db.one(
            "UPDATE card SET state = 'lost' WHERE card_no = %s AND state = 'valid'"
            " RETURNING patient_id",
            (card_no,),
        )
        if row is None:
            raise refuse("CARD_UNKNOWN", card_no)
        found = _facts(hospital, row["patient_id"])
        hospital.emit("patient.updated", found["patient_no"], found)
    return found


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values ready for the table; an identity card tells sex and birth by itself."""
    number = values.get("id_number")
    if number is not None:
        values["id_number"] = number = str(number).upper() or None
    if number and values.get("id_type", RESIDENT_CARD) == RESIDENT_CARD:
        birth = birth_in(number)
        if birth is None:
            raise refuse("FIELD_INVALID", "id_number")
        values["birth"] = values.get("birth") or birth
        values["sex"] = values.get("sex") or sex_in(number)
    if "birth" in values:
        values["birth"] = day_of(values["birth"], "birth")
    if "sex" in values and values["sex"] not in SEXES:
        raise refuse("FIELD_INVALID", "sex")
    if "name" in values:
        need(values["name"], "name")
    return values


def _next_number(hospital: Hospital) -> str:
    row = hospital.db.one("SELECT max(patient_no) AS last FROM patient")
    return f"P{int(((row or {})['last'] or 'P0')[1:]) + 1:08d}"


def create(
    hospital: Hospital,
    *,
    name: str,
    sex: str = "",
    birth: Any = "",
    id_type: str = RESIDENT_CARD,
    id_number: str = "",
    mobile: str = "",
    address: str = "",
) -> Facts:
    """Take a new patient in.

    :raise Refusal: FIELD_MISSING, FIELD_INVALID; PATIENT_EXISTS when the identity number is known.
    """
    values = _checked(
        {
            "name": name,
            "sex": sex,
            "birth": birth,
            "id_type": id_type,
            "id_number": id_number,
            "mobile": mobile,
            "address": address,
        }
    )
    now = hospital.now()
    row = None
    with writing(hospital, {"patient_id_number": "PATIENT_EXISTS"}):
        while row is None:  # somebody else took the next number: take the one after it
            row = hospital.db.one(
                "INSERT INTO patient (patient_no, name, sex, birth, id_type, id_number, mobile,"
                " address, created_at, updated_at) VALUES (%(patient_no)s, %(name)s, %(sex)s,"
                " %(birth)s, %(id_type)s, %(id_number)s, %(mobile)s, %(address)s, %(now)s, %(now)s)"
                " ON CONFLICT (patient_no) DO NOTHING RETURNING id, patient_no",
                {**values, "patient_no": _next_number(hospital), "now": now},
            )
        found = _facts(hospital, row["id"])
        hospital.emit("patient.created", row["patient_no"], found)
    return found


def _unmerged(hospital: Hospital, patient_no: str) -> Row:
    row = hospital.db.one("SELECT * FROM patient WHERE patient_no = %s FOR UPDATE", (patient_no,))
    if row is None:
        raise refuse("PATIENT_UNKNOWN", patient_no)
    if row["merged_into"]:
        raise refuse("PATIENT_MERGED", patient_no)
    return row


def update(hospital: Hospital, patient_no: str, **changes: Any) -> Facts:
    """Change a patient's particulars: those of ``CHANGEABLE``.

    :raise Refusal: FIELD_INVALID, PATIENT_EXISTS; PATIENT_MERGED for a record that was closed.
    """
    if odd := set(changes) - set(CHANGEABLE):
        raise refuse("FIELD_INVALID", sorted(odd)[0])
    with writing(hospital, {"patient_id_number": "PATIENT_EXISTS"}):
        row = _unmerged(hospital, patient_no)
        values = _checked({"id_type": row["id_type"], **changes})
        marks = ", ".join(f"{name} = %s" for name in values)
        hospital.db.run(
            f"UPDATE patient SET {marks}, updated_at = %s WHERE id = %s",  # noqa: S608
            (*values.values(), hospital.now(), row["id"]),
        )
        found = _facts(hospital, row["id"])
        hospital.emit("patient.updated", patient_no, found)
    return found


def merge(hospital: Hospital, patient_no: str, into: str) -> Facts:
    """Close a record; all that belongs to it goes over to the one that lives on.

    :return: the patient who lives on.
    :raise Refusal: PATIENT_MERGED when one of them was closed before; ALREADY_REGISTERED when
        both hold a registration that one person cannot hold twice.
    """
    if patient_no == into:
        raise refuse("FIELD_INVALID", "into")
    conflicts = {
        "registration_once_a_day": "ALREADY_REGISTERED",
        "admission_once": "ADMISSION_CLOSED",
    }
    with writing(hospital, conflicts):
        old, new = _unmerged(hospital, patient_no), _unmerged(hospital, into)
        hospital.db.run(
            "UPDATE patient SET merged_into = %s, updated_at = %s WHERE %s IN (id, merged_into)",
            (new["id"], hospital.now(), old["id"]),
        )
        for table in FOLLOWING:
            hospital.db.run(
                f"UPDATE {table} SET patient_id = %s WHERE patient_id = %s",  # noqa: S608
                (new["id"], old["id"]),
            )
        told = {"patient_no": patient_no, "into_patient_no": into, "name": new["name"]}
        hospital.emit("patient.merged", patient_no, told)
    return _facts(hospital, new["id"])


def add_card(hospital: Hospital, patient_no: str, kind: str, card_no: str) -> Facts:
    """Bind a card: ``01`` hospital card, ``02`` social card, ``03`` e-health card.

    :raise Refusal: CARD_TAKEN when it is another patient's; the same patient's again is no error.
    """
    if kind not in CARD_KINDS:
        raise refuse("FIELD_INVALID", "kind")
    need(card_no, "card_no")
    row = row_of(hospital, patient_no)
    with writing(hospital):
        added = hospital.db.one(
            "INSERT INTO card (card_no, kind, patient_id, issued_at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (card_no) DO NOTHING RETURNING card_no",
            (card_no, kind, row["id"], hospital.now()),
        )
        if added is None:
            held = hospital.db.one("SELECT patient_id FROM card WHERE card_no = %s", (card_no,))
            if held != {"patient_id": row["id"]}:
                raise refuse("CARD_TAKEN")
        found = _facts(hospital, row["id"])
        if added:
            hospital.emit("patient.updated", found["patient_no"], found)
    return found
