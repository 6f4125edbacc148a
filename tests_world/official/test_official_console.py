"""Menu, QR codes, users, tags, files, articles and mass messages."""

import io

import pytest
import requests
from PIL import Image

BUTTONS = [
    {
        "name": "就医服务",
        "sub_button": [
            {"type": "view", "name": "预约挂号", "url": "http://127.0.0.1:8069/h5/booking"},
            {"type": "click", "name": "排队候诊", "key": "queue"},
            {"type": "scancode_push", "name": "扫码", "key": "scan"},
            {"type": "scancode_waitmsg", "name": "扫码缴费", "key": "scanpay"},
        ],
    },
    {"type": "view", "name": "个人中心", "url": "http://127.0.0.1:8069/h5/me"},
    {"type": "click", "name": "关于医院", "key": "about"},
]


def png(size=(8, 8)):
    stream = io.BytesIO()
    Image.new("RGB", size, "#067a3a").save(stream, "PNG")
    return stream.getvalue()


# --- menu


def test_a_menu_is_shown_and_clicked(account, partner):
    account.connect(partner)
    account.do("li", "follow")
    account.client.menu.create({"button": BUTTONS})
    assert account.client.menu.get()["menu"]["button"] == BUTTONS
    assert account.see("li", "menu") == BUTTONS
    info = account.client.menu.get_menu_info()
    assert info["is_menu_open"] == 1
    assert len(info["selfmenu_info"]["button"][0]["sub_button"]["list"]) == 4
    url = "http://127.0.0.1:8069/h5/booking"
    assert account.do("li", "click", button=[0, 0]) == {"action": "open", "url": url}
    assert account.do("li", "click", button=[2]) == {"action": "event", "key": "about"}
    scanned = account.do("li", "click", button=[0, 2], result="http://127.0.0.1/x")
    assert scanned == {"action": "open", "url": "http://127.0.0.1/x"}
    assert account.do("li", "click", button=[0, 3], result="123") == {"action": "event"}
    account.settle()
    told = {one.event: one for one in partner.messages()}
    assert told["click"].key == "about" and told["view"].url == url
    assert told["scancode_waitmsg"].scan_code_info["ScanResult"] == "123"
    account.client.menu.delete()
    assert account.see("li", "menu") == []
    assert account.client.menu.get_menu_info() == {"is_menu_open": 0}


def test_a_missing_menu_and_a_wrong_click_are_refused(account):
    answer = account.client.call("/cgi-bin/menu/get")
    assert answer["errcode"] == 46003 and answer["errmsg"].startswith("menu no exist")
    for path in ([0], [], [0, 9], [-1]):
        with pytest.raises(Exception, match="400"):
            account.do("li", "click", button=path)


def one(**change):
    return {"type": "view", "name": "n", "url": "http://127.0.0.1/", **change}


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([], 40016),
        ([one()] * 4, 40016),
        (["x"], 40016),
        ([one(type="x")], 40017),
        ([one(name="")], 40018),
        ([one(name="预约挂号服务")], 40018),
        ([one(type="click", key="k" * 129)], 40019),
        ([one(type="click")], 40019),
        ([one(url="http://127.0.0.1/" + "x" * 1024)], 40020),
        ([one(url="ftp://127.0.0.1/")], 40055),
        ([one(type="miniprogram", appid="wx1")], 40013),
        ([{"name": "n", "sub_button": [one()] * 6}], 40023),
        ([{"name": "n", "sub_button": [one(sub_button=[one()])]}], 40023),
        ([{"name": "n", "sub_button": [one(type="x")]}], 40024),
        ([{"name": "n", "sub_button": [one(name="n" * 61)]}], 40025),
        ([{"name": "n", "sub_button": [one(type="click", key="")]}], 40026),
        ([{"name": "n", "sub_button": [one(url="")]}], 40027),
        ([{"name": "n", "sub_button": [one(url="x")]}], 40054),
    ],
)
def test_a_menu_has_its_limits(account, refused, buttons, code):
    with refused(code):
        account.client.menu.create({"button": buttons})


def test_escaped_characters_make_no_menu(account):
    url = f"{account.base}/cgi-bin/menu/create?access_token={account.client.access_token}"
    body = b'{"button":[{"type":"click","name":"\\u9884\\u7ea6","key":"k"}]}'
    assert requests.post(url, data=body, timeout=5).json()["errcode"] == 40033


def test_a_tag_can_have_a_menu_of_its_own(account, refused):
    call, menu = account.client.call, account.client.menu
    own = [{"type": "click", "name": "病区", "key": "ward"}]
    for person in ("li", "wang"):
        account.do(person, "follow")
    tag = account.client.tag.create("住院")["id"]
    account.client.tag.tag_user(tag, account.openid("li"))
    content = {"button": own, "matchrule": {"tag_id": str(tag)}}
    with refused(46003):
        menu.add_conditional(content)
    menu.create({"button": BUTTONS})
    number = menu.add_conditional(content)["menuid"]
    assert account.see("li", "menu") == own and account.see("wang", "menu") == BUTTONS
    assert menu.get()["conditionalmenu"][0]["matchrule"] == {"tag_id": str(tag)}
    with refused(40035):
        menu.add_conditional({**content, "matchrule": {"language": "zh_CN"}})
    assert call("/cgi-bin/menu/delconditional", {"menuid": number})["errcode"] == 0
    assert call("/cgi-bin/menu/delconditional", {"menuid": number})["errcode"] == 46003
    assert account.see("li", "menu") == BUTTONS


# --- QR codes


def code(action, scene, **more):
    return {"action_name": action, "action_info": {"scene": scene}, **more}


def test_a_code_brings_a_new_follower_with_its_scene(account, partner):
    account.connect(partner)
    made = account.client.qrcode.create(code("QR_LIMIT_STR_SCENE", {"scene_str": "doc-7"}))
    asked = account.world.post("/official/people/li/scan", text=made["url"])
    assert asked["action"] == "follow" and asked["appid"] == account.appid
    account.do("li", "follow", qr=asked["qr"])
    account.settle()
    again = account.world.post("/official/people/li/scan", text=made["url"])
    assert again == {"action": "chat", "appid": account.appid, "scene": "doc-7"}
    account.settle()
    subscribed, scanned = partner.messages()
    assert subscribed.event == "subscribe_scan" and subscribed.scene_id == "doc-7"
    assert scanned.event == "scan" and scanned.scene_id == "doc-7"
    assert scanned.ticket == made["ticket"]
    user = account.client.user.get(account.openid("li"))
    assert user["qr_scene_str"] == "doc-7" and user["subscribe_scene"] == "ADD_SCENE_QR_CODE"


def test_a_code_is_a_picture(account):
    made = account.client.qrcode.create(code("QR_STR_SCENE", {"scene_str": "x"}))
    url = f"{account.base}/cgi-bin/showqrcode"
    answer = requests.get(url, params={"ticket": made["ticket"]}, timeout=5)
    assert answer.headers["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size[0] > 100
    assert requests.get(url, params={"ticket": "x"}, timeout=5).status_code == 404


def test_temporary_codes_end_and_permanent_ones_are_the_same(account):
    create = account.client.qrcode.create
    made = create(code("QR_SCENE", {"scene_id": 7}, expire_seconds=100))
    assert made["expire_seconds"] == 100
    assert create(code("QR_SCENE", {"scene_id": 7}))["expire_seconds"] == 60
    assert create(code("QR_SCENE", {"scene_id": 7}, expire_seconds=10**9))["expire_seconds"] == (
        2592000
    )
    account.advance(101)
    scan = account.world.post("/official/people/li/scan", text=made["url"])
    assert scan["action"] == "expired"
    limit = code("QR_LIMIT_SCENE", {"scene_id": 7})
    assert create(limit)["ticket"] == create(limit)["ticket"]
    other = account.world.post("/official/people/li/scan", text="http://127.0.0.1/x")
    assert other == {"action": "open", "url": "http://127.0.0.1/x"}
    assert account.world.post("/official/people/li/scan", text="abc")["action"] == "text"


def test_permanent_codes_are_limited_in_number(account, refused):
    account.change(most_permanent_codes=2)
    for number in (1, 2):
        account.client.qrcode.create(code("QR_LIMIT_SCENE", {"scene_id": number}))
    with refused(45029, "qrcode count out of limit"):
        account.client.qrcode.create(code("QR_LIMIT_SCENE", {"scene_id": 3}))
    account.client.qrcode.create(code("QR_LIMIT_SCENE", {"scene_id": 1}))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({}, 40052),
        (code("QR_X", {}), 40052),
        ({"action_name": "QR_SCENE"}, 40053),
        (code("QR_SCENE", {"scene_id": 0}), 40053),
        (code("QR_SCENE", {"scene_id": 2**32}), 40053),
        (code("QR_LIMIT_SCENE", {"scene_id": 100_001}), 40053),
        (code("QR_STR_SCENE", {"scene_str": ""}), 40053),
        (code("QR_LIMIT_STR_SCENE", {"scene_str": "x" * 65}), 40053),
        (code("QR_SCENE", {"scene_id": 1}, expire_seconds=0), 40035),
    ],
)
def test_a_code_has_its_limits(account, refused, content, expected):
    with refused(expected):
        account.client.qrcode.create(content)


# --- users and tags


def test_a_follower_is_known_without_name_and_picture(account, refused):
    openid = account.openid("li")
    assert account.client.user.get(openid) == {"subscribe": 0, "openid": openid}
    account.do("li", "follow")
    account.client.user.update_remark(openid, "老病人")
    user = account.client.user.get(openid)
    assert user["subscribe"] == 1 and user["nickname"] == "" and user["headimgurl"] == ""
    assert user["remark"] == "老病人" and user["unionid"].startswith("u")
    with refused(40003):
        account.client.user.get("x")
    with refused(41009):
        account.client.user.get("")
    with refused(40035):
        account.client.user.update_remark(openid, "x" * 30)
    with refused(43004):
        account.client.user.update_remark(account.openid("wang"), "x")
    batch = account.client.user.get_batch([openid, account.openid("wang")])
    assert [one["subscribe"] for one in batch] == [1, 0]
    call, path = account.client.call, "/cgi-bin/user/info/batchget"
    assert call(path, {"user_list": [{"openid": openid}] * 101})["errcode"] == 40032
    assert call(path, {"user_list": []})["errcode"] == 40031


def test_followers_are_listed_in_their_order(account):
    assert account.client.user.get_followers()["total"] == 0
    for person in ("wang", "li", "zhang"):
        account.do(person, "follow")
    account.do("li", "unfollow")
    found = account.client.user.get_followers()
    assert found["total"] == found["count"] == 2
    assert found["data"]["openid"] == [account.openid("wang"), account.openid("zhang")]
    rest = account.client.user.get_followers(account.openid("wang"))
    assert rest["data"]["openid"] == [account.openid("zhang")]


def test_tags_are_made_given_and_taken(account, refused):
    tag = account.client.tag
    for person in ("li", "wang"):
        account.do(person, "follow")
    openids = [account.openid("li"), account.openid("wang")]
    number = tag.create("高血压")["id"]
    tag.tag_user(number, openids)
    assert tag.get_user_tag(openids[0]) == [number]
    assert tag.get_tag_users(number)["data"]["openid"] == openids
    counted = {one["name"]: one["count"] for one in tag.get()}
    assert counted == {"星标组": 0, "高血压": 2}
    tag.update(number, "慢病")
    tag.untag_user(number, openids[0])
    assert tag.get_tag_users(number)["count"] == 1
    tag.delete(number)
    assert tag.get_user_tag(openids[1]) == []
    with refused(45159):
        tag.tag_user(number, openids)


def test_tags_have_their_limits(account, refused):
    tag = account.client.tag
    account.do("li", "follow")
    openid = account.openid("li")
    first = tag.create("一")["id"]
    with refused(45157, "invalid tag name"):
        tag.create("一")
    with refused(45157):
        tag.create("")
    with refused(45158, "tag name too long"):
        tag.create("十" * 11)
    with refused(45058):
        tag.update(2, "x")
    with refused(45058):
        tag.delete(0)
    with refused(45157):
        tag.update(first, "星标组")
    with refused(40003):
        tag.tag_user(first, ["x"])
    with refused(40032):
        tag.tag_user(first, [openid] * 51)
    numbers = [first, *[tag.create(f"t{number}")["id"] for number in range(97)]]
    assert tag.create("last")["id"] == 198
    with refused(45056):
        tag.create("too many")
    for number in numbers[:20]:
        tag.tag_user(number, openid)
    with refused(45059):
        tag.tag_user(numbers[20], openid)
    assert len(tag.get_user_tag(openid)) == 20


def test_a_tag_with_too_many_fans_stays(account, refused):
    account.change(most_fans_to_delete_a_tag=1)
    number = account.client.tag.create("人多")["id"]
    for person in ("li", "wang"):
        account.do(person, "follow")
        account.client.tag.tag_user(number, account.openid(person))
    with refused(45057):
        account.client.tag.delete(number)
    account.client.tag.untag_user(number, account.openid("li"))
    account.client.tag.delete(number)


def test_an_openid_of_another_account_is_no_openid_here(account, refused):
    other = account.world.post(
        "/official/accounts", appid="wx0000000000000002", name="二院", original_id="gh_2"
    )
    theirs = account.world.get(f"/official/people/li/{other['appid']}/summary")["summary"]
    with refused(49003):
        account.client.tag.get_user_tag(theirs["openid"])


# --- files and articles


def test_files_are_kept_for_three_days_or_for_ever(account, refused):
    media, material = account.client.media, account.client.material
    short = media.upload("image", ("a.png", png(), "image/png"))["media_id"]
    assert media.download(short).content == png()
    long = material.add("image", ("b.png", png(), "image/png"))
    assert requests.get(long["url"], timeout=5).content == png()
    assert material.get(long["media_id"]).content == png()
    account.advance(3 * 86400 + 1)
    account.client.fetch_access_token()
    with refused(40007, "invalid media_id"):
        media.download(short)
    assert material.get_count()["image_count"] == 1
    listed = material.batchget("image")
    assert listed["item"][0]["name"] == "b.png" and listed["total_count"] == 1
    material.delete(long["media_id"])
    with refused(40007):
        material.get(long["media_id"])


def test_uploads_are_checked(account, refused):
    media = account.client.media
    with refused(40004):
        media.upload("other", ("a.png", png()))
    with refused(40005):
        media.upload("image", ("a.png", b"not a picture"))
    with refused(44001):
        media.upload("image", ("a.png", b""))
    with refused(41005):
        account.client.post("media/upload", params={"type": "image"}, files={"x": b"1"})
    with refused(41006):
        account.client.material.get("")
    with refused(40009):
        noise = png() + b"0" * (1024 * 1024)
        account.client.post("media/uploadimg", files={"media": ("a.png", noise)})
    url = account.client.post("media/uploadimg", files={"media": ("a.png", png())})["url"]
    assert requests.get(url, timeout=5).content == png()


def draft(account, **change):
    cover = account.client.material.add("image", ("c.png", png()))["media_id"]
    article = {
        "title": "义诊通知",
        "content": "<p>周六上午</p><script>alert(1)</script>",
        "digest": "周六义诊",
        "author": "院办",
        "thumb_media_id": cover,
        **change,
    }
    return account.client.call("/cgi-bin/draft/add", {"articles": [article]})


def test_an_article_is_drafted_published_and_read(account, partner):
    account.connect(partner)
    call, number = account.client.call, draft(account)["media_id"]
    assert call("/cgi-bin/draft/count")["total_count"] == 1
    got = call("/cgi-bin/draft/get", {"media_id": number})
    assert got["news_item"][0]["title"] == "义诊通知"
    listed = call("/cgi-bin/draft/batchget", {"offset": 0, "count": 20})
    assert listed["item"][0]["media_id"] == number
    changed = {**got["news_item"][0], "title": "义诊改期"}
    content = {"media_id": number, "index": 0, "articles": changed}
    assert call("/cgi-bin/draft/update", content)["errcode"] == 0
    published = call("/cgi-bin/freepublish/submit", {"media_id": number})
    account.settle()
    assert "PUBLISHJOBFINISH" in partner.open(partner.got[-1])
    state = call("/cgi-bin/freepublish/get", {"publish_id": published["publish_id"]})
    page = requests.get(state["article_detail"]["item"][0]["article_url"], timeout=5)
    assert (
        "义诊改期" in page.text and "script-src 'none'" in page.headers["Content-Security-Policy"]
    )
    assert call("/cgi-bin/draft/get", {"media_id": number})["errcode"] == 40007
    assert call("/cgi-bin/freepublish/get", {"publish_id": "1"})["errcode"] == 53600
    assert requests.get(f"{account.base}/s/none", timeout=5).status_code == 404


def test_drafts_are_checked(account):
    call = account.client.call
    assert call("/cgi-bin/draft/add", {"articles": []})["errcode"] == 44003
    assert call("/cgi-bin/draft/add", {"articles": [{}] * 9})["errcode"] == 45008
    assert draft(account, title="题" * 65)["errcode"] == 45003
    assert draft(account, content="")["errcode"] == 44004
    assert draft(account, content="x" * 20_000)["errcode"] == 45002
    assert draft(account, thumb_media_id="x")["errcode"] == 40007
    number = draft(account)["media_id"]
    bad = {"media_id": number, "index": 3, "articles": {}}
    assert call("/cgi-bin/draft/update", bad)["errcode"] == 40035
    assert call("/cgi-bin/draft/batchget", {"offset": 0, "count": 21})["errcode"] == 40035
    assert call("/cgi-bin/draft/delete", {"media_id": number})["errcode"] == 0
    assert call("/cgi-bin/draft/delete", {"media_id": number})["errcode"] == 40007


# --- mass messages


def test_news_reach_everybody_and_can_be_taken_back(account, partner):
    account.connect(partner)
    for person in ("li", "wang", "zhang"):
        account.do(person, "follow")
    account.do("zhang", "block")
    account.settle()
    number = draft(account)["media_id"]
    sent = account.client.message.send_mass_article(None, number, is_to_all=True)
    account.settle()
    assert sent["errmsg"] == "send job submission success"
    card = account.see("li", "history")[-1]["content"]["articles"][0]
    assert card["title"] == "义诊通知"
    assert "周六上午" in requests.get(card["url"], timeout=5).text
    assert account.see("zhang", "history") == []
    event = partner.messages()[-1]
    assert event.event == "masssendjobfinish" and event.id == sent["msg_id"]
    counts = (event.total_count, event.filter_count, event.sent_count, event.error_count)
    assert counts == (3, 3, 2, 1)
    assert account.client.message.get_mass(sent["msg_id"])["msg_status"] == "SEND_SUCCESS"
    account.client.message.delete_mass(sent["msg_id"])
    assert account.see("li", "history") == []
    assert account.client.message.get_mass(sent["msg_id"])["msg_status"] == "DELETE"


def test_four_mass_messages_a_month_reach_a_person(account, refused):
    account.world.post("/clock", at="2026-11-26T08:00:00")
    account.client.fetch_access_token()
    account.do("li", "follow")
    text = account.client.message.send_mass_text
    for number in range(4):
        text(None, f"第{number}条", is_to_all=True)
    with refused(45028, "has no masssend quota"):
        text(None, "第五条", is_to_all=True)
    assert len(account.see("li", "history")) == 4
    account.world.post("/clock", at="2026-12-01T08:00:00")
    account.client.fetch_access_token()
    text(None, "十二月", is_to_all=True)


def test_mass_messages_go_to_a_tag_or_a_list(account, refused):
    message = account.client.message
    for person in ("li", "wang"):
        account.do(person, "follow")
    tag = account.client.tag.create("复诊")["id"]
    account.client.tag.tag_user(tag, account.openid("wang"))
    call, base = account.client.call, "/cgi-bin/message/mass"
    content = {"filter": {"is_to_all": False, "tag_id": tag}, "msgtype": "text"}
    call(f"{base}/sendall", {**content, "text": {"content": "复诊"}})
    assert account.see("li", "history") == [] and len(account.see("wang", "history")) == 1
    message.send_mass_text([account.openid("li"), account.openid("wang")], "两位")
    assert len(account.see("li", "history")) == 1
    with refused(40032):
        message.send_mass_text([account.openid("li")], "一位")
    with refused(40003):
        message.send_mass_text([account.openid("li"), "x"], "两位")
    with refused(40007):
        message.send_mass_article(None, "x", is_to_all=True)
    message.send_mass_text(account.openid("li"), "预览", preview=True)
    assert account.see("li", "history")[-1]["content"]["preview"] is True
    own = {**content, "text": {"content": "x"}, "clientmsgid": "one"}
    assert call(f"{base}/sendall", own)["errcode"] == 0
    assert call(f"{base}/sendall", own)["errcode"] == 45065
    assert call(f"{base}/sendall", {**own, "msgtype": "wxcard"})["errcode"] == 40008
    empty = {**own, "clientmsgid": "two", "text": {"content": ""}}
    assert call(f"{base}/sendall", empty)["errcode"] == 44004
    assert call(f"{base}/get", {"msg_id": 1})["errcode"] == 40035
