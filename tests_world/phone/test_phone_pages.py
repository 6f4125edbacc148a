"""The phone itself: Alipay, messages, several people, languages, sizes, wrong input."""

import pytest
import requests
from playwright.sync_api import expect

from .test_wechat_on_the_phone import open_site

SCREENS = (
    "",
    "#/wechat",
    "#/wechat/chat",
    "#/wechat/scan",
    "#/wechat/code",
    "#/alipay",
    "#/alipay/scan",
    "#/alipay/code",
    "#/sms",
    "#/browser",
)


def test_an_alipay_code_is_scanned_and_paid(phone, alipay):
    made = alipay.api_alipay_trade_precreate(
        subject="挂号费", out_trade_no="aliphone1", total_amount="25.00"
    )
    page = phone("li", "#/alipay/scan")
    page.get_by_label("二维码内容").fill(made["qr_code"])
    page.get_by_role("button", name="打开").click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("¥25.00")
    sheet.get_by_role("button", name="立即支付").click()
    expect(page.get_by_role("heading", name="支付成功")).to_be_visible()
    assert (
        alipay.api_alipay_trade_query(out_trade_no="aliphone1")["trade_status"] == "TRADE_SUCCESS"
    )


def test_a_page_takes_money_through_alipays_bridge(phone, base, hospital, alipay, world):
    people = requests.get(f"{world.addresses['phone']}/api/people", timeout=5).json()
    hospital.buyer = people[0]["alipay_id"]
    page = phone("li")
    inside = open_site(page, hospital, "ali")
    expect(inside.locator("#agent")).to_contain_text("AlipayClient/")
    inside.get_by_role("button", name="付款").click()
    page.get_by_role("dialog").get_by_role("button", name="立即支付").click()
    page.get_by_role("button", name="完成").click()
    expect(inside.locator("#result")).to_have_text("9000")
    done = alipay.api_alipay_trade_query(out_trade_no=hospital.orders[-1])
    assert (done["trade_status"], done["total_amount"]) == ("TRADE_SUCCESS", "12.50")


def test_a_text_message_arrives(phone, world, send_sms):
    page = phone("zhang")
    send_sms("13800000003", {"code": "246810"})
    world.post("/settle")
    expect(page.get_by_label("1 条未读")).to_be_visible()
    page.get_by_role("button", name="短信").click()
    expect(page.get_by_role("log")).to_contain_text("246810")
    page.get_by_role("button", name="关闭").click()
    expect(page.get_by_label("条未读")).to_have_count(0)


def test_a_tap_counts_while_news_arrive(phone, base, world, send_sms):
    """The home screen changes with the news, but not under a finger."""
    page = phone("wang")
    page.get_by_role("button", name="微信").hover()
    page.mouse.down()
    send_sms("13800000002", {"code": "135791"})
    world.post("/settle")
    # the first answer with the message may be on its way still, after the second it was drawn
    for _poll in range(2):
        page.wait_for_event("response", lambda answer: tells(answer, "135791"))
    page.mouse.up()
    expect(page.get_by_role("button", name="扫一扫")).to_be_visible()
    page.get_by_role("button", name="关闭").click()
    expect(page.get_by_label("1 条未读")).to_be_visible()


def tells(answer, code):
    """Is this the news, with the message in it?"""
    return answer.url.endswith("/api/p/wang") and code in answer.text()


def test_what_was_not_shown_stays_unread(world, send_sms):
    """A message that arrives while the phone tells what it showed was not on its screen."""
    phone = f"{world.addresses['phone']}/api/p/chen"
    for code in ("111111", "222222"):
        send_sms("13800000004", {"code": code})
        # one code a minute for a number, says the vendor
        world.post("/clock", advance=61)
        world.post("/settle")
    second, first = requests.get(phone, timeout=5).json()["sms"]
    requests.post(f"{phone}/sms/read", json={"seen": [first["id"]]}, timeout=5)
    read = {one["id"]: one["read"] for one in requests.get(phone, timeout=5).json()["sms"]}
    assert read == {first["id"]: True, second["id"]: False}


def test_several_people_stand_side_by_side_and_one_more_joins(page, base):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{base}/")
    expect(page.locator(".phone")).to_have_count(2)
    page.get_by_role("button", name="张伟").click()
    expect(page.get_by_title("张伟的手机")).to_be_visible()
    page.get_by_role("button", name="添加人员").click()
    page.get_by_label("姓名").fill("赵敏")
    page.get_by_label("手机号").fill("13800000009")
    page.get_by_label("身份证号").fill("110101199003070013")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("身份证号不正确")
    page.get_by_label("身份证号").fill("110101199003070011")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_title("赵敏的手机")).to_be_visible()


def test_the_phone_speaks_english(page, base):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{base}/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Phones")).to_be_visible()
    inside = page.frame_locator(".phone iframe").first
    expect(inside.get_by_role("button", name="WeChat")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_can_be_read_and_touched(phone, problems, screen, width):
    page = phone("li", screen)
    page.set_viewport_size({"width": width, "height": 780})
    page.wait_for_load_state("networkidle") if not screen else expect(
        page.locator("#bar")
    ).to_be_visible()
    assert problems(page) == []


def test_the_overview_can_be_read_and_touched(page, base, problems):
    page.goto(f"{base}/")
    expect(page.locator(".phone")).to_have_count(2)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert problems(page) == []


def test_the_phone_opens_pages_of_this_machine_only(phone):
    page = phone("li", "#/browser")
    page.get_by_label("网址").fill("https://example.com/")
    page.get_by_role("button", name="打开").click()
    expect(page.get_by_role("status")).to_contain_text("pages of this machine only")


def test_a_page_that_does_not_answer_gets_a_sentence(phone):
    page = phone("li", "#/browser")
    page.get_by_label("网址").fill("http://127.0.0.1:9/")
    page.get_by_role("button", name="打开").click()
    expect(page.frame_locator("iframe.web").get_by_text("服务器没有应答")).to_be_visible()


@pytest.mark.parametrize(
    "path, content, status",
    [
        ("/api/p/nobody/scan", {"app": "wx", "text": "x"}, 404),
        ("/api/p/li/scan", {"app": "qq", "text": "x"}, 400),
        ("/api/p/li/pay", {"app": "wx", "token": "x", "outcome": "pay"}, 400),
        ("/api/p/li/open", {"app": "tv", "url": "http://127.0.0.1/"}, 400),
        ("/api/p/li/wechat/read", {"last": "all"}, 400),
        ("/api/p/li/sms/read", {"seen": ["all"]}, 400),
        ("/static/..%2fapi.py", None, 404),
    ],
)
def test_wrong_input_is_refused(world, path, content, status):
    method = "POST" if content else "GET"
    answer = requests.request(method, world.addresses["phone"] + path, json=content, timeout=5)
    assert answer.status_code == status


def test_a_page_of_the_internet_cannot_use_the_phone(world):
    answer = requests.post(
        f"{world.addresses['phone']}/api/p/li/code",
        json={"app": "wx"},
        headers={"Origin": "https://evil.example"},
        timeout=5,
    )
    assert answer.status_code == 403
