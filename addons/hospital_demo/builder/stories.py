"""What happened to a few people: each story leaves rows for one screen."""

import secrets
from datetime import timedelta

from odoo.addons.hospital_patient.tools_id import make_resident_id

from .privacy import build_privacy
from .structure import translate

REASON_SUSPENDED = "医师外出参加会诊"
REASON_ADHOC = "名医下乡归来，加开晚间门诊"
REASON_CANCELLED = "临时有事"
REASON_MOVED = "上午有院内会诊，推迟半小时开诊"
REASON_ASKED = "患者电话说明情况，申请解除"
REASON_CREDIT = "因停诊误计爽约，予以恢复"
REASON_LATE_CANCEL = "就诊前一小时内取消"
REASON_ATTENDED = "按时就诊"
APPEALS = (
    "患者来电：当日下乡道路塌方无法到院，附村委证明，请求提前解除。",
    "患者家属申诉：老人住院期间由他人代约，本人并不知情。",
)
RULES = (
    ("late", 5, 90, 30, False, ("迟到过多", "Late too often")),
    ("cancel", 6, 30, 30, True, ("取消过多", "Cancelled too often")),
)
#: login, what they did, with which fields, why
LOOKS = (
    ("desk", "read", ("name", "masked_id_number"), ("",)),
    ("doctor", "read", ("name", "birth_date"), ("",)),
    ("office", "read", ("name", "masked_phone"), ("",)),
    ("office", "reveal", ("phone",), ("电话通知停诊", "核对就诊人联系方式", "处理患者投诉")),
    ("office", "write", ("phone",), ("患者更换手机号码",)),
    ("cashier", "refuse", ("id_number",), ("没有查看权限",)),
    ("office", "export", ("name", "date"), ("院办统计停诊影响人数",)),
)
#: kind of risk, how many of them
RISKS = (
    ("wrong_code", 9),
    ("code_limit", 3),
    ("account_opened", 8),
    ("device_limit", 2),
    ("booking_limit", 2),
    ("identity_mismatch", 1),
)
REASON_MERGED = "同一患者重复建档"
REASON_RELEASED = "患者因急诊住院未能到诊，经核实予以解除"


def tell(env, rng, users, doctors, types, cast, accounts):
    """Tell every story.

    :param dict users: {login: user}.
    :param dict doctors: {department code: doctors}.
    :param cast: patients with an account and without a random booking.
    :param accounts: accounts of the owners.
    """
    office = users["office"]
    locked(env, users, cast[:12])
    family = accounts[0].member_ids.patient_id
    suspended(env, office, doctors["NK02"], family[-1:] + cast[12:20] + unreachable(env))
    substituted(env, office, doctors["GS01"], cast[20:24])
    moved(env, office, doctors["NK06"][0], cast[24:27])
    waiting(env, office, types, doctors["GY01"][0], cast[27:39])
    wait_for_full_sessions(env, rng, accounts[60:100])
    merged(env, office, cast[39:42])
    suspicious(env, rng, accounts, cast[42])
    credited(env, office, cast[43:45])
    deliver(env)
    audited(env, rng, users, cast[24:44])
    build_privacy(env, users, family[:1] + cast[28:38])


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


def roomy(sessions, count):
    """Return the soonest of ``sessions`` with ``count`` free numbers, else the emptiest."""
    room = sessions.filtered(lambda session: session.free_count >= count)
    return room[:1] or sessions.sorted("free_count", reverse=True)[:1]


def locked(env, users, patients):
    """Nobody came three times: the sweep finds it, the rules lock; some are released.

    Beside that locks by two more rules: one waits for a second person, one has run out.
    """
    office = users["office"]
    entries = env["hospital.blacklist.entry"]
    env["hospital.booking"]._cron_no_show()
    found = entries.search([("patient_id", "in", patients.ids), ("state", "=", "active")])
    found[:1].with_user(office)._release(REASON_RELEASED)
    for entry, appeal in zip(found[1:3], APPEALS, strict=True):
        entry.with_user(office).appeal_note = appeal
    now = env["hospital.clock"]._now()
    late, often = _more_rules(env)
    late._lock(patients[6:7].ids, now - timedelta(days=3))
    often._lock(patients[7:9].ids, now - timedelta(days=5))
    asked = entries.search([("patient_id", "=", patients[7].id)])
    asked.with_user(users["hospital.admin"])._release(REASON_ASKED)
    late._lock(patients[9:11].ids, now - timedelta(days=40))
    entries._cron_release()
    _warn(env)


def _more_rules(env):
    """Return a rule for late arrivals and one for cancellations."""
    rules = env["hospital.blacklist.rule"]
    for kind, count, window, lock, second, names in RULES:
        rule = rules.create(
            {
                "name": names[1],
                "kind": kind,
                "count": count,
                "window_days": window,
                "lock_days": lock,
                "second_person": second,
            }
        )
        translate(rule, name=names)
        rules += rule
    return rules


def _warn(env):
    """Tell everybody who is one missed visit away from a lock."""
    rows = env["hospital.booking"]._read_group(
        [("state", "=", "no_show")], ["patient_id"], having=[("__count", "=", 2)]
    )
    env["hospital.blacklist.rule"]._apply([patient.id for (patient,) in rows[:20]])


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
    session = roomy(coming_sessions(env, doctors), len(patients))
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
    session = roomy(
        sessions.filtered(lambda row: (row.date, row.half_day) not in busy), len(patients)
    )
    bookings = [claim(env, patient, session) for patient in patients]
    session.with_user(office)._substitute(doctors[1], REASON_SUSPENDED)
    for booking in bookings[:1]:
        booking._choose_displaced("accept")


def moved(env, office, doctor, patients):
    """A session was moved to another hour: its patients are asked."""
    session = roomy(coming_sessions(env, doctor)[1:], len(patients))
    for patient in patients:
        claim(env, patient, session)
    if session:
        session.with_user(office)._move(session.starts_at + timedelta(minutes=30), REASON_MOVED)


def waiting(env, office, types, doctor, patients):
    """A small extra clinic is full: people wait, numbers come free and are offered."""
    clock = env["hospital.clock"]
    wizard = (
        env["hospital.session.adhoc"]
        .with_user(office)
        .create(
            {
                "department_id": doctor.department_id.id,
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
    entries = [join(env, session, patient) for patient in patients[4:12]]
    for booking in bookings[:3]:
        booking._cancel(REASON_CANCELLED, "patient")
    entries[0].booking_id._confirm()
    entries[1].booking_id._transition("expired")
    entries[7]._cancel()


def join(env, session, patient):
    """Put ``patient`` on the wait-list of ``session``; return the entry."""
    account = patient.member_ids[:1].account_id
    return env["hospital.waitlist"]._join(session, patient, channel(env, "wechat"), account)


def wait_for_full_sessions(env, rng, accounts):
    """More people wait for the sessions of the coming days that are full."""
    full = env["hospital.session"].search(
        [
            ("state", "=", "released"),
            ("date", ">", env["hospital.clock"]._today()),
            ("number_type_id.kind", "in", ("expert", "renowned")),
        ]
    )
    full = full.filtered(lambda session: not session.free_count)
    patients = env["hospital.patient"].browse(
        [account.member_ids[0].patient_id.id for account in accounts]
    )
    bookings = env["hospital.booking"].search(
        [("patient_id", "in", patients.ids), ("date", "in", full.mapped("date"))]
    )
    busy = {(booking.patient_id, booking.date) for booking in bookings}
    for patient in patients:
        wanted = [session for session in full if (patient, session.date) not in busy]
        if wanted:
            join(env, rng.choice(wanted), patient)


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
        merge = env["hospital.patient.merge"].with_user(office)._merge(patient, twin, REASON_MERGED)
    if patients:
        merge.action_undo()


def suspicious(env, rng, accounts, patient):
    """Traces of touts in the past weeks: wrong codes, many people, one device."""
    risks = env["hospital.risk.event"]
    now = env["hospital.clock"]._now()
    for index, (kind, share) in enumerate(RISKS * 3):
        for number in range(share):
            event = risks._record(
                kind,
                account=accounts[(7 * index + number) % len(accounts)],
                patient=patient if kind == "identity_mismatch" else None,
                ip=f"192.0.2.{index}",
                device=f"demo-{index % 5}",
            )
            event.at = now - timedelta(hours=rng.randrange(1, 480))


def credited(env, office, patients):
    """The office gave points back, and took some."""
    credit = env["hospital.credit.event"].with_user(office)
    credit._add(patients[:1].ids, "manual", REASON_CREDIT, points=20)
    credit._add(patients[1:].ids, "late_cancel", REASON_LATE_CANCEL)
    credit._add(patients.ids, "attended", REASON_ATTENDED)


def deliver(env):
    """Deliver what is queued, without the commits of the scheduled job."""
    planner, delivery = env["hospital.message.planner"], env["hospital.message.delivery"]
    while planner._plan_batch(500) + delivery._deliver_batch(500):
        env.flush_all()


def audited(env, rng, users, patients):
    """Staff looked at patients, revealed numbers with a reason, exported a list, were refused."""
    log = env["hospital.audit.log"]
    for login, action, names, reasons in LOOKS:
        for _time in range(rng.randrange(3, 9)):
            some = env["hospital.patient"].browse(rng.sample(patients.ids, rng.randrange(1, 4)))
            log.with_user(users[login])._record(
                action, some, some.ids, names, rng.choice(reasons),
                result="refused" if action == "refuse" else "ok",
            )  # fmt: skip
