"""Bookings of the past three weeks, of today and of the released days ahead, set-based."""

from collections import defaultdict
from datetime import timedelta

from odoo.tools import SQL

from . import demand
from .people import age_on
from .planner import Crowd, Planner, slots_by_day
from .sql import insert_rows

ADULT_AGE = 16


def pools(env, patients, today):
    """Return {first letters of a department's code: ids}; the empty code is for all others."""
    children, women, adults = [], [], []
    for patient in patients:
        if age_on(patient.birth_date, today) < ADULT_AGE:
            children.append(patient.id)
            continue
        adults.append(patient.id)
        if patient.sex == "female":
            women.append(patient.id)
    return {"EK": children, "FK": women, "": adults}


def write_history(env, rng, patients, accounts, users, now):
    """Write bookings of every released number before and after ``now`` (naive UTC).

    :param patients: those who may appear; nobody twice on one day.
    :param dict accounts: {patient id: account id} of those with an account.
    :param dict users: {login: user}.
    :return: ids of the bookings.
    """
    plan = Planner(env, rng, accounts, users, now)
    today = env["hospital.clock"]._local(now).date()
    people = pools(env, patients, today)
    popular = {}
    which = SQL(
        "s.state = 'free' AND e.state = 'released' AND COALESCE(e.release_at, %s) <= %s", now, now
    )
    for day, slots in slots_by_day(env, which).items():
        ahead = max((day - today).days, 0)
        wanted, spare = [], defaultdict(list)
        for slot in slots:
            liked = popular.setdefault(slot["department"], rng.uniform(0.82, 1.14))
            kind, hour = slot["kind"], slot["hour"]
            if rng.random() < demand.chance_filled(kind, day.weekday(), hour, ahead, liked):
                wanted.append(slot)
            elif slot["starts_at"] < now - timedelta(hours=1):
                spare[slot["session"]].append(slot)
        crowd = Crowd(rng, people)
        for slot in wanted:
            _fill(plan, rng, crowd, slot, spare[slot["session"]])
    return plan.store()


def _fill(plan, rng, crowd, slot, spare):
    """Give ``slot`` to somebody, and to the next one when it is given back.

    :param spare: numbers of the session that nobody wanted, for those who come late.
    """
    for _turn in range(4):
        patient = crowd.next(slot["department"])
        if patient is None:
            return
        later = [other for other in spare if other["starts_at"] > slot["starts_at"]]
        late_slot = later[0] if later and rng.random() < demand.LATE else None
        outcome = plan.add(slot, patient, late_slot=late_slot)
        if plan.rows[-1]["is_late"]:
            spare.remove(late_slot)
        if outcome not in ("cancelled", "expired") or rng.random() > demand.FOLLOWED[slot["kind"]]:
            return


def write_missed(env, rng, patients, accounts, users, until, per_patient=3):
    """Write confirmed bookings to which nobody came, for the sweep to find."""
    plan = Planner(env, rng, accounts, users, until)
    which = SQL(
        "s.state = 'free' AND e.state = 'released' AND s.starts_at < %s",
        until - timedelta(hours=12),
    )
    for _day, slots in list(slots_by_day(env, which).items())[-per_patient:]:
        chosen = rng.sample(slots, len(patients))
        for slot, patient in zip(chosen, patients.ids, strict=True):
            plan.add(slot, patient, lead=2, outcome="confirmed")
    return plan.store()


def write_displaced(env, rng, patients, accounts, users, now, sessions, most=9):
    """Write bookings of sessions that were suspended in the past; everybody left."""
    plan = Planner(env, rng, accounts, users, now)
    which = SQL("s.session_id = ANY(%s)", sessions.ids)
    for _day, slots in slots_by_day(env, which).items():
        who = iter(rng.sample(patients.ids, len(slots)))
        count = {}
        for slot in slots:
            count[slot["session"]] = count.get(slot["session"], 0) + 1
            if count[slot["session"]] <= most:
                plan.add(slot, next(who), lead=rng.randrange(2, 6), outcome="displaced_cancel")
    return plan.store()


def write_waited(env, rng, patients, accounts, today):
    """Write wait-list entries of past sessions of experts: some got a number, some did not."""
    env.flush_all()
    env.cr.execute(
        SQL(
            "SELECT b.id, b.session_id, b.patient_id, b.channel_id, b.create_date"
            " FROM hospital_booking b JOIN hospital_number_type t ON t.id = b.number_type_id"
            " WHERE t.kind IN ('expert', 'renowned') AND b.date < %s AND b.state = 'done'"
            " AND b.mode = 'advance' ORDER BY b.id DESC LIMIT 400",
            today,
        )
    )
    rows = []
    for booking in rng.sample(env.cr.dictfetchall(), 60):
        state = rng.choices(("accepted", "expired", "cancelled"), (5, 3, 2))[0]
        own = state == "accepted"
        patient = booking["patient_id"] if own else rng.choice(patients.ids)
        joined = booking["create_date"] - timedelta(hours=rng.randrange(1, 30))
        rows.append(
            {
                "session_id": booking["session_id"],
                "patient_id": patient,
                "account_id": accounts.get(patient),
                "channel_id": booking["channel_id"],
                "booking_id": booking["id"] if own else None,
                "state": state,
                "create_uid": env.uid,
                "create_date": joined,
                "write_uid": env.uid,
                "write_date": booking["create_date"],
            }
        )
    insert_rows(env, "hospital.waitlist", rows)
