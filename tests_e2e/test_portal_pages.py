"""The patient pages in a real browser: accessibility, sizes, keyboard, narrow screens."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / ".hospital" / "node" / "node_modules" / "axe-core" / "axe.min.js"
PHONE_NUMBER = "13900007001"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MODES = {
    "light": {"size": (390, 844), "scheme": "light", "elder": False},
    "dark": {"size": (390, 844), "scheme": "dark", "elder": False},
    "elder": {"size": (320, 700), "scheme": "light", "elder": True},
    "narrow": {"size": (320, 640), "scheme": "light", "elder": False},
    "desktop": {"size": (1280, 900), "scheme": "light", "elder": False},
}
LEAST = {False: {"font": 14, "target": 44}, True: {"font": 18, "target": 60}}

#: Texts too small, targets too small, sideways scrolling; hidden helpers for readers aside.
SIZES = """
({font, target}) => {
  const bad = [];
  const shown = (node) => {
    const box = node.getBoundingClientRect();
    return box.width && box.height && !node.closest(".vh, .skip, svg, script") && box;
  };
  for (const node of document.querySelectorAll("body *")) {
    const text = [...node.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim());
    const size = parseFloat(getComputedStyle(node).fontSize);
    if (text && shown(node) && size < font - 0.05)
      bad.push(`text ${size} px: ${node.textContent.trim().slice(0, 20)}`);
  }
  const targets = "a, button, input:not([type=hidden]), select, textarea, summary";
  for (const node of document.querySelectorAll(targets)) {
    const box = shown(node.closest("label") || node);
    if (box && (box.height < target - 0.5 || box.width < target - 0.5))
      bad.push(`target ${box.width} x ${box.height}: ${node.textContent.trim().slice(0, 20)}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) bad.push("scrolls sideways");
  return [...new Set(bad)];
}
"""
VIOLATIONS = """
(rules) => axe.run(document, {runOnly: rules}).then((result) =>
  result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 90)).join(" | ")}`))
"""
PREPARE = f"""

account = env["hospital.account"].sudo()._by_phone("{PHONE_NUMBER}")
if not account:
    account = env["hospital.account"].sudo()._open("{PHONE_NUMBER}", "")
if not account.member_ids:
    from odoo.addons.hospital_patient.tools_id import make_resident_id
    import datetime
    number = make_resident_id(datetime.date(1979, 3, 14), "female", 471)
    patient = env["hospital.patient"].sudo()._register_person(
        {{"name": "Page Reader", "id_type": "resident", "id_number": number,
          "phone": "{PHONE_NUMBER}"}}, account=account, relation="self")
session = env["hospital.session"].search(
    [("state", "=", "released"), ("starts_at", ">", env["hospital.clock"]._now())],
    order="starts_at", limit=200).filtered(lambda one: one.free_count)[:1]
period = [one for one in env["hospital.portal"]._periods(session.id) if one["free"]][0]
result = {{
    "department": session.department_id.id,
    "session": session.id,
    "period": period["value"],
    "doctor": env["hospital.doctor"].search([], limit=1).public_ref,
}}
"""


@pytest.fixture(scope="module")
def places(odoo_shell):
    """What the pages are opened with."""
    return odoo_shell(PREPARE)


@pytest.fixture(scope="module")
def storage(browser, base_url, odoo_shell, places):
    """The cookies of a patient who signed in through the form."""
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{base_url}/h5/sign-in")
    page.fill("#phone", PHONE_NUMBER)
    page.click("form[action$='/h5/sign-in/code'] button")
    page.wait_for_selector("#code")
    text = odoo_shell(f'result = env["hospital.sms.sandbox"]._last_text("{PHONE_NUMBER}")')
    page.fill("#code", "".join(sign for sign in text if sign.isdigit())[:6])
    page.click("form[action$='/h5/sign-in/check'] button")
    page.wait_for_url(lambda address: "/sign-in" not in address)
    state = context.storage_state()
    context.close()
    return state


def addresses(places):
    """Return {name: path} of the pages to look at."""
    department, session = places["department"], places["session"]
    return {
        "home": "/h5/",
        "help": "/h5/help",
        "departments": "/h5/departments",
        "by date": f"/h5/department/{department}",
        "by expert": f"/h5/department/{department}/experts",
        "about": f"/h5/department/{department}/about",
        "doctor": f"/h5/doctor/{places['doctor']}",
        "periods": f"/h5/session/{session}",
        "refused": f"/h5/session/{session}?refused=blocked",
        "confirm": f"/h5/confirm?session={session}&period={places['period']}",
        "bookings": "/h5/bookings",
        "family": "/h5/family",
        "add": "/h5/family/add",
        "messages": "/h5/messages",
        "switches": "/h5/messages/switches",
        "my data": "/h5/my-data",
    }


def open_context(browser, storage, mode):
    width, height = mode["size"]
    return browser.new_context(
        storage_state=storage,
        viewport={"width": width, "height": height},
        color_scheme=mode["scheme"],
        locale="zh-CN",
    )


def choose_elder(page, base_url, elder):
    """Press the button for larger type when the page is not in the wanted mode."""
    page.goto(f"{base_url}/h5/")
    if page.evaluate("document.documentElement.classList.contains('elder')") != elder:
        with page.expect_navigation():
            page.click("form[action$='/h5/elder'] button")


@pytest.mark.parametrize("name", MODES)
def test_pages_are_readable_for_everybody(name, browser, base_url, storage, places):
    mode = MODES[name]
    context = open_context(browser, storage, mode)
    page = context.new_page()
    choose_elder(page, base_url, mode["elder"])
    problems = []
    for title, path in addresses(places).items():
        answer = page.goto(base_url + path)
        assert answer.status == 200, title
        page.evaluate(AXE.read_text())
        found = page.evaluate(VIOLATIONS, RULES)
        found += page.evaluate(SIZES, LEAST[mode["elder"]])
        problems += [f"{title}: {one}" for one in found]
    choose_elder(page, base_url, False)
    context.close()
    assert problems == []


def test_the_keyboard_reaches_everything_in_reading_order(browser, base_url, storage, places):
    context = open_context(browser, storage, MODES["light"])
    page = context.new_page()
    page.goto(base_url + addresses(places)["periods"])
    tops = []
    for _step in range(12):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            "(() => { const n = document.activeElement, s = getComputedStyle(n);"
            " return [n.getBoundingClientRect().top + scrollY, s.outlineStyle, n.tagName] })()"
        )
        if focus[2] == "BODY":
            break
        assert focus[1] == "solid", focus
        tops.append(focus[0])
    context.close()
    assert tops[1:] == sorted(tops[1:])


def test_reading_pages_work_without_javascript(browser, base_url, places):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(base_url + addresses(places)["by date"])
    page.locator("a[href*='/h5/session/']").first.click()
    assert "/h5/session/" in page.url
    context.close()


def test_pages_load_no_more_than_their_budget(browser, base_url, storage, places):
    context = open_context(browser, storage, MODES["light"])
    page = context.new_page()
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    for title, path in addresses(places).items():
        requests.clear()
        page.goto(base_url + path, wait_until="load")
        sent = [one for one in requests if not one.startswith("data:") and "/photo" not in one]
        assert len(sent) <= 6, (title, sent)
        assert all(one.startswith(base_url) for one in sent)
    context.close()
