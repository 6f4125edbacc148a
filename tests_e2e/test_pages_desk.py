"""The check-in desk when its scanner is faster than the network."""

import json

import pytest
from desk import Desk
from playwright.sync_api import expect


@pytest.fixture
def slow_desk(desk_page, base_url, shot):
    """A desk whose first search hangs; with it what was asked, and the search that hangs."""
    desk, asked, held = Desk(desk_page, base_url, shot).sign_in("desk"), [], []
    desk.open()

    def answer(route):
        asked.append(json.loads(route.request.post_data)["params"]["args"][0])
        held.append(route) if len(asked) == 1 else route.continue_()

    desk_page.route("**/hospital.desk/find", answer)
    return desk, asked, held


def scan(desk, text):
    """Send what a scanner sends: keys, as fast as they go, and Enter."""
    desk.page.keyboard.type(text)
    desk.page.keyboard.press("Enter")


def test_a_ticket_scanned_before_the_answer_is_searched_after_it(slow_desk, world):
    """What is shown and would be checked in belongs to the ticket scanned last, never another."""
    desk, asked, held = slow_desk
    first, second = world.refs["here"], world.refs["coming"]
    with desk.page.expect_request("**/hospital.desk/find"):
        scan(desk, first)
    scan(desk, second)
    expect(desk.page.locator(".o_hospital_desk")).to_have_attribute("aria-busy", "true")
    held[0].continue_()
    desk.answered(second)
    assert asked == [first, second]
    expect(desk.page.locator(".o_hospital_desk tbody tr")).to_have_count(1)
    assert desk.page.locator("#hospital_desk_input").input_value() == second


def test_an_answer_does_not_disturb_who_types(slow_desk, world):
    """The answer takes nothing away of a name that is being typed meanwhile."""
    desk, asked, held = slow_desk
    with desk.page.expect_request("**/hospital.desk/find"):
        scan(desk, world.refs["here"])
    desk.page.keyboard.type("66")
    held[0].continue_()
    desk.answered(world.refs["here"])
    desk.page.keyboard.type("88")
    assert desk.page.locator("#hospital_desk_input").input_value() == "6688"
    assert asked == [world.refs["here"]]
