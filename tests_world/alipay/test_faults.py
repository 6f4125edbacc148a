"""What goes wrong, as the SDK sees it."""

import http.client
import json
import time
import urllib.error
from typing import Any

import pytest
from alipay import AliPay
from alipay.exceptions import AliPayValidationError
from alipay.utils import AliPayConfig

from simulation.launch import Running
from tests_world.receiver import Receiver

from .merchant import Merchant


def pay_by_code(world: Running, sdk: AliPay, number: str, amount: str = "9.90") -> Any:
    code = world.post("/alipay/auth-code", person="li")["code"]
    return sdk.api_alipay_trade_pay(number, "bar_code", code, "药费", total_amount=amount)


def state(sdk: AliPay, number: str) -> str:
    answer = sdk.api_alipay_trade_query(number)
    return str(answer.get("trade_status") or answer["sub_code"])


def test_wait_buyer_ends_after_some_queries(world: Running, sdk: AliPay) -> None:
    world.fault("wait_buyer", gateway="alipay", options={"queries": 2})
    assert pay_by_code(world, sdk, "w1")["code"] == "10003"
    seen = [state(sdk, "w1") for _ in range(4)]
    assert seen == ["WAIT_BUYER_PAY", "WAIT_BUYER_PAY", "TRADE_SUCCESS", "TRADE_SUCCESS"]


def test_who_waits_can_be_cancelled(world: Running, merchant: Merchant, sdk: AliPay) -> None:
    world.fault("wait_buyer", gateway="alipay")
    pay_by_code(world, sdk, "w2")
    assert sdk.api_alipay_trade_cancel("w2")["action"] == "close"
    assert state(sdk, "w2") == "TRADE_CLOSED"
    assert merchant.facts("paid") == []


def test_unknown_after_the_effect_was_done(world: Running, merchant: Merchant, sdk: AliPay) -> None:
    world.fault("unknown_20000", gateway="alipay", operation="alipay.trade.pay")
    answer = pay_by_code(world, sdk, "u1")
    assert (answer["code"], answer["sub_code"]) == ("20000", "aop.ACQ.SYSTEM_ERROR")
    assert state(sdk, "u1") == "TRADE_SUCCESS"
    world.fault("unknown_20000", gateway="alipay", operation="alipay.trade.refund")
    refund = sdk.api_alipay_trade_refund("9.90", "u1", out_request_no="a")
    assert refund["code"] == "20000"
    again = sdk.api_alipay_trade_refund("9.90", "u1", out_request_no="a")
    assert again["fund_change"] == "N"
    assert len(merchant.facts("refunded")) == 1


def test_unknown_before_the_effect_did_nothing(
    world: Running, merchant: Merchant, sdk: AliPay
) -> None:
    world.fault(
        "unknown_20000",
        gateway="alipay",
        match={"method": "alipay.trade.pay", "key": "u2"},
        options={"when": "before", "sub_code": "isp.unknow-error"},
    )
    assert pay_by_code(world, sdk, "u2")["sub_code"] == "isp.unknow-error"
    assert state(sdk, "u2") == "ACQ.TRADE_NOT_EXIST"
    assert merchant.facts() == []


@pytest.mark.parametrize("way", ["close", "cancel"])
def test_success_may_come_after_the_close(
    world: Running, merchant: Merchant, receiver: Receiver, way: str
) -> None:
    client = merchant.sdk(notify_url=receiver.url)
    world.post("/clock", speed=0)
    world.fault("late_success", gateway="alipay", options={"seconds": 300})
    merchant.scan("l1", client=client)
    getattr(client, f"api_alipay_trade_{way}")("l1")
    world.post("/settle")
    receiver.wait(1)
    assert state(client, "l1") == "TRADE_CLOSED"
    world.post("/clock", advance=300)
    world.post("/settle")
    assert state(client, "l1") == "TRADE_SUCCESS"
    assert [b"TRADE_SUCCESS" in one.body for one in receiver.wait(2)] == [False, True]
    assert client.api_alipay_trade_refund("1.00", "l1")["fund_change"] == "Y"


def test_a_stuck_refund_is_invisible_until_it_moves(
    world: Running, merchant: Merchant, sdk: AliPay
) -> None:
    world.post("/clock", speed=0)
    merchant.sell("s1", "10.00")
    world.fault("refund_stuck", gateway="alipay", options={"seconds": 3600})
    answer = sdk.api_alipay_trade_refund("6.00", "s1", out_request_no="a")
    assert (answer["code"], answer["fund_change"], answer["refund_fee"]) == ("10000", "N", "0.00")
    found = sdk.api_alipay_trade_fastpay_refund_query("a", out_trade_no="s1")
    assert found == {"code": "10000", "msg": "Success"}
    assert merchant.facts("refunded") == []
    again = sdk.api_alipay_trade_refund("6.00", "s1", out_request_no="a")
    assert again["fund_change"] == "N"
    more = sdk.api_alipay_trade_refund("4.01", "s1", out_request_no="b")
    assert more["sub_code"] == "ACQ.REASON_TRADE_REFUND_FEE_ERR"
    world.post("/clock", advance=3600)
    world.post("/settle")
    found = sdk.api_alipay_trade_fastpay_refund_query("a", out_trade_no="s1")
    assert found["refund_status"] == "REFUND_SUCCESS"
    assert [fact["amount"] for fact in merchant.facts("refunded")] == [600]


def test_a_stuck_refund_waits_for_the_sellers_money(
    world: Running, merchant: Merchant, sdk: AliPay
) -> None:
    world.post("/clock", speed=0)
    merchant.sell("s2", "10.00")
    world.fault("refund_stuck", gateway="alipay", options={"seconds": 60})
    sdk.api_alipay_trade_refund("10.00", "s2")
    seller = merchant.given["seller_id"]
    world.post("/alipay/seller", seller_id=seller, balance=0)
    world.post("/clock", advance=60)
    world.post("/settle")
    assert merchant.facts("refunded") == []
    world.post("/alipay/seller", seller_id=seller, balance=1000)
    world.post("/clock", advance=600)
    world.post("/settle")
    assert len(merchant.facts("refunded")) == 1


def test_cancel_may_ask_for_another_try(world: Running, merchant: Merchant, sdk: AliPay) -> None:
    merchant.sell("c1")
    world.fault("cancel_retry", gateway="alipay")
    first = sdk.api_alipay_trade_cancel("c1")
    assert first["retry_flag"] == "Y" and "action" not in first
    assert state(sdk, "c1") == "TRADE_SUCCESS"
    assert sdk.api_alipay_trade_cancel("c1")["action"] == "refund"


def test_the_buyer_may_be_short_of_money(world: Running, merchant: Merchant, sdk: AliPay) -> None:
    world.fault("balance_short", gateway="alipay", operation="alipay.trade.pay")
    answer = pay_by_code(world, sdk, "p1")
    assert answer["sub_code"] == "ACQ.BUYER_BALANCE_NOT_ENOUGH"
    assert answer["buyer_pay_amount"] == "0.00"
    trade_no = merchant.scan("p2")
    world.fault("balance_short", gateway="alipay", match={"key": "p2"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        world.post("/alipay/pay", person="li", trade_no=trade_no)
    assert json.loads(caught.value.read())["code"] == "ACQ.BUYER_BALANCE_NOT_ENOUGH"
    assert world.post("/alipay/pay", person="li", trade_no=trade_no)["status"] == "TRADE_SUCCESS"


# -- faults that every gateway has ---------------------------------------------------------------


def test_a_wrong_signature_of_the_answer_is_noticed(world: Running, sdk: AliPay) -> None:
    world.fault("bad_signature", gateway="alipay")
    with pytest.raises(AliPayValidationError):
        sdk.api_alipay_trade_query("x")
    assert state(sdk, "x") == "ACQ.TRADE_NOT_EXIST"


def test_too_many_calls_get_40005(world: Running, merchant: Merchant, sdk: AliPay) -> None:
    world.fault("rate_limit", gateway="alipay", match={"method": "alipay.trade.precreate"})
    answer = sdk.api_alipay_trade_precreate("x", "r1", "1.00")
    assert (answer["code"], answer["sub_code"]) == ("40005", "isv.app-call-limited")
    assert merchant.order("r1")


@pytest.mark.parametrize(
    "kind", ["timeout_after", "reset_after", "status_after", "half_open", "truncate", "garbage"]
)
def test_after_a_lost_answer_the_query_knows(world: Running, merchant: Merchant, kind: str) -> None:
    client = merchant.sdk()
    client._config = AliPayConfig(timeout=0.5)
    world.fault(kind, gateway="alipay", match={"key": "lost"}, options={"seconds": 5})
    with pytest.raises((OSError, ValueError, http.client.HTTPException)):
        pay_by_code(world, client, "lost")
    assert state(client, "lost") == "TRADE_SUCCESS"


@pytest.mark.parametrize("kind", ["timeout_before", "reset_before", "status_before"])
def test_after_a_lost_question_there_is_no_trade(
    world: Running, merchant: Merchant, kind: str
) -> None:
    client = merchant.sdk()
    client._config = AliPayConfig(timeout=0.5)
    world.fault(kind, gateway="alipay", match={"key": "never"}, options={"seconds": 5})
    with pytest.raises((OSError, http.client.HTTPException)):
        pay_by_code(world, client, "never")
    assert state(client, "never") == "ACQ.TRADE_NOT_EXIST"


def test_a_late_answer_is_still_right(world: Running, sdk: AliPay) -> None:
    world.fault("delay", gateway="alipay", options={"seconds": 0.3})
    since = time.monotonic()
    assert pay_by_code(world, sdk, "slow")["code"] == "10000"
    assert time.monotonic() - since >= 0.3
