"""A whole booking without a mouse, with the focus always to be seen."""

import re

import scenes

FOCUS = """
() => {
  const node = document.activeElement, style = getComputedStyle(node);
  return {
    tag: node.tagName, name: node.name || "", href: node.getAttribute("href") || "",
    top: node.getBoundingClientRect().top + scrollY,
    action: (node.form && node.form.getAttribute("action")) || "",
    type: node.type || "", outline: style.outlineStyle,
  };
}
"""
MOST_STEPS = 60


class Keyboard:
    """Reaches links, fields and buttons with the Tab key only."""

    def __init__(self, page):
        self.page = page

    def to(self, **wanted):
        """Press Tab until the focus matches; every stop must show its focus."""
        seen = []
        for _step in range(MOST_STEPS):
            self.page.keyboard.press("Tab")
            focus = self.page.evaluate(FOCUS)
            seen.append(focus)
            if focus["tag"] != "BODY":
                assert focus["outline"] == "solid", focus
            if all(re.search(pattern, focus[name]) for name, pattern in wanted.items()):
                return focus
        raise AssertionError(f"{wanted} is not reached: {seen}")

    def enter(self, **wanted):
        """Go to a link or button and press Enter."""
        self.to(**wanted)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, text, **wanted):
        """Go to a field and type."""
        self.to(**wanted)
        self.page.keyboard.type(text)


def test_a_whole_booking_without_a_mouse(phone, base_url, world):
    """From the first page, signed out, to the ticket and the cancellation."""
    keys = Keyboard(phone)
    phone.goto(f"{base_url}/h5/")
    keys.enter(href="/h5/sign-in$")
    keys.write(world.phone, name="^phone$")
    keys.enter(action="/h5/sign-in/code$", tag="BUTTON")
    keys.write(world.shell(scenes.LAST_CODE, phone=world.phone), name="^code$")
    keys.enter(action="/h5/sign-in/check$", tag="BUTTON")
    keys.enter(href="mode=advance$")
    keys.enter(href=f"/h5/department/{world.places['department']}[?]")
    phone.goto(f"{base_url}/h5/session/{world.places['session']}")
    keys.enter(href="^/h5/confirm")
    keys.to(name="^patient$")
    # the arrows move within the people: the parent, who has no number here
    phone.keyboard.press("ArrowDown")
    assert phone.locator(f"input[value='{world.parent}']").is_checked()
    keys.enter(action="/h5/book$", tag="BUTTON")
    phone.wait_for_url("**/h5/booking/*")
    ref = phone.url.rsplit("/", 1)[-1]
    keys.enter(action="/confirm$", tag="BUTTON")
    phone.locator(".qr svg").wait_for()
    assert world.shell(scenes.STATE, ref=ref) == "confirmed"
    keys.enter(href="/cancel$")
    keys.to(name="^reason$")
    phone.keyboard.press("ArrowDown")
    keys.enter(action="/cancel$", tag="BUTTON")
    phone.wait_for_url(f"**/h5/booking/{ref}")
    assert world.shell(scenes.STATE, ref=ref) == "cancelled"


def test_the_skip_link_leads_to_the_content(phone, base_url):
    phone.goto(f"{base_url}/h5/departments")
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    assert phone.evaluate("document.activeElement.id") == "content"


def test_the_focus_moves_in_reading_order(phone, base_url, world):
    for path in (f"/h5/session/{world.places['session']}", "/h5/departments"):
        phone.goto(base_url + path)
        phone.keyboard.press("Tab")
        tops = []
        for _step in range(MOST_STEPS):
            phone.keyboard.press("Tab")
            focus = phone.evaluate(FOCUS)
            if focus["tag"] == "BODY":
                break
            tops.append(focus["top"])
        assert len(tops) > 6
        # what stands in one row may differ by its height
        assert all(after >= before - 30 for before, after in zip(tops, tops[1:], strict=False))
