"""What happened to a few people: each story leaves rows for one screen."""

import secrets
from datetime import timedelta

from odoo.addons.hospital_patient.tools_id import make_resident_id

from .privacy import build_privacy

REASON_SUSPENDED = "医师外出参加会诊"
REASON_ADHOC = "名医下乡归来，加开晚间门诊"
REASON_CANCELLED = "临时有事"
REASON_MERGED = "同一患者重复建档"
REASON_RELEASED = "患者因急诊住院未能到诊，经核实予以解除"


def tell(env, users, doctors, types, cast, accounts):
    """Tell every story.

    :param dict users: {login: user}.
    :param dict doctors: {department code: doctors}.
    :param cast: patients with an account and without a random booking.
    :param accounts: accounts of the owners.
    """
    office = users["office"]
    missed_and_locked(env, office, cast[:6])
    suspended(env, office, doctors["NK01"], cast[6:14] + unreachable(env))
    substituted(env, office, doctors["GS01"], cast[14:18])
    hall = doctors["GY01"]
    waiting(env, office, types, hall[0].department_id, hall[0], cast[18:28])
    merged(env, office, cast[28:30])
    suspicious(env, accounts)
    deliver(env)
    audited(env, users, cast[30:34])
    build_privacy(env, users, cast[28:40])


def claim(env, patient, session, confirm=True, **kwargs):
    """Claim by phone, or at the window for ``patient`` without account; return the booking."""
    member = patient.member_ids[:1]
    result = env["hospital.booking"]._claim(
        channel(env, "wechat" if member else "window"),
        patient,
        session,
        secrets.token_urlsafe(12),
        account=member.account_id or None,
        confirm=confirm,
        **kwargs,
    )
    return env["hospital.booking"].browse(result.booking_id or [])


def channel(env, code):
    """Return the channel ``code``."""
    return env["hospital.channel"].search([("code", "=", code)], limit=1)


def coming_sessions(env, doctors, days=7):
    """Return released sessions of ``doctors`` from tomorrow on, soonest first."""
    clock = env["hospital.clock"]
    return env["hospital.session"].search(
        [
            ("doctor_id", "in", doctors.ids),
            ("state", "=", "released"),
            ("release_at", "<=", clock._now()),
            ("date", ">", clock._today()),
            ("date", "<=", clock._today() + timedelta(days=days)),
        ],
        order="starts_at, id",
    )


def missed_and_locked(env, office, patients):
    """Nobody came three times: the sweep finds it, the rules lock, one is released."""
    env["hospital.booking"]._cron_no_show()
    entries = env["hospital.blacklist.entry"].search(
        [("patient_id", "in", patients.ids), ("state", "=", "active")]
    )
    entries[:1].with_user(office)._release(REASON_RELEASED)


def unreachable(env):
    """Return an old man without a phone of his own, registered at the window."""
    birth = env["hospital.clock"]._today() - timedelta(days=365 * 81)
    return env["hospital.patient"].create(
        {
            "name": "蓝岳松",
            "id_type": "resident",
            "id_number": make_resident_id(birth, "male", 1, area="990909"),
            "sex": "male",
            "birth_date": birth,
        }
    )


def suspended(env, office, doctors, patients):
    """A doctor cannot come: patients are told, some are reached and some are not."""
    session = coming_sessions(env, doctors[:1])[:1]
    for patient in patients:
        claim(env, patient, session)
    suspension = (
        env["hospital.suspension"]
        .with_user(office)
        .create(
            {
                "doctor_id": session.doctor_id.id,
                "date_from": session.date,
                "date_to": session.date,
                "half_day": session.half_day,
                "reason": REASON_SUSPENDED,
            }
        )
    )
    suspension.action_apply()


def substituted(env, office, doctors, patients):
    """A colleague takes over; patients keep number and time and may choose."""
    sessions = coming_sessions(env, doctors[0])
    busy = {(row.date, row.half_day) for row in coming_sessions(env, doctors[1])}
    session = sessions.filtered(lambda row: (row.date, row.half_day) not in busy)[:1]
    bookings = [claim(env, patient, session) for patient in patients]
    session.with_user(office)._substitute(doctors[1], REASON_SUSPENDED)
    bookings[0]._choose_displaced("accept")


def waiting(env, office, types, department, doctor, patients):
    """A small extra clinic is full: people wait, one number comes free and is offered."""
    clock = env["hospital.clock"]
    wizard = (
        env["hospital.session.adhoc"]
        .with_user(office)
        .create(
            {
                "department_id": department.id,
                "doctor_id": doctor.id,
                "number_type_id": types["MZ"].id,
                "date": clock._today() + timedelta(days=3),
                "start_hour": 18.5,
                "end_hour": 20.0,
                "capacity": 4,
                "reason": REASON_ADHOC,
            }
        )
    )
    session = env["hospital.session"].browse(wizard.action_create()["res_id"])
    bookings = [claim(env, patient, session) for patient in patients[:4]]
    for patient in patients[4:8]:
        env["hospital.waitlist"]._join(
            session, patient, channel(env, "wechat"), account=patient.member_ids[:1].account_id
        )
    bookings[0]._cancel(REASON_CANCELLED, "patient")


def merged(env, office, patients):
    """Two people were registered twice, with another document; the office merged them."""
    for index, patient in enumerate(patients, 1):
        twin = env["hospital.patient"].create(
            {
                "name": patient.name,
                "sex": patient.sex,
                "birth_date": patient.birth_date,
                "id_type": "passport",
                "id_number": f"EX990000{index}",
                "phone": patient.phone,
            }
        )
        env["hospital.patient.merge"].with_user(office)._merge(patient, twin, REASON_MERGED)


def suspicious(env, accounts):
    """Traces of touts: wrong codes and too many people booked by one account."""
    for index, kind in enumerate(("wrong_code", "wrong_code", "code_limit", "booking_limit")):
        env["hospital.risk.event"]._record(
            kind, account=accounts[index], ip=f"192.0.2.{index}", device=f"demo-{index}"
        )


def deliver(env):
    """Deliver what is queued, without the commits of the scheduled job."""
    planner, delivery = env["hospital.message.planner"], env["hospital.message.delivery"]
    while planner._plan_batch(500) + delivery._deliver_batch(500):
        env.flush_all()


def audited(env, users, patients):
    """Staff looked at patients and revealed a number with a reason."""
    log = env["hospital.audit.log"]
    for login, action, reason in (
        ("desk", "read", ""),
        ("office", "reveal", "电话通知停诊"),
        ("office", "read", ""),
        ("doctor", "read", ""),
    ):
        log.with_user(users[login])._record(
            action, patients, patients.ids, ("name", "phone"), reason
        )
