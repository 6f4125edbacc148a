"""A mixed payment: the bureau pays its part, WeChat takes the rest, and both agree."""

import pytest

from tests_world.conftest import start_sandbox
from tests_world.receiver import Receiver
from tests_world.wechatpay.kit import Shop, client_of, openid
from tests_world.wechatpay.test_wechatpay_medical import ORDERS, call

from .nhsa_client import Hospital, fen
from .test_nhsa_mobile import ID_NUMBERS, Order


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    running = start_sandbox(tmp_path_factory.mktemp("mixed"), "wechatpay", "nhsa")
    yield running
    running.stop()


def test_cash_that_wechat_takes_ends_the_insurances_order(world):
    hospital = Hospital.of(world, "H33110200001")
    hospital.sign_in()
    ID_NUMBERS["wang"] = hospital.person("wang")[0]["certno"]
    order = Order(hospital)
    done = order.pay()
    assert done["ordStas"] == "4"
    cash, fund, own = (fen(done[name]) for name in ("ownPayAmt", "fundPay", "psnAcctPay"))
    keys = world.get("/credentials")["wechatpay"]
    with Receiver() as receiver:
        shop = Shop(world, client_of(world, keys, receiver.url), keys)
        payer = openid("wang", keys["appid"])
        made = shop.order("JSAPI", cash, payer={"openid": payer})
        seal = shop.client._core.encrypt
        status, mixed = call(
            shop,
            ORDERS,
            {
                "mix_pay_type": "CASH_AND_INSURANCE",
                "order_type": "DIAG_PAY",
                "appid": keys["appid"],
                "openid": payer,
                "payer": {
                    "name": seal("王秀英"),
                    "id_digest": seal("0" * 32),
                    "card_type": "ID_CARD",
                },
                "pay_for_relatives": False,
                "out_trade_no": made["out_trade_no"],
                "serial_no": "HIS1",
                "pay_order_id": order.key["payOrdId"],
                "pay_auth_no": order.tokens["payAuthNo"],
                "geo_location": "119.92,28.45",
                "city_id": "331100",
                "med_inst_name": "丽水市示范医院",
                "med_inst_no": "H33110200001",
                "med_ins_order_create_time": "2026-03-02T09:00:00+08:00",
                "total_fee": cash + fund + own,
                "med_ins_gov_fee": fund,
                "med_ins_self_fee": own,
                "med_ins_other_fee": 0,
                "med_ins_cash_fee": cash,
                "wechat_pay_cash_fee": cash,
                "callback_url": receiver.url,
                "prepay_id": made["prepay_id"],
            },
        )
        assert status == 200, mixed
        assert order.query()["ordStas"] == "4"
        world.post("/wechatpay/medical/pay", mix_trade_no=mixed["mix_trade_no"], person="wang")
        assert order.query()["ordStas"] == "6"
        kinds = [fact["kind"] for fact in world.get("/journal?limit=1000")["facts"]]
        assert kinds.count("cash_paid") == 1
