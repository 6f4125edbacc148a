"""Messages about the bookings of the past, delivered as they would have been, set-based."""

from datetime import timedelta

from odoo.addons.hospital_base.masking import mask_name
from odoo.tools import SQL

from .sql import update_rows

#: What is told to patients, and how many days back the rows are kept in the demo.
TOLD = {"confirmed": 21, "cancelled": 21, "no_show": 21, "expired": 21, "checked_in": 3}
EMIT = """
    INSERT INTO hospital_message (event_id, patient_id, account_id, dedup_key, res_model, res_id,
                                  variables, state, at, next_try_at, create_date)
    SELECT DISTINCT ON (v.booking_id, v.to_state)
           e.id, b.patient_id, b.account_id, 'demo:' || v.to_state || ':' || b.id,
           'hospital.booking', b.id,
           jsonb_build_object(
               'doctor', COALESCE(d.name ->> 'zh_CN', ''), 'department', t.name ->> 'zh_CN',
               'date', to_char(b.date, 'YYYY-MM-DD'),
               'time', to_char(b.starts_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s, 'HH24:MI'),
               'number', COALESCE(b.walkin_number, b.number)::text),
           'queued', v.at, v.at, v.at
      FROM hospital_booking_event v
      JOIN hospital_booking b ON b.id = v.booking_id
      JOIN hospital_message_event e ON e.code = 'booking.' || v.to_state AND e.active
      JOIN hospital_department t ON t.id = b.department_id
      LEFT JOIN hospital_doctor d ON d.id = b.doctor_id
     WHERE v.to_state = %(state)s AND v.at > %(since)s AND v.booking_id = ANY(%(ids)s)
     ORDER BY v.booking_id, v.to_state, v.at
    RETURNING id
"""
PLANNED = """
    SELECT d.id, d.port, d.account_id, m.id AS message, m.at, m.variables, p.name AS patient,
           t.title, t.body
      FROM hospital_message_delivery d
      JOIN hospital_message m ON m.id = d.message_id
      JOIN hospital_patient p ON p.id = m.patient_id
      JOIN hospital_message_template t
        ON t.event_id = m.event_id AND t.port = d.port AND t.lang = d.lang
     WHERE m.id = ANY(%s) ORDER BY d.id
"""
GONE_WRONG = ("号码为空号或已停机", "用户关机，超过有效期未送达", "用户已退订短信")
FAILED = 0.008
UNKNOWN = 0.002
READ = 0.7


def write_messages(env, rng, booking_ids, now):
    """Write and deliver the messages of these bookings; return their number."""
    env.flush_all()
    message_ids = []
    for state, days in TOLD.items():
        rows = env.execute_query(
            SQL(
                EMIT,
                tz=env["hospital.clock"]._tz_name(),
                state=state,
                since=now - timedelta(days=days),
                ids=booking_ids,
            )
        )
        message_ids += [row[0] for row in rows]
    _measure(env, "hospital_message", "hospital_patient")
    while env["hospital.message.planner"]._plan_batch(20000):
        pass
    _measure(env, "hospital_message_delivery")
    _deliver(env, rng, message_ids, now)
    env["hospital.message"].browse(message_ids)._sum_up()
    return len(message_ids)


def _measure(env, *tables):
    """Tell PostgreSQL how large the tables are: all rows are of this transaction.

    Without it, it takes them for empty and compares every row with every other.
    """
    env.flush_all()
    for table in tables:
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))


def _deliver(env, rng, message_ids, now):
    """Give every planned delivery its words and an outcome."""
    env.flush_all()
    env.cr.execute(SQL(PLANNED, message_ids))
    hospital = env.company.name
    rows = []
    for row in env.cr.dictfetchall():
        words = row["variables"] | {"patient": mask_name(row["patient"]), "hospital": hospital}
        rows.append(
            {
                "id": row["id"],
                "title": row["title"].format_map(words),
                "body": row["body"].format_map(words),
                "create_date": row["at"],
                **_outcome(rng, row, now),
            }
        )
    update_rows(env, "hospital.message.delivery", rows)


def _outcome(rng, row, now):
    """Return state, moments and error of one delivery."""
    sent_at = min(row["at"] + timedelta(seconds=rng.randrange(1, 40)), now)
    vals = {
        "state": "sent",
        "attempts": 1,
        "sent_at": sent_at,
        "read_at": None,
        "needs_person": False,
        "error": None,
    }
    if row["port"] == "inapp":
        if rng.random() < READ:
            vals["read_at"] = min(sent_at + timedelta(minutes=rng.randrange(1, 300)), now)
        return vals
    chance = rng.random()
    if chance < FAILED:
        return vals | {"state": "failed", "sent_at": None, "error": rng.choice(GONE_WRONG)}
    if chance < FAILED + UNKNOWN:
        return vals | {"state": "unknown", "sent_at": None, "attempts": 6, "needs_person": True}
    return vals
