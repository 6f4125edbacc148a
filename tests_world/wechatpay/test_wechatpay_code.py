"""Payment codes: the hospital scans the patient, over API v3 and over the old interface."""

import datetime
import json

import pytest
import requests
import xmltodict
from wechatpy.exceptions import WeChatPayException
from wechatpy.pay import WeChatPay as OldClient
from wechatpy.pay.utils import calculate_signature_hmac

from tests_world.wechatpay.kit import number, openid


@pytest.fixture
def old(world, keys):
    """The public client of the old interface (MD5)."""
    client = OldClient(keys["appid"], keys["api_key"], keys["mchid"], timeout=10)
    client.API_BASE_URL = world.addresses["wechatpay"] + "/"
    return client


def code_of(error):
    return error.value.errcode


def test_a_scanned_code_is_charged_once_and_not_called_back(shop, receiver):
    code = shop.code("wang")
    assert len(code) == 18 and 10 <= int(code[:2]) <= 15
    out_trade_no, status, answer = shop.scan(300, code)
    assert (status, answer["trade_state"], answer["trade_type"]) == (200, "SUCCESS", "MICROPAY")
    assert answer == shop.query(out_trade_no)
    assert answer["scene_info"] == {"device_id": "WINDOW01"}
    assert shop.scan(300, code)[2]["code"] == "AUTH_CODE_INVALID"
    shop.world.post("/settle")
    assert receiver.got == []


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("123", "AUTH_CODE_ERROR"),
        ("160000000000000000", "AUTH_CODE_ERROR"),
        ("100000000000000000", "AUTH_CODE_INVALID"),
    ],
)
def test_a_code_that_no_phone_showed_is_refused(shop, code, error):
    out_trade_no, status, answer = shop.scan(code=code)
    assert (status, answer["code"]) == (400, error)
    assert shop.client.query(out_trade_no=out_trade_no)[0] == 404


def test_a_code_is_good_for_a_minute(world, shop):
    code = shop.code()
    world.post("/clock", advance=61)
    assert shop.scan(code=code)[2]["code"] == "AUTH_CODE_EXPIRED"


def test_above_a_thousand_yuan_the_payer_confirms(world, shop):
    out_trade_no, status, answer = shop.scan(100_001)
    assert (status, answer["code"]) == (202, "USERPAYING")
    assert shop.query(out_trade_no)["trade_state"] == "USERPAYING"
    [waiting] = world.post("/wechatpay/pending", person="li")["pending"]
    assert (waiting["out_trade_no"], waiting["amount"]) == (out_trade_no, 100_001)
    world.post("/wechatpay/confirm", person="li", order=waiting["order"])
    assert shop.query(out_trade_no)["trade_state"] == "SUCCESS"
    assert world.post("/wechatpay/pending", person="li")["pending"] == []


def test_a_payer_may_refuse_or_forget_and_another_code_may_follow(world, shop):
    world.post("/wechatpay/wallet", person="zhang", mode="password")
    out_trade_no, status, _answer = shop.scan(code=shop.code("zhang"))
    assert status == 202
    [waiting] = world.post("/wechatpay/pending", person="zhang")["pending"]
    world.post("/wechatpay/refuse", person="zhang", order=waiting["order"])
    assert shop.query(out_trade_no)["trade_state"] == "PAYERROR"
    assert shop.scan(code=shop.code("zhang"), out_trade_no=out_trade_no)[1] == 202
    world.post("/clock", advance=301)
    world.post("/settle")
    assert shop.query(out_trade_no)["trade_state"] == "PAYERROR"
    assert shop.scan(code=shop.code("li"), out_trade_no=out_trade_no)[1] == 200
    world.post("/wechatpay/wallet", person="zhang", mode="free")


def test_a_payer_without_money_leaves_a_failed_order(world, shop):
    world.post("/wechatpay/wallet", person="chen", mode="no_money")
    out_trade_no, status, answer = shop.scan(code=shop.code("chen"))
    assert (status, answer["code"]) == (403, "NOT_ENOUGH")
    assert shop.query(out_trade_no)["trade_state"] == "PAYERROR"
    world.post("/wechatpay/wallet", person="chen", mode="free")


def test_a_reversal_pays_back_and_ends_as_revoked(shop):
    out_trade_no, _status, _answer = shop.scan(500)
    balance = accounts(shop)
    status, text = shop.client.codepay_reverse(out_trade_no)
    assert status == 200 and json.loads(text)["out_trade_no"] == out_trade_no
    assert shop.query(out_trade_no)["trade_state"] == "REVOKED"
    assert balance - accounts(shop) == 500 - 3
    assert shop.client.codepay_reverse(out_trade_no)[0] == 200
    assert balance - accounts(shop) == 500 - 3
    assert shop.refund(out_trade_no, 500, 500)[1]["code"] == "INVALID_REQUEST"


def accounts(shop):
    found = shop.world.get("/wechatpay/accounts")["accounts"]
    return next(one["balance"] for one in found if one["mchid"] == shop.keys["mchid"])


def test_a_waiting_payment_is_reversed_after_half_a_minute_only(world, shop):
    out_trade_no, _status, _answer = shop.scan(100_001)
    status, text = shop.client.codepay_reverse(out_trade_no)
    assert (status, json.loads(text)["code"]) == (202, "USERPAYING")
    assert shop.query(out_trade_no)["trade_state"] == "USERPAYING"
    world.post("/clock", advance=31)
    assert shop.client.codepay_reverse(out_trade_no)[0] == 200
    assert shop.query(out_trade_no)["trade_state"] == "REVOKED"


def test_reversal_is_for_payment_codes_within_seven_days(world, shop):
    assert json.loads(shop.client.codepay_reverse(shop.paid())[1])["code"] == "INVALID_REQUEST"
    assert shop.client.codepay_reverse(number())[0] == 404
    out_trade_no, _status, _answer = shop.scan()
    world.post("/clock", advance=7 * 86400 + 1)
    assert json.loads(shop.client.codepay_reverse(out_trade_no)[1])["code"] == "REVERSE_EXPIRE"


def test_a_payment_code_order_cannot_be_closed(shop):
    world_order = shop.scan(100_001)[0]
    status, text = shop.client.close(world_order)
    assert (status, json.loads(text)["code"]) == (400, "INVALID_REQUEST")


def test_the_old_interface_charges_asks_refunds_and_reverses(old, shop, world):
    out_trade_no = number("V")
    paid = old.micropay.create("门诊", 1000, shop.code(), "127.0.0.1", out_trade_no)
    assert (paid["trade_type"], paid["total_fee"]) == ("MICROPAY", "1000")
    assert old.check_signature(paid)
    assert old.micropay.query(out_trade_no=out_trade_no)["trade_state"] == "SUCCESS"
    first = old.refund.apply(1000, 300, "F" + out_trade_no, out_trade_no=out_trade_no)
    again = old.refund.apply(1000, 300, "F" + out_trade_no, out_trade_no=out_trade_no)
    assert first["refund_id"] == again["refund_id"]
    world.post("/clock", advance=3)
    world.post("/settle")
    found = old.refund.query(out_trade_no=out_trade_no)
    assert (found["refund_fee_0"], found["refund_status_0"]) == ("300", "SUCCESS")
    other = number("V")
    old.micropay.create("门诊", 200, shop.code(), "127.0.0.1", other)
    assert old.order.reverse(out_trade_no=other)["recall"] == "N"
    assert old.order.query(out_trade_no=other)["trade_state"] == "REVOKED"


def test_both_interfaces_see_the_same_orders(old, shop):
    out_trade_no = shop.scan(400)[0]
    assert old.order.query(out_trade_no=out_trade_no)["cash_fee"] == "400"
    other = number("V")
    old.micropay.create("门诊", 200, shop.code(), "127.0.0.1", other)
    assert shop.query(other)["amount"]["total"] == 200


def test_the_old_interface_orders_native_and_tells_in_xml(old, shop, world, receiver):
    receiver.reply = lambda _got: (200, b"<xml><return_code>SUCCESS</return_code></xml>")
    out_trade_no = number("V")
    made = old.order.create(
        "NATIVE",
        "门诊",
        150,
        receiver.url,
        "127.0.0.1",
        out_trade_no=out_trade_no,
        product_id="1",
        time_start=None,
        time_expire=after_two_hours(world),
    )
    world.post("/wechatpay/pay", code=made["code_url"], person="li")
    told = old.parse_payment_result(receiver.wait(1)[0].body)
    assert (told["out_trade_no"], told["total_fee"]) == (out_trade_no, 150)
    old.refund.apply(
        150, 150, "F" + out_trade_no, out_trade_no=out_trade_no, notify_url=receiver.url
    )
    world.post("/clock", advance=3)
    told = old.parse_refund_notify_result(receiver.wait(2)[1].body.decode())
    assert (told["refund_status"], told["refund_fee"]) == ("SUCCESS", 150)


def after_two_hours(world):
    now = datetime.datetime.fromisoformat(world.get("/clock")["now"])
    return now + datetime.timedelta(hours=2)


def test_old_jsapi_parameters_are_checked_by_the_phone(old, shop, world, receiver, refused, keys):
    made = old.order.create(
        "JSAPI",
        "门诊",
        150,
        receiver.url,
        "127.0.0.1",
        openid("li", keys["appid"]),
        number("V"),
        time_expire=after_two_hours(world),
    )
    params = old.jsapi.get_jsapi_params(made["prepay_id"])
    wrong = {**params, "paySign": "0" * 32}
    assert refused("/wechatpay/pay", jsapi=wrong, person="li")["code"] == "SIGN_ERROR"
    assert world.post("/wechatpay/pay", jsapi=params, person="li")["state"] == "SUCCESS"


def test_hmac_requests_get_hmac_answers(old, keys):
    data = {"appid": keys["appid"], "out_trade_no": number("V"), "sign_type": "HMAC-SHA256"}
    with pytest.raises(WeChatPayException) as error:
        old.post("pay/orderquery", data=data)
    assert code_of(error) == "ORDERNOTEXIST"
    answer = dict(xmltodict.parse(error.value.response.content)["xml"])
    sign = answer.pop("sign")
    assert sign == calculate_signature_hmac(answer, keys["api_key"])


def test_the_old_interface_refuses_in_its_own_words(old, shop, world):
    def refusal(call, *arguments, **more):
        with pytest.raises(WeChatPayException) as error:
            call(*arguments, **more)
        return error.value

    def charge(code, out_trade_no=None, total=100):
        return refusal(
            old.micropay.create, "门诊", total, code, "127.0.0.1", out_trade_no or number("V")
        ).errcode

    used, late = shop.code(), shop.code()
    out_trade_no = number("V")
    old.micropay.create("门诊", 100, used, "127.0.0.1", out_trade_no)
    assert charge(used) == "AUTH_CODE_INVALID"
    assert charge("99") == "AUTH_CODE_ERROR"
    assert charge(shop.code(), out_trade_no) == "ORDERPAID"
    assert charge(shop.code(), out_trade_no, 101) == "OUT_TRADE_NO_USED"
    assert charge(shop.code(), total=100_001) == "USERPAYING"
    world.post("/clock", advance=61)
    assert charge(late) == "AUTHCODEEXPIRE"
    world.post("/wechatpay/wallet", person="chen", mode="no_money")
    assert charge(shop.code("chen")) == "NOTENOUGH"
    world.post("/wechatpay/wallet", person="chen", mode="free")
    assert refusal(old.order.query, out_trade_no=number()).errcode == "ORDERNOTEXIST"
    assert refusal(old.refund.query, out_refund_no="none").errcode == "REFUNDNOTEXIST"
    mismatch = refusal(old.refund.apply, 99, 1, number("R"), out_trade_no=out_trade_no)
    assert mismatch.errcode == "REFUND_FEE_MISMATCH"
    early = shop.scan(100_001)[0]
    told = refusal(old.order.reverse, out_trade_no=early)
    assert told.errcode == "USERPAYING" and b"<recall><![CDATA[Y]]>" in told.response.content
    old.api_key = "0" * 32
    wrong = refusal(old.order.query, out_trade_no=out_trade_no)
    assert (wrong.return_code, wrong.errmsg) == ("FAIL", None)
    assert "签名错误" in str(wrong)


def test_entities_are_refused_before_they_grow(world, keys):
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    bomb = entities + b"<xml><mch_id>&b;</mch_id></xml>"
    for body in (bomb, b"<xml><a><b/></a></xml>", b"no xml", b"", b"<xml>\xff</xml>"):
        answer = requests.post(world.addresses["wechatpay"] + "/pay/orderquery", body, timeout=5)
        assert answer.status_code == 200 and "<return_code><![CDATA[FAIL]]>" in answer.text
