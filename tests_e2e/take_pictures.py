"""Take the pictures of the README from a running demo hospital.

Usage: ``HOSPITAL_URL=http://127.0.0.1:8069 python tests_e2e/take_pictures.py [folder]``.
Every picture is reduced to a palette so that it stays below 200 kB.
"""

import io
import os
import sys
from pathlib import Path

from conftest import CHROMIUM, DESK, FLAGS, ROOT
from PIL import Image
from playwright.sync_api import sync_playwright

PASSWORD = "Lishui-Demo-2026"
LIMIT = 200_000
#: The web client keeps a connection open, so the network never falls silent.
SETTLE_MS = 2500
#: name of the picture, login, address below /odoo/
PAGES = (
    ("rosters-calendar", "office", "action-hospital_schedule.hospital_session_action"),
    ("bookings-pivot", "manager", "action-hospital_booking.hospital_booking_report_action"),
    ("patient-masked", "office", "action-hospital_patient.hospital_patient_action"),
    ("check-in-desk", "desk", "action-hospital_booking.hospital_booking_action"),
)


def save(picture, target):
    """Write PNG bytes with the largest palette that stays below the limit."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64, 32):
        image.quantize(colours, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)
        if target.stat().st_size < LIMIT:
            return


def show_some_doctors(page, count=3):
    """On a calendar leave ``count`` doctors ticked, as the office does for one clinic."""
    everybody = page.locator(".o_calendar_filter_items_checkall input")
    if not everybody.count():
        return
    everybody.first.uncheck()
    page.wait_for_timeout(SETTLE_MS)
    for box in page.locator(".o_calendar_filter_item input").all()[:count]:
        box.check()
        page.wait_for_timeout(500)
    page.wait_for_timeout(SETTLE_MS)


def sign_in(page, base_url, login):
    """Sign in to the back office."""
    page.goto(f"{base_url}/web/login")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("form.oe_login_form button[type=submit]")
    page.wait_for_url("**/odoo**")


def main(folder):
    """Take every picture into ``folder``."""
    base_url = os.environ.get("HOSPITAL_URL", "http://127.0.0.1:8069").rstrip("/")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, login, address in PAGES:
            context = chromium.new_context(
                viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai"
            )
            page = context.new_page()
            sign_in(page, base_url, login)
            page.goto(f"{base_url}/odoo/{address}")
            page.locator(".o_action_manager .o_view_controller, .o_action").first.wait_for()
            page.wait_for_timeout(SETTLE_MS)
            show_some_doctors(page)
            save(page.screenshot(), folder / f"{name}.png")
            context.close()


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots"
    target.mkdir(parents=True, exist_ok=True)
    main(target)
