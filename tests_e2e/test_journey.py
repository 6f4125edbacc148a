"""The main journey at phone size: registration to ticket, and what can go wrong after it."""

import re

import scenes
from playwright.sync_api import expect

OWN_PHONE = "16900009001"
PASSWORD = "Lishui-Demo-2026"
OPEN_SESSION = "a.row[href*='/h5/session/']:has(.tag:not(.off):not(.bad):not(.warn))"


class Patient:
    """What a person does on the phone pages."""

    def __init__(self, page, base_url, run, shot):
        self.page = page
        self.base_url = base_url
        self.run = run
        self.shot = shot

    def open(self, path):
        self.page.goto(f"{self.base_url}{path}")

    def send(self, action, **fields):
        """Fill a form's fields and send it."""
        form = self.page.locator(f"form[action='{action}']").first
        for name, value in fields.items():
            form.locator(f"[name='{name}']").fill(value)
        form.locator("button:not([formaction])").last.click()
        self.page.wait_for_load_state()

    def code(self, phone):
        return self.run(scenes.LAST_CODE.format(phone=phone))

    def sign_in(self, phone):
        self.open("/h5/sign-in")
        self.shot(self.page, "sign-in")
        self.send("/h5/sign-in/code", phone=phone)
        self.page.locator("#code").wait_for()
        self.send("/h5/sign-in/check", code=self.code(phone))

    def register(self, name, number, phone):
        self.page.wait_for_url("**/h5/register")
        self._fill_person(name, number, phone)
        self.shot(self.page, "register")
        self.send("/h5/family/save")
        self.page.wait_for_url("**/h5/family")

    def _fill_person(self, name, number, phone):
        self.page.fill("#name", name)
        self.page.fill("#id_number", number)
        self.page.fill("#phone", phone)
        for box in self.page.locator("fieldset input[type=checkbox]").all():
            box.check()

    def add_parent(self, name, number, phone):
        self.open("/h5/family/add")
        self.page.select_option("#relation", "parent")
        self._fill_person(name, number, phone)
        self.page.locator("button[formaction='/h5/family/code']").click()
        self.page.locator(".note.good").wait_for()
        for box in self.page.locator("fieldset input[type=checkbox]").all():
            box.check()
        self.page.fill("#code", self.code(phone))
        self.shot(self.page, "family-add")
        self.send("/h5/family/save")
        self.page.wait_for_url("**/h5/family")

    def book(self, department, day_index):
        """Book an expert of a coming day, else a normal number; return the reference."""
        self.open(f"/h5/department/{department}?mode=advance")
        days = self.page.locator("ul.days a")
        days.nth(day_index).click()
        self.page.wait_for_load_state()
        self.shot(self.page, "department")
        self.page.locator(OPEN_SESSION).first.wait_for()
        experts = self.page.locator(OPEN_SESSION).filter(has=self.page.locator("img"))
        (experts if experts.count() else self.page.locator(OPEN_SESSION)).first.click()
        self.page.locator("a.period").first.wait_for()
        self.shot(self.page, "periods")
        self.page.locator("a.period").first.click()
        self.page.locator("form[action='/h5/book']").wait_for()
        self.shot(self.page, "confirm")
        self.send("/h5/book")
        return self.page.url.rsplit("/", 1)[-1]

    def confirm(self, ref):
        self.page.wait_for_url("**/h5/booking/*")
        self.shot(self.page, "hold")
        self.send(f"/h5/booking/{ref}/confirm")
        self.page.locator(".qr svg").wait_for()
        self.shot(self.page, "ticket")


def sign_in_office(page, base_url, login):
    """Sign a member of staff in to the back office."""
    page.goto(f"{base_url}/web/login")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("form.oe_login_form button[type=submit]")
    page.wait_for_url("**/odoo**")


def test_registration_to_ticket_and_back(phone, desk, base_url, odoo_shell, shot):
    """One patient: registers, books, checks in, is displaced, misses, is locked and released."""
    patient = Patient(phone, base_url, odoo_shell, shot)
    departments = odoo_shell(scenes.DEPARTMENTS)

    patient.open("/h5/")
    shot(phone, "home")
    patient.sign_in(OWN_PHONE)
    patient.register(
        "梅秀兰", odoo_shell(scenes.RESIDENT_ID.format(year=1988, serial=7)), OWN_PHONE
    )
    parent_phone = "16900009002"
    number = odoo_shell(scenes.RESIDENT_ID.format(year=1958, serial=8))
    patient.add_parent("梅英", number, parent_phone)
    expect(phone.locator("section.card")).to_have_count(2)
    shot(phone, "family")

    ref = patient.book(departments[0], 1)
    patient.confirm(ref)
    assert odoo_shell(scenes.BOOKING.format(ref=ref))["state"] == "confirmed"

    check_in(desk, base_url, odoo_shell, shot, ref)
    patient.open(f"/h5/booking/{ref}")
    shot(phone, "checked-in")

    suspended(patient, departments[1])
    locked_and_released(patient, departments[2:5])


def check_in(desk, base_url, run, shot, ref):
    """The day has come: the triage desk finds the booking and checks it in."""
    run(scenes.BRING_TO_NOW.format(ref=ref))
    sign_in_office(desk, base_url, "desk")
    booking = run(scenes.BOOKING.format(ref=ref))
    desk.goto(f"{base_url}/odoo/action-hospital_booking.hospital_booking_action/{booking['id']}")
    button = desk.locator("button[name='action_check_in']:visible").first
    button.wait_for()
    shot(desk, "desk-before-check-in")
    button.click()
    expect(button).to_be_hidden()
    shot(desk, "desk-checked-in")
    assert run(scenes.BOOKING.format(ref=ref))["state"] == "checked_in"


def suspended(patient, department):
    """The office suspends the session: a message comes and the patient gives the number back."""
    ref = patient.book(department, 2)
    patient.confirm(ref)
    session = patient.run(scenes.BOOKING.format(ref=ref))["session"]
    assert patient.run(scenes.SUSPEND.format(session=session)) == "applied"
    patient.open("/h5/messages")
    patient.shot(patient.page, "messages")
    patient.open(f"/h5/booking/{ref}")
    form = patient.page.locator(f"form[action='/h5/booking/{ref}/choose']").last
    form.wait_for()
    patient.shot(patient.page, "displaced")
    form.locator("button").click()
    patient.page.wait_for_load_state()
    patient.shot(patient.page, "given-back")
    assert patient.run(scenes.BOOKING.format(ref=ref))["state"] == "cancelled"


def locked_and_released(patient, departments):
    """Three missed visits lock; the office releases; the patient books again."""
    refs = []
    for index, department in enumerate(departments, 1):
        ref = patient.book(department, index)
        patient.confirm(ref)
        refs.append(ref)
    assert patient.run(scenes.MISS.format(refs=refs)) == ["no_show"] * 3
    patient.open("/h5/bookings?tab=missed")
    patient.shot(patient.page, "missed")
    patient.book(departments[0], 3)
    assert "/h5/booking/" not in patient.page.url
    expect(patient.page.locator("[role=alert]").first).to_be_visible()
    patient.shot(patient.page, "locked")
    assert patient.run(scenes.RELEASE.format(ref=refs[0])) == "released"
    ref = patient.book(departments[0], 3)
    assert re.fullmatch(r"[\w-]{22}", ref)
    patient.confirm(ref)
    assert patient.run(scenes.BOOKING.format(ref=ref))["state"] == "confirmed"
