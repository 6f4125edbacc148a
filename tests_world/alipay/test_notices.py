"""Notifications: content, signature, plan, and what survives a kill."""

import urllib.parse
from pathlib import Path

import pytest
from alipay import AliPay

from simulation.launch import Running
from tests_world.conftest import start_sandbox
from tests_world.receiver import Received, Receiver

from .merchant import Merchant


def told(received: Received) -> dict[str, str]:
    assert received.method == "POST"
    assert received.headers["content-type"].startswith("application/x-www-form-urlencoded")
    return dict(urllib.parse.parse_qsl(received.body.decode(), strict_parsing=True))


def is_right(sdk: AliPay, fields: dict[str, str]) -> bool:
    copy = dict(fields)
    return bool(sdk.verify(copy, copy.pop("sign")))


@pytest.fixture
def client(merchant: Merchant, receiver: Receiver) -> AliPay:
    return merchant.sdk(notify_url=receiver.url)


def test_a_payment_is_told_and_signed(
    merchant: Merchant, client: AliPay, receiver: Receiver
) -> None:
    trade_no = merchant.sell("n1", "12.30", client)
    fields = told(receiver.wait(1)[0])
    assert is_right(client, fields) and fields["sign_type"] == "RSA2"
    expected = {
        "notify_type": "trade_status_sync",
        "trade_status": "TRADE_SUCCESS",
        "out_trade_no": "n1",
        "trade_no": trade_no,
        "total_amount": "12.30",
        "receipt_amount": "12.30",
        "app_id": merchant.given["app_id"],
        "seller_id": merchant.given["seller_id"],
        "subject": "挂号费",
        "version": "1.0",
    }
    assert expected.items() <= fields.items()
    assert "refund_fee" not in fields and "gmt_close" not in fields
    assert len(fields["notify_id"]) >= 30 and len(fields["gmt_payment"]) == 19


def test_refunds_are_told_with_their_number_and_the_sum(
    merchant: Merchant, client: AliPay, receiver: Receiver
) -> None:
    merchant.sell("n2", "10.00", client)
    receiver.wait(1)
    client.api_alipay_trade_refund("4.00", "n2", out_request_no="ra")
    receiver.wait(2)
    client.api_alipay_trade_refund("6.00", "n2", out_request_no="rb")
    part, rest = (told(one) for one in receiver.wait(3)[1:])
    assert (part["trade_status"], part["refund_fee"]) == ("TRADE_SUCCESS", "4.00")
    assert (rest["trade_status"], rest["refund_fee"]) == ("TRADE_CLOSED", "10.00")
    assert (part["out_biz_no"], rest["out_biz_no"]) == ("ra", "rb")
    assert len(part["gmt_refund"]) == 23 and is_right(client, part) and is_right(client, rest)


def test_a_closed_trade_is_told_but_no_order_that_nobody_scanned(
    merchant: Merchant, client: AliPay, receiver: Receiver
) -> None:
    merchant.order("n3", client=client)
    client.api_alipay_trade_cancel("n3")
    merchant.scan("n4", client=client)
    client.api_alipay_trade_close("n4")
    merchant.world.post("/settle")
    fields = told(receiver.wait(1)[0])
    assert (fields["out_trade_no"], fields["trade_status"]) == ("n4", "TRADE_CLOSED")
    assert fields["gmt_close"] and "gmt_payment" not in fields
    assert len(receiver.got) == 1


def test_a_merchant_chooses_what_it_is_told(
    world: Running, merchant: Merchant, client: AliPay, receiver: Receiver
) -> None:
    app = {"app_id": merchant.given["app_id"], "seller_id": merchant.given["seller_id"]}
    world.post("/alipay/applications", **app, notices=["pay"], refund_days=1)
    merchant.sell("n5", client=client)
    client.api_alipay_trade_refund("1.00", "n5")
    world.post("/settle")
    assert [told(one)["trade_status"] for one in receiver.got] == ["TRADE_SUCCESS"]
    world.post("/alipay/applications", **app, notices=["finish"], refund_days=1)
    merchant.sell("n6", client=client)
    world.post("/clock", speed=0, advance=86400)
    world.post("/settle")
    assert told(receiver.wait(2)[1])["trade_status"] == "TRADE_FINISHED"


def test_it_is_repeated_by_plan_until_the_word_success(
    world: Running, merchant: Merchant, client: AliPay, receiver: Receiver
) -> None:
    receiver.reply = lambda _received: (200, b"SUCCESS")
    world.post("/clock", speed=0)
    merchant.sell("n7", client=client)
    world.post("/settle")
    assert len(receiver.got) == 1
    for count, seconds in enumerate((240, 600, 600, 3600, 7200, 21600, 54000), start=2):
        world.post("/clock", advance=seconds - 1)
        world.post("/settle")
        assert len(receiver.got) == count - 1
        world.post("/clock", advance=1)
        world.post("/settle")
        assert len(receiver.got) == count
    fields = [told(one) for one in receiver.got]
    assert len({one["notify_id"] for one in fields}) == 1
    assert len({one["notify_time"] for one in fields}) == 8
    assert all(is_right(client, one) for one in fields)
    deliveries = world.get("/deliveries?key=n7")["deliveries"]
    assert [one["state"] for one in deliveries] == ["given up"]


@pytest.mark.parametrize("reply", [(500, b"success"), (200, b"success\n"), (200, b"")])
def test_only_the_seven_letters_end_it(
    world: Running, merchant: Merchant, client: AliPay, receiver: Receiver,
    reply: tuple[int, bytes],
) -> None:  # fmt: skip
    world.post("/clock", speed=0)
    receiver.reply = lambda _received: reply
    merchant.sell("n8", client=client)
    world.post("/settle")
    receiver.reply = lambda _received: (200, b"success")
    world.post("/clock", advance=240)
    world.post("/settle")
    world.post("/clock", advance=86400)
    world.post("/settle")
    assert len(receiver.got) == 2


@pytest.mark.parametrize(
    ("kind", "right"),
    [("bad_signature", False), ("tampered", False), ("stale", True)],
)
def test_a_damaged_notification_can_be_told_from_a_right_one(
    world: Running, merchant: Merchant, client: AliPay, receiver: Receiver,
    kind: str, right: bool,
) -> None:  # fmt: skip
    number = f"d{kind}"
    world.fault(f"callback_{kind}", gateway="alipay", match={"key": number})
    merchant.sell(number, "3.00", client)
    fields = told(receiver.wait(1)[0])
    assert is_right(client, fields) is right
    assert fields["total_amount"] == ("3.01" if kind == "tampered" else "3.00")
    days = int(fields["gmt_payment"][8:10]) - int(fields["notify_time"][8:10])
    assert (days % 28 in (3, 2, 1)) is (kind == "stale")


def test_duplicates_losses_and_delays_reach_the_merchant(
    world: Running, merchant: Merchant, client: AliPay, receiver: Receiver
) -> None:
    world.post("/clock", speed=0)
    world.fault("callback_duplicate", gateway="alipay", match={"key": "twice"})
    world.fault("callback_lost", gateway="alipay", match={"key": "lost"})
    world.fault("callback_delay", gateway="alipay", match={"key": "slow"})
    for number in ("twice", "lost", "slow"):
        merchant.sell(number, client=client)
    world.post("/settle")
    fields = [told(one) for one in receiver.got]
    assert [one["out_trade_no"] for one in fields] == ["twice", "twice"]
    assert fields[0]["notify_id"] == fields[1]["notify_id"]
    world.post("/clock", advance=600)
    world.post("/settle")
    assert told(receiver.wait(3)[2])["out_trade_no"] == "slow"


def test_a_gbk_order_is_notified_in_gbk(
    merchant: Merchant, client: AliPay, receiver: Receiver
) -> None:
    order = '{"out_trade_no":"g1","subject":"挂号费","total_amount":"1.00"}'
    signed = merchant.signed(
        "alipay.trade.precreate", order, charset="GBK", notify_url=receiver.url
    )
    code = merchant.raw(signed, charset="gbk").decode("gbk").partition("bax0")[2][:18]
    trade_no = merchant.world.post("/alipay/scan", person="li", code=f"bax0{code}")["trade_no"]
    merchant.world.post("/alipay/pay", person="li", trade_no=trade_no)
    body = receiver.wait(1)[0].body.decode()
    assert dict(urllib.parse.parse_qsl(body, encoding="gbk"))["subject"] == "挂号费"


def test_a_notification_survives_a_kill(tmp_path: Path) -> None:
    first = start_sandbox(tmp_path, "alipay")
    try:
        merchant = Merchant(first)
        with Receiver() as receiver:
            client = merchant.sdk(notify_url=receiver.url)
            first.fault("callback_delay", gateway="alipay", options={"seconds": 30})
            first.post("/clock", speed=0)
            merchant.sell("k1", "7.00", client)
            first.kill()
            assert receiver.got == []
            second = start_sandbox(tmp_path, "alipay")
            try:
                again = Merchant(second)
                assert again.given["app_private_key"] == merchant.given["app_private_key"]
                second.post("/clock", advance=30)
                fields = told(receiver.wait(1)[0])
                assert is_right(again.sdk(), fields) and fields["out_trade_no"] == "k1"
                query = again.sdk().api_alipay_trade_query("k1")
                assert query["trade_status"] == "TRADE_SUCCESS"
            finally:
                second.stop()
    finally:
        first.kill()
        if first.process.stdout:
            first.process.stdout.close()


def test_a_notification_may_come_before_the_answer(
    world: Running, client: AliPay, receiver: Receiver
) -> None:
    code = world.post("/alipay/auth-code", person="li")["code"]
    world.fault("callback_early", gateway="alipay", match={"key": "early"})
    client.api_alipay_trade_pay("early", "bar_code", code, "x", total_amount="1.00")
    assert [told(one)["out_trade_no"] for one in receiver.got] == ["early"]


def test_notifications_may_change_places(
    world: Running, merchant: Merchant, client: AliPay, receiver: Receiver
) -> None:
    world.fault("callback_reordered", gateway="alipay", match={"key": "first"})
    merchant.sell("first", client=client)
    world.post("/settle")
    assert receiver.got == []
    merchant.sell("second", client=client)
    numbers = [told(one)["out_trade_no"] for one in receiver.wait(2)]
    assert numbers == ["second", "first"]
