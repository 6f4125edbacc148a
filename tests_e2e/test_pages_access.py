"""The patient pages for everybody: readers, small screens, larger type, dark rooms."""

import page_checks
import pytest

MODES = {
    "light": {"size": (390, 844), "scheme": "light", "elder": False},
    "dark": {"size": (390, 844), "scheme": "dark", "elder": False},
    "elder": {"size": (320, 700), "scheme": "light", "elder": True},
    "narrow": {"size": (320, 640), "scheme": "light", "elder": False},
    "desktop": {"size": (1280, 900), "scheme": "light", "elder": False},
    "english": {"size": (320, 640), "scheme": "light", "elder": False, "locale": "en-US"},
}
#: What a careless change would bring: tag, style, and how the checks name it.
PLANTED = {
    "image-alt": ("img", {}),
    "color-contrast": ("p", {"color": "#bbb", "background": "#fff"}),
    "label": ("input", {}),
    "text 10 px": ("p", {"fontSize": "10px"}),
    "target 20 x 20": ("a", {"height": "20px", "width": "20px", "display": "block"}),
    "scrolls sideways": ("p", {"width": "900px"}),
}
PLANT = """
([tag, style]) => {
  const node = Object.assign(document.createElement(tag), {textContent: "text", href: "/h5/"});
  Object.assign(node.style, style);
  document.querySelector("main").append(node);
}
"""


@pytest.fixture
def mode_page(request, browser, base_url, storage):
    """A page of the family in one mode; the account's choice of type is put back after."""
    mode = MODES[request.param]
    width, height = mode["size"]
    context = browser.new_context(
        storage_state=storage,
        viewport={"width": width, "height": height},
        color_scheme=mode["scheme"],
        locale=mode.get("locale", "zh-CN"),
    )
    page = context.new_page()
    page.goto(f"{base_url}/h5/")
    if "locale" in mode:
        choose(page, "form[action$='/h5/language']:has(input[value='en_US']) button")
    if mode["elder"]:
        choose(page, "form[action$='/h5/elder'] button")
    assert page.evaluate("document.documentElement.classList.contains('elder')") == mode["elder"]
    yield page, mode
    page.goto(f"{base_url}/h5/")
    if mode["elder"]:
        choose(page, "form[action$='/h5/elder'] button")
    if "locale" in mode:
        choose(page, "form[action$='/h5/language']:has(input[value='zh_CN']) button")
    context.close()


def choose(page, selector):
    with page.expect_navigation():
        page.click(selector)


@pytest.mark.parametrize("mode_page", MODES, indirect=True)
def test_pages_are_readable_for_everybody(mode_page, base_url, world):
    page, mode = mode_page
    found = []
    for title, path in world.addresses().items():
        answer = page.goto(base_url + path)
        assert answer.status == 200, title
        found += [f"{title}: {one}" for one in page_checks.problems(page, mode["elder"])]
    assert found == []


@pytest.mark.parametrize("mode_page", ["light", "elder", "narrow"], indirect=True)
def test_pages_for_strangers_are_readable(mode_page, browser, base_url):
    """Sign-in, its refusal, an unknown page, a code that is not valid any more."""
    page, mode = mode_page
    context = browser.new_context(viewport=page.viewport_size, locale="zh-CN")
    elder = str(int(mode["elder"]))
    context.add_cookies([{"name": "h5_elder", "value": elder, "url": base_url}])
    stranger = context.new_page()
    found = []
    for path in ("/h5/", "/h5/sign-in", "/h5/session/999999999", "/h5/doctor/nobody"):
        stranger.goto(base_url + path)
        found += [f"{path}: {one}" for one in page_checks.problems(stranger, mode["elder"])]
    stranger.goto(f"{base_url}/h5/sign-in")
    stranger.fill("#phone", "1")
    choose(stranger, "form[action$='/h5/sign-in/code'] button")
    stranger.locator("[role=alert]").wait_for()
    found += [f"refused: {one}" for one in page_checks.problems(stranger, mode["elder"])]
    page.goto(f"{base_url}/h5/arrive/1-{'0' * 32}")
    page.locator("[role=alert]").wait_for()
    found += [f"old code: {one}" for one in page_checks.problems(page, mode["elder"])]
    context.close()
    assert found == []


@pytest.mark.parametrize("name", PLANTED)
def test_the_checks_find_what_is_planted(name, phone, base_url):
    phone.goto(f"{base_url}/h5/help")
    assert page_checks.problems(phone) == []
    phone.evaluate(PLANT, PLANTED[name])
    assert any(one.startswith(name) for one in page_checks.problems(phone))
