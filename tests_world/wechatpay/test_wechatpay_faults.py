"""Every fault as the merchant's SDK sees it, and what is true afterwards."""

import base64
import json
import time

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from wechatpy.exceptions import WeChatPayException
from wechatpy.pay import WeChatPay as OldClient

from sandbox.constants import APPID
from sandbox.wechatpay.errors import V3
from tests_world.conftest import start_sandbox
from tests_world.receiver import Receiver
from tests_world.wechatpay.kit import Shop, client_of, event_of, number


@pytest.fixture
def fault(world):
    """Return a function that adds a fault of this gateway."""
    return lambda kind, **rule: world.fault(kind, gateway="wechatpay", **rule)


@pytest.fixture
def old(world, keys):
    client = OldClient(keys["appid"], keys["api_key"], keys["mchid"], timeout=10)
    client.API_BASE_URL = world.addresses["wechatpay"] + "/"
    return client


def code(answer):
    return answer[0], json.loads(answer[1])["code"]


def native(shop, out_trade_no, total=100):
    return shop.client.pay("门诊", out_trade_no, {"total": total})


def exists(shop, out_trade_no):
    return shop.client.query(out_trade_no=out_trade_no)[0] == 200


@pytest.mark.parametrize(
    ("kind", "done"),
    [
        ("timeout_before", False),
        ("timeout_after", True),
        ("reset_before", False),
        ("reset_after", True),
        ("half_open", True),
        ("truncate", True),
        ("garbage", True),
        ("bad_signature", True),
    ],
)
def test_a_broken_answer_is_an_exception_and_the_query_tells_what_is_true(shop, fault, kind, done):
    out_trade_no = number()
    shop.client._core._timeout = (1, 0.5)
    fault(kind, operation="native", options={"seconds": 2})
    with pytest.raises(Exception):  # noqa: B017 (the SDK raises bare exceptions too)
        native(shop, out_trade_no)
    assert exists(shop, out_trade_no) is done


@pytest.mark.parametrize(("kind", "done"), [("status_before", False), ("status_after", True)])
def test_a_server_error_says_nothing_about_the_order(shop, fault, kind, done):
    out_trade_no = number()
    fault(kind, operation="native", options={"status": 503})
    assert native(shop, out_trade_no)[0] == 503
    assert exists(shop, out_trade_no) is done


def test_a_delay_is_waited_for(shop, fault):
    fault("delay", operation="native", options={"seconds": 0.3})
    since = time.monotonic()
    assert native(shop, number())[0] == 200
    assert time.monotonic() - since >= 0.3


def test_too_many_calls_get_the_documented_error_in_both_interfaces(shop, fault, old):
    fault("rate_limit")
    assert code(native(shop, number())) == (429, "FREQUENCY_LIMITED")
    fault("rate_limit")
    with pytest.raises(WeChatPayException) as error:
        old.order.query(out_trade_no="1")
    assert error.value.errcode == "FREQUENCY_LIMITED"


def test_a_forged_old_answer_is_seen_by_whoever_checks(shop, fault, old):
    out_trade_no = shop.paid()
    fault("bad_signature", operation="query")
    forged = old.order.query(out_trade_no=out_trade_no)
    assert not old.check_signature(forged)
    assert old.check_signature(old.order.query(out_trade_no=out_trade_no))


def test_a_system_error_leaves_nothing_behind(shop, fault, old):
    out_trade_no = number()
    fault("system_error", operation="native")
    assert code(native(shop, out_trade_no)) == (500, "SYSTEM_ERROR")
    assert not exists(shop, out_trade_no)
    fault("system_error", operation="micropay")
    with pytest.raises(WeChatPayException) as error:
        old.micropay.create("门诊", 100, shop.code(), "127.0.0.1", out_trade_no)
    assert error.value.errcode == "SYSTEMERROR"
    assert not exists(shop, out_trade_no)


@pytest.mark.parametrize("wanted", sorted(set(V3) - {"USERPAYING"}))
def test_every_documented_error_can_be_asked_for(shop, fault, wanted):
    fault("documented_error", operation="refund", options={"code": wanted})
    status, answer = shop.refund(number(), 1, 1)
    assert (status, answer["code"]) == (V3[wanted][0], wanted)


def test_a_payment_code_waits_for_some_queries(shop, fault):
    fault("userpaying", options={"queries": 3})
    out_trade_no, status, answer = shop.scan()
    assert (status, answer["code"]) == (202, "USERPAYING")
    states = [shop.query(out_trade_no)["trade_state"] for _turn in range(4)]
    assert states == ["USERPAYING", "USERPAYING", "SUCCESS", "SUCCESS"]


def test_a_bank_error_may_hide_a_payment(shop, fault, old):
    fault("bank_error")
    out_trade_no, status, answer = shop.scan()
    assert (status, answer["code"]) == (500, "BANK_ERROR")
    assert shop.query(out_trade_no)["trade_state"] == "SUCCESS"
    fault("bank_error")
    with pytest.raises(WeChatPayException) as error:
        old.micropay.create("门诊", 100, shop.code(), "127.0.0.1", number())
    assert error.value.errcode == "BANKERROR"


def test_a_closed_order_may_be_paid_nevertheless(world, shop, fault, receiver):
    order = shop.order()
    fault("late_success", options={"seconds": 30, "person": "wang"})
    assert shop.client.close(order["out_trade_no"])[0] == 204
    assert shop.query(order["out_trade_no"])["trade_state"] == "CLOSED"
    world.post("/clock", advance=31)
    event = event_of(shop, receiver.wait(1)[0])
    assert event["resource"]["out_trade_no"] == order["out_trade_no"]
    assert shop.query(order["out_trade_no"])["trade_state"] == "SUCCESS"


def test_a_reversal_may_answer_success_and_do_nothing(shop, fault):
    out_trade_no = shop.scan()[0]
    fault("reverse_false_success")
    assert shop.client.codepay_reverse(out_trade_no)[0] == 200
    assert shop.query(out_trade_no)["trade_state"] == "SUCCESS"
    fault("reverse_false_success")
    assert shop.client.codepay_reverse(number())[0] == 200


def test_a_stuck_refund_waits_until_it_is_finished(world, shop, fault, receiver):
    out_trade_no, refund_no = shop.paid(), number("R")
    fault("refund_stuck")
    shop.refund(out_trade_no, 100, 100, out_refund_no=refund_no)
    world.post("/clock", advance=86400)
    world.post("/settle")
    assert json.loads(shop.client.query_refund(refund_no)[1])["status"] == "PROCESSING"
    assert world.post("/wechatpay/refunds/finish", out_refund_no=refund_no)["changed"]
    assert json.loads(shop.client.query_refund(refund_no)[1])["status"] == "SUCCESS"
    assert event_of(shop, receiver.wait(2)[1])["event_type"] == "REFUND.SUCCESS"


def test_an_abnormal_refund_goes_to_a_bank_card_in_the_end(world, shop, fault, receiver):
    out_trade_no, refund_no = shop.paid(), number("R")
    receiver.wait(1)
    fault("refund_abnormal")
    refund = shop.refund(out_trade_no, 100, 100, out_refund_no=refund_no)[1]
    world.post("/clock", advance=3)
    event = event_of(shop, receiver.wait(2)[1])
    assert event["event_type"] == "REFUND.ABNORMAL"
    assert event["resource"]["refund_status"] == "ABNORMAL"
    call, mine = shop.client.abnormal_refund, refund["refund_id"]
    card = {"bank_type": "ICBC_DEBIT", "bank_account": "6222000000000000001", "real_name": "李建国"}
    assert code(call(mine, "other", "MERCHANT_BANK_CARD")) == (400, "INVALID_REQUEST")
    assert code(call(mine, refund_no, "USER_BANK_CARD")) == (400, "PARAM_ERROR")
    status, text = call(mine, refund_no, "USER_BANK_CARD", **card)
    assert status == 200 and json.loads(text)["status"] == "PROCESSING"
    world.post("/clock", advance=3)
    assert event_of(shop, receiver.wait(3)[2])["event_type"] == "REFUND.SUCCESS"
    assert code(call(mine, refund_no, "MERCHANT_BANK_CARD")) == (400, "INVALID_REQUEST")


def test_a_bank_card_that_was_encrypted_for_somebody_else_cannot_be_read(world, shop, fault, keys):
    out_trade_no, refund_no = shop.paid(), number("R")
    fault("refund_abnormal")
    refund = shop.refund(out_trade_no, 100, 100, out_refund_no=refund_no)[1]
    world.post("/clock", advance=3)
    world.post("/settle")
    own = serialization.load_pem_private_key(keys["merchant_private_key"].encode(), None)
    shop.client._core._public_key = own.public_key()
    content = {
        "out_refund_no": refund_no,
        "type": "USER_BANK_CARD",
        "bank_type": "ICBC_DEBIT",
        "bank_account": shop.client._core.encrypt("1"),
        "real_name": shop.client._core.encrypt("2"),
    }
    path = f"/v3/refund/domestic/refunds/{refund['refund_id']}/apply-abnormal-refund"
    from wechatpayv3.type import RequestType

    answer = shop.client._core.request(path, RequestType.POST, content, skip_verify=True)
    assert code(answer) == (400, "PARAM_ERROR")


def test_a_closed_refund_gives_the_money_back_to_the_merchant(world, shop, fault, receiver):
    def balance():
        found = world.get("/wechatpay/accounts")["accounts"]
        return next(one["balance"] for one in found if one["mchid"] == shop.keys["mchid"])

    out_trade_no = shop.paid(1000)
    receiver.wait(1)
    before = balance()
    fault("refund_closed")
    shop.refund(out_trade_no, 1000, 1000)
    assert balance() == before - 994
    world.post("/clock", advance=3)
    assert event_of(shop, receiver.wait(2)[1])["event_type"] == "REFUND.CLOSED"
    assert balance() == before
    assert shop.refund(out_trade_no, 1000, 1000)[0] == 200


def test_a_short_balance_refuses_the_refund_and_nothing_moves(shop, fault, old):
    out_trade_no = shop.paid()
    fault("balance_short")
    status, answer = shop.refund(out_trade_no, 100, 100)
    assert (status, answer["code"]) == (403, "NOT_ENOUGH")
    assert shop.query(out_trade_no)["trade_state"] == "SUCCESS"
    fault("balance_short")
    with pytest.raises(WeChatPayException) as error:
        old.refund.apply(100, 100, number("R"), out_trade_no=out_trade_no)
    assert error.value.errcode == "NOTENOUGH"


def strict(shop):
    """Answer callbacks as a partner must: 401 for what the SDK cannot verify."""

    def reply(received):
        try:
            good = shop.client.callback(received.headers, received.body)
        except Exception:
            good = None
        return (200, b"") if good else (401, b"")

    return reply


def test_a_probe_is_recorded_as_refused_or_not(world, shop, receiver):
    receiver.reply = strict(shop)
    world.post("/wechatpay/signtest", url=receiver.url, key="probe-1")
    probe = receiver.wait(1)[0]
    assert probe.headers["wechatpay-signature"].startswith("WECHATPAY/SIGNTEST/")
    world.post("/settle")
    assert shop.facts("signtest", "probe-1")[0]["refused"] is True
    receiver.reply = lambda _received: (200, b"")
    world.post("/wechatpay/signtest", url=receiver.url, key="probe-2")
    world.post("/settle")
    assert shop.facts("signtest", "probe-2")[0]["refused"] is False
    world.post("/clock", advance=3600)
    world.post("/settle")
    assert len(receiver.got) == 2


def test_a_probe_goes_before_the_true_callback(shop, receiver, fault):
    receiver.reply = strict(shop)
    fault("signtest")
    out_trade_no = shop.paid()
    shop.world.post("/settle")
    received = receiver.wait(2)
    good = [one for one in received if event_of(shop, one)]
    assert len(good) == 1 and len(received) == 2
    assert shop.facts("signtest", out_trade_no)[0]["refused"] is True


def test_a_wrong_callback_is_not_believed_and_repeated(world, shop, receiver, fault):
    receiver.reply = strict(shop)
    for kind in ("callback_bad_signature", "callback_tampered"):
        fault(kind)
        out_trade_no = shop.paid()
        world.post("/settle")
        [delivery] = world.get(f"/deliveries?key={out_trade_no}")["deliveries"]
        assert (delivery["state"], delivery["answer"][:3]) == ("waiting", "401")


def test_a_stale_callback_verifies_but_is_three_days_old(shop, receiver, fault):
    fault("callback_stale")
    shop.paid()
    received = receiver.wait(1)[0]
    assert event_of(shop, received)
    age = time.time() - int(received.headers["wechatpay-timestamp"])
    assert abs(age - 3 * 86400) < 60


def test_callbacks_get_lost_come_twice_late_or_out_of_order(world, shop, receiver, fault):
    fault("callback_lost")
    shop.paid()
    fault("callback_duplicate")
    twice = shop.paid()
    assert keys_of(shop, receiver.wait(2)) == [twice, twice]
    fault("callback_delay", options={"seconds": 600})
    late = shop.paid()
    fault("callback_reordered")
    first, second = shop.paid(), shop.paid()
    assert keys_of(shop, receiver.wait(4))[2:] == [second, first]
    world.post("/clock", advance=600)
    assert keys_of(shop, receiver.wait(5))[4] == late


def keys_of(shop, received):
    return [event_of(shop, one)["resource"]["out_trade_no"] for one in received]


def test_a_refund_callback_may_come_before_the_answer(world, receiver, fault):
    keys = world.post("/wechatpay/merchants", mchid="1900000501", appids=[APPID], refund_seconds=0)
    shop = Shop(world, client_of(world, keys, receiver.url), keys)
    out_trade_no = shop.paid()
    receiver.wait(1)
    fault("callback_early", operation="refund")
    status, answer = shop.refund(out_trade_no, 100, 100)
    assert len(receiver.got) == 2
    assert event_of(shop, receiver.got[1])["event_type"] == "REFUND.SUCCESS"
    assert (status, answer["status"]) == (200, "SUCCESS")


def test_a_callback_is_repeated_by_the_published_plan(world, shop, receiver):
    receiver.reply = lambda _received: (500, b"")
    world.post("/clock", speed=0)
    out_trade_no = shop.paid()
    world.post("/settle")
    minute, hour = 60, 3600
    plan = [15, 15, 30, 3 * minute, 10 * minute, 20 * minute, 30 * minute, 30 * minute]
    plan += [30 * minute, 60 * minute, 3 * hour, 3 * hour, 3 * hour, 6 * hour, 6 * hour]
    for tries, wait in enumerate(plan, 1):
        world.post("/clock", advance=wait - 1)
        world.post("/settle")
        assert len(receiver.got) == tries
        world.post("/clock", advance=1)
        world.post("/settle")
        assert len(receiver.got) == tries + 1
    world.post("/clock", advance=7 * 86400)
    world.post("/settle")
    assert len(receiver.got) == 16
    [delivery] = world.get(f"/deliveries?key={out_trade_no}")["deliveries"]
    assert delivery["state"] == "given up"
    world.post("/clock", speed=1)


def test_a_damaged_old_callback_is_not_believed(world, shop, old, receiver, fault):
    for kind in ("callback_bad_signature", "callback_tampered"):
        out_trade_no = number("V")
        made = old.post("pay/unifiedorder", data=unified(old, out_trade_no, receiver.url))
        fault(kind)
        world.post("/wechatpay/pay", code=made["code_url"], person="li")
    for received in receiver.wait(2):
        with pytest.raises(Exception, match="Invalid signature"):
            old.parse_payment_result(received.body)


def unified(old, out_trade_no, url):
    return {
        "appid": old.appid,
        "body": "门诊",
        "out_trade_no": out_trade_no,
        "total_fee": 100,
        "spbill_create_ip": "127.0.0.1",
        "notify_url": url,
        "trade_type": "NATIVE",
    }


def test_a_killed_process_calls_back_after_its_restart(tmp_path):
    world = start_sandbox(tmp_path, "wechatpay")
    with Receiver() as receiver:
        receiver.reply = lambda _received: (503, b"")
        keys = world.get("/credentials")["wechatpay"]
        shop = Shop(world, client_of(world, keys, receiver.url), keys)
        world.fault("callback_delay", gateway="wechatpay", options={"seconds": 1})
        out_trade_no = shop.paid(4321)
        world.kill()
        assert receiver.got == []
        receiver.reply = lambda _received: (200, b"")
        again = start_sandbox(tmp_path, "wechatpay")
        try:
            assert again.get("/credentials")["wechatpay"] == keys
            shop = Shop(again, client_of(again, keys, receiver.url), keys)
            event = event_of(shop, receiver.wait(1)[0])
            assert event["resource"]["out_trade_no"] == out_trade_no
            assert shop.query(out_trade_no)["amount"]["total"] == 4321
        finally:
            again.stop()


def test_a_reset_empties_the_world_and_keeps_the_keys(tmp_path):
    world = start_sandbox(tmp_path, "wechatpay")
    try:
        keys = world.get("/credentials")["wechatpay"]
        shop = Shop(world, client_of(world, keys, "http://127.0.0.1:9/n"), keys)
        out_trade_no = shop.paid()
        world.post("/reset")
        assert world.get("/credentials")["wechatpay"] == keys
        assert not exists(shop, out_trade_no)
        assert shop.paid() != out_trade_no
        [account] = world.get("/wechatpay/accounts")["accounts"]
        assert account["balance"] == 1_000_000 + 99
    finally:
        world.stop()


def test_secrets_and_control_are_on_the_control_port_only(world, keys):
    base = world.addresses["wechatpay"]
    for path in ("/credentials", "/wechatpay/pay", "/journal"):
        assert requests.get(base + path, timeout=5).status_code == 404
    assert len(keys["apiv3_key"]) == len(keys["api_key"]) == 32
    assert base64.b64encode(keys["apiv3_key"].encode())
