"""How the pages behave when people or networks do: twice, slowly, back, without script."""

import time

import pytest
import scenes
from playwright.sync_api import expect

#: A visit of today needs its day for this long.
SECONDS = 120
SESSION_BOOKINGS = """
result = env["hospital.booking"].search_count(
    [("session_id", "=", session_id), ("patient_id", "=", patient_id),
     ("state", "in", ("hold", "confirmed"))])
"""
GIVE_BACK = """
bookings = env["hospital.booking"].search(
    [("session_id", "=", session_id), ("patient_id", "=", patient_id),
     ("state", "in", ("hold", "confirmed"))])
bookings._transition("cancelled")
result = True
"""
QUEUED = """
result = env["hospital.message"].search_count([("state", "=", "queued")])
"""
UNREAD = """
account = env["hospital.account"]._by_phone(phone)
result = env["hospital.message.delivery"].search_count(
    [("account_id", "=", account.id), ("port", "=", "inapp"), ("state", "=", "sent"),
     ("read_at", "=", False)])
"""
SILENCED = """
account = env["hospital.account"]._by_phone(phone)
result = [event.code for event, enabled in
          env["hospital.message.preference"]._switches(account) if not enabled]
"""
#: The form is locked in a task after its submission: tell of the button in the task after that.
TELL_BUTTON = """
document.addEventListener("submit", (event) => setTimeout(() => {
  const button = event.submitter;
  tell({off: button.disabled, busy: button.getAttribute("aria-busy"), text: button.textContent});
}));
"""
OFFERED = """
result = env["hospital.waitlist"].search(
    [("session_id", "=", session_id), ("patient_id", "=", patient_id)]).booking_id.ref
"""
WAITING = """
result = env["hospital.waitlist"].search(
    [("session_id", "=", session_id), ("patient_id", "=", patient_id)]).mapped("state")
"""


@pytest.fixture
def own(browser, storage):
    """A page of the signed-in family."""
    context = browser.new_context(
        storage_state=storage, locale="zh-CN", viewport={"width": 390, "height": 844}
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def confirm_page(own, base_url, world):
    """The last page before booking, for the parent; the number is given back after."""
    place = world.places
    own.goto(f"{base_url}/h5/confirm?session={place['session']}&period={place['period']}")
    own.check(f"input[name='patient'][value='{world.parent}']")
    yield own
    world.shell(GIVE_BACK, session_id=place["session"], patient_id=world.parent)


def booked(world):
    return world.shell(
        SESSION_BOOKINGS, session_id=world.places["session"], patient_id=world.parent
    )


def until(page, condition):
    """Wait for what the browser sends no event for, and let its events in meanwhile."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, page.url
        page.wait_for_timeout(20)


def test_a_double_tap_books_once(confirm_page, world):
    assert booked(world) == 0
    confirm_page.locator("form[action='/h5/book'] button").dblclick(no_wait_after=True)
    confirm_page.wait_for_url("**/h5/booking/*")
    expect(confirm_page.locator(".count")).to_be_visible()
    assert booked(world) == 1


def test_a_form_sent_twice_without_script_books_once(browser, base_url, storage, world):
    context = browser.new_context(storage_state=storage, locale="zh-CN", java_script_enabled=False)
    page, place = context.new_page(), world.places
    page.goto(f"{base_url}/h5/confirm?session={place['session']}&period={place['period']}")
    page.check(f"input[name='patient'][value='{world.parent}']")
    names = ("csrf_token", "key", "session", "period")
    form = {name: page.locator(f"form[action='/h5/book'] [name='{name}']").input_value()
            for name in names} | {"patient": str(world.parent)}  # fmt: skip
    answers = [context.request.post(f"{base_url}/h5/book", form=form) for _time in range(3)]
    world_bookings = booked(world)
    world.shell(GIVE_BACK, session_id=place["session"], patient_id=world.parent)
    context.close()
    assert [one.status for one in answers] == [200] * 3
    assert len({one.url for one in answers}) == 1
    assert "/h5/booking/" in answers[0].url
    assert world_bookings == 1


def test_a_slow_network_shows_progress(confirm_page, world):
    """While the answer is on its way the button says so and takes no second tap."""
    held, told = [], []
    confirm_page.expose_function("tell", lambda button: told.append(button))
    confirm_page.evaluate(TELL_BUTTON)
    confirm_page.route("**/h5/book", lambda route: held.append(route))
    confirm_page.click("form[action='/h5/book'] button", no_wait_after=True)
    until(confirm_page, lambda: held and told)
    assert told == [{"off": True, "busy": "true", "text": "请稍候…"}]
    assert (len(held), booked(world)) == (1, 0)
    held[0].continue_()
    confirm_page.wait_for_url("**/h5/booking/*")
    assert booked(world) == 1


def test_a_lost_connection_can_be_tried_again(confirm_page, world):
    """The answer is lost after the server has booked: the same form finds its booking."""
    confirm_page.route("**/h5/book", _fetch_and_lose, times=1)
    confirm_page.locator("form[action='/h5/book'] button").click(no_wait_after=True)
    until(confirm_page, lambda: confirm_page.url.startswith("chrome-error:"))
    assert booked(world) == 1
    confirm_page.go_back()
    confirm_page.check(f"input[name='patient'][value='{world.parent}']")
    confirm_page.locator("form[action='/h5/book'] button").click()
    expect(confirm_page.locator("[role=alert], .count").first).to_be_visible()
    assert booked(world) == 1


def _fetch_and_lose(route):
    route.fetch(max_redirects=0)
    route.abort("connectionreset")


def test_the_back_button_leads_back_and_books_no_second_number(confirm_page, world):
    confirm_page.locator("form[action='/h5/book'] button").click()
    confirm_page.wait_for_url("**/h5/booking/*")
    confirm_page.go_back()
    button = confirm_page.locator("form[action='/h5/book'] button")
    expect(button).to_be_enabled()
    confirm_page.check(f"input[name='patient'][value='{world.parent}']")
    button.click()
    alert = confirm_page.locator("[role=alert]")
    expect(alert).to_contain_text("当天已有")
    assert booked(world) == 1


def test_the_back_link_of_every_page_leads_to_a_page(own, base_url, world):
    bad = []
    for title, path in world.addresses().items():
        own.goto(base_url + path)
        for link in own.locator("main a.back").all():
            answer = own.context.request.get(base_url + link.get_attribute("href"))
            bad += [] if answer.status == 200 else [(title, answer.url, answer.status)]
    assert bad == []


def test_reading_pages_work_without_script(browser, base_url, world):
    """Departments, doctors, days and periods are followed by links and a search form."""
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    for title, path in world.public().items():
        assert page.goto(base_url + path).status == 200, title
        assert page.locator("main").inner_text().strip(), title
    page.goto(f"{base_url}/h5/")
    page.click("a.tile[href*='mode=advance']")
    page.fill("#q", "科")
    page.click("form[role=search] button")
    page.locator("a.row[href*='/h5/department/']").first.click()
    page.locator("ul.days a").nth(1).click()
    page.locator("a[aria-current='date']").wait_for()
    page.goto(base_url + world.public()["periods"])
    page.locator("a.period").first.click()
    page.wait_for_url("**/h5/sign-in**")
    context.close()


def test_messages_are_read_and_switched(own, base_url, world):
    world.shell.until(
        "result = env['hospital.message'].search_count([('state', '=', 'queued')])", 0
    )
    assert world.shell(UNREAD, phone=world.phone) > 0
    own.goto(f"{base_url}/h5/messages")
    own.click("form[action='/h5/messages/read'] button")
    expect(own.locator("article .tag")).to_have_count(0)
    assert world.shell(UNREAD, phone=world.phone) == 0
    own.click("a[href='/h5/messages/switches']")
    boxes = own.locator("input[type=checkbox]:enabled")
    assert own.locator("input[type=checkbox]:disabled:checked").count() > 0
    boxes.first.uncheck()
    with own.expect_navigation():
        own.locator("form[action='/h5/messages/switches'] button").click()
    assert len(world.shell(SILENCED, phone=world.phone)) == 1
    boxes.first.check()
    with own.expect_navigation():
        own.locator("form[action='/h5/messages/switches'] button").click()
    assert world.shell(SILENCED, phone=world.phone) == []


def test_the_code_at_the_door_checks_in(own, base_url, world):
    ref = world.refs["here"]
    world.shell.wait_for_a_day_of(SECONDS)
    world.shell(scenes.BRING_TO_NOW, ref=ref)
    own.goto(base_url + world.places["arrive"])
    card = own.locator("section.card").filter(has=own.locator(f"input[value='{ref}']"))
    expect(card).to_have_count(1)
    card.locator("button").dblclick(no_wait_after=True)
    expect(own.locator("[role=status] .num")).to_be_visible()
    booking = world.shell(scenes.BOOKING, ref=ref)
    assert booking["state"] == "checked_in"
    assert [event[1] for event in booking["events"]].count("checked_in") == 1


def test_a_full_clinic_has_a_wait_list(own, base_url, world):
    """Full: one waits; the number is given back; it is offered, taken and confirmed."""
    asked = {"session_id": world.full, "patient_id": world.adult}
    own.goto(f"{base_url}/h5/session/{world.full}")
    own.click("a.btn[href^='/h5/wait']")
    own.check(f"input[name='patient'][value='{world.adult}']")
    own.click("form[action='/h5/wait'] button")
    own.wait_for_url("**/h5/bookings?tab=waiting")
    assert world.shell(WAITING, **asked) == ["waiting"]
    ref = world.refs["full"]
    own.goto(f"{base_url}/h5/booking/{ref}/cancel")
    own.click(f"form[action='/h5/booking/{ref}/cancel'] button")
    own.wait_for_url(f"**/h5/booking/{ref}")
    assert world.shell(scenes.STATE, ref=ref) == "cancelled"
    assert world.shell(WAITING, **asked) == ["offered"]
    own.goto(f"{base_url}/h5/bookings?tab=waiting")
    offer = world.shell(OFFERED, **asked)
    own.click(f"a.btn[href='/h5/booking/{offer}']")
    own.click(f"form[action='/h5/booking/{offer}/confirm'] button")
    own.locator(".qr svg").wait_for()
    assert world.shell(scenes.STATE, ref=offer) == "confirmed"
    assert world.shell(WAITING, **asked) == ["accepted"]
