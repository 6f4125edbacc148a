"""A family with something on every page: made anew for each run, found by nobody else."""

import scenes

#: A phone and ID numbers that no run before has used.
FAMILY = """
import datetime
from odoo.addons.hospital_patient.tools_id import make_resident_id
accounts = env["hospital.account"]
account = accounts._by_phone(phone) or accounts._open(phone, "")
people = [("页读人", "self", 1979, "female"), ("页老读", "parent", 1951, "male")]
for name, relation, year, sex in people[len(account.member_ids):]:
    day = datetime.date(year, 1, 1) + datetime.timedelta(days=serial % 365)
    number = make_resident_id(day, sex, serial // 365)
    patient = env["hospital.patient"]._register_person(
        {"name": name, "id_type": "resident", "id_number": number, "phone": phone},
        account=account, relation=relation)
    texts = env["hospital.consent"]._missing(account, patient)
    env["hospital.consent"]._give(account, patient, texts, "h5")
result = account.member_ids.patient_id.ids
"""
#: Sessions with numbers, and one with a single number on a day when nobody of ours has another.
SESSIONS = """
from datetime import timedelta
clock = env["hospital.clock"]
today = clock._today()
coming = env["hospital.session"].search(
    [("state", "=", "released"), ("doctor_id", "!=", False), ("date", ">", today),
     ("release_at", "<=", clock._now()), ("date", "<", today + timedelta(days=5))],
    order="starts_at, id").filtered(lambda one: one.free_count > 3)
day = today + timedelta(days=5)
busy = env["hospital.session"].search(
    [("date", "=", day), ("half_day", "=", "evening")]).doctor_id
doctor = (env["hospital.doctor"].search([]) - busy)[:1]
small = env["hospital.session.adhoc"].with_user(
    env["res.users"].search([("login", "=", "office")])).create({
        "department_id": doctor.department_id.id, "doctor_id": doctor.id,
        "number_type_id": coming[:1].number_type_id.id, "date": day,
        "start_hour": 19, "end_hour": 20, "capacity": 1, "reason": "test"}).action_create()
result = {"open": coming.ids, "full": small["res_id"]}
"""
CLAIM = """
channel = env["hospital.channel"].search([("code", "=", "wechat")], limit=1)
patient = env["hospital.patient"].browse(patient_id)
claim = env["hospital.booking"]._claim(
    channel, patient, env["hospital.session"].browse(session_id), key,
    account=patient.member_ids.account_id[:1], confirm=confirm)
result = {"outcome": claim.outcome, "ref": claim.ref}
"""
BECOME = """
env["hospital.booking"].search([("ref", "=", ref)])._transition(state)
result = True
"""
WAIT = """
channel = env["hospital.channel"].search([("code", "=", "wechat")], limit=1)
patient = env["hospital.patient"].browse(patient_id)
env["hospital.waitlist"]._join(
    env["hospital.session"].browse(session_id), patient, channel,
    account=patient.member_ids.account_id[:1])
result = True
"""
FACTS = """
booking = env["hospital.booking"].search([("ref", "=", ref)])
office = env["res.users"].search([("login", "=", "office")])
code = booking.department_id.with_user(office)._arrival_url()
session = env["hospital.session"].browse(session_id)
periods = [one for one in env["hospital.portal"]._periods(session_id) if one["free"]]
result = {
    "member": booking.patient_id.member_ids[:1].id,
    "arrive": code[code.index("/h5/"):],
    "department": session.department_id.id,
    "doctor": session.doctor_id.public_ref,
    "session": session_id,
    "period": periods[0]["value"],
}
"""


class World:
    """The family's phone, its bookings by state, and the places the pages are opened with."""

    def __init__(self, shell, serial):
        self.shell = shell
        self.phone = f"1690001{serial:04d}"
        self.serial = serial
        self.adult, self.parent = shell(FAMILY, phone=self.phone, serial=serial)
        sessions = shell(SESSIONS)
        self._open = iter(sessions["open"])
        self.full = sessions["full"]
        self.refs = {}
        self._fill()
        last = self._take(self.adult, "coming")
        self.places = shell(FACTS, ref=self.refs["here"], session_id=last)

    def _take(self, patient, name, confirm=True):
        """Claim a number for the next of the coming sessions that gives one."""
        for session in self._open:
            found = self.claim(patient, session, confirm)
            if found["outcome"] == "ok":
                self.refs[name] = found["ref"]
                return session
        raise AssertionError("the demo has no number left")

    def claim(self, patient, session, confirm=True):
        """Claim a number of a session; return {"outcome", "ref"}."""
        return self.shell(
            CLAIM,
            patient_id=patient,
            session_id=session,
            confirm=confirm,
            key=f"world:{self.serial}:{patient}:{session}",
        )

    def _fill(self):
        """Give every page something to show."""
        for name in ("cancelled", "displaced", "no_show"):
            self._take(self.adult, name)
            self.shell(BECOME, ref=self.refs[name], state=name)
        offered = self._take(self.adult, "given back")
        self.shell(WAIT, patient_id=self.parent, session_id=offered)
        self.shell(BECOME, ref=self.refs["given back"], state="cancelled")
        self.shell(WAIT, patient_id=self.adult, session_id=offered)
        self.refs["full"] = self.claim(self.parent, self.full)["ref"]
        for name in ("here", "arrived"):
            self._take(self.parent if name == "here" else self.adult, name)
            self.shell(scenes.BRING_TO_NOW, ref=self.refs[name])
        self.shell(BECOME, ref=self.refs["arrived"], state="checked_in")
        self._take(self.adult, "hold", confirm=False)

    def sign_in(self, context, base_url):
        """Sign the family's phone in through the form."""
        page = context.new_page()
        page.goto(f"{base_url}/h5/sign-in")
        page.fill("#phone", self.phone)
        page.click("form[action$='/h5/sign-in/code'] button")
        page.wait_for_selector("#code")
        page.fill("#code", self.shell(scenes.LAST_CODE, phone=self.phone))
        page.click("form[action$='/h5/sign-in/check'] button")
        page.wait_for_url(lambda address: "/sign-in" not in address)
        page.close()

    def public(self):
        """Return {name: path} of the pages that everybody may read."""
        department, session = self.places["department"], self.places["session"]
        return {
            "home": "/h5/",
            "help": "/h5/help",
            "departments": "/h5/departments",
            "departments of today": "/h5/departments?mode=same_day",
            "nothing found": "/h5/departments?q=zzz",
            "by date": f"/h5/department/{department}",
            "by date, today": f"/h5/department/{department}?mode=same_day",
            "by expert": f"/h5/department/{department}/experts",
            "about": f"/h5/department/{department}/about",
            "doctor": f"/h5/doctor/{self.places['doctor']}",
            "periods": f"/h5/session/{session}",
            "full": f"/h5/session/{self.full}",
        }

    def own(self):
        """Return {name: path} of the pages of a signed-in patient."""
        session, period = self.places["session"], self.places["period"]
        tabs = ("coming", "waiting", "visited", "cancelled", "missed")
        states = ("hold", "coming", "here", "arrived", "displaced", "cancelled", "no_show")
        return {
            "refused": f"/h5/session/{session}?refused=blocked",
            "confirm": f"/h5/confirm?session={session}&period={period}",
            **{f"bookings {tab}": f"/h5/bookings?tab={tab}" for tab in tabs},
            **{f"booking {name}": f"/h5/booking/{self.refs[name]}" for name in states},
            "cancel": f"/h5/booking/{self.refs['coming']}/cancel",
            "move": f"/h5/booking/{self.refs['coming']}/move",
            "wait": f"/h5/wait?session={self.full}",
            "arrive": self.places["arrive"],
            "family": "/h5/family",
            "add": "/h5/family/add",
            "messages": "/h5/messages",
            "switches": "/h5/messages/switches",
            "my data": "/h5/my-data",
            "my data of one": f"/h5/my-data/{self.places['member']}",
            "who used my data": f"/h5/my-data/{self.places['member']}/seen",
        }

    def addresses(self):
        """Return {name: path} of every page."""
        return {**self.public(), **self.own()}
