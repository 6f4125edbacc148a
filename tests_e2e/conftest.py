"""Fixtures of the browser journeys: a running server, an Odoo shell and Chromium.

Environment: ``HOSPITAL_URL`` (address of the server), ``HOSPITAL_DB`` (its database),
``HOSPITAL_SCREENS`` (folder for pictures; default ``.hospital/logs/screens``).
"""

import os
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from shell import OdooShell
from world import World

ROOT = Path(__file__).resolve().parent.parent
SCREENS = Path(os.environ.get("HOSPITAL_SCREENS", ROOT / ".hospital" / "logs" / "screens"))
CHROMIUM = os.environ.get("HOSPITAL_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
#: The first page of the back office builds its bundles: slow where many things run at once.
PATIENCE_MS = 120_000
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def base_url():
    """Address of the running server, without a slash at the end."""
    return os.environ.get("HOSPITAL_URL", "http://127.0.0.1:8069").rstrip("/")


@pytest.fixture(scope="session")
def odoo_shell():
    """An Odoo shell: call it with code that has ``env`` and assigns ``result``."""
    shell = OdooShell(os.environ["HOSPITAL_DB"])
    yield shell
    shell.close()


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all journeys."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def serial():
    """A number of this run: people of an earlier run on the same database are others."""
    return int(time.time()) // 10 % 10_000


@pytest.fixture(scope="session")
def world(odoo_shell, serial):
    """A family that has something on every patient page."""
    return World(odoo_shell, serial)


@pytest.fixture(scope="session")
def storage(browser, base_url, world):
    """The cookies of that family, signed in through the form."""
    context = browser.new_context(locale="zh-CN")
    world.sign_in(context, base_url)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def phone(browser):
    """A page of phone size in Chinese."""
    context = browser.new_context(
        viewport=PHONE,
        device_scale_factor=2,
        has_touch=True,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    yield context.new_page()
    context.close()


def _desk_page(browser):
    context = browser.new_context(viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def desk_page(browser):
    """A page of desktop size in Chinese, for the triage desk."""
    yield from _desk_page(browser)


@pytest.fixture
def office_page(browser):
    """A page of desktop size in Chinese, for the outpatient office."""
    yield from _desk_page(browser)


@pytest.fixture
def shot(request):
    """Return a function that saves a numbered picture of a page."""
    folder = SCREENS / request.node.name
    folder.mkdir(parents=True, exist_ok=True)
    count = iter(range(1, 100))

    def take(page, name):
        page.screenshot(path=folder / f"{next(count):02d}-{name}.png")

    return take
