"""WeChat as a person uses it: follow, read, open pages, pay."""

import json

import pytest
from playwright.sync_api import expect
from wechatpayv3 import WeChatPayType

BOOKED = {
    "name1": {"value": "李建国"},
    "thing2": {"value": "心血管内科"},
    "thing3": {"value": "王医生"},
    "time4": {"value": "2026年11月27日 09:30"},
    "character_string5": {"value": "A012"},
    "thing6": {"value": "门诊楼3楼A区"},
}


def openid(world, account, person):
    path = f"/official/people/{person}/{account['appid']}/summary"
    return world.get(path)["summary"]["openid"]


def state(merchant, number):
    return json.loads(merchant.query(out_trade_no=number)[1])["trade_state"]


def view(page):
    """The page in the web view."""
    return page.frame_locator("iframe.web")


def open_site(page, hospital, app="wx"):
    """Type the site's address into the app's scanner, as scanning its QR code does."""
    name = {"wx": "wechat", "ali": "alipay"}[app]
    page.goto(page.url.partition("#")[0] + f"#/{name}/scan")
    page.get_by_label("二维码内容").fill(f"{hospital.url}/")
    page.get_by_role("button", name="打开").click()
    return view(page)


def test_somebody_follows_by_the_accounts_code_and_reads_what_it_sends(
    phone, world, account, client, hospital
):
    code = client.qrcode.create(
        {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "doc-7"}}}
    )
    page = phone("li", "#/wechat/scan")
    page.get_by_label("二维码内容").fill(code["url"])
    page.get_by_role("button", name="打开").click()
    expect(page.get_by_role("heading", name=account["name"])).to_be_visible()
    page.get_by_role("button", name="关闭").click()
    client.message.send_template(
        openid(world, account, "li"),
        account["templates"]["booking_success"],
        BOOKED,
        url=f"{hospital.url}/",
    )
    expect(page.get_by_label("1 条未读")).to_be_visible()
    page.get_by_role("button", name="微信").click()
    page.get_by_role("button", name=account["name"]).click()
    card = page.get_by_role("article")
    expect(card).to_contain_text("预约挂号成功通知")
    expect(card).to_contain_text("心血管内科")
    card.get_by_role("button", name="查看详情").click()
    expect(view(page).locator("#who")).to_have_text(openid(world, account, "li"))
    page.get_by_role("button", name="返回").click()
    expect(page.get_by_role("article")).to_be_visible()


def test_a_page_opens_with_the_persons_identity_and_wechats_user_agent(
    phone, world, account, hospital
):
    seen = {}
    for person in ("li", "wang"):
        page = phone(person)
        inside = open_site(page, hospital)
        expect(inside.locator("#who")).to_have_text(openid(world, account, person))
        seen[person] = inside.locator("#agent").inner_text()
        own = inside.locator("body").evaluate("() => navigator.userAgent")
        assert "MicroMessenger/8.0.50" in own
    assert all("MicroMessenger/8.0.50" in agent for agent in seen.values())
    # Li's session is still Li's after Wang signed in, in the same browser
    page = phone("li")
    expect(open_site(page, hospital).locator("#who")).to_have_text(openid(world, account, "li"))


@pytest.mark.parametrize(
    "press, told, state_after",
    [
        ("取消", "get_brand_wcpay_request:cancel", "NOTPAY"),
        ("余额不足", "get_brand_wcpay_request:fail", "NOTPAY"),
        ("立即支付", "get_brand_wcpay_request:ok", "SUCCESS"),
    ],
)
def test_a_page_takes_money_through_the_bridge(phone, hospital, merchant, press, told, state_after):
    page = phone("li")
    inside = open_site(page, hospital)
    inside.get_by_role("button", name="付款").click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("¥12.50")
    expect(sheet).to_contain_text("门诊缴费")
    sheet.get_by_role("button", name=press).click()
    if press != "取消":
        page.get_by_role("button", name="完成").click()
    expect(inside.locator("#result")).to_have_text(told)
    assert state(merchant, hospital.orders[-1]) == state_after


def test_the_signature_of_the_page_is_checked_as_the_client_does(phone, hospital):
    page = phone("li")
    inside = open_site(page, hospital)
    inside.get_by_role("button", name="签名").click()
    expect(inside.locator("#result")).to_have_text("preVerifyJSAPI:ok")
    page.get_by_role("button", name="关闭").click()
    expect(page.get_by_role("navigation", name="主屏幕")).to_be_visible()
    inside = open_site(page, hospital)
    inside.locator("body").evaluate("() => history.pushState({}, '', '/other')")
    inside.get_by_role("button", name="签名").click()
    expect(inside.locator("#result")).to_have_text("preVerifyJSAPI:invalid signature")


def test_a_page_asks_whether_notices_may_be_sent(phone, world, account, hospital):
    page = phone("li")
    inside = open_site(page, hospital)
    inside.get_by_role("button", name="订阅").click()
    page.get_by_role("dialog").get_by_role("button", name="允许").click()
    wanted = list(account["notices"].values())[:2]
    expect(inside.locator("#result")).to_contain_text(wanted[0])
    path = f"/official/people/li/{account['appid']}/notices"
    said = {one["template_id"]: one for one in world.get(path)["notices"]}
    assert all(said[name]["accepted"] or said[name]["left"] for name in wanted)


def test_a_native_code_is_found_among_those_made_lately_and_paid(phone, merchant):
    status, text = merchant.pay(
        description="自助机缴费", out_trade_no="nativephone1", amount={"total": 880}
    )
    assert status == 200, text
    page = phone("wang", "#/wechat/scan")
    page.get_by_role("button", name="自助机缴费").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name="输错密码").click()
    expect(page.get_by_text("支付密码错误，请重试")).to_be_visible()
    page.get_by_role("button", name="完成").click()
    assert state(merchant, "nativephone1") == "NOTPAY"
    page.get_by_role("button", name="自助机缴费").click()
    page.get_by_role("dialog").get_by_role("button", name="立即支付").click()
    expect(page.get_by_role("heading", name="支付成功")).to_be_visible()
    assert state(merchant, "nativephone1") == "SUCCESS"


def test_a_cashier_scans_the_payment_code_and_the_person_confirms(phone, world, merchant):
    page = phone("zhang", "#/wechat/code")
    code = page.locator("#pay-code").inner_text()
    world.fault("userpaying", gateway="wechatpay", options={"queries": 50})
    status, text = merchant.pay(
        description="窗口缴费",
        out_trade_no="codephone1",
        amount={"total": 990},
        payer={"auth_code": code},
        scene_info={"store_info": {"id": "w1"}},
        pay_type=WeChatPayType.CODEPAY,
    )
    assert status == 202, text
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("¥9.90")
    sheet.get_by_role("button", name="确认付款").click()
    expect(page.get_by_role("heading", name="支付成功")).to_be_visible()
    assert state(merchant, "codephone1") == "SUCCESS"


def test_the_menu_opens_pages_and_the_person_writes(phone, world, account, client, hospital):
    client.menu.create(
        {
            "button": [
                {"type": "view", "name": "预约挂号", "url": f"{hospital.url}/"},
                {
                    "name": "个人中心",
                    "sub_button": [{"type": "click", "name": "我的预约", "key": "MINE"}],
                },
            ]
        }
    )
    world.post(f"/official/people/li/{account['appid']}/follow")
    page = phone("li", "#/wechat/chat")
    page.get_by_label("消息").last.fill("几点上班？")
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_role("log")).to_contain_text("几点上班？")
    page.get_by_role("button", name="个人中心").click()
    page.get_by_role("button", name="我的预约").click()
    page.get_by_role("button", name="预约挂号").click()
    expect(view(page).locator("#who")).to_have_text(openid(world, account, "li"))
    kinds = [fact["kind"] for fact in world.get("/journal?source=official&limit=1000")["facts"]]
    assert kinds
