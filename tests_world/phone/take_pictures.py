"""Take the pictures of docs/outside-world/phone.md.

Usage: ``python -m tests_world.phone.take_pictures [folder]``
"""

import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from ..conftest import start_sandbox
from ..official.conftest import Client
from . import site
from .conftest import CHROMIUM, FLAGS
from .test_wechat_on_the_phone import BOOKED, openid

LIMIT = 200_000
DESK = {"width": 1280, "height": 940}
PHONE = {"width": 390, "height": 780}


def save(page, target):
    """Save what a page shows, with a palette that keeps the file small."""
    page.screenshot(path=target)
    image = Image.open(target).convert("RGB")
    for colours in (256, 128, 64):
        image.quantize(colours, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)
        if target.stat().st_size < LIMIT:
            return


def stage(world, account, client, hospital):
    """Let two people have something on their phones."""
    for person in ("li", "wang"):
        world.post(f"/official/people/{person}/{account['appid']}/follow")
    client.menu.create(
        {
            "button": [
                {
                    "name": "就医服务",
                    "sub_button": [
                        {"type": "view", "name": name, "url": f"{hospital.url}/"}
                        for name in ("预约挂号", "门诊缴费", "排队候诊", "检查预约")
                    ],
                },
                {"type": "view", "name": "个人中心", "url": f"{hospital.url}/"},
                {"type": "view", "name": "关于医院", "url": f"{hospital.url}/"},
            ]
        }
    )
    client.message.send_template(
        openid(world, account, "li"),
        account["templates"]["booking_success"],
        BOOKED,
        url=f"{hospital.url}/",
    )
    world.post(f"/official/people/li/{account['appid']}/text", text="请问几点开始取号？")


def take(browser, base, hospital, folder):
    """Take all pictures."""
    desk = browser.new_page(viewport=DESK, locale="zh-CN", reduced_motion="reduce")
    desk.goto(f"{base}/")
    first, second = (desk.frame_locator(".phone iframe").nth(place) for place in (0, 1))
    first.get_by_role("button", name="微信").click()
    first.get_by_role("button", name="丽水市示范医院").click()
    first.get_by_role("article").wait_for()
    second.get_by_role("button", name="微信").click()
    second.get_by_role("button", name="扫一扫").click()
    second.get_by_label("二维码内容").fill(f"{hospital.url}/")
    second.get_by_role("button", name="打开").click()
    second.frame_locator("iframe.web").get_by_role("button", name="付款").click()
    second.get_by_role("dialog").wait_for()
    save(desk, folder / "phones.png")
    phone = browser.new_page(viewport=PHONE, locale="zh-CN")
    for name, path in (("phone-chat", "#/wechat/chat"), ("phone-code", "#/wechat/code")):
        phone.goto(f"{base}/p/li{path}")
        phone.locator(".code img, .chat article").first.wait_for()
        save(phone, folder / f"{name}.png")


def main(folder):
    """Start everything, take the pictures, end everything."""
    gateways = ("wechatpay", "alipay", "official", "sms", "phone")
    world = start_sandbox(Path(tempfile.mkdtemp()), *gateways)
    own = world.get("/credentials")
    (account,) = own["official"]["accounts"].values()
    client = Client(world.addresses["official"], account["appid"], account["secret"])
    merchant = site.wechatpay_of(world, own["wechatpay"], "http://127.0.0.1:9/n")
    hospital = site.Site(world, merchant, site.alipay_of(world, own["alipay"]), account)
    try:
        stage(world, account, client, hospital)
        base = f"http://phone.localhost:{world.addresses['phone'].rpartition(':')[2]}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            take(browser, base, hospital, folder)
            browser.close()
    finally:
        hospital.close()
        world.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screenshots"))
