"""Messages to the partner's server and its replies, sealed and opened by wechatpy.crypto."""

import time

import pytest
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

from simulation import launch

OTHER_KEY = "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210abcdefg"
OUT_OF_SERVICE = "该公众号提供的服务出现故障，请稍后再试"


def replying(partner, text, key=None):
    """Return a partner that answers each message with a text, sealed by wechatpy."""

    def answer(got):
        message = parse_message(partner.open(got, key))
        xml = create_reply(text, message).render()
        crypto = WeChatCrypto(partner.token, key or partner.key, partner.appid)
        return 200, crypto.encrypt_message(xml, got["query"]["nonce"], got["query"]["timestamp"])

    return answer


def server_of(account):
    return account.world.get("/official/accounts")["accounts"][0]["settings"]["server"]


def last(account, person="li"):
    return account.see(person, "history")[-1]


def test_a_server_counts_only_after_the_handshake(account, partner):
    partner.shakes = False
    account.connect(partner)
    assert server_of(account) is None
    assert account.facts("server_refused", account.appid)
    partner.shakes = True
    account.connect(partner)
    assert server_of(account)["url"] == partner.url
    for change in ({"mode": "x"}, {"url": "ftp://x"}, {"token": "a"}, {"key": "short"}):
        content = {"url": partner.url, "token": "abc", "key": partner.key, "mode": "plain"}
        with pytest.raises(Exception, match="400"):
            path = f"/official/accounts/{account.appid}/server"
            account.world.post(path, **{**content, **change})


def test_a_text_is_answered_in_secure_mode(account, partner):
    account.connect(partner)
    partner.answer = replying(partner, "收到")
    account.do("li", "follow")
    account.settle()
    number = account.do("li", "text", text="你好]]>&<xml>")["MsgId"]
    account.settle()
    subscribe, text = partner.messages()
    assert subscribe.event == "subscribe" and text.type == "text"
    assert text.content == "你好]]>&<xml>" and text.id == number
    assert text.source == account.openid("li") and text.target == account.original_id
    assert "你好" not in partner.got[-1]["body"]
    assert account.see("li", "summary")["unread"] == 2
    assert last(account)["content"]["Content"] == "收到"


def test_plain_and_compatible_mode_show_the_text(account, partner):
    for mode in ("plain", "compatible"):
        account.connect(partner, mode)
        account.do("li", "follow")
        account.settle()
        account.do("li", "text", text=mode)
        account.settle()
        got = partner.got[-1]
        query = got["query"]
        check_signature(partner.token, query["signature"], query["timestamp"], query["nonce"])
        assert parse_message(got["body"]).content == mode
        assert query["openid"] == account.openid("li")
        assert ("msg_signature" in query) is (mode == "compatible")
    assert parse_message(partner.open(partner.got[-1])).content == "compatible"


def test_a_plain_reply_is_shown_in_plain_mode(account, partner):
    account.connect(partner, "plain")
    partner.answer = lambda got: (200, create_reply("好", parse_message(got["body"])).render())
    account.do("li", "follow")
    account.settle()
    assert last(account)["content"]["Content"] == "好"


def test_all_kinds_of_message_and_event_are_told(account, partner):
    account.connect(partner)
    account.do("li", "follow")
    account.settle()
    account.do("li", "image", url="http://127.0.0.1/a.png")
    account.settle()
    account.do("li", "location", latitude=28.45, longitude=119.92, label="丽水")
    account.settle()
    account.do("li", "unfollow")
    account.settle()
    told = partner.messages()
    assert [one.type for one in told] == ["event", "image", "location", "event"]
    assert told[1].image == "http://127.0.0.1/a.png"
    assert told[2].location == ("28.450000", "119.920000") and told[2].label == "丽水"
    assert told[3].event == "unsubscribe"
    with pytest.raises(Exception, match="400"):
        account.do("li", "text", text="too late")


def test_an_unanswered_message_is_tried_three_times_with_one_number(account, partner):
    account.connect(partner)
    account.do("li", "follow")
    account.settle()
    partner.answer = lambda _got: (500, "")
    account.do("li", "text", text="在吗")
    account.settle()
    texts = [one for one in partner.messages() if one.type == "text"]
    assert len(texts) == 3 and len({one.id for one in texts}) == 1
    shown = last(account)
    assert shown["side"] == "system" and shown["content"]["text"] == OUT_OF_SERVICE
    facts = account.facts("callback", account.openid("li"))
    assert [fact["state"] for fact in facts][-3:] == ["waiting", "waiting", "given up"]


def test_an_event_that_fails_shows_the_person_nothing(account, partner):
    account.connect(partner)
    partner.answer = lambda _got: (500, "")
    account.do("li", "follow")
    account.settle()
    assert len(partner.got) == 3 and account.see("li", "history") == []


@pytest.mark.parametrize("body", ['{"text": "x"}', "<xml>", "<a/>", "\x00", "<xml><a>1</a></xml>"])
def test_an_unreadable_reply_is_an_outage_for_the_person(account, partner, body):
    account.connect(partner)
    account.do("li", "follow")
    account.settle()
    partner.answer = lambda _got: (200, body)
    account.do("li", "text", text="在吗")
    account.settle()
    assert last(account)["content"]["text"] == OUT_OF_SERVICE
    assert account.facts("reply_refused", account.openid("li"))


def test_a_reply_with_a_foreign_key_or_signature_is_refused(account, partner):
    account.connect(partner)
    account.do("li", "follow")
    account.settle()
    seal = WeChatCrypto(partner.token, OTHER_KEY, account.appid)
    forged = WeChatCrypto("anothertoken", partner.key, account.appid)
    foreign = WeChatCrypto(partner.token, partner.key, "wx0")
    for crypto in (seal, forged, foreign):

        def answer(got, crypto=crypto):
            xml = create_reply("坏", parse_message(partner.open(got))).render()
            return 200, crypto.encrypt_message(xml, "n")

        partner.answer = answer
        account.do("li", "text", text="在吗")
        account.settle()
        assert last(account)["content"]["text"] == OUT_OF_SERVICE


def test_an_answer_to_another_person_is_refused(account, partner):
    account.connect(partner, "plain")
    account.do("li", "follow")
    wrong = create_reply("x", None)
    wrong.source, wrong.target = account.original_id, "o-other"
    partner.answer = lambda _got: (200, wrong.render())
    account.do("li", "text", text="在吗")
    account.settle()
    assert last(account)["content"]["text"] == OUT_OF_SERVICE


def test_a_silent_reply_says_nothing(account, partner):
    account.connect(partner)
    account.do("li", "follow")
    for body in ("", "success"):
        partner.answer = lambda _got, body=body: (200, body)
        account.do("li", "text", text="在吗")
        account.settle()
        assert last(account)["side"] == "person"


def test_a_new_key_takes_over_while_the_old_one_still_counts(account, partner):
    account.connect(partner)
    path = f"/official/accounts/{account.appid}/rotate"
    account.world.post(path, key=OTHER_KEY, after=600)
    account.do("li", "follow")
    account.settle()
    assert parse_message(partner.open(partner.got[-1])).event == "subscribe"  # the old key
    account.advance(601)
    partner.answer = replying(partner, "新", OTHER_KEY)
    account.do("li", "text", text="你好")
    account.settle()
    assert parse_message(partner.open(partner.got[-1], OTHER_KEY)).content == "你好"
    assert last(account)["content"]["Content"] == "新"

    def with_the_old_key(got):
        message = parse_message(partner.open(got, OTHER_KEY))
        crypto = WeChatCrypto(partner.token, partner.key, partner.appid)
        return 200, crypto.encrypt_message(create_reply("旧", message).render(), "n")

    partner.answer = with_the_old_key
    account.do("li", "text", text="你好")
    account.settle()
    assert last(account)["content"]["Content"] == "旧"


def test_unread_counts_and_the_list_of_chats(account, partner):
    account.connect(partner)
    partner.answer = replying(partner, "收到")
    account.do("li", "follow")
    account.settle()
    (chat,) = account.world.get("/official/people/li/chats")["chats"]
    assert chat["unread"] == 1 and chat["following"] and chat["last"]["kind"] == "text"
    (welcome,) = account.see("li", "history")
    account.do("li", "text", text="你好")
    account.settle()
    account.do("li", "read", last=welcome["id"])
    assert account.see("li", "summary")["unread"] == 1
    account.do("li", "read", last=last(account)["id"])
    assert account.see("li", "summary")["unread"] == 0


# --- faults of callbacks


def test_an_event_can_come_twice(account, partner):
    account.connect(partner)
    account.do("li", "follow")
    account.settle()
    account.world.fault("event_duplicate", operation="text")
    account.do("li", "text", text="一次")
    account.settle()
    first, second = partner.messages()[-2:]
    assert first.id == second.id and first.content == second.content == "一次"


def test_a_bad_signature_is_noticed(account, partner):
    account.connect(partner)
    for fault in ("callback_bad_signature", "callback_tampered"):
        account.world.fault(fault)
        account.do("li", "follow")
        account.settle()
        with pytest.raises((InvalidSignatureException, ValueError)):
            partner.open(partner.got[-1])
        account.do("li", "unfollow")
        account.settle()
        partner.open(partner.got[-1])


def test_a_stale_message_carries_an_old_time(account, partner):
    account.connect(partner)
    account.world.fault("callback_stale")
    account.do("li", "follow")
    account.settle()
    got = partner.got[-1]
    partner.open(got)
    assert time.time() - int(got["query"]["timestamp"]) > 2 * 86400


@pytest.mark.parametrize(
    ("fault", "count"), [("callback_lost", 0), ("callback_duplicate", 2), ("callback_delay", 0)]
)
def test_callbacks_are_lost_doubled_and_late(account, partner, fault, count):
    account.connect(partner)
    account.world.fault(fault)
    account.do("li", "follow")
    account.settle()
    assert len(partner.got) == count
    account.advance(601)
    account.settle()
    assert len(partner.got) == (1 if fault == "callback_delay" else count)


def test_callbacks_change_their_order(account, partner):
    account.connect(partner)
    account.world.fault("callback_reordered")
    account.do("li", "follow")
    account.do("li", "text", text="二")
    account.settle()
    assert [one.type for one in partner.messages()] == ["text", "event"]


def test_an_early_event_comes_before_the_answer(account, partner):
    account.connect(partner)
    account.do("li", "follow")
    account.settle()
    account.world.fault("callback_early", operation="template_send")
    account.client.post("message/template/send", data=account.booking())
    assert partner.messages()[-1].event == "templatesendjobfinish"


def test_what_was_accepted_is_told_after_a_crash(account, partner, tmp_path):
    """Kill the process after the answer and before the event; a new one tells it."""
    words = ("--state", str(tmp_path), "--base-port", "0", "--only", "official")
    world = launch.start("sandbox", *words)
    try:
        account = type(account)(world)
        account.connect(partner)
        account.do("li", "follow")
        account.settle()
        partner.got.clear()
        world.fault("callback_delay", options={"seconds": 60})
        answer = account.client.post("message/template/send", data=account.booking())
        world.kill()
        assert partner.got == []
        world = launch.start("sandbox", *words)
        again = type(account)(world)
        assert again.secret == account.secret
        assert again.see("li", "history")[-1]["content"]["msgid"] == answer["msgid"]
        again.advance(61)
        again.settle()
        assert [one.id for one in partner.messages()] == [answer["msgid"]]
    finally:
        world.kill()
