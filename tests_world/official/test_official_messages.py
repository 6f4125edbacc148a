"""Template messages, subscription notices and customer messages."""

import pytest

from sandbox.official import fields


def send(account, content):
    return account.client.post("message/template/send", data=content)


def event_of(partner, name):
    return [got for got in map(partner.open, partner.got) if f"CDATA[{name}]" in got]


def test_a_template_message_arrives_and_its_end_is_told(account, partner):
    account.connect(partner)
    account.do("li", "follow")
    account.settle()
    page = "http://127.0.0.1:8069/h5/visit/1"
    answer = account.client.message.send_template(
        account.openid("li"),
        account.templates["booking_success"],
        {**account.booking()["data"], "first": {"value": "您好"}, "remark": {"value": "再见"}},
        page,
    )
    account.settle()
    card = account.see("li", "history")[-1]
    assert card["kind"] == "template" and card["side"] == "account"
    assert card["content"]["title"] == "预约挂号成功通知" and card["content"]["url"] == page
    assert [line["label"] for line in card["content"]["lines"]][:2] == ["就诊人", "就诊科室"]
    assert "您好" not in str(card) and "再见" not in str(card)
    event = partner.messages()[-1]
    assert event.event == "templatesendjobfinish"
    assert event.id == answer["msgid"] and event.status == "success"
    (fact,) = account.facts("template_message", str(answer["msgid"]))
    assert fact["purpose"] == "booking_success" and fact["data"]["name1"] == "李建国"


def test_receiver_and_template_are_checked(account, refused):
    with refused(43004, "require subscribe"):
        send(account, account.booking())
    account.do("li", "follow")
    with refused(40003, "invalid openid"):
        send(account, account.booking(touser="o123"))
    with refused(40003):
        send(account, account.booking(touser=None))
    with refused(40037, "invalid template_id"):
        send(account, account.booking(template_id="x"))
    with refused(40037):
        send(account, account.booking(template_id=account.notices["booking_success"]))
    with refused(47003):
        send(account, account.booking(data="x"))
    with refused(40013):
        send(account, account.booking(miniprogram={"appid": "wx0"}))
    assert account.see("li", "history") == []


def test_a_wrong_value_is_named(account, refused):
    account.do("li", "follow")
    content = account.booking()
    content["data"]["thing2"] = {"value": "心" * 21}
    with refused(47003, "argument invalid! data.thing2.value invalid"):
        send(account, content)
    del content["data"]["thing2"]
    with refused(47003, "argument invalid! data.thing2.value is empty"):
        send(account, content)
    content["data"]["thing2"] = {"value": ""}
    with refused(47003, "data.thing2.value is empty"):
        send(account, content)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("thing", ["心" * 20], ["心" * 21]),
        ("number", ["3", "-1.5"], ["三", "1.", "1e3"]),
        ("letter", ["abcX"], ["ab1", "a" * 33]),
        ("symbol", ["!?"], ["a", "!!!!!!"]),
        ("character_string", ["A-012"], ["甲", "x" * 33]),
        ("time", ["15:01", "2019年10月1日 15:01", "2019-10-01 15:01~16:00"], ["25:00", "明天"]),
        ("date", ["2019年10月1日", "2019-10-01 15:01"], ["15:01", "十月"]),
        ("amount", ["¥12.50", "12元", "0.01"], ["12.5.0", "十元", "1" * 13]),
        ("phone_number", ["+86-0766-66888866"], ["1" * 18, "a1"]),
        ("car_number", ["粤A8Z888挂"], ["粤A8Z888挂12"]),
        ("name", ["李建国", "John Smith"], ["李" * 11, "李1", "a" * 21]),
        ("phrase", ["请就诊"], ["请就诊吧各位", "abc"]),
        ("const", ["请就诊"], ["随便"]),
    ],
)
def test_each_kind_of_field_has_its_rule(kind, good, bad):
    content = f"字段:{{{{{kind}1.DATA}}}}\n"
    constants = {"const1": ["请就诊"]} if kind == "const" else {}
    for value in good:
        assert fields.problem(content, {f"{kind}1": {"value": value}}, constants) is None, value
    for value in bad:
        found = fields.problem(content, {f"{kind}1": {"value": value}}, constants)
        assert found == f"data.{kind}1.value invalid", value


def test_the_same_client_number_sends_once_in_ten_minutes(account):
    account.do("li", "follow")
    content = account.booking(client_msg_id="visit-1")
    first = send(account, content)["msgid"]
    assert send(account, content)["msgid"] == first
    assert len(account.see("li", "history")) == 1
    account.advance(601)
    assert send(account, content)["msgid"] != first
    assert len(account.see("li", "history")) == 2


def test_a_blocked_account_is_told_so_by_the_event(account, partner):
    account.connect(partner)
    account.do("li", "follow")
    account.settle()
    account.do("li", "block")
    answer = send(account, account.booking())
    account.settle()
    assert answer["errcode"] == 0
    assert partner.messages()[-1].status == "failed:user block"
    assert account.see("li", "history") == []


@pytest.mark.parametrize(
    ("fault", "status"),
    [("user_blocked", "failed:user block"), ("send_failed", "failed: system failed")],
)
def test_a_message_can_fail_after_it_was_taken(account, partner, fault, status):
    account.connect(partner)
    account.do("li", "follow")
    account.settle()
    account.world.fault(fault, match={"key": account.openid("li")})
    send(account, account.booking())
    account.settle()
    assert partner.messages()[-1].status == status
    send(account, account.booking())
    account.settle()
    assert partner.messages()[-1].status == "success"


def test_templates_are_listed_added_and_deleted(account, refused):
    found = account.client.template.get_all_private_template()["template_list"]
    assert len(found) == len(account.templates) == 9
    new = account.client.call(
        "/cgi-bin/template/api_add_template",
        {"template_id_short": "43216", "keyword_name_list": ["就诊人", "就诊时间"]},
    )["template_id"]
    listed = account.client.template.get_all_private_template()["template_list"]
    (mine,) = (one for one in listed if one["template_id"] == new)
    assert mine["content"] == "就诊人:{{name1.DATA}}\n就诊时间:{{time4.DATA}}\n"
    account.client.template.del_private_template(new)
    with refused(40037):
        account.client.template.del_private_template(new)
    with refused(40037):
        account.client.template.add("no such")
    assert (
        account.client.call(
            "/cgi-bin/template/api_add_template",
            {"template_id_short": "43216", "keyword_name_list": ["无"]},
        )["errcode"]
        == 40035
    )
    assert account.client.template.get_industry()["primary_industry"]["first_class"] == "医药护理"


def test_an_account_holds_twenty_five_templates(account, refused):
    labels = ["就诊人", "就诊科室", "就诊医生", "就诊时间", "就诊序号", "就诊地点"]
    pairs = [[a, b] for a in labels for b in labels if a != b][: 25 - 9]
    for pair in pairs:
        account.client.call(
            "/cgi-bin/template/api_add_template",
            {"template_id_short": "43216", "keyword_name_list": pair},
        )
    with refused(45026):
        account.client.template.add("43217")


def test_a_disabled_template_is_refused(account, refused):
    account.do("li", "follow")
    account.world.fault("template_disabled", operation="template_send")
    with refused(43116):
        send(account, account.booking())


# --- subscription notices


def notice(account, purpose="booking_success", **more):
    content = {**account.booking(), "template_id": account.notices[purpose], **more}
    return account.client.call("/cgi-bin/message/subscribe/bizsend", content)


def refund(account):
    values = {
        "name1": "李建国",
        "thing2": "挂号费",
        "amount3": "¥15.00",
        "character_string4": "H1",
        "time5": "2026-11-26 10:12",
    }
    data = {name: {"value": value} for name, value in values.items()}
    return notice(account, "refund", data=data)


def test_a_one_time_notice_is_sent_once_per_consent(account, partner):
    account.connect(partner)
    number = account.notices["refund"]
    assert refund(account)["errcode"] == 43101
    account.do("li", "notices", answers={number: "accept"})
    account.do("li", "notices", answers={number: "accept"})
    assert [refund(account)["errcode"] for _time in range(3)] == [0, 0, 43101]
    account.settle()
    cards = [one for one in account.see("li", "history") if one["kind"] == "notice"]
    assert len(cards) == 2 and cards[0]["content"]["title"] == "退费通知"
    (popup, *_), sent = (
        event_of(partner, name)
        for name in ("subscribe_msg_popup_event", "subscribe_msg_sent_event")
    )
    assert number in popup and "CDATA[accept]" in popup and "CDATA[1]" in popup
    assert len(sent) == 2 and "<ErrorStatus><![CDATA[success]]>" in sent[0]


def test_a_long_term_notice_is_sent_until_the_person_refuses_it(account, partner):
    account.connect(partner)
    number = account.notices["booking_success"]
    account.do("li", "notices", answers={number: "accept"}, scene="2")
    assert [notice(account)["errcode"] for _time in range(3)] == [0, 0, 0]  # without following
    account.do("li", "refuse", template_id=number)
    assert notice(account)["errcode"] == 43101
    account.settle()
    (change,) = event_of(partner, "subscribe_msg_change_event")
    assert number in change and "CDATA[reject]" in change
    account.do("li", "notices", answers={number: "accept"})
    assert notice(account)["errcode"] == 0


def test_a_rejected_notice_is_not_sent(account):
    account.do("li", "notices", answers={account.notices["refund"]: "reject"})
    assert refund(account)["errcode"] == 43101


def test_notices_are_checked_before_they_count(account):
    account.do("li", "notices", answers={account.notices["refund"]: "accept"})
    assert notice(account, "refund")["errcode"] == 47003
    assert notice(account, touser="x")["errcode"] == 40003
    assert notice(account, template_id="x")["errcode"] == 40037
    account.world.fault("template_disabled", operation="notice_send")
    assert refund(account)["errcode"] == 43107
    assert refund(account)["errcode"] == 0


def test_notices_are_chosen_from_the_library(account):
    call, base = account.client.call, "/wxaapi/newtmpl"
    assert {one["id"] for one in call(f"{base}/getcategory")["data"]} == {612, 616}
    titles = call(f"{base}/getpubtemplatetitles", ids="616,2", start="0", limit="5")
    assert titles["count"] == 9 and len(titles["data"]) == 5
    bad = call(f"{base}/getpubtemplatetitles", ids="616", start="0", limit="31")
    assert bad["errcode"] == 40035
    words = call(f"{base}/getpubtemplatekeywords", tid="43216")
    assert words["count"] == 6 and words["data"][0]["name"] == "就诊人"
    assert call(f"{base}/getpubtemplatekeywords", tid="1")["errcode"] == 200014
    content = {"tid": "43216", "kidList": [1, 4], "sceneDesc": "挂号"}
    number = call(f"{base}/addtemplate", content)["priTmplId"]
    listed = call(f"{base}/gettemplate")["data"]
    assert [one["type"] for one in listed if one["priTmplId"] == number] == [2]
    assert {one["type"] for one in listed} == {2, 3}
    for change, code in (
        ({"tid": "1"}, 200014),
        ({"kidList": [1]}, 200020),
        ({"kidList": [1, 1]}, 200020),
        ({"kidList": [1, 9]}, 200020),
        ({"kidList": [[1], 2]}, 200020),
        ({"sceneDesc": "描" * 16}, 200021),
    ):
        assert call(f"{base}/addtemplate", {**content, **change})["errcode"] == code
    assert call(f"{base}/deltemplate", {"priTmplId": number})["errcode"] == 0
    assert call(f"{base}/deltemplate", {"priTmplId": number})["errcode"] == 40037


def test_an_account_holds_fifty_notices(account):
    call, numbers = account.client.call, [43216, 43220]
    pairs = [[a, b] for a in range(1, 7) for b in range(1, 7) if a != b]
    wanted = [{"tid": tid, "kidList": pair} for tid in numbers for pair in pairs]
    codes = [call("/wxaapi/newtmpl/addtemplate", one)["errcode"] for one in wanted[: 50 - 8]]
    assert codes[: 50 - 9] == [0] * 41 and codes[-1] == 200012


# --- customer messages


def test_customer_messages_are_possible_for_48_hours_after_a_message(account, refused):
    text, openid = account.client.message.send_text, account.openid("li")
    account.do("li", "follow")
    account.advance(61)
    with refused(45015, "response out of time limit or subscription is canceled"):
        text(openid, "您好")
    account.do("li", "text", text="你好")
    text(openid, "您好")
    last = account.see("li", "history")[-1]
    assert last["content"]["content"] == "您好" and last["side"] == "account"
    account.advance(48 * 3600 + 1)
    account.client.fetch_access_token()
    with refused(45015):
        text(openid, "您好")


def test_twenty_messages_answer_one(account, refused):
    text, openid = account.client.message.send_text, account.openid("li")
    account.do("li", "follow")
    account.advance(61)
    account.do("li", "text", text="你好")
    for number in range(20):
        text(openid, str(number))
    with refused(45047, "out of response count limit"):
        text(openid, "21")


def test_a_touch_allows_three_messages_for_a_minute(account, refused):
    text, openid = account.client.message.send_text, account.openid("li")
    account.do("li", "follow")
    for number in range(3):
        text(openid, str(number))
    with refused(45047):
        text(openid, "4")
    account.do("li", "unfollow")
    with refused(45015):
        text(openid, "5")


def test_customer_messages_are_checked(account, refused):
    message, openid = account.client.message, account.openid("li")
    account.do("li", "follow")
    account.do("li", "text", text="你好")
    with refused(40003):
        message.send_text("x", "您好")
    with refused(45002):
        message.send_text(openid, "好" * 700)
    with refused(44004):
        message.send_text(openid, "")
    with refused(40007):
        message.send_image(openid, "no such")
    with refused(44003):
        message.send_articles(openid, [])
    article = {"title": "t", "description": "d", "url": "http://127.0.0.1/", "image": ""}
    with refused(45008):
        message.send_articles(openid, [article, article])
    message.send_articles(openid, [article])
    call, path = account.client.call, "/cgi-bin/message/custom/send"
    assert call(path, {"touser": openid, "msgtype": "wxcard", "wxcard": {}})["errcode"] == 40008
    menu = {"touser": openid, "msgtype": "msgmenu", "msgmenu": {"list": []}}
    assert call(path, menu)["errcode"] == 44004
    typing = "/cgi-bin/message/custom/typing"
    assert call(typing, {"touser": openid, "command": "Typing"})["errcode"] == 0
    assert call(typing, {"touser": openid, "command": "x"})["errcode"] == 40035
