"""The numbers of a session: who may take one, and that only one does."""

import datetime

from ..db import Row
from ..hospital import Hospital
from ..refusals import refuse
from .common import number_of

# at the hospital itself one can still be squeezed in after a number's time has passed
ON_THE_SPOT = ("window", "kiosk")
# a lock whose time is over is free without anybody tidying up
FREE = "(n.state = 'free' OR (n.state = 'locked' AND n.locked_until <= %(now)s))"


def session_row(hospital: Hospital, session_id: object) -> Row:
    """Return a session with its department's ``pool_owner`` and the end of its last number.

    :raise Refusal: SESSION_UNKNOWN.
    """
    row = hospital.db.one(
        "SELECT s.*, d.pool_owner, (SELECT max(ends_at) FROM number WHERE session_id = s.id)"
        " AS ends_at FROM session s JOIN department d ON d.code = s.department_code"
        " WHERE s.id = %s",
        (number_of(session_id, "SESSION_UNKNOWN"),),
    )
    if row is None:
        raise refuse("SESSION_UNKNOWN", str(session_id))
    return row


def bookable(hospital: Hospital, session_id: object) -> Row:
    """Return a session that numbers can be had of.

    :raise Refusal: SESSION_UNKNOWN, SESSION_SUSPENDED, SESSION_OVER.
    """
    row = session_row(hospital, session_id)
    if row["state"] == "suspended":
        raise refuse("SESSION_SUSPENDED")
    if row["ends_at"] is None or row["ends_at"] <= hospital.now():
        raise refuse("SESSION_OVER")
    return row


def _claim(hospital: Hospital, change: str, values: dict[str, object], session_id: int) -> Row:
    """Change one free number: the first one, or the one that is asked for.

    :raise Refusal: NUMBER_GONE when the one asked for is not free; SESSION_FULL when none is.
    """
    row = hospital.db.one(
        f"UPDATE number SET {change} WHERE (session_id, seq) = (SELECT n.session_id, n.seq"  # noqa: S608
        f" FROM number n WHERE n.session_id = %(session_id)s AND {FREE}"
        " AND (%(seq)s::int IS NULL OR n.seq = %(seq)s) AND (%(late)s OR n.ends_at > %(now)s)"
        " ORDER BY (n.ends_at <= %(now)s), n.seq LIMIT 1 FOR UPDATE SKIP LOCKED)"
        " RETURNING *",
        {**values, "session_id": session_id, "now": hospital.now()},
    )
    if row is None:
        raise refuse("SESSION_FULL" if values["seq"] is None else "NUMBER_GONE")
    return row


def lock(
    hospital: Hospital,
    session_id: int,
    *,
    lock_id: str,
    until: datetime.datetime,
    patient_id: int | None,
    channel: str,
    seq: int | None,
) -> Row:
    """Keep a free number until a time, for a patient or for one who is named later."""
    row = _claim(
        hospital,
        "state = 'locked', lock_id = %(lock_id)s, locked_until = %(until)s,"
        " locked_for = %(patient_id)s",
        {
            "lock_id": lock_id,
            "until": until,
            "patient_id": patient_id,
            "seq": seq,
            "late": channel in ON_THE_SPOT,
        },
        session_id,
    )
    hospital.db.insert(
        "number_lock",
        lock_id=lock_id,
        session_id=session_id,
        seq=row["seq"],
        patient_id=patient_id,
        channel=channel,
        locked_until=until,
    )
    return row


def take(hospital: Hospital, session_id: int, *, channel: str, seq: int | None) -> Row:
    """Take a free number without a lock."""
    return _claim(
        hospital,
        "state = 'taken', lock_id = NULL, locked_until = NULL",
        {"seq": seq, "late": channel in ON_THE_SPOT},
        session_id,
    )


def take_locked(hospital: Hospital, lock_id: str) -> None:
    """Turn a lock into a taken number.

    :raise Refusal: LOCK_EXPIRED when its time is over, whoever has the number now.
    """
    taken = hospital.db.run(
        "UPDATE number SET state = 'taken', lock_id = NULL, locked_until = NULL"
        " WHERE lock_id = %s AND state = 'locked' AND locked_until > %s",
        (lock_id, hospital.now()),
    )
    if not taken:
        raise refuse("LOCK_EXPIRED")


def unlock(hospital: Hospital, lock_id: str) -> bool:
    """Give a locked number back; tell whether it was still locked."""
    return bool(
        hospital.db.run(
            "UPDATE number SET state = 'free', lock_id = NULL, locked_until = NULL,"
            " locked_for = NULL WHERE lock_id = %s AND state = 'locked'",
            (lock_id,),
        )
    )


def free(hospital: Hospital, session_id: int, seq: int) -> None:
    """Give a taken number back."""
    hospital.db.run(
        "UPDATE number SET state = 'free', locked_for = NULL"
        " WHERE session_id = %s AND seq = %s AND state = 'taken'",
        (session_id, seq),
    )
