"""Medical-insurance orders: a part from the insurance, a part from the wallet."""

import json

import pytest
from wechatpayv3.type import RequestType

from sandbox.constants import APPID
from tests_world.wechatpay.kit import event_of, number, openid

ORDERS = "/v3/med-ins/orders"


@pytest.fixture
def medical(shop, receiver):
    """Return a function that asks for a medical-insurance order."""

    def ask(cash=42000, **changes):
        out_trade_no = number("M")
        prepay = ""
        if cash:
            prepay = shop.order("JSAPI", cash, out_trade_no=out_trade_no)["prepay_id"]
        seal = shop.client._core.encrypt
        content = {
            "mix_pay_type": "CASH_AND_INSURANCE",
            "order_type": "DIAG_PAY",
            "appid": APPID,
            "openid": openid("li", APPID),
            "payer": {"name": seal("李建国"), "id_digest": seal("0" * 32), "card_type": "ID_CARD"},
            "pay_for_relatives": False,
            "out_trade_no": out_trade_no,
            "serial_no": "HIS1",
            "pay_order_id": "ORD331100",
            "pay_auth_no": "AUTH331100",
            "geo_location": "119.92,28.45",
            "city_id": "331100",
            "med_inst_name": "丽水市示范医院",
            "med_inst_no": "H33110000001",
            "med_ins_order_create_time": "2027-01-01T08:00:00+08:00",
            "total_fee": 202000,
            "med_ins_gov_fee": 100000,
            "med_ins_self_fee": 45000,
            "med_ins_other_fee": 5000,
            "med_ins_cash_fee": 50000,
            "wechat_pay_cash_fee": 42000,
            "cash_add_detail": [{"cash_add_fee": 2000, "cash_add_type": "FREIGHT"}],
            "cash_reduce_detail": [{"cash_reduce_fee": 10000, "cash_reduce_type": "PRE_PAYMENT"}],
            "callback_url": receiver.url,
            "prepay_id": prepay,
            **changes,
        }
        return content, *call(shop, ORDERS, content)

    return ask


def call(shop, path, content=None):
    method = RequestType.POST if content is not None else RequestType.GET
    status, text = shop.client._core.request(path, method, content)
    return status, json.loads(text) if text else {}


def test_insurance_and_wallet_pay_together_and_the_hospital_hears_of_it(
    world, shop, medical, receiver
):
    content, status, made = medical()
    assert (status, made["mix_pay_status"]) == (200, "MIX_PAY_CREATED")
    assert (made["self_pay_status"], made["med_ins_pay_status"]) == (
        "SELF_PAY_CREATED",
        "MED_INS_PAY_CREATED",
    )
    mix = made["mix_trade_no"]
    world.post("/wechatpay/medical/pay", mix_trade_no=mix, person="li")
    events = {one["event_type"]: one["resource"] for one in heard(shop, receiver, 2)}
    told = events["MEDICAL_INSURANCE.SUCCESS"]
    assert told == call(shop, f"{ORDERS}/mix-trade-no/{mix}")[1]
    assert told == call(shop, f"{ORDERS}/out-trade-no/{content['out_trade_no']}")[1]
    assert (told["mix_pay_status"], told["self_pay_status"], told["med_ins_pay_status"]) == (
        "MIX_PAY_SUCCESS",
        "SELF_PAY_SUCCESS",
        "MED_INS_PAY_SUCCESS",
    )
    assert events["TRANSACTION.SUCCESS"]["amount"]["total"] == 42000
    assert shop.query(content["out_trade_no"])["trade_state"] == "SUCCESS"
    assert "payer" not in told


def heard(shop, receiver, count):
    return [event_of(shop, one) for one in receiver.wait(count)]


def test_insurance_alone_needs_no_wallet(world, shop, medical, receiver):
    _content, status, made = medical(
        cash=0,
        mix_pay_type="INSURANCE_ONLY",
        total_fee=150000,
        med_ins_cash_fee=0,
        wechat_pay_cash_fee=0,
        cash_add_detail=[],
        cash_reduce_detail=[],
    )
    assert (status, made["self_pay_status"]) == (200, "NO_SELF_PAY")
    world.post("/wechatpay/medical/pay", mix_trade_no=made["mix_trade_no"], person="li")
    [event] = heard(shop, receiver, 1)
    assert event["resource"]["mix_pay_status"] == "MIX_PAY_SUCCESS"


def test_a_failed_insurance_charges_nothing(world, shop, medical, refused):
    content, _status, made = medical()
    mix = made["mix_trade_no"]
    pay = {"mix_trade_no": mix, "person": "li"}
    failed = world.post("/wechatpay/medical/pay", **pay, outcome="insurance_failed")
    assert failed["mix_pay_status"] == "MIX_PAY_FAIL" and failed["med_ins_fail_reason"]
    assert shop.query(content["out_trade_no"])["trade_state"] == "NOTPAY"
    assert refused("/wechatpay/medical/pay", **pay)["code"] == "ORDER_CLOSED"


def test_a_failed_wallet_leaves_the_order_open_with_the_insurance_settled(world, medical, refused):
    _content, _status, made = medical()
    pay = {"mix_trade_no": made["mix_trade_no"], "person": "li"}
    assert (
        refused("/wechatpay/medical/pay", **{**pay, "person": "wang"})["code"] == "INVALID_REQUEST"
    )
    half = world.post("/wechatpay/medical/pay", **pay, outcome="cash_failed")
    assert (half["mix_pay_status"], half["med_ins_pay_status"], half["self_pay_status"]) == (
        "MIX_PAY_CREATED",
        "MED_INS_PAY_SUCCESS",
        "SELF_PAY_CREATED",
    )
    assert world.post("/wechatpay/medical/pay", **pay)["mix_pay_status"] == "MIX_PAY_SUCCESS"
    assert refused("/wechatpay/medical/pay", **pay)["code"] == "ORDERPAID"


def test_a_refund_of_the_insurance_is_noted_once_and_within_its_part(world, shop, medical):
    _content, _status, made = medical()
    mix = made["mix_trade_no"]
    note = {
        "med_refund_total_fee": 100000,
        "med_refund_gov_fee": 100000,
        "med_refund_self_fee": 0,
        "med_refund_other_fee": 0,
        "refund_time": "2027-01-02T08:00:00+08:00",
        "out_refund_no": number("R"),
    }
    path = f"/v3/med-ins/refunds/notify?mix_trade_no={mix}"
    assert call(shop, path, note)[1]["code"] == "INVALID_REQUEST"
    world.post("/wechatpay/medical/pay", mix_trade_no=mix, person="li")
    status, _text = shop.client._core.request(path, RequestType.POST, note)
    assert status == 204
    assert shop.client._core.request(path, RequestType.POST, note)[0] == 204
    assert len(shop.facts("medical_refunded", made["out_trade_no"])) == 1
    again = {**note, "out_refund_no": number("R")}
    assert call(shop, path, again)[1]["code"] == "INVALID_REQUEST"
    shown = call(shop, f"{ORDERS}/mix-trade-no/{mix}")[1]
    assert shown["med_ins_pay_status"] == "MED_INS_PAY_REFUND"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"total_fee": 202001}, "INVALID_REQUEST"),
        ({"med_ins_cash_fee": 49999}, "INVALID_REQUEST"),
        ({"prepay_id": "wx0"}, "INVALID_REQUEST"),
        ({"cash": 42001}, "INVALID_REQUEST"),
        ({"openid": "oNobody"}, "INVALID_REQUEST"),
        ({"appid": "wx00000000000000ff"}, "APPID_MCHID_NOT_MATCH"),
        ({"order_type": "LUNCH"}, "PARAM_ERROR"),
        ({"pay_auth_no": ""}, "PARAM_ERROR"),
        ({"payer": {"name": "李建国", "id_digest": "1", "card_type": "ID_CARD"}}, "PARAM_ERROR"),
        ({"pay_for_relatives": True}, "PARAM_ERROR"),
        ({"cash_add_detail": [1]}, "PARAM_ERROR"),
        ({"med_inst_no": ""}, "PARAM_ERROR"),
    ],
)
def test_amounts_that_do_not_add_up_and_wrong_fields_are_refused(shop, medical, changes, code):
    content, status, answer = medical(**changes)
    assert (status, answer["code"]) == (400, code)
    assert call(shop, f"{ORDERS}/out-trade-no/{content['out_trade_no']}")[0] == 404


def test_the_same_number_repeats_with_equal_fields_only(shop, medical):
    content, _status, made = medical()
    assert call(shop, ORDERS, content)[1] == made
    assert call(shop, ORDERS, {**content, "serial_no": "HIS2"})[1]["code"] == "OUT_TRADE_NO_USED"
