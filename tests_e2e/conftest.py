"""Fixtures of the browser journeys: a running server and Chromium.

Environment: ``HOSPITAL_URL`` (address of the server), ``HOSPITAL_DB`` (its database),
``HOSPITAL_SCREENS`` (folder for pictures; default ``.hospital/logs/screens``).
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

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
MARK = "RESULT:"


@pytest.fixture(scope="session")
def base_url():
    """Address of the running server, without a slash at the end."""
    return os.environ.get("HOSPITAL_URL", "http://127.0.0.1:8069").rstrip("/")


@pytest.fixture(scope="session")
def odoo_shell():
    """Return a function that runs Python in ``odoo shell`` and returns its ``result``.

    The code has ``env``; it assigns something JSON can hold to ``result``.
    The transaction is committed at the end.
    """
    database = os.environ["HOSPITAL_DB"]

    def run(code):
        script = (
            f"import json\nresult = None\n{code}\n"
            f"env.cr.commit()\nprint({MARK!r} + json.dumps(result))\n"
        )
        command = [sys.executable, "-m", "odoo", "shell", "-d", database]
        command += ["--no-http", "--log-level=error"]
        done = subprocess.run(
            command, input=script, capture_output=True, text=True, timeout=180, check=False
        )
        for line in done.stdout.splitlines():
            if MARK in line:
                return json.loads(line.split(MARK, 1)[1])
        raise AssertionError(f"the shell gave no result:\n{done.stdout}\n{done.stderr[-3000:]}")

    return run


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all journeys."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


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


@pytest.fixture
def desk(browser):
    """A page of desktop size in Chinese."""
    context = browser.new_context(viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai")
    yield context.new_page()
    context.close()


@pytest.fixture
def shot(request):
    """Return a function that saves a numbered picture of a page."""
    folder = SCREENS / request.node.name
    folder.mkdir(parents=True, exist_ok=True)
    count = iter(range(1, 100))

    def take(page, name):
        page.screenshot(path=folder / f"{next(count):02d}-{name}.png")

    return take
