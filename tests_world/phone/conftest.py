"""A phone in Chromium, the gateways behind it, and a hospital's site that it opens."""

import base64
import hashlib
import hmac
import importlib.util
import json
import os
import secrets
import time
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import requests
from playwright.sync_api import expect, sync_playwright

from ..conftest import start_sandbox
from ..official.conftest import Client
from . import site

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("HOSPITAL_CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
expect.set_options(timeout=15_000)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    gateways = ("wechatpay", "alipay", "official", "sms", "phone")
    running = start_sandbox(tmp_path_factory.mktemp("phone"), *gateways)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def account(world):
    (found,) = world.get("/credentials")["official"]["accounts"].values()
    return found


@pytest.fixture(scope="module")
def client(world, account):
    """wechatpy on the account."""
    return Client(world.addresses["official"], account["appid"], account["secret"])


@pytest.fixture(scope="module")
def merchant(world):
    return site.wechatpay_of(world, world.get("/credentials")["wechatpay"], "http://127.0.0.1:9/n")


@pytest.fixture(scope="module")
def alipay(world):
    return site.alipay_of(world, world.get("/credentials")["alipay"])


@pytest.fixture(scope="module")
def hospital(world, merchant, alipay, client, account):
    running = site.Site(world, merchant, alipay, account)
    running.account_client = client
    yield running
    running.close()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def base(world):
    """The phone's address under a name whose children are the web views."""
    return f"http://phone.localhost:{world.addresses['phone'].rpartition(':')[2]}"


@pytest.fixture
def page(browser):
    """A phone-sized window in which nothing may go wrong unseen."""
    context = browser.new_context(viewport={"width": 390, "height": 780}, locale="zh-CN")
    opened, faults = context.new_page(), []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    assert faults == []
    context.close()


@pytest.fixture
def phone(page, base):
    """Return a function that opens somebody's phone at a screen."""

    def open_at(person, path=""):
        page.goto(f"{base}/p/{person}{path}")
        expect(page.locator("#owner")).not_to_be_empty()
        return page

    return open_at


@pytest.fixture(scope="session")
def problems():
    """The checks of the patient pages: axe, text and target sizes, overflow."""
    spec = importlib.util.spec_from_file_location("checks", ROOT / "tests_e2e" / "page_checks.py")
    checks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(checks)
    return checks.problems


@pytest.fixture(scope="module")
def send_sms(world):
    """Return a function that sends a verification code as Aliyun's RPC interface wants it."""
    own = world.get("/credentials")["sms"]["aliyun"]

    def send(mobile, parameters):
        query = {
            "Action": "SendSms",
            "Version": "2017-05-25",
            "Format": "JSON",
            "AccessKeyId": own["access_key_id"],
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": secrets.token_hex(8),
            "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "PhoneNumbers": mobile,
            "SignName": own["sign_name"],
            "TemplateCode": own["templates"]["verification"],
            "TemplateParam": json.dumps(parameters),
        }
        told = urlencode(sorted(query.items()), quote_via=quote, safe="~")
        text = f"GET&%2F&{quote(told, safe='~')}".encode()
        key = f"{own['access_key_secret']}&".encode()
        query["Signature"] = base64.b64encode(hmac.new(key, text, hashlib.sha1).digest()).decode()
        answer = requests.get(world.addresses["sms"], params=query, timeout=5).json()
        assert answer["Code"] == "OK", answer

    return send
