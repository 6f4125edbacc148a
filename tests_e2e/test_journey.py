"""The main journey: registration to ticket, and what can go wrong after it.

Everything a person does happens by clicks. The shell only reads what the database holds,
reads the text message on the patient's phone, and lets time pass.
"""

import re

import scenes
from desk import Desk
from office import Office
from patient import Patient
from people import Person
from playwright.sync_api import expect

REASON = "医师外出参加会诊"
APPEAL = "患者因急诊住院未能到诊，经核实予以解除"
#: The journey needs its day for this long, from the check-in on.
SECONDS = 300


def test_registration_to_ticket_and_back(
    phone, desk_page, office_page, base_url, odoo_shell, serial, shot
):
    """One patient: registers, books, checks in, is displaced, misses, is locked and released."""
    me, parent, lady = (
        Person(odoo_shell, serial, row, year) for row, year in enumerate((1988, 1958, 1941), 3)
    )
    patient = Patient(phone, base_url, odoo_shell, shot, me)
    desk = Desk(desk_page, base_url, shot)
    office = Office(office_page, base_url, shot)
    departments = odoo_shell(scenes.DEPARTMENTS)
    registered(patient, parent)
    booked_and_checked_in(patient, desk, departments[0])
    office.sign_in("office")
    suspended(patient, office, departments[1], lady)
    refs = missed_three_times(patient, departments[2:5])
    locked(patient, refs, departments[0])
    released(patient, office, refs, departments[0])


def registered(patient, parent):
    """A person signs in with a code, registers and adds a parent with the parent's code."""
    me = patient.person
    patient.open("/h5/")
    patient.see("home")
    patient.sign_in(me.phone)
    patient.register(me)
    patient.add_parent(parent)
    expect(patient.page.locator("section.card")).to_have_count(2)
    patient.see("family")
    assert patient.shell(scenes.PATIENTS, phone=me.phone) == [
        [me.name, "self", True],
        [parent.name, "parent", False],
    ]


def booked_and_checked_in(patient, desk, department):
    """A number is booked; on its day the desk finds it three ways and checks it in."""
    ref = patient.book(department)
    assert re.fullmatch(r"[\w-]{22}", ref)
    assert state(patient, ref) == "hold"
    patient.confirm(ref)
    booking = patient.shell(scenes.BOOKING, ref=ref)
    assert (booking["state"], booking["channel"], booking["slot"]) == (
        "confirmed",
        "wechat",
        "taken",
    )
    patient.shell.wait_for_a_day_of(SECONDS)
    patient.shell(scenes.BRING_TO_NOW, ref=ref)
    at_the_desk(desk, patient.person, ref)
    booking = patient.shell(scenes.BOOKING, ref=ref)
    assert (booking["state"], booking["late"], booking["walkin"]) == ("checked_in", False, 0)
    assert booking["events"][-1] == ["confirmed", "checked_in", "desk"]
    patient.open(f"/h5/booking/{ref}")
    patient.see("checked-in")


def at_the_desk(desk, me, ref):
    """Search by name, by the phone's last four and by the ticket; Enter checks in."""
    desk.sign_in("desk")
    desk.open()
    desk.see("desk")
    for text, name in ((me.name, "name"), (me.phone[-4:], "last-four"), (ref, "ticket")):
        desk.find(text)
        expect(desk.row(me.masked).locator("button")).to_have_count(1)
        desk.see(f"desk-by-{name}")
    number = desk.check_in_by_enter()
    desk.see("desk-checked-in")
    assert number.isdigit()
    desk.find(ref)
    expect(desk.row(me.masked)).to_have_count(1)
    expect(desk.row(me.masked).locator("button")).to_have_count(0)
    desk.see("desk-again")


def suspended(patient, office, department, lady):
    """A session is suspended: who is concerned, who was told; the patient takes another time."""
    ref = patient.book(department, others=1)
    patient.confirm(ref)
    session = patient.shell(scenes.BOOKING, ref=ref)
    office.register(lady)
    office.book_at_window(lady, session)
    office.prepare_suspension(session, REASON)
    concerned(patient, office, ref, lady)
    office.apply_suspension()
    patient.shell.until(scenes.TOLD, "reached", ref=ref, event="booking.displaced")
    told(patient, office, lady)
    displaced = patient.shell(scenes.BOOKING, ref=ref)
    assert (displaced["state"], displaced["session"]) == ("displaced", "suspended")
    takes_another_time(patient, ref)
    answered(patient, office, ref)


def concerned(patient, office, ref, lady):
    """Before anybody is told the office sees every patient of the session."""
    count = patient.shell(scenes.OPEN_BOOKINGS, ref=ref)
    expect(office.field("affected_count")).to_have_text(str(count))
    expect(office.affected()).to_have_count(count)
    for person in (patient.person, lady):
        expect(office.affected_row(person)).to_have_count(1)
    assert state(patient, ref) == "confirmed"
    office.see("suspension-before")


def told(patient, office, lady):
    """Afterwards it sees whom the message reached, and whom to call."""
    office.look_again()
    expect(office.affected_row(patient.person)).to_contain_text("已送达")
    expect(office.affected_row(lady)).to_contain_text("未送达")
    office.see("suspension-after")


def answered(patient, office, ref):
    """The office sees what the patient has chosen."""
    office.look_again()
    choice = patient.shell(scenes.CHOICE, ref=ref)
    expect(office.affected_row(patient.person)).to_contain_text(choice)
    office.see("suspension-answered")


def takes_another_time(patient, ref):
    """The message says what happened; the patient moves to another time."""
    patient.open("/h5/messages")
    expect(patient.page.locator("article").first).to_contain_text("停诊")
    patient.see("messages")
    patient.open(f"/h5/booking/{ref}")
    patient.see("displaced")
    moved = patient.move(ref)
    old, new = (patient.shell(scenes.BOOKING, ref=one) for one in (ref, moved))
    assert (old["state"], old["choice"]) == ("cancelled", "move")
    assert (new["state"], new["session"], new["slot"]) == ("confirmed", "released", "taken")


def missed_three_times(patient, departments):
    """Three visits pass without the patient; the sweep finds each, a warning comes before."""
    refs = []
    for days, department in enumerate(departments, 2):
        ref = patient.book(department)
        patient.confirm(ref)
        patient.shell(scenes.PASS_BY, ref=ref, days=days)
        patient.shell.until(scenes.STATE, "no_show", ref=ref)
        refs.append(ref)
        warned = "booking.lock_warning" in patient.shell(scenes.MESSAGES, ref=ref)
        assert warned == (len(refs) >= 2)
        assert patient.shell(scenes.LOCKS, ref=ref) == (
            [["active", "no_show", "", ""]] if len(refs) == 3 else []
        )
    patient.open("/h5/bookings?tab=missed")
    expect(patient.page.locator("a.row[href^='/h5/booking/']")).to_have_count(3)
    patient.see("missed")
    return refs


def locked(patient, refs, department):
    """The lock is told, and the next booking is refused with what to do."""
    patient.shell.until(scenes.PATIENT_TOLD, "sent", ref=refs[0], event="booking.locked")
    patient.open("/h5/messages")
    patient.see("locked-message")
    assert patient.book(department) is None
    assert "refused=blocked" in patient.page.url
    expect(patient.page.locator("[role=alert]").first).to_be_visible()
    patient.see("locked")


def released(patient, office, refs, department):
    """The office releases with a reason; the patient books again."""
    office.open_lock(patient.person)
    office.see("lock")
    office.release(APPEAL)
    office.see("lock-released")
    assert patient.shell(scenes.LOCKS, ref=refs[0]) == [["released", "no_show", "office", APPEAL]]
    ref = patient.book(department)
    patient.confirm(ref)
    assert state(patient, ref) == "confirmed"


def state(patient, ref):
    return patient.shell(scenes.STATE, ref=ref)
