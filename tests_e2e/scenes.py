"""Python that the journey runs in an Odoo shell: what the browser cannot do or wait for."""

RESIDENT_ID = """
from datetime import date
from odoo.addons.hospital_patient.tools_id import make_resident_id
result = make_resident_id(date({year}, 5, 4), "female", {serial}, area="990909")
"""
LAST_CODE = """
import re
text = env["hospital.sms.sandbox"].sudo()._last_text("{phone}")
found = re.search(r"[0-9]{{6}}", text or "")
result = found and found.group()
"""
BOOKING = """
booking = env["hospital.booking"].sudo().search([("ref", "=", "{ref}")])
result = {{"id": booking.id, "state": booking.state, "session": booking.session_id.id,
          "patient": booking.patient_id.id}}
"""
#: Same-day sessions depend on the hour: the visit is moved to now, as if the day had come.
BRING_TO_NOW = """
from datetime import timedelta
from odoo import fields
booking = env["hospital.booking"].sudo().search([("ref", "=", "{ref}")])
now = fields.Datetime.now()
today = env["hospital.clock"]._today()
shift = now + timedelta(minutes=20) - booking.starts_at
env.cr.execute(
    "UPDATE hospital_slot SET starts_at = starts_at + %(s)s, ends_at = ends_at + %(s)s"
    " WHERE session_id = %(id)s", {{"s": shift, "id": booking.session_id.id}})
env.cr.execute(
    "UPDATE hospital_session SET date = %(d)s, starts_at = starts_at + %(s)s,"
    " ends_at = ends_at + %(s)s WHERE id = %(id)s",
    {{"s": shift, "d": today, "id": booking.session_id.id}})
env.cr.execute(
    "UPDATE hospital_booking SET date = %(d)s, starts_at = starts_at + %(s)s,"
    " ends_at = ends_at + %(s)s WHERE session_id = %(id)s",
    {{"s": shift, "d": today, "id": booking.session_id.id}})
result = True
"""
SUSPEND = """
office = env["res.users"].search([("login", "=", "office")])
session = env["hospital.session"].browse({session})
suspension = env["hospital.suspension"].with_user(office).create({{
    "doctor_id": session.doctor_id.id, "department_id": session.department_id.id,
    "date_from": session.date, "date_to": session.date, "half_day": session.half_day,
    "reason": "医师外出参加会诊"}})
suspension.action_apply()
env["hospital.message"]._cron_deliver()
result = suspension.state
"""
MISS = """
from datetime import timedelta
bookings = env["hospital.booking"].sudo().search([("ref", "in", {refs})])
for days, booking in enumerate(bookings, 2):
    env.cr.execute(
        "UPDATE hospital_booking SET date = date - %(n)s::int, starts_at = starts_at - %(s)s,"
        " ends_at = ends_at - %(s)s WHERE id = %(id)s",
        {{"n": (booking.date - env["hospital.clock"]._today()).days + days,
          "s": timedelta(days=(booking.date - env["hospital.clock"]._today()).days + days),
          "id": booking.id}})
env.invalidate_all()
env["hospital.booking"]._cron_no_show()
env["hospital.message"]._cron_deliver()
result = bookings.mapped("state")
"""
DEPARTMENTS = """
codes = ("NK02", "NK04", "NK03", "FK01", "PF01")
found = env["hospital.department"].sudo().search([("code", "in", codes)])
result = [found.filtered(lambda d, code=code: d.code == code).id for code in codes]
"""
RELEASE = """
office = env["res.users"].search([("login", "=", "office")])
booking = env["hospital.booking"].sudo().search([("ref", "=", "{ref}")])
entry = env["hospital.blacklist.entry"].with_user(office).search(
    [("patient_id", "=", booking.patient_id.id), ("state", "=", "active")])
entry._release("经核实予以解除")
result = entry.state
"""
