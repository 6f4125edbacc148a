"""What happened to rosters in the past three weeks, and what the office keeps ready.

The screens change sessions to come only, so that the past is written with the models' own
writers; nobody has a number yet when this runs.
"""

from datetime import timedelta

from odoo.tools import SQL

MEETING = "医师参加学术会议"
SICK = "医师病假"
REPAIR = "诊室设备检修"
TRAINING = "科室业务培训"
WAITING = "候诊患者较多，医师同意加号"
LEFT_EARLY = "医师下午外出会诊，减少号源"


def happen(env, users, doctors, today):
    """Suspend, substitute and add numbers in the past; return the suspended sessions."""
    office = users["office"]
    suspended = env["hospital.session"]
    for code, rank, reason in (("NK03", 0, MEETING), ("ZJ01", 1, SICK), ("GS02", 0, MEETING)):
        suspended += _suspend(env, office, _sessions(env, doctors[code][rank], today)[:1], reason)
    clinic = env["hospital.session"].search(
        [
            ("department_id", "=", doctors["WG02"].department_id.id),
            ("doctor_id", "=", False),
            ("date", "<", today),
        ],
        order="date desc",
        limit=1,
    )
    suspended += _suspend(env, office, clinic, REPAIR)
    _recovered(env, office, doctors["FK01"][0], today)
    for code in ("NK04", "PF01", "EK01", "NK01"):
        _substitute(env, office, doctors[code][1], doctors[code][2], today)
    for doctor in (doctors["GY01"][1], doctors["NK03"][1], doctors["ZJ01"][0]):
        for session in _sessions(env, doctor, today)[:2]:
            env["hospital.slot"]._run("add", session.id, 2, "extra")
            session.with_user(office)._log_event("extra", "+2", WAITING)
            _backdate(env, session, timedelta(hours=2))
    return suspended


def keep_ready(env, users, doctors, types, today):
    """Leave a draft of a suspension, numbers taken out, and plans that pause or have ended."""
    office = users["office"]
    env["hospital.suspension"].with_user(office).create(
        {
            "department_id": doctors["WB01"].department_id.id,
            "date_from": today + timedelta(days=9),
            "date_to": today + timedelta(days=9),
            "half_day": "pm",
            "reason": TRAINING,
        }
    )
    coming = env["hospital.session"].search(
        [("doctor_id", "=", doctors["NK05"][0].id), ("state", "=", "released"),
         ("date", ">", today)], order="starts_at", limit=1,
    )  # fmt: skip
    if coming:
        coming.with_user(office)._withdraw_numbers(2, LEFT_EARLY)
    plans = env["hospital.plan"].search([("doctor_id", "=", doctors["WK04"][1].id)], order="id")
    plans[:1].with_user(office).action_pause()
    plans[1:2].with_user(office)._end(today)


def _sessions(env, doctor, today):
    """Return the doctor's sessions of the past, newest first."""
    return env["hospital.session"].search(
        [
            ("doctor_id", "=", doctor.id),
            ("date", "<", today),
            ("state", "=", "released"),
            ("original_doctor_id", "=", False),
        ],
        order="date desc, starts_at",
    )


def _suspension(env, office, sessions, reason, state):
    """Write a suspension of these sessions of one half-day as it was then."""
    first = sessions[:1]
    suspension = (
        env["hospital.suspension"]
        .with_user(office)
        .create(
            {
                "doctor_id": first.doctor_id.id,
                "department_id": first.department_id.id,
                "date_from": first.date,
                "date_to": first.date,
                "half_day": first.half_day,
                "reason": reason,
            }
        )
    )
    suspension._as_writer().write({"state": state, "session_ids": [(6, 0, sessions.ids)]})
    sessions.with_user(office)._log_event("suspend", reason=reason)
    return suspension


def _suspend(env, office, sessions, reason):
    """Suspend sessions of the past, the day before them; return them."""
    if sessions:
        suspension = _suspension(env, office, sessions, reason, "applied")
        sessions._as_writer().write(
            {"state": "suspended", "suspend_reason": reason, "suspension_id": suspension.id}
        )
    for session in sessions:
        _backdate(env, session, timedelta(hours=20))
    return sessions


def _recovered(env, office, doctor, today):
    """A suspension by mistake that was taken back."""
    session = _sessions(env, doctor, today)[:1]
    if session:
        _suspension(env, office, session, MEETING, "recovered")
        session.with_user(office)._log_event("resume", reason=MEETING)
        _backdate(env, session, timedelta(hours=30))


def _substitute(env, office, doctor, other, today):
    """Let ``other`` take over the newest session at a time when there is none of theirs."""
    busy = {(row.date, row.half_day) for row in _sessions(env, other, today)}
    free = _sessions(env, doctor, today).filtered(lambda row: (row.date, row.half_day) not in busy)
    session = free[:1]
    if session:
        session._as_writer().write({"doctor_id": other.id, "original_doctor_id": doctor.id})
        detail = f"{doctor.name} → {other.name}"
        session.with_user(office)._log_event("substitute", detail, SICK)
        _backdate(env, session, timedelta(hours=22))


def _backdate(env, session, before):
    """Let the session's changes have happened ``before`` it began."""
    env.flush_all()
    moment = session.starts_at - before
    env.cr.execute(
        SQL("UPDATE hospital_session_event SET at = %s WHERE session_id = %s", moment, session.id)
    )
    env.cr.execute(
        SQL(
            "UPDATE hospital_suspension SET create_date = %s, write_date = %s WHERE id IN ("
            "SELECT hospital_suspension_id FROM hospital_session_hospital_suspension_rel"
            " WHERE hospital_session_id = %s)",
            moment,
            moment,
            session.id,
        )
    )
    env.invalidate_all()
