"""Take the pictures of the README from a running demo hospital.

Usage, in the environment of the journeys (``HOSPITAL_URL``, ``HOSPITAL_DB``)::

    python tests_e2e/take_pictures.py [folder]

It signs in with a phone of the demo, books one number there, and checks nobody in. Every picture
is reduced to a palette so that it stays below 200 kB.
"""

import io
import os
import sys
from pathlib import Path

from conftest import CHROMIUM, DESK, FLAGS, PATIENCE_MS, PHONE, ROOT
from desk import Desk
from office import Office
from patient import OPEN_SESSION, Patient
from PIL import Image
from playwright.sync_api import sync_playwright
from shell import OdooShell

LIMIT = 200_000
NARROW = {"width": 320, "height": 693}
#: Views animate when they open.
SETTLE_MS = 1500
#: A phone of the demo that has booked for several people, and a department of its story.
FAMILY_PHONE = """
accounts = env["hospital.account"].search([("member_ids", "!=", False)], limit=300)
coming = [("state", "=", "confirmed"), ("date", ">", env["hospital.clock"]._today())]
best = max(accounts, key=lambda account: (
    min(len(account.member_ids), 3), env["hospital.booking"].search_count(
        [("patient_id", "in", account.member_ids.patient_id.ids), *coming]), -account.id))
department = env["hospital.department"].search([("code", "=", "NK01")])
result = {"phone": best.phone, "department": department.id}
"""
#: How several patients of today begin their names.
NAME_OF_TODAY = """
from collections import Counter
today = env["hospital.clock"]._today()
bookings = env["hospital.booking"].search([("date", "=", today), ("state", "!=", "expired")])
names = Counter(booking.patient_id.name[:2] for booking in bookings)
result = max(names, key=lambda name: (min(names[name], 5), name))
"""


def save(picture, target):
    """Write PNG bytes with the largest palette that stays below the limit."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64, 32):
        image.quantize(colours, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)
        if target.stat().st_size < LIMIT:
            return


class Camera:
    """Opens pages in Chinese and saves their pictures into a folder."""

    def __init__(self, chromium, folder):
        self.chromium = chromium
        self.folder = folder

    def page(self, viewport, **options):
        """Return a new page of this size."""
        context = self.chromium.new_context(
            viewport=viewport, locale="zh-CN", timezone_id="Asia/Shanghai", **options
        )
        context.set_default_timeout(PATIENCE_MS)
        return context.new_page()

    def take(self, page, name):
        """Save what the page shows."""
        save(page.screenshot(), self.folder / f"{name}.png")


def phone_pictures(camera, base_url, shell):
    """What a patient sees: home, department, periods, family, ticket, messages."""
    place = shell(FAMILY_PHONE)
    page = camera.page(PHONE, device_scale_factor=2, has_touch=True)
    patient = Patient(page, base_url, shell, lambda _page, _name: None, None)
    patient.open("/h5/")
    patient.sign_in(place["phone"])
    ref = patient.book(place["department"])
    patient.confirm(ref)
    for name, path in (
        ("ticket", f"/h5/booking/{ref}"),
        ("home", "/h5/"),
        ("department", f"/h5/department/{place['department']}?mode=advance"),
        ("family", "/h5/family"),
        ("messages", "/h5/messages"),
    ):
        patient.open(path)
        camera.take(page, f"phone-{name}")
    patient.open(f"/h5/department/{place['department']}?mode=advance")
    patient.follow(f"{OPEN_SESSION}:has(.photo)")
    camera.take(page, "phone-periods")
    other_modes(camera, patient, ref)
    page.context.close()


def other_modes(camera, patient, ref):
    """The first page in the dark, and the ticket in larger type on a small phone."""
    state = patient.page.context.storage_state()
    dark = camera.page(PHONE, device_scale_factor=2, color_scheme="dark", storage_state=state)
    dark.goto(f"{patient.base_url}/h5/")
    camera.take(dark, "phone-dark")
    dark.context.close()
    small = camera.page(NARROW, device_scale_factor=2, storage_state=state)
    small.goto(f"{patient.base_url}/h5/booking/{ref}")
    for name in ("phone-elder", None):
        with small.expect_navigation():
            small.click("form[action$='/h5/elder'] button")
        if name:
            camera.take(small, name)
    small.context.close()


def office_pictures(camera, base_url):
    """What the outpatient office sees: rosters, a suspension, statistics, masked patients."""
    page = camera.page(DESK)
    office = Office(page, base_url, lambda _page, _name: None).sign_in("office")
    for name, section, item in (
        ("patient-masked", "hospital_base.menu_patient", "hospital_patient.hospital_patient_menu"),
        ("bookings-pivot", "hospital_base.menu_report", "hospital_booking.menu_booking_report"),
        (
            "rosters-calendar",
            "hospital_base.menu_schedule",
            "hospital_schedule.hospital_session_menu",
        ),
        (
            "suspension",
            "hospital_base.menu_schedule",
            "hospital_schedule.hospital_suspension_menu",
        ),
    ):
        office.menu(section, item)
        if name == "suspension":
            page.locator(".o_data_row").first.click()
        page.locator(VIEWS[name]).first.wait_for()
        page.wait_for_timeout(SETTLE_MS)
        camera.take(page, name)
    page.context.close()


#: What stands on a view when it is there.
VIEWS = {
    "patient-masked": ".o_list_view .o_data_row",
    "bookings-pivot": ".o_pivot table, .o_graph_view canvas",
    "rosters-calendar": ".o_calendar_view .fc-event",
    "suspension": ".o_form_view .o_field_widget[name='affected_html']",
}


def desk_pictures(camera, base_url, shell):
    """The check-in desk with several patients of one name."""
    page = camera.page(DESK)
    desk = Desk(page, base_url, lambda _page, _name: None).sign_in("desk")
    desk.open()
    desk.find(shell(NAME_OF_TODAY))
    page.wait_for_timeout(SETTLE_MS)
    camera.take(page, "check-in-desk")
    page.context.close()


def main(folder):
    """Take every picture into ``folder``."""
    base_url = os.environ.get("HOSPITAL_URL", "http://127.0.0.1:8069").rstrip("/")
    shell = OdooShell(os.environ["HOSPITAL_DB"])
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        camera = Camera(chromium, folder)
        phone_pictures(camera, base_url, shell)
        office_pictures(camera, base_url)
        desk_pictures(camera, base_url, shell)
        chromium.close()
    shell.close()


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots"
    target.mkdir(parents=True, exist_ok=True)
    main(target)
