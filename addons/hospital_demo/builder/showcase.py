"""The family of the first phone account, whose pages the demo shows: something of everything."""

from odoo.tools import SQL

from .planner import Planner, slots_by_day
from .stories import claim, coming_sessions, join, roomy

#: relation, clinic, days ago at least, what became of it
PAST = (
    ("self", "NK01", 13, "done"),
    ("child", "EK01", 11, "done"),
    ("self", "NK04", 8, "no_show"),
    ("parent", "NK03", 6, "done"),
    ("spouse", "FK01", 5, "cancelled"),
    ("self", "GS01", 2, "done"),
)
COMING = (("self", "NK01"), ("child", "EK01"), ("parent", "NK03"))


def person(account, relation):
    """Return the family's member of that relation."""
    members = account.member_ids.filtered(lambda member: member.relation == relation)
    return members[:1].patient_id


def visited(env, rng, account, users, now):
    """Write the family's visits of the past weeks; return the bookings' ids."""
    plan = Planner(env, rng, {}, users, now)
    today = env["hospital.clock"]._local(now).date()
    for relation, code, days, outcome in PAST:
        which = SQL(
            "s.state = 'free' AND e.state = 'released' AND e.doctor_id IS NOT NULL"
            " AND d.code = %s AND e.date <= %s::date - %s::int AND e.original_doctor_id IS NULL",
            code, today, days,
        )  # fmt: skip
        newest = list(slots_by_day(env, which).values())[-1:]
        patient = person(account, relation)
        if newest and patient:
            plan.accounts[patient.id] = account.id
            plan.add(newest[0][0], patient.id, lead=3, outcome=outcome, channel="wechat")
    return plan.store()


def coming(env, account, doctors):
    """Book for the family, and let one of them wait for a full session."""
    for relation, code in COMING:
        patient = person(account, relation)
        session = roomy(coming_sessions(env, doctors[code], days=6), 1)
        if patient and session:
            claim(env, patient, session)
    full = coming_sessions(env, doctors["GY01"], days=14).filtered(lambda row: not row.free_count)
    if full:
        join(env, full[0], person(account, "self"))
    claim(env, person(account, "spouse"), roomy(coming_sessions(env, doctors["PF01"]), 1))
