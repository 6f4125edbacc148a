"""Ordering, paying, asking, closing and paying back, as a merchant's SDK sees it."""

import json

import pytest
from wechatpayv3 import WeChatPayType

from sandbox.constants import APPID
from tests_world.wechatpay.kit import Shop, client_of, event_of, number, openid


def code_and_status(answer: tuple[int, str]) -> tuple[int, str]:
    return answer[0], json.loads(answer[1])["code"]


def test_a_native_order_is_paid_asked_for_and_called_back(shop, receiver):
    order = shop.order("NATIVE", 2500, attach="bill-7")
    assert order["code_url"].startswith("weixin://wxpay/bizpayurl?pr=")
    assert shop.query(order["out_trade_no"])["trade_state"] == "NOTPAY"
    seen = shop.world.post("/wechatpay/offer", code=order["code_url"])
    assert (seen["amount"], seen["description"], seen["mchid"]) == (2500, "门诊缴费", "1900000109")
    shop.world.post("/wechatpay/pay", code=order["code_url"], person="wang")
    event = event_of(shop, receiver.wait(1)[0])
    assert event["event_type"] == "TRANSACTION.SUCCESS"
    told, asked = event["resource"], shop.query(order["out_trade_no"])
    assert told == asked
    assert told["amount"] == {
        "total": 2500,
        "payer_total": 2500,
        "currency": "CNY",
        "payer_currency": "CNY",
    }
    assert told["attach"] == "bill-7" and told["trade_type"] == "NATIVE"
    assert told["payer"]["openid"] == openid("wang", APPID)
    status, text = shop.client.query(transaction_id=told["transaction_id"])
    assert status == 200 and json.loads(text) == asked


def test_a_jsapi_order_is_paid_with_signed_parameters_by_its_own_person_only(shop, refused):
    order = shop.order("JSAPI", payer={"openid": openid("li", APPID)})
    package = f"prepay_id={order['prepay_id']}"
    sign = shop.client.sign([APPID, "1800000000", "n0nce", package])
    params = {
        "appId": APPID,
        "timeStamp": "1800000000",
        "nonceStr": "n0nce",
        "package": package,
        "signType": "RSA",
        "paySign": sign,
    }
    wrong = {**params, "nonceStr": "other"}
    assert refused("/wechatpay/pay", jsapi=wrong, person="li")["code"] == "SIGN_ERROR"
    assert refused("/wechatpay/pay", jsapi=params, person="wang")["code"] == "INVALID_REQUEST"
    shop.world.post("/wechatpay/pay", jsapi=params, person="li")
    assert shop.query(order["out_trade_no"])["trade_state"] == "SUCCESS"
    assert refused("/wechatpay/pay", jsapi=params, person="li")["code"] == "ORDERPAID"


def test_an_h5_link_is_good_for_five_minutes_and_the_order_for_two_hours(world, shop, refused):
    order = shop.order("H5")
    same = {key: order[key] for key in ("out_trade_no",)}
    world.post("/clock", advance=301)
    answer = refused("/wechatpay/pay", code=order["h5_url"], person="li")
    assert answer["code"] == "INVALID_REQUEST"
    prepay = order["h5_url"].partition("prepay_id=")[2].partition("&")[0]
    assert world.post("/wechatpay/offer", code=prepay)["trade_type"] == "MWEB"
    world.post("/clock", advance=7200)
    assert refused("/wechatpay/offer", code=prepay)["code"] == "INVALID_REQUEST"
    again = shop.order("H5", **same)
    world.post("/wechatpay/pay", code=again["h5_url"], person="li")
    assert shop.query(order["out_trade_no"])["trade_type"] == "MWEB"


def test_the_phone_sees_which_codes_can_be_scanned(shop):
    order = shop.order("NATIVE", 4711)
    expected = {"text": order["code_url"], "title": "门诊缴费", "amount": 4711}
    assert shop.world.get("/wechatpay/codes")["codes"][0] == expected
    shop.world.post("/wechatpay/pay", code=order["code_url"], person="li")
    assert expected not in shop.world.get("/wechatpay/codes")["codes"]


def test_an_app_order_has_a_prepay_id(shop):
    assert shop.order("APP")["prepay_id"].startswith("wx")


def test_the_same_number_repeats_with_equal_fields_and_is_refused_with_others(shop):
    order = shop.order("NATIVE", 300)
    repeated = shop.order("NATIVE", 300, out_trade_no=order["out_trade_no"])
    assert repeated == order
    answer = shop.client.pay("门诊缴费", order["out_trade_no"], {"total": 301})
    assert code_and_status(answer) == (403, "OUT_TRADE_NO_USED")
    shop.world.post("/wechatpay/pay", code=order["code_url"], person="li")
    answer = shop.client.pay("门诊缴费", order["out_trade_no"], {"total": 300})
    assert code_and_status(answer) == (400, "ORDERPAID")


def test_a_closed_order_cannot_be_paid_and_a_paid_one_cannot_be_closed(shop, refused):
    order = shop.order()
    assert shop.client.close(order["out_trade_no"])[0] == 204
    assert shop.query(order["out_trade_no"])["trade_state"] == "CLOSED"
    answer = refused("/wechatpay/pay", code=order["code_url"], person="li")
    assert answer["code"] == "ORDER_CLOSED"
    assert code_and_status(shop.client.close(shop.paid())) == (400, "ORDERPAID")


def test_close_works_for_seven_days_only(world, shop):
    order = shop.order()
    world.post("/clock", advance=7 * 86400 + 1)
    assert code_and_status(shop.client.close(order["out_trade_no"])) == (400, "INVALID_REQUEST")


def test_an_order_is_not_paid_after_its_own_end(world, shop, refused):
    now = world.get("/clock")["now"]
    end = f"{now[:11]}{'23:59:59'}+08:00"
    order = shop.order(time_expire=end)
    world.post("/clock", at=end)
    assert (
        refused("/wechatpay/pay", code=order["code_url"], person="li")["code"] == "INVALID_REQUEST"
    )


def test_a_person_who_cancels_or_mistypes_can_pay_later(shop):
    order = shop.order()
    for reason in ("CANCELLED", "WRONG_PASSWORD", "NOT_ENOUGH"):
        shop.world.post("/wechatpay/fail", code=order["code_url"], person="li", reason=reason)
        assert shop.query(order["out_trade_no"])["trade_state"] == "NOTPAY"
    shop.world.post("/wechatpay/pay", code=order["code_url"], person="li")
    assert shop.query(order["out_trade_no"])["trade_state"] == "SUCCESS"


def test_a_refund_in_parts_never_exceeds_what_was_paid(world, shop, receiver):
    out_trade_no = shop.paid(1000)
    status, first = shop.refund(out_trade_no, 400, 1000, out_refund_no="P" + out_trade_no)
    assert (status, first["status"], first["amount"]["refund"]) == (200, "PROCESSING", 400)
    again = shop.refund(out_trade_no, 400, 1000, out_refund_no="P" + out_trade_no)[1]
    assert again["refund_id"] == first["refund_id"]
    changed = shop.refund(out_trade_no, 399, 1000, out_refund_no="P" + out_trade_no)
    assert changed[1]["code"] == "INVALID_REQUEST"
    assert shop.refund(out_trade_no, 601, 1000)[1]["code"] == "INVALID_REQUEST"
    assert shop.refund(out_trade_no, 600, 999)[1]["code"] == "INVALID_REQUEST"
    assert shop.refund(out_trade_no, 600, 1000)[0] == 200
    assert shop.refund(out_trade_no, 1, 1000)[1]["message"] == "订单已全额退款"
    world.post("/clock", advance=3)
    world.post("/settle")
    events = [event_of(shop, one) for one in receiver.wait(3)]
    assert [one["event_type"] for one in events].count("REFUND.SUCCESS") == 2
    asked = json.loads(shop.client.query_refund("P" + out_trade_no)[1])
    assert asked["status"] == "SUCCESS" and asked["success_time"]
    assert shop.query(out_trade_no)["trade_state"] == "REFUND"


def test_an_order_takes_fifty_refunds(shop):
    out_trade_no = shop.paid(100)
    for _turn in range(50):
        assert shop.refund(out_trade_no, 1, 100)[0] == 200
    status, answer = shop.refund(out_trade_no, 1, 100)
    assert (status, answer["code"]) == (400, "INVALID_REQUEST") and "50" in answer["message"]


def test_a_refund_needs_a_paid_order_of_this_merchant_within_a_year(world, shop):
    open_order = shop.order()["out_trade_no"]
    assert shop.refund(open_order, 1, 100)[1]["code"] == "INVALID_REQUEST"
    assert shop.refund(number(), 1, 100)[1]["code"] == "RESOURCE_NOT_EXISTS"
    assert code_and_status(shop.client.query_refund(number("R"))) == (404, "RESOURCE_NOT_EXISTS")
    old = shop.paid()
    world.post("/clock", advance=366 * 86400)
    assert "期限" in shop.refund(old, 1, 100)[1]["message"]


def test_a_refund_of_more_than_the_account_holds_is_refused_and_changes_nothing(world, shop):
    keys = world.post("/wechatpay/merchants", mchid="1900000201", appids=[APPID], reserve=0)
    poor = Shop(world, client_of(world, keys, ""), keys)
    poor.client._notify_url = "https://example.com/notify"
    out_trade_no = poor.paid(1000)
    assert world.post("/wechatpay/settle", mchid="1900000201")["paid"] == 994
    assert poor.refund(out_trade_no, 1000, 1000)[1]["code"] == "NOT_ENOUGH"
    assert poor.query(out_trade_no)["trade_state"] == "SUCCESS"
    world.post("/wechatpay/recharge", mchid="1900000201", amount=994)
    assert poor.refund(out_trade_no, 1000, 1000)[0] == 200


@pytest.mark.parametrize("public_key", [True, False])
def test_both_modes_of_verification_work_for_answers(world, keys, receiver, public_key):
    client = client_of(world, keys, receiver.url, public_key)
    status, _text = client.pay("挂号", number(), {"total": 1}, pay_type=WeChatPayType.NATIVE)
    assert status == 200


def test_callbacks_can_be_signed_with_the_platform_certificate(world, receiver):
    keys = world.post(
        "/wechatpay/merchants", mchid="1900000202", appids=[APPID], callback_serial="certificate"
    )
    client = client_of(world, keys, receiver.url, public_key=False)
    shop = Shop(world, client, keys)
    shop.paid(777)
    received = receiver.wait(1)[0]
    assert received.headers["wechatpay-serial"] == keys["platform_serial"]
    assert event_of(shop, received)["resource"]["amount"]["total"] == 777
