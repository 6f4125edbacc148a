"""Sessions of doctors and departments, and their numbers."""

import datetime
from typing import Any

from ..hospital import Hospital
from ..refusals import refuse
from . import directory
from .common import Facts, day_of, facts, writing
from .numbers import FREE, session_row

SELECT = f"""
SELECT s.id::text AS session_id, s.day, s.half_day, s.department_code, d.name AS department,
    s.doctor_code, o.name AS doctor, s.level, s.fee_fen, s.state,
    count(n.seq) AS total, count(n.seq) FILTER (WHERE {FREE}) AS free
FROM session s JOIN department d ON d.code = s.department_code
LEFT JOIN doctor o ON o.code = s.doctor_code LEFT JOIN number n ON n.session_id = s.id
"""  # noqa: S608
GROUP = " GROUP BY s.id, d.code, o.code ORDER BY s.day, s.half_day, s.department_code, s.id"
HOURS = {"am": ("08:00", "11:30"), "pm": ("13:30", "16:30"), "night": ("18:00", "20:30")}
LONGEST_DAYS = 62


def sessions(
    hospital: Hospital,
    first_day: Any,
    last_day: Any,
    department_code: str = "",
    doctor_code: str = "",
) -> list[Facts]:
    """Return the sessions of some days with ``total`` and ``free`` numbers.

    :raise Refusal: FIELD_INVALID for more than two months; DEPARTMENT_UNKNOWN, DOCTOR_UNKNOWN.
    """
    first, last = day_of(first_day, "first_day"), day_of(last_day, "last_day")
    if (last - first).days > LONGEST_DAYS:
        raise refuse("FIELD_INVALID", "last_day")
    if department_code:
        directory.department(hospital, department_code)
    if doctor_code:
        directory.doctor(hospital, doctor_code)
    rows = hospital.db.all(
        SELECT + "WHERE s.day BETWEEN %(first)s AND %(last)s"
        " AND %(department)s IN ('', s.department_code)"
        " AND %(doctor)s IN ('', s.doctor_code)" + GROUP,
        {
            "first": first,
            "last": last,
            "department": department_code,
            "doctor": doctor_code,
            "now": hospital.now(),
        },
    )
    return [facts(row) for row in rows]


def session(hospital: Hospital, session_id: object) -> Facts:
    """Return one session.

    :raise Refusal: SESSION_UNKNOWN.
    """
    number = session_row(hospital, session_id)["id"]
    row = hospital.db.one(
        SELECT + "WHERE s.id = %(id)s" + GROUP, {"id": number, "now": hospital.now()}
    )
    return facts(row or {})


def numbers(hospital: Hospital, session_id: object) -> list[Facts]:
    """Return a session's numbers: seq, starts_at, ends_at, state (an expired lock is free).

    :raise Refusal: SESSION_UNKNOWN.
    """
    rows = hospital.db.all(
        f"SELECT n.seq, n.starts_at, n.ends_at, CASE WHEN {FREE} THEN 'free' ELSE n.state END"  # noqa: S608
        " AS state FROM number n WHERE n.session_id = %(id)s ORDER BY n.seq",
        {"id": session_row(hospital, session_id)["id"], "now": hospital.now()},
    )
    return [facts(row) for row in rows]


def _moment(hospital: Hospital, day: datetime.date, clock: str) -> datetime.datetime:
    time = datetime.time.fromisoformat(clock)
    return datetime.datetime.combine(day, time, hospital.now().tzinfo)


def _add_numbers(
    hospital: Hospital, session_id: int, day: datetime.date, half_day: str, total: int
) -> None:
    begin, end = (_moment(hospital, day, clock) for clock in HOURS[half_day])
    step = (end - begin) / total
    whole = datetime.timedelta(minutes=1)
    times = [begin + (step * place // whole) * whole for place in range(total)] + [end]
    hospital.db.many(
        "INSERT INTO number (session_id, seq, starts_at, ends_at) VALUES %s"
        " ON CONFLICT (session_id, seq) DO NOTHING",
        [(session_id, place + 1, times[place], times[place + 1]) for place in range(total)],
    )


def publish(
    hospital: Hospital,
    *,
    day: Any,
    half_day: str,
    department_code: str,
    doctor_code: str = "",
    level: str = "1",
    fee_fen: int,
    total: int,
    room: str = "",
) -> Facts:
    """Open a session with its numbers, or change fee and room and add numbers to one.

    :raise Refusal: FIELD_INVALID; DEPARTMENT_UNKNOWN, DOCTOR_UNKNOWN.
    """
    if half_day not in HOURS or not 0 < total <= 500 or level not in ("1", "2", "3"):
        raise refuse("FIELD_INVALID", "half_day, total, level")
    directory.department(hospital, department_code)
    if doctor_code:
        directory.doctor(hospital, doctor_code)
    when = day_of(day, "day")
    with writing(hospital):
        row = hospital.db.one(
            "INSERT INTO session (day, half_day, department_code, doctor_code, level, fee_fen,"
            " room, updated_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (day, half_day, department_code, coalesce(doctor_code, ''), level)"
            " DO UPDATE SET fee_fen = excluded.fee_fen, room = excluded.room,"
            " updated_at = excluded.updated_at RETURNING id",
            (
                when,
                half_day,
                department_code,
                doctor_code or None,
                level,
                fee_fen,
                room,
                hospital.now(),
            ),
        )
        number = (row or {})["id"]
        _add_numbers(hospital, number, when, half_day, total)
        found = session(hospital, number)
        hospital.emit("session.published", found["session_id"], found)
    return found


def _set_state(hospital: Hospital, session_id: object, state: str, kind: str) -> Facts:
    number = session_row(hospital, session_id)["id"]
    with writing(hospital):
        changed = hospital.db.run(
            "UPDATE session SET state = %s, updated_at = %s WHERE id = %s AND state <> %s",
            (state, hospital.now(), number, state),
        )
        found = session(hospital, number)
        if changed:
            hospital.emit(kind, found["session_id"], found)
    return found


def suspend(hospital: Hospital, session_id: object, reason: str = "") -> Facts:
    """Stop a session: nobody can book or sign any more; who has a number can give it back.

    :param str reason: kept in the journal only; no partner is told why.
    """
    found = _set_state(hospital, session_id, "suspended", "session.suspended")
    hospital.journal.write("his", "suspension", found["session_id"], reason=reason)
    return found


def resume(hospital: Hospital, session_id: object) -> Facts:
    """Open a suspended session again."""
    return _set_state(hospital, session_id, "open", "session.resumed")
