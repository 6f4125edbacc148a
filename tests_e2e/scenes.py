"""Python for the Odoo shell: looks into the database, and time that passes."""

RESIDENT_ID = """
from datetime import date, timedelta
from odoo.addons.hospital_patient.tools_id import make_resident_id
day = date(year, 1, 1) + timedelta(days=serial % 365)
result = make_resident_id(day, "female", serial // 365, area="990909")
"""
LAST_CODE = """
import re
text = env["hospital.sms.sandbox"].sudo()._last_text(phone)
found = re.search(r"[0-9]{6}", text or "")
result = found and found.group()
"""
DEPARTMENTS = """
codes = ("NK02", "NK04", "NK03", "FK01", "PF01")
found = {row.code: row for row in env["hospital.department"].search([("code", "in", codes)])}
result = [found[code].id for code in codes]
"""
BOOKING = """
booking = env["hospital.booking"].search([("ref", "=", ref)])
session = booking.session_id.with_context(lang="zh_CN")
half_days = dict(session._fields["half_day"]._description_selection(session.env))
result = {
    "state": booking.state,
    "choice": booking.displaced_choice or "",
    "number": booking.number,
    "walkin": booking.walkin_number,
    "late": booking.is_late,
    "channel": booking.channel_id.code,
    "slot": booking.slot_id.state,
    "session": session.state,
    "date": str(session.date),
    "half_day": half_days[session.half_day],
    "doctor": session.doctor_id.name or "",
    "department": session.department_id.name,
    "mrn": booking.patient_id.mrn,
    "events": [
        [event.from_state or "", event.to_state, event.user_id.login]
        for event in booking.event_ids.sorted("id")
    ],
}
"""
PATIENTS = """
account = env["hospital.account"]._by_phone(phone)
result = [
    [member.patient_id.name, member.relation, member.is_default]
    for member in account.member_ids.sorted("ordinal")
]
"""
#: The day of the visit has come: it begins in twenty minutes, or just before midnight.
BRING_TO_NOW = """
from datetime import timedelta
booking = env["hospital.booking"].search([("ref", "=", ref)])
clock = env["hospital.clock"]
now, today = clock._now(), clock._today()
start = min(now + timedelta(minutes=20), clock._day_bounds(today)[1] - timedelta(minutes=1))
env.cr.execute(
    "UPDATE hospital_booking SET date = %s, starts_at = %s, ends_at = %s WHERE id = %s",
    (today, start, start + (booking.ends_at - booking.starts_at), booking.id))
result = True
"""
#: The visit was some days ago and nobody came; the server's own sweep is due.
PASS_BY = """
from datetime import timedelta
booking = env["hospital.booking"].search([("ref", "=", ref)])
gone = timedelta(days=(booking.date - env["hospital.clock"]._today()).days + days)
env.cr.execute(
    "UPDATE hospital_booking SET date = date - %s, starts_at = starts_at - %s,"
    " ends_at = ends_at - %s WHERE id = %s", (gone.days, gone, gone, booking.id))
env.ref("hospital_booking.ir_cron_no_show")._trigger()
result = True
"""
#: What a patient chose after a suspension, in the office's words.
CHOICE = """
booking = env["hospital.booking"].search([("ref", "=", ref)]).with_context(lang="zh_CN")
choices = dict(booking._fields["displaced_choice"]._description_selection(booking.env))
result = choices[booking.displaced_choice]
"""
STATE = """
result = env["hospital.booking"].search([("ref", "=", ref)]).state
"""
#: Whom the office has to tell about a booking, and what became of it.
TOLD = """
booking = env["hospital.booking"].search([("ref", "=", ref)])
result = env["hospital.message"]._reached("hospital.booking", booking.ids, event)[booking.id]
"""
OPEN_BOOKINGS = """
session = env["hospital.booking"].search([("ref", "=", ref)]).session_id
result = env["hospital.booking"].search_count(
    [("session_id", "=", session.id), ("state", "in", ("hold", "confirmed", "displaced"))])
"""
LOCKS = """
booking = env["hospital.booking"].search([("ref", "=", ref)])
entries = env["hospital.blacklist.entry"].search(
    [("patient_id", "=", booking.patient_id.id)], order="id")
result = [
    [entry.state, entry.rule_id.kind, entry.released_by.login or "", entry.release_reason or ""]
    for entry in entries
]
"""
#: Events of the messages a patient got, oldest first.
MESSAGES = """
booking = env["hospital.booking"].search([("ref", "=", ref)])
messages = env["hospital.message"].search(
    [("patient_id", "=", booking.patient_id.id)], order="id")
result = messages.mapped("event_id.code")
"""
PATIENT_TOLD = """
booking = env["hospital.booking"].search([("ref", "=", ref)])
messages = env["hospital.message"].search(
    [("patient_id", "=", booking.patient_id.id), ("event_id.code", "=", event)])
result = messages.state
"""
