"""What a page costs a patient: bytes and requests, as ARCHITECTURE allows."""

import page_checks

HTML = 15_000
CSS = 30_000
JS = 10_000
REQUESTS = 6
#: Portraits of a page's doctors come later and one by one; together no more than this.
PHOTOS = 60_000


def test_pages_stay_within_their_budget(browser, base_url, storage, world):
    found = []
    for title, path in world.addresses().items():
        context = browser.new_context(storage_state=storage, locale="zh-CN")
        cost = page_checks.Meter(context.new_page()).open(base_url + path)
        context.close()
        assert cost["css"], title
        assert cost["js"], title
        assert cost["hosts"] == [base_url], title
        within = (
            cost["html"] <= HTML
            and cost["css"] <= CSS
            and cost["js"] <= JS
            and cost["requests"] <= REQUESTS
            and cost["photos"] <= PHOTOS
        )
        found += [] if within else [(title, cost)]
    assert found == []


def test_a_second_page_fetches_no_style_and_no_script_again(phone, base_url):
    phone.goto(f"{base_url}/h5/", wait_until="networkidle")
    phone.locator("footer a[href='/h5/help']").click()
    phone.wait_for_url("**/h5/help")
    sizes = phone.evaluate(
        "performance.getEntriesByType('resource').map((one) => [one.name, one.transferSize])"
    )
    assert sizes
    assert [one for one in sizes if one[1]] == []
