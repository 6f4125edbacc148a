"""Money that goes back."""

from alipay import AliPay

from simulation.launch import Running

from .merchant import Merchant


def test_parts_go_back_until_nothing_is_left(
    world: Running, merchant: Merchant, sdk: AliPay
) -> None:
    merchant.sell("r1", "10.00")
    first = sdk.api_alipay_trade_refund("2.50", "r1", out_request_no="a")
    assert (first["fund_change"], first["refund_fee"]) == ("Y", "2.50")
    assert sdk.api_alipay_trade_query("r1")["trade_status"] == "TRADE_SUCCESS"
    last = sdk.api_alipay_trade_refund("7.50", "r1", out_request_no="b")
    assert (last["fund_change"], last["refund_fee"]) == ("Y", "10.00")
    assert sdk.api_alipay_trade_query("r1")["trade_status"] == "TRADE_CLOSED"
    more = sdk.api_alipay_trade_refund("0.01", "r1", out_request_no="c")
    assert more["sub_code"] == "ACQ.TRADE_HAS_CLOSE"
    facts = merchant.facts("refunded")
    assert [fact["amount"] for fact in facts] == [250, 750]
    assert sum(fact["fee"] for fact in facts) == merchant.facts("paid")[0]["fee"] == 6
    assert world.post("/alipay/wallet", person="li")["balance"] == 100_000_00


def test_the_same_request_moves_money_once(merchant: Merchant, sdk: AliPay) -> None:
    merchant.sell("r2", "10.00")
    sdk.api_alipay_trade_refund("4.00", "r2", out_request_no="a")
    again = sdk.api_alipay_trade_refund("4.00", "r2", out_request_no="a")
    assert (again["code"], again["fund_change"], again["refund_fee"]) == ("10000", "N", "4.00")
    other = sdk.api_alipay_trade_refund("4.01", "r2", out_request_no="a")
    assert other["sub_code"] == "ACQ.DISCORDANT_REPEAT_REQUEST"
    assert [fact["amount"] for fact in merchant.facts("refunded")] == [400]


def test_a_full_refund_needs_no_request_number_and_is_idempotent(
    merchant: Merchant, sdk: AliPay
) -> None:
    merchant.sell("r3", "10.00")
    part = sdk.api_alipay_trade_refund("9.00", "r3")
    assert part["sub_code"] == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    assert sdk.api_alipay_trade_refund("10.00", "r3")["fund_change"] == "Y"
    assert sdk.api_alipay_trade_refund("10.00", "r3")["fund_change"] == "N"
    found = sdk.api_alipay_trade_fastpay_refund_query("r3", out_trade_no="r3")
    assert found["refund_amount"] == "10.00"
    assert len(merchant.facts("refunded")) == 1


def test_no_more_goes_back_than_came(merchant: Merchant, sdk: AliPay) -> None:
    merchant.sell("r4", "10.00")
    sdk.api_alipay_trade_refund("6.00", "r4", out_request_no="a")
    for amount in ("4.01", "0.00"):
        answer = sdk.api_alipay_trade_refund(amount, "r4", out_request_no="b")
        assert answer["sub_code"] == "ACQ.REASON_TRADE_REFUND_FEE_ERR"
        assert answer["refund_fee"] == "0.00"
    assert sdk.api_alipay_trade_refund("-1", "r4")["sub_code"] == "ACQ.INVALID_PARAMETER"
    cancel = sdk.api_alipay_trade_cancel("r4")
    assert cancel["sub_code"] == "ACQ.REASON_TRADE_REFUND_FEE_ERR"
    assert len(merchant.facts("refunded")) == 1


def test_only_paid_trades_go_back(merchant: Merchant, sdk: AliPay) -> None:
    merchant.scan("r5")
    assert sdk.api_alipay_trade_refund("1.00", "r5")["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    sdk.api_alipay_trade_close("r5")
    assert sdk.api_alipay_trade_refund("1.00", "r5")["sub_code"] == "ACQ.TRADE_HAS_CLOSE"
    assert sdk.api_alipay_trade_refund("1.00", "no")["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_a_seller_cannot_give_what_it_has_not(
    world: Running, merchant: Merchant, sdk: AliPay
) -> None:
    merchant.sell("r6", "10.00")
    world.post("/alipay/seller", seller_id=merchant.given["seller_id"], balance=0)
    short = sdk.api_alipay_trade_refund("10.00", "r6")
    assert short["sub_code"] == "ACQ.SELLER_BALANCE_NOT_ENOUGH"
    assert sdk.api_alipay_trade_query("r6")["trade_status"] == "TRADE_SUCCESS"
    world.post("/alipay/seller", seller_id=merchant.given["seller_id"], balance=10_00)
    assert sdk.api_alipay_trade_refund("10.00", "r6")["fund_change"] == "Y"


def test_a_refund_is_found_by_its_number_and_details_when_asked(
    merchant: Merchant, sdk: AliPay
) -> None:
    trade_no = merchant.sell("r7", "10.00")
    refund = sdk.api_alipay_trade_refund(
        "1.00", "r7", out_request_no="a", refund_reason="退号",
        query_options=["refund_detail_item_list"],
    )  # fmt: skip
    assert refund["send_back_fee"] == "1.00"
    method = "alipay.trade.fastpay.refund.query"
    found = sdk.server_api(
        method,
        {
            "trade_no": trade_no,
            "out_request_no": "a",
            "query_options": ["gmt_refund_pay", "refund_detail_item_list"],
        },
    )
    assert (found["refund_status"], found["refund_reason"]) == ("REFUND_SUCCESS", "退号")
    assert found["refund_detail_item_list"][0]["amount"] == "1.00" and found["gmt_refund_pay"]
    none = sdk.api_alipay_trade_fastpay_refund_query("b", out_trade_no="r7")
    assert none == {"code": "10000", "msg": "Success"}
    unknown = sdk.api_alipay_trade_fastpay_refund_query("a", out_trade_no="no")
    assert unknown["sub_code"] == "ACQ.TRADE_NOT_EXIST"
