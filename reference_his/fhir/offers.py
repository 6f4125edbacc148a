"""IHE ITI Scheduling, $find: free numbers as proposed appointments."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from reference_his.hospital import Hospital
from reference_his.views.rows import facts_of

from . import bodies
from .build import Json
from .errors import error
from .mapping import appointment
from .params import range_of
from .versions import with_meta

PROPOSED = "F-"
MOST = 200
OFFERS = """
SELECT n.session_id, n.seq, n.starts_at, n.ends_at, n.updated_at, s.day, s.half_day,
    s.department_code, s.department, s.doctor_code, s.doctor, s.level, s.room, s.fee_fen,
    'proposed' AS state
FROM number n
JOIN his_view.v_schedule s ON s.session_id = n.session_id
JOIN department d ON d.code = s.department_code
WHERE (n.state = 'free' OR (n.state = 'locked' AND n.locked_until <= %(now)s))
    AND n.ends_at > %(now)s AND s.state = 'open' AND d.pool_owner = 'his'
"""


@dataclass(frozen=True)
class Offer:
    """A number that a proposed appointment stands for, and for whom it was looked up."""

    session_id: int
    seq: int
    patient_no: str


def offer_of(number: str) -> Offer | None:
    """Return what a proposed appointment's id stands for, or ``None``."""
    parts = number.removeprefix(PROPOSED).split("-", 2)
    if not number.startswith(PROPOSED) or len(parts) < 2:
        return None
    if not all(one.isascii() and one.isdigit() and len(one) < 10 for one in parts[:2]):
        return None
    return Offer(int(parts[0]), int(parts[1]), parts[2] if len(parts) == 3 else "")


def find(hospital: Hospital, asked: dict[str, list[Any]], base: str) -> Json:
    """Return free numbers as proposed appointments, earliest first.

    :param dict asked: start and end (needed); practitioner, organization, location-reference,
        specialty, visit-type, patient-reference, _count, _offset.
    :raise Refusal: 400.
    """
    conditions, values = _conditions(asked)
    values["now"] = hospital.now()
    count, offset = _whole(asked, "_count", 50), _whole(asked, "_offset", 0)
    where = OFFERS + "".join(f" AND {one}" for one in conditions)
    total = hospital.db.one(f"SELECT count(*) AS n FROM ({where}) f", values)  # noqa: S608
    rows = hospital.db.all(
        f"{where} ORDER BY n.starts_at, n.session_id, n.seq LIMIT {min(count, MOST)}"
        f" OFFSET {offset}",
        values,
    )
    patient_no = reference_of(asked, "patient-reference", "Patient")
    found = [_offered(row, patient_no) for row in rows]
    number = int((total or {"n": 0})["n"])
    page = bundle(found, base, number)
    if count and offset + len(rows) < number:
        link = {"relation": "next", "url": _next(asked, base, count, offset + len(rows))}
        page["link"] = [link]
    return page


def _next(asked: dict[str, list[Any]], base: str, count: int, offset: int) -> str:
    flat: list[tuple[str, Any]] = []
    for name, values in asked.items():
        if name not in ("_count", "_offset"):
            texts = [one.get("reference") if isinstance(one, dict) else one for one in values]
            flat += [(name, text) for text in texts]
    query = urlencode([*flat, ("_count", count), ("_offset", offset)])
    return f"{base}/Appointment/$find?{query}"


def _conditions(asked: dict[str, list[Any]]) -> tuple[list[str], dict[str, Any]]:
    values: dict[str, Any] = {
        "first": _moment(asked, "start"),
        "last": _moment(asked, "end"),
    }
    conditions = ["n.starts_at >= %(first)s", "n.starts_at < %(last)s"]
    references = (
        ("practitioner", "Practitioner", "s.doctor_code"),
        ("organization", "Organization", "s.department_code"),
        ("location-reference", "Location", "s.department_code"),
    )
    for name, target, column in references:
        if asked.get(name):
            values[name] = [bodies.reference_in(one, target, name) for one in asked[name]]
            conditions.append(f"{column} = ANY(%({name})s)")
    for name, column in (("specialty", "d.standard_code"), ("visit-type", "s.level")):
        if asked.get(name):
            values[name] = [str(one).rpartition("|")[2] for one in asked[name]]
            conditions.append(f"{column} = ANY(%({name})s)")
    return conditions, values


def _moment(asked: dict[str, list[Any]], name: str) -> datetime.datetime:
    value = (asked.get(name) or [None])[0]
    if not isinstance(value, str):
        raise error(400, f"$find needs {name}", "required")
    return range_of(value, name)[0]


def _whole(asked: dict[str, list[Any]], name: str, default: int) -> int:
    text = str((asked.get(name) or [default])[0])
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise error(400, f"{name} is a number", "value")
    return int(text)


def reference_of(asked: dict[str, list[Any]], name: str, target: str) -> str:
    """Return the id in a parameter that is a reference; empty when it is not there."""
    value = (asked.get(name) or [None])[0]
    return "" if value is None else bodies.reference_in(value, target, name)


def _offered(row: dict[str, Any], patient_no: str) -> Json:
    suffix = f"-{patient_no}" if patient_no else ""
    facts = facts_of(row)
    number = f"{PROPOSED}{row['session_id']}-{row['seq']}{suffix}"
    made = appointment.resource({**facts, "reg_no": number, "patient_no": patient_no})
    return with_meta(made, facts["updated_at"])


def bundle(found: list[Json], base: str, total: int | None = None) -> Json:
    """Return appointments as the page that IHE's operations answer with."""
    entries = [
        {
            "fullUrl": f"{base}/Appointment/{one['id']}",
            "resource": one,
            "search": {"mode": "match"},
        }
        for one in found
    ]
    made: Json = {"resourceType": "Bundle", "type": "searchset"}
    if total is not None:
        made["total"] = total
    return {**made, "entry": entries} if entries else made


def proposal(hospital: Hospital, number: str) -> Json:
    """Return a proposed appointment.

    :raise Refusal: 404; 410 when its number is no longer free.
    """
    offer = offer_of(number)
    if offer is None:
        raise error(404, f"There is no Appointment/{number[:64]}")
    row = hospital.db.one(
        OFFERS + " AND n.session_id = %(session)s AND n.seq = %(seq)s",
        {"session": offer.session_id, "seq": offer.seq, "now": hospital.now()},
    )
    if row is None:
        raise error(410, "This number is no longer free")
    return _offered(row, offer.patient_no)
