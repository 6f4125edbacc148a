"""Bills: what stands in them equals what happened, to the fen."""

import random
import zipfile
from typing import Any

import pytest
from alipay import AliPay

from simulation.launch import Running

from .merchant import Bill, Merchant, fen, fetch

DETAIL, SUMMARY = "业务明细.csv", "业务明细(汇总).csv"
ENTRIES, TOTALS = "账务明细.csv", "账务汇总.csv"
METHOD = "alipay.data.dataservice.bill.downloadurl.query"
DAY = "2026-11-20"
HEADER = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,"
    "对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,"
    "券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,"
    "分润（元）,备注"
).split(",")


def at(world: Running, moment: str) -> None:
    world.post("/clock", at=moment, speed=0)
    world.post("/settle")


@pytest.fixture
def day(world: Running, merchant: Merchant) -> Merchant:
    """A day with three payments and one refund, the morning after."""
    at(world, f"{DAY}T08:00:00")
    for number, amount in (("b1", "10.00"), ("b2", "20.00"), ("b3", "0.01")):
        merchant.sell(number, amount)
    merchant.usual.api_alipay_trade_refund("5.00", "b2", out_request_no="rf1")
    at(world, "2026-11-21T09:00:00")
    return merchant


def refused(client: AliPay, date: str, kind: str = "trade") -> str:
    answer = client.server_api(METHOD, {"bill_type": kind, "bill_date": date})
    return str(answer["sub_code"])


def test_the_files_look_as_published(day: Merchant) -> None:
    bill = day.bill(DAY)
    start = "20880000000001560156_20261120_"
    assert bill.names == [f"{start}{DETAIL}", f"{start}{SUMMARY}"]
    text = bill.text(DETAIL)
    lines = text.split("\r\n")
    assert lines[0] == "#支付宝业务明细查询"
    assert lines[1] == "#账号：[20880000000001560156]"
    assert lines[2] == (
        "#起始日期：[2026年11月20日 00:00:00]   终止日期：[2026年11月21日 00:00:00]"
    )
    assert lines[3].strip("#-") == "业务明细列表" and lines[4].split(",") == HEADER
    assert len(HEADER) == 25
    assert all(len(line.split(",")) == 25 for line in lines[5:9])
    assert lines[5].split(",")[0].endswith("\t") and lines[5].split(",")[1] == "b1\t"
    assert lines[9].strip("#-") == "业务明细列表结束"
    assert lines[10] == "#交易合计：3笔，商家实收共30.01元，商家优惠共0.00元"
    assert lines[11] == "#退款合计：1笔，商家实收退款共-5.00元，商家优惠退款共0.00元"
    assert lines[12].startswith("#导出时间：[2026年11月21日")
    refund = bill.rows(DETAIL)[3]
    assert (refund["业务类型"], refund["退款批次号/请求号"]) == ("退款", "rf1")
    assert (refund["订单金额（元）"], refund["服务费（元）"]) == ("-5.00", "0.03")
    paid = bill.rows(DETAIL)[1]
    assert (paid["服务费（元）"], paid["对方账户"]) == ("-0.12", "*建国(138****0001)")
    total = bill.rows(SUMMARY)[-1]
    assert (total["门店编号"], total["交易订单总笔数"], total["退款订单总笔数"]) == (
        *("合计", "3", "1"),
    )
    assert total["实收净额（元）"] == "24.86"  # 25.01 less 0.06, 0.12 and 0.00, plus 0.03


def test_the_account_bill_runs_on_to_the_balance(day: Merchant) -> None:
    bill = day.bill(DAY, "signcustomer")
    rows = bill.rows(ENTRIES)
    balance = 10_000_00
    for row in rows:
        balance += fen(row["收入金额（+元）"]) + fen(row["支出金额（-元）"])
        assert fen(row["账户余额（元）"]) == balance
    assert balance == 10_000_00 + 2486
    kinds = [row["业务类型"] for row in rows]
    assert kinds.count("在线支付") == 3 and kinds.count("交易退款") == 1
    assert bill.footer(ENTRIES, "收入合计") == (4, 3001 + 3)
    assert bill.footer(ENTRIES, "支出合计") == (3, -500 - 6 - 12)
    assert bill.rows(TOTALS)[-1]["总金额（元）"] == "24.86"


def test_variants_found_in_the_wild_can_be_chosen(world: Running, day: Merchant) -> None:
    style = {"summary_first": True, "columns": 29, "account_columns": 16}
    world.post("/alipay/seller", seller_id=day.given["seller_id"], style=style)
    bill = day.bill(DAY)
    assert bill.names[0].endswith(SUMMARY)
    assert len(bill.header(DETAIL)) == 29
    assert [row["商家实收（元）"] for row in bill.rows(DETAIL)][0] == "10.00"
    assert [row["备注"] for row in bill.rows(DETAIL)] == [""] * 4
    account = day.bill(DAY, "signcustomer")
    assert account.header(ENTRIES)[-4:] == [
        "业务基础订单号",
        "业务订单号",
        "业务账单来源",
        "业务描述",
    ]


def test_what_people_write_cannot_break_a_row(world: Running, merchant: Merchant) -> None:
    at(world, f"{DAY}T08:00:00")
    sdk = merchant.usual
    code = sdk.api_alipay_trade_precreate('药,费"𠮷"', "odd", "1.00", body="a,b")["qr_code"]
    trade_no = world.post("/alipay/scan", person="li", code=code)["trade_no"]
    world.post("/alipay/pay", person="li", trade_no=trade_no)
    at(world, "2026-11-21T09:00:00")
    line = merchant.bill(DAY).text(DETAIL).split("\r\n")[5]
    assert len(line.split(",")) == 25 and "𠮷" in line


def test_a_bill_is_there_the_next_morning(world: Running, merchant: Merchant, sdk: AliPay) -> None:
    at(world, f"{DAY}T23:59:59")
    merchant.sell("m1")
    assert refused(sdk, DAY) == "isv.invalid_arguments"
    at(world, "2026-11-21T08:59:59")
    assert refused(sdk, DAY) == "isp.bill_not_exist"
    at(world, "2026-11-21T09:00:00")
    assert [row["商户订单号"] for row in merchant.bill(DAY).rows(DETAIL)] == ["m1"]
    assert refused(sdk, "2026-11-19") == "isp.bill_not_exist"  # nothing happened
    assert refused(sdk, "2026-11") == "isv.invalid_arguments"
    at(world, "2026-12-02T23:00:00")
    assert refused(sdk, "2026-11") == "isp.bill_not_exist"
    at(world, "2026-12-03T09:00:00")
    assert len(merchant.bill("2026-11").rows(DETAIL)) == 1


@pytest.mark.parametrize(
    "date", ["", "2026-11-31", "20261120", "9999-12-31", "2026-1-1", "0000-01"]
)
def test_a_wrong_date_is_refused(world: Running, sdk: AliPay, date: str) -> None:
    assert refused(sdk, date) == "isv.invalid_arguments"


def test_a_wrong_type_is_refused(sdk: AliPay) -> None:
    assert refused(sdk, DAY, "everything") == "isv.invalid_arguments"


def test_a_link_is_good_for_half_a_minute(world: Running, day: Merchant) -> None:
    url = day.bill_url(DAY)
    world.post("/clock", advance=30)
    assert fetch(url)[0] == 200
    world.post("/clock", advance=1)
    assert fetch(url)[0] == 403
    assert fetch(url[:-4] + "0000")[0] == 403


def test_a_refund_stands_in_the_bill_of_its_own_day(world: Running, day: Merchant) -> None:
    at(world, "2026-11-21T10:00:00")
    day.usual.api_alipay_trade_refund("10.00", "b1")
    at(world, "2026-11-22T10:00:00")
    assert len(day.bill(DAY).rows(DETAIL)) == 4
    rows = day.bill("2026-11-21").rows(DETAIL)
    assert [(row["商户订单号"], row["业务类型"]) for row in rows] == [("b1", "退款")]
    assert rows[0]["创建时间"].startswith(DAY) and rows[0]["完成时间"].startswith("2026-11-21")


def test_midnight_is_cut_by_the_time_the_money_moved(world: Running, merchant: Merchant) -> None:
    at(world, f"{DAY}T23:59:00")
    merchant.sell("before")
    trade_no = merchant.scan("after")
    world.fault("refund_stuck", gateway="alipay", options={"seconds": 120})
    merchant.usual.api_alipay_trade_refund("1.00", "before", out_request_no="rf")
    at(world, "2026-11-21T00:00:30")
    world.post("/alipay/pay", person="li", trade_no=trade_no)
    at(world, "2026-11-21T00:01:00")
    at(world, "2026-11-22T09:00:00")
    assert numbers(merchant.bill(DAY)) == [("before", 100)]
    assert numbers(merchant.bill("2026-11-21")) == [("after", 100), ("before", -100)]


# -- a week ------------------------------------------------------------------------------------


def live_a_week(world: Running, merchant: Merchant, luck: random.Random) -> None:
    """Pay, refund and cancel at random times of seven days."""
    sdk, open_orders = merchant.usual, []
    for day in range(16, 23):
        for hour in sorted(luck.sample(range(24), 6)):
            at(world, f"2026-11-{day}T{hour:02d}:{luck.randrange(60):02d}:00")
            number, amount = f"w{day}{hour}", luck.randrange(1, 90000)
            merchant.sell(number, f"{amount // 100}.{amount % 100:02d}")
            open_orders.append([number, amount, 0])
            refund_something(sdk, luck, luck.choice(open_orders))
    at(world, "2026-11-24T10:00:00")


def refund_something(sdk: AliPay, luck: random.Random, order: list[Any]) -> None:
    left = order[1] - order[2]
    part = luck.choice([0, left, luck.randrange(left + 1)])
    if part:
        text = f"{part // 100}.{part % 100:02d}"
        name = f"rf{order[2]}"
        answer = sdk.api_alipay_trade_refund(text, order[0], out_request_no=name)
        assert answer["fund_change"] == "Y", answer
        order[2] += part


def test_the_bills_of_a_week_equal_the_journal(world: Running, merchant: Merchant) -> None:
    live_a_week(world, merchant, random.Random(7))
    facts = [one for one in merchant.facts() if one["kind"] in ("paid", "refunded")]
    assert len(facts) > 60
    for day in range(16, 23):
        date = f"2026-11-{day}"
        happened = [one for one in facts if one["at"].startswith(date)]
        bill = merchant.bill(date)
        assert business_of(bill) == sorted(map(expected_row, happened))
        check_totals(bill, happened)
        entries = merchant.bill(date, "signcustomer").rows(ENTRIES)
        moved = sum(fen(row["收入金额（+元）"]) + fen(row["支出金额（-元）"]) for row in entries)
        assert moved == sum(signed(one) for one in happened)


def expected_row(fact: dict[str, Any]) -> tuple[str, str, str, int, int]:
    sign = 1 if fact["kind"] == "paid" else -1
    return (
        fact["key"],
        fact["trade_no"],
        fact.get("out_request_no", ""),
        sign * fact["amount"],
        -sign * fact["fee"],
    )


def signed(fact: dict[str, Any]) -> int:
    row = expected_row(fact)
    return row[3] + row[4]


def business_of(bill: Bill) -> list[tuple[str, str, str, int, int]]:
    return sorted(
        (
            row["商户订单号"],
            row["支付宝交易号"],
            row["退款批次号/请求号"],
            fen(row["订单金额（元）"]),
            fen(row["服务费（元）"]),
        )
        for row in bill.rows(DETAIL)
    )


def check_totals(bill: Bill, happened: list[dict[str, Any]]) -> None:
    paid = [one["amount"] for one in happened if one["kind"] == "paid"]
    back = [one["amount"] for one in happened if one["kind"] == "refunded"]
    assert bill.footer(DETAIL, "交易合计") == (len(paid), sum(paid))
    assert bill.footer(DETAIL, "退款合计") == (len(back), -sum(back))
    total = bill.rows(SUMMARY)[-1]
    assert fen(total["实收净额（元）"]) == sum(map(signed, happened))


# -- faults ------------------------------------------------------------------------------------


def numbers(bill: Bill) -> list[tuple[str, int]]:
    return [(row["商户订单号"], fen(row["订单金额（元）"])) for row in bill.rows(DETAIL)]


TRUE = [("b1", 1000), ("b2", 2000), ("b3", 1), ("b2", -500)]


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        ("bill_missing_row", {"key": "b3"}, [TRUE[0], TRUE[1], TRUE[3]]),
        ("bill_duplicate_row", {"key": "b1"}, [TRUE[0], *TRUE]),
        ("bill_changed_row", {"key": "b1", "delta": 100}, [("b1", 1100), *TRUE[1:]]),
        ("bill_extra_row", {}, [*TRUE, ("UNKNOWN0001", 1000)]),
    ],
)
def test_a_wrong_row_is_in_the_file_and_not_in_the_journal(
    world: Running, day: Merchant, kind: str, options: dict[str, Any],
    expected: list[tuple[str, int]],
) -> None:  # fmt: skip
    before = day.facts()
    world.fault(kind, gateway="alipay", match={"bill_type": "trade"}, options=options)
    assert numbers(day.bill(DAY)) == expected
    assert day.facts() == before
    assert numbers(day.bill(DAY)) == TRUE  # the next file is right


@pytest.mark.parametrize("kind", ["bill_missing_row", "bill_duplicate_row", "bill_extra_row"])
def test_the_account_bill_can_be_wrong_as_well(world: Running, day: Merchant, kind: str) -> None:
    count = len(day.bill(DAY, "signcustomer").rows(ENTRIES))
    world.fault(kind, gateway="alipay")
    changed = len(day.bill(DAY, "signcustomer").rows(ENTRIES))
    assert changed == count + (-1 if kind == "bill_missing_row" else 1)


def test_a_late_bill_is_not_there_and_comes(world: Running, day: Merchant) -> None:
    world.fault("bill_late", gateway="alipay", match={"bill_date": DAY}, times=2)
    assert [refused(day.usual, DAY) for _ in range(2)] == ["isp.bill_not_exist"] * 2
    assert numbers(day.bill(DAY)) == TRUE


def test_a_cut_off_file_is_no_zip(world: Running, day: Merchant) -> None:
    world.fault("bill_bad_zip", gateway="alipay")
    url = day.bill_url(DAY)
    with pytest.raises(zipfile.BadZipFile):
        Bill(fetch(url)[1])
