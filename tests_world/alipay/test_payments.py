"""Orders from the merchant's and the buyer's side, through python-alipay-sdk."""

import urllib.error
import urllib.parse
from typing import Any

import pytest
from alipay import AliPay

from simulation.launch import Running

from .merchant import Merchant, fetch


def refusal_of(call: Any) -> str:
    """Return the code with which the control port refuses."""
    import json

    with pytest.raises(urllib.error.HTTPError) as caught:
        call()
    return str(json.loads(caught.value.read())["code"])


def test_a_precreated_order_is_no_trade_before_it_is_scanned(
    world: Running, merchant: Merchant, sdk: AliPay
) -> None:
    code = merchant.order("qr1", "12.34")
    assert code.startswith("https://qr.alipay.com/bax")
    assert sdk.api_alipay_trade_query("qr1")["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert sdk.api_alipay_trade_close("qr1")["sub_code"] == "ACQ.TRADE_NOT_EXIST"

    seen = world.post("/alipay/scan", person="li", code=code)
    assert (seen["amount"], seen["merchant"]) == (1234, "丽水市示范医院")
    assert sdk.api_alipay_trade_query("qr1")["trade_status"] == "WAIT_BUYER_PAY"

    world.post("/alipay/pay", person="li", trade_no=seen["trade_no"])
    paid = sdk.api_alipay_trade_query(trade_no=seen["trade_no"])
    assert paid["trade_status"] == "TRADE_SUCCESS"
    assert paid["total_amount"] == paid["receipt_amount"] == "12.34"
    assert paid["buyer_logon_id"] == "138****0001"
    assert merchant.facts("paid")[0]["amount"] == 1234


def test_the_same_order_again_gives_the_same_code_and_another_one_is_refused(
    merchant: Merchant, sdk: AliPay
) -> None:
    code = merchant.order("same", "5.00")
    assert merchant.order("same", "5.00") == code
    other = sdk.api_alipay_trade_precreate("挂号费", "same", "5.01")
    assert other["sub_code"] == "ACQ.CONTEXT_INCONSISTENT"


def test_a_paid_order_cannot_be_ordered_or_paid_again(
    world: Running, merchant: Merchant, sdk: AliPay
) -> None:
    trade_no = merchant.sell("once")
    again = sdk.api_alipay_trade_precreate("挂号费", "once", "1.00")
    assert again["sub_code"] == "ACQ.TRADE_HAS_SUCCESS"
    pay = lambda: world.post("/alipay/pay", person="li", trade_no=trade_no)  # noqa: E731
    assert refusal_of(pay) == "ACQ.TRADE_HAS_SUCCESS"
    assert len(merchant.facts("paid")) == 1


def test_only_who_scanned_can_pay(world: Running, merchant: Merchant) -> None:
    code = merchant.order("mine")
    trade_no = world.post("/alipay/scan", person="li", code=code)["trade_no"]
    scan = lambda: world.post("/alipay/scan", person="wang", code=code)  # noqa: E731
    assert refusal_of(scan) == "ACQ.TRADE_BUYER_NOT_MATCH"
    pay = lambda: world.post("/alipay/pay", person="wang", trade_no=trade_no)  # noqa: E731
    assert refusal_of(pay) == "ACQ.TRADE_BUYER_NOT_MATCH"


def test_a_code_is_over_after_two_hours(world: Running, merchant: Merchant) -> None:
    code = merchant.order("late")
    world.post("/clock", speed=0, advance=7201)
    scan = lambda: world.post("/alipay/scan", person="li", code=code)  # noqa: E731
    assert refusal_of(scan) == "ACQ.TRADE_HAS_CLOSE"
    unknown = lambda: world.post("/alipay/scan", person="li", code="bax0nothing")  # noqa: E731
    assert refusal_of(unknown) == "ACQ.TRADE_NOT_EXIST"


@pytest.mark.parametrize("expiry", [{"timeout_express": "30m"}, {"time_expire": "soon"}])
def test_a_trade_is_closed_when_its_time_is_over(
    world: Running, merchant: Merchant, sdk: AliPay, expiry: dict[str, str]
) -> None:
    now = world.post("/clock", at="2026-11-26T10:00:00", speed=0)["now"]
    if "time_expire" in expiry:
        expiry = {"time_expire": f"{now[:10]} 10:30:00"}
    code = sdk.api_alipay_trade_precreate("x", "t", "1.00", **expiry)["qr_code"]
    trade_no = world.post("/alipay/scan", person="li", code=code)["trade_no"]
    world.post("/clock", advance=1799)
    assert sdk.api_alipay_trade_query("t")["trade_status"] == "WAIT_BUYER_PAY"
    world.post("/clock", advance=1)
    world.post("/settle")
    assert sdk.api_alipay_trade_query("t")["trade_status"] == "TRADE_CLOSED"
    assert merchant.facts("closed")[0]["reason"] == "expired"
    pay = lambda: world.post("/alipay/pay", person="li", trade_no=trade_no)  # noqa: E731
    assert refusal_of(pay) == "ACQ.TRADE_HAS_CLOSE"


def test_a_created_trade_is_paid_in_the_app_by_its_buyer(
    world: Running, merchant: Merchant, sdk: AliPay
) -> None:
    code = world.post("/alipay/authorize", person="wang", app_id=merchant.given["app_id"])
    who = sdk.server_api(
        "alipay.system.oauth.token", grant_type="authorization_code", code=code["auth_code"]
    )
    made = sdk.api_alipay_trade_create("缴费", "js1", "8.00", buyer_id=who["user_id"])
    seen = world.post("/alipay/look", person="wang", trade_no=made["trade_no"])
    assert seen["amount"] == 800
    world.post("/alipay/pay", person="wang", trade_no=made["trade_no"])
    assert sdk.api_alipay_trade_query("js1")["buyer_user_id"] == who["user_id"]


def test_create_needs_a_buyer_that_exists(sdk: AliPay) -> None:
    nobody = sdk.api_alipay_trade_create("x", "js2", "1.00", buyer_id="2088000000000000")
    assert nobody["sub_code"] == "ACQ.BUYER_NOT_EXIST"
    missing = sdk.api_alipay_trade_create("x", "js3", "1.00")
    assert missing["sub_code"] == "ACQ.INVALID_PARAMETER"


# -- payment codes ---------------------------------------------------------------------------


def show_code(world: Running, person: str = "li") -> str:
    code = str(world.post("/alipay/auth-code", person=person)["code"])
    assert 16 <= len(code) <= 24 and 25 <= int(code[:2]) <= 30
    return code


def bar(sdk: AliPay, number: str, code: str, amount: str = "9.90") -> dict[str, Any]:
    answer = sdk.api_alipay_trade_pay(number, "bar_code", code, "药费", total_amount=amount)
    return dict(answer)


def test_a_small_amount_is_paid_by_code_at_once(world: Running, sdk: AliPay) -> None:
    paid = bar(sdk, "b1", show_code(world))
    assert (paid["code"], paid["buyer_pay_amount"]) == ("10000", "9.90")
    assert paid["fund_bill_list"] == [{"amount": "9.90", "fund_channel": "ALIPAYACCOUNT"}]
    assert sdk.api_alipay_trade_query("b1")["trade_status"] == "TRADE_SUCCESS"


def test_a_large_amount_waits_for_the_password(
    world: Running, merchant: Merchant, sdk: AliPay
) -> None:
    merchant.scan("scanned")  # on the screen already: nobody has to be asked
    code = show_code(world)
    asked = bar(sdk, "b2", code, "1000.01")
    assert (asked["code"], asked["msg"]) == ("10003", " order success pay inprocess")
    assert bar(sdk, "b2", code, "1000.01")["code"] == "10003"
    assert sdk.api_alipay_trade_query("b2")["trade_status"] == "WAIT_BUYER_PAY"
    pending = world.post("/alipay/pending", person="li")["pending"]
    assert [(one["out_trade_no"], one["amount"]) for one in pending] == [("b2", 100001)]
    world.post("/alipay/pay", person="li", trade_no=pending[0]["trade_no"])
    assert sdk.api_alipay_trade_query("b2")["trade_status"] == "TRADE_SUCCESS"
    assert world.post("/alipay/pending", person="li")["pending"] == []


def test_a_refused_password_closes_the_trade(world: Running, sdk: AliPay) -> None:
    trade_no = bar(sdk, "b3", show_code(world), "2000.00")["trade_no"]
    world.post("/alipay/cancel", person="li", trade_no=trade_no)
    assert sdk.api_alipay_trade_query("b3")["trade_status"] == "TRADE_CLOSED"


def test_a_code_works_once_and_for_a_minute(
    world: Running, merchant: Merchant, sdk: AliPay
) -> None:
    world.post("/clock", speed=0)
    used, old = show_code(world), show_code(world)
    assert bar(sdk, "b4", used)["code"] == "10000"
    assert bar(sdk, "b5", used)["sub_code"] == "ACQ.PAYMENT_AUTH_CODE_INVALID"
    assert bar(sdk, "b6", "281234567890123456")["sub_code"] == "ACQ.PAYMENT_AUTH_CODE_INVALID"
    world.post("/clock", advance=61)
    assert bar(sdk, "b7", old)["sub_code"] == "ACQ.PAYMENT_AUTH_CODE_INVALID"
    assert len(merchant.facts("paid")) == 1


def test_money_that_is_not_there_cannot_be_spent(world: Running, sdk: AliPay) -> None:
    world.post("/alipay/wallet", person="li", balance=1000)
    short = bar(sdk, "b8", show_code(world), "10.01")
    assert short["sub_code"] == "ACQ.BUYER_BALANCE_NOT_ENOUGH"
    assert bar(sdk, "b9", show_code(world), "10.00")["code"] == "10000"
    assert world.post("/alipay/wallet", person="li")["balance"] == 0


def test_an_order_is_paid_by_one_code_only(world: Running, sdk: AliPay) -> None:
    bar(sdk, "b10", show_code(world), "5000.00")
    other = bar(sdk, "b10", show_code(world), "5000.00")
    assert other["sub_code"] == "ACQ.CONTEXT_INCONSISTENT"
    changed = bar(sdk, "b10", show_code(world), "5000.01")
    assert changed["sub_code"] == "ACQ.CONTEXT_INCONSISTENT"


# -- close and cancel ------------------------------------------------------------------------


def test_closing_is_for_what_is_not_paid(world: Running, merchant: Merchant, sdk: AliPay) -> None:
    merchant.scan("c1")
    assert sdk.api_alipay_trade_close("c1")["code"] == "10000"
    assert sdk.api_alipay_trade_query("c1")["trade_status"] == "TRADE_CLOSED"
    assert sdk.api_alipay_trade_close("c1")["sub_code"] == "ACQ.TRADE_HAS_CLOSE"
    again = sdk.api_alipay_trade_precreate("挂号费", "c1", "1.00")
    assert again["sub_code"] == "ACQ.TRADE_HAS_CLOSE"
    merchant.sell("c2")
    assert sdk.api_alipay_trade_close("c2")["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    assert sdk.api_alipay_trade_query("c2")["trade_status"] == "TRADE_SUCCESS"


def test_cancel_closes_or_refunds_and_says_which(
    world: Running, merchant: Merchant, sdk: AliPay
) -> None:
    merchant.scan("k1")
    closed = sdk.api_alipay_trade_cancel("k1")
    assert (closed["action"], closed["retry_flag"]) == ("close", "N")
    merchant.sell("k2", "3.00")
    refunded = sdk.api_alipay_trade_cancel("k2")
    assert (refunded["action"], refunded["retry_flag"]) == ("refund", "N")
    assert sdk.api_alipay_trade_cancel("k2")["action"] == "refund"
    assert sdk.api_alipay_trade_query("k2")["trade_status"] == "TRADE_CLOSED"
    assert [fact["amount"] for fact in merchant.facts("refunded")] == [300]


def test_cancelling_an_order_that_nobody_scanned_makes_its_code_worthless(
    world: Running, merchant: Merchant, sdk: AliPay
) -> None:
    code = merchant.order("k3")
    answer = sdk.api_alipay_trade_cancel("k3")
    assert answer["code"] == "10000" and "action" not in answer
    scan = lambda: world.post("/alipay/scan", person="li", code=code)  # noqa: E731
    assert refusal_of(scan) == "ACQ.TRADE_HAS_CLOSE"
    assert "action" not in sdk.api_alipay_trade_cancel("never")


def test_cancelling_has_a_day(world: Running, merchant: Merchant, sdk: AliPay) -> None:
    world.post("/clock", speed=0)
    merchant.sell("k4")
    world.post("/clock", advance=86401)
    assert sdk.api_alipay_trade_cancel("k4")["sub_code"] == "ACQ.TRADE_CANCEL_TIME_OUT"


def test_a_trade_is_finished_when_its_year_is_over(
    world: Running, merchant: Merchant, sdk: AliPay
) -> None:
    world.post("/clock", speed=0)
    merchant.sell("f1")
    world.post("/clock", advance=365 * 86400)
    world.post("/settle")
    assert sdk.api_alipay_trade_query("f1")["trade_status"] == "TRADE_FINISHED"
    refund = sdk.api_alipay_trade_refund("1.00", "f1")
    assert refund["sub_code"] == "ACQ.TRADE_HAS_FINISHED"
    assert sdk.api_alipay_trade_cancel("f1")["sub_code"] == "ACQ.TRADE_HAS_FINISHED"
    assert len(merchant.facts("finished")) == 1


# -- the pages -------------------------------------------------------------------------------


def open_cashier(merchant: Merchant, order: str) -> str:
    """Follow a signed order to the cashier's page and return its address."""
    status, _body, headers = fetch(f"{merchant.gateway}?{order}")
    assert status == 302
    return merchant.address + str(headers["Location"])


def answer_page(page: str, do: str, person: str = "li") -> tuple[int, str, Any]:
    data = urllib.parse.urlencode({"do": do}).encode()
    status, body, headers = fetch(page, data, {"X-Phone-Person": person})
    return status, body.decode(), headers


@pytest.mark.parametrize("kind", ["wap", "page"])
def test_the_cashier_pays_and_leads_back_with_signed_parameters(
    world: Running, merchant: Merchant, sdk: AliPay, kind: str
) -> None:
    make = getattr(sdk, f"api_alipay_trade_{kind}_pay")
    back = "http://127.0.0.1:9/back?patient=7"
    page = open_cashier(merchant, make("检查费", "w1", "66.00", return_url=back))
    assert "¥66.00" in fetch(page)[1].decode() and "丽水市示范医院" in fetch(page)[1].decode()
    assert sdk.api_alipay_trade_query("w1")["sub_code"] == "ACQ.TRADE_NOT_EXIST"

    status, _body, headers = answer_page(page, "yes")
    assert status == 303 and headers["Location"].startswith(back)
    told = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(headers["Location"]).query))
    assert told.pop("patient") == "7"
    assert told["method"] == f"alipay.trade.{kind}.pay.return"
    assert told["total_amount"] == "66.00" and told["out_trade_no"] == "w1"
    assert sdk.verify(told, told.pop("sign"))
    assert sdk.api_alipay_trade_query("w1")["trade_status"] == "TRADE_SUCCESS"


def test_the_cashier_lets_people_choose_cancel_and_run_short(
    world: Running, merchant: Merchant, sdk: AliPay
) -> None:
    page = open_cashier(merchant, sdk.api_alipay_trade_wap_pay("x", "w2", "66.00"))
    assert '<option value="wang">王秀英</option>' in fetch(page)[1].decode()
    assert "支付已取消" in answer_page(page, "no")[1]
    assert "请选择付款人" in answer_page(page, "yes", "nobody")[1]
    world.post("/alipay/wallet", person="wang", balance=0)
    assert "买家余额不足" in answer_page(page, "yes", "wang")[1]
    world.post("/alipay/wallet", person="wang", balance=6600)
    assert "支付成功" in answer_page(page, "yes", "wang")[1]
    assert sdk.api_alipay_trade_query("w2")["trade_status"] == "TRADE_SUCCESS"


def test_a_refused_page_is_a_page_in_gbk(merchant: Merchant, sdk: AliPay) -> None:
    order = sdk.api_alipay_trade_wap_pay("x", "w3", "1.00").replace("1.00", "1.01")
    status, body, headers = fetch(f"{merchant.gateway}?{order}")
    assert (status, headers["Content-Type"]) == (200, "text/html;charset=GBK")
    assert "错误代码 invalid-signature" in body.decode("gbk")
    assert "TRADE_NOT_EXIST" in fetch(f"{merchant.address}/cashier/nothing")[1].decode("gbk")


def test_codes_that_lie_around_can_be_listed(world: Running, merchant: Merchant) -> None:
    code = merchant.order("l1", "4.00")
    merchant.sell("l2")
    assert world.get("/alipay/codes")["codes"] == [
        {"text": code, "title": "挂号费", "amount": 400, "out_trade_no": "l1"}
    ]
