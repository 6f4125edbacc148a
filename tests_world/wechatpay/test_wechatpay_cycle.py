"""Whole cycles: order, pay, hear of it, refund, hear of it, find both in the bills."""

import datetime
import gzip
import json
import time

import pytest
from wechatpy.pay import WeChatPay as OldClient
from wechatpy.pay.utils import calculate_signature_hmac

from tests_world.wechatpay.kit import Shop, client_of, event_of, number, openid

KINDS = ("JSAPI", "NATIVE", "H5", "CODEPAY")


def pay(shop, kind, total):
    """Pay an order of some kind; return its number."""
    if kind == "CODEPAY":
        return shop.scan(total)[0]
    order = shop.order(kind, total)
    if kind == "JSAPI":
        package, stamp = f"prepay_id={order['prepay_id']}", str(int(time.time()))
        params = {
            "appId": shop.keys["appid"],
            "timeStamp": stamp,
            "nonceStr": "abc",
            "package": package,
            "signType": "RSA",
            "paySign": shop.client.sign([shop.keys["appid"], stamp, "abc", package]),
        }
        shop.world.post("/wechatpay/pay", jsapi=params, person="li")
    else:
        code = order["code_url" if kind == "NATIVE" else "h5_url"]
        shop.world.post("/wechatpay/pay", code=code, person="li")
    return order["out_trade_no"]


def bill(shop, answer):
    status, text = answer
    assert status == 200, text
    packed = shop.client.download_bill(json.loads(text)["download_url"])[1]
    return gzip.decompress(packed).decode()


@pytest.mark.parametrize("public_key", [True, False], ids=["public_key", "certificate"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_cycle(world, keys, receiver, kind, public_key):
    shop = Shop(world, client_of(world, keys, receiver.url, public_key), keys)
    out_trade_no, refund_no = pay(shop, kind, 1234), number("R")
    heard = 0 if kind == "CODEPAY" else 1
    if heard and public_key:
        event = event_of(shop, receiver.wait(1)[0])
        assert event["resource"] == shop.query(out_trade_no)
    paid = shop.query(out_trade_no)
    assert (paid["trade_state"], paid["payer"]["openid"]) == (
        "SUCCESS",
        openid("li", keys["appid"]),
    )
    status, refund = shop.refund(out_trade_no, 234, 1234, out_refund_no=refund_no)
    assert status == 200
    world.post("/clock", advance=3)
    receiver.wait(heard + 1)
    world.post("/settle")
    status, text = shop.client.query_refund(refund_no)
    assert (status, json.loads(text)["status"]) == (200, "SUCCESS")
    day = world.get("/clock")["now"][:10]
    following = datetime.date.fromisoformat(day) + datetime.timedelta(days=1)
    world.post("/clock", at=f"{following}T10:00:01+08:00")
    trades = bill(shop, shop.client.trade_bill(day))
    assert trades.count(f"`{out_trade_no},") == 2
    assert f"`{paid['transaction_id']},`{out_trade_no}," in trades
    assert f"`{refund['refund_id']},`{refund_no},`2.34," in trades
    funds = bill(shop, shop.client.fundflow_bill(day))
    assert "`收入,`12.34,`" in funds and f"`{refund_no}\r\n" in funds


def test_the_old_interface_through_a_cycle_with_hmac(world, keys, shop):
    old = OldClient(keys["appid"], keys["api_key"], keys["mchid"], timeout=10)
    old.API_BASE_URL = world.addresses["wechatpay"] + "/"
    out_trade_no = number("V")

    def ask(path, **fields):
        found = old.post(path, data={"appid": keys["appid"], "sign_type": "HMAC-SHA256", **fields})
        answer = dict(found)
        assert answer.pop("sign") == calculate_signature_hmac(answer, keys["api_key"])
        return answer

    fields = {"body": "门诊", "spbill_create_ip": "127.0.0.1", "total_fee": 800}
    numbers = {"out_trade_no": out_trade_no}
    paid = ask("pay/micropay", auth_code=shop.code("wang"), **fields, **numbers)
    assert paid["openid"] == openid("wang", keys["appid"])
    refund = {"out_refund_no": "F" + out_trade_no, "total_fee": 800, "refund_fee": 800}
    ask("secapi/pay/refund", **refund, **numbers)
    world.post("/clock", advance=3)
    world.post("/settle")
    assert ask("pay/refundquery", **numbers)["refund_status_0"] == "SUCCESS"
    assert ask("pay/orderquery", **numbers)["trade_state"] == "REFUND"
