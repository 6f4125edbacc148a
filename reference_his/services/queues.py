"""Waiting lists: of a session's clinic, the laboratory, imaging, the pharmacy's windows."""

from typing import Any

from ..hospital import Hospital
from ..refusals import refuse
from . import facts_of, patients
from .common import Facts, day_of, writing


def clinic(session_id: Any) -> str:
    """Return the queue of a session."""
    return f"clinic:{session_id}"


def enter(hospital: Hospital, queue: str, patient_no: str, reference: str, room: str = "") -> Facts:
    """Put a patient at the end of a queue; who waits there already keeps the place.

    :param str reference: what they wait with: reg_no, order_no or rx_no.
    """
    patient = patients.row_of(hospital, patient_no)
    with writing(hospital):
        while (entry_id := _append(hospital, queue, patient["id"], reference, room)) is None:
            waiting = hospital.db.one(
                "SELECT id FROM queue_entry WHERE queue = %s AND reference = %s"
                " AND state IN ('waiting', 'called')",
                (queue, reference),
            )
            if waiting:
                return facts_of.queue_entry(hospital, waiting["id"])
        found = facts_of.queue_entry(hospital, entry_id)
        hospital.emit("queue.entered", reference, found)
    return found


def _append(
    hospital: Hospital, queue: str, patient_id: int, reference: str, room: str
) -> int | None:
    """Add an entry; ``None`` when it waits already, or somebody took the same place first."""
    row = hospital.db.one(
        "INSERT INTO queue_entry (day, queue, seq, patient_id, reference, room, state, entered_at)"
        " SELECT %(day)s, %(queue)s, coalesce(max(seq), 0) + 1, %(patient)s, %(reference)s,"
        " %(room)s, 'waiting', %(now)s FROM queue_entry"
        " WHERE day = %(day)s AND queue = %(queue)s ON CONFLICT DO NOTHING RETURNING id",
        {
            "day": hospital.today(),
            "queue": queue,
            "patient": patient_id,
            "reference": reference,
            "room": room,
            "now": hospital.now(),
        },
    )
    return row["id"] if row else None


def call_next(hospital: Hospital, queue: str, room: str = "") -> Facts | None:
    """Call the first who waits today; whom the same room called before is done.

    :return: who was called, or ``None`` when nobody waits.
    """
    today, now = hospital.today(), hospital.now()
    with writing(hospital):
        hospital.db.run(
            "UPDATE queue_entry SET state = 'done' WHERE day = %s AND queue = %s"
            " AND state = 'called' AND %s IN ('', room)",
            (today, queue, room),
        )
        row = hospital.db.one(
            "UPDATE queue_entry SET state = 'called', called_at = %(now)s,"
            " room = CASE %(room)s WHEN '' THEN room ELSE %(room)s END WHERE id = ("
            " SELECT id FROM queue_entry WHERE day = %(day)s AND queue = %(queue)s"
            " AND state = 'waiting' ORDER BY seq LIMIT 1 FOR UPDATE SKIP LOCKED)"
            " RETURNING id, reference",
            {"now": now, "room": room, "day": today, "queue": queue},
        )
        if row is None:
            return None
        found = facts_of.queue_entry(hospital, row["id"])
        hospital.emit("queue.called", row["reference"], found)
    return found


def _close(hospital: Hospital, queue: str, reference: str, state: str) -> int | None:
    row = hospital.db.one(
        "UPDATE queue_entry SET state = %s WHERE day = %s AND queue = %s AND reference = %s"
        " AND state = 'called' RETURNING id",
        (state, hospital.today(), queue, reference),
    )
    return row["id"] if row else None


def pass_over(hospital: Hospital, queue: str, reference: str) -> Facts:
    """Note that who was called did not come; they can enter again at the end.

    :raise Refusal: REGISTRATION_STATE when they are not called.
    """
    with writing(hospital):
        entry_id = _close(hospital, queue, reference, "passed")
        if entry_id is None:
            raise refuse("REGISTRATION_STATE", reference)
        found = facts_of.queue_entry(hospital, entry_id)
        hospital.emit("queue.passed", reference, found)
    return found


def finish(hospital: Hospital, queue: str, reference: str) -> None:
    """Note that who was called has been served; no partner is told."""
    _close(hospital, queue, reference, "done")


def leave(hospital: Hospital, queue: str, reference: str) -> None:
    """Take somebody off a queue who goes without having been called."""
    hospital.db.run(
        "UPDATE queue_entry SET state = 'done' WHERE day = %s AND queue = %s AND reference = %s"
        " AND state = 'waiting'",
        (hospital.today(), queue, reference),
    )


def waiting(hospital: Hospital, queue: str) -> list[Facts]:
    """Return who is called and who waits today, in order."""
    return facts_of.every(
        hospital,
        facts_of.QUEUE,
        "q.day = %s AND q.queue = %s AND q.state IN ('waiting', 'called') ORDER BY q.seq",
        (hospital.today(), queue),
    )


def serving(hospital: Hospital, queue: str = "") -> list[Facts]:
    """Return who is called now, in one queue or all."""
    return facts_of.every(
        hospital,
        facts_of.QUEUE,
        "q.day = %s AND %s IN ('', q.queue) AND q.state = 'called' ORDER BY q.queue, q.seq",
        (hospital.today(), queue),
    )


def of_patient(hospital: Hospital, patient_no: str, day: Any = "") -> list[Facts]:
    """Return a patient's places of a day (today), each with ``ahead``: how many come before."""
    patient = patients.row_of(hospital, patient_no)
    ahead = (
        "SELECT count(*) FROM queue_entry b WHERE b.day = q.day AND b.queue = q.queue"
        " AND b.state = 'waiting' AND b.seq < q.seq AND q.state = 'waiting'"
    )
    select = facts_of.QUEUE.replace("q.called_at\n", f"q.called_at, ({ahead}) AS ahead\n")
    return facts_of.every(
        hospital,
        select,
        "q.patient_id = %s AND q.day = %s ORDER BY q.entered_at, q.id",
        (patient["id"], day_of(day, "day") if day else hospital.today()),
    )


def events(hospital: Hospital, after: int, length: int = 200) -> list[Facts]:
    """Return the queue's events after a cursor: ``cursor``, ``kind``, ``at`` and the facts."""
    rows = hospital.db.all(
        "SELECT id, kind, at, facts FROM event WHERE id > %s"
        " AND kind IN ('queue.entered', 'queue.called', 'queue.passed') ORDER BY id LIMIT %s",
        (after, length),
    )
    return [
        {"cursor": row["id"], "kind": row["kind"], "at": row["at"].isoformat(), **row["facts"]}
        for row in rows
    ]
