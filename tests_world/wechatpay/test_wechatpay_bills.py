"""Bills against the truth: a simulated week, and the rules of when a bill can be had."""

import datetime
import gzip
import hashlib
import json
import random
from collections import Counter
from decimal import Decimal

import pytest
from wechatpy.pay import WeChatPay as OldClient

from sandbox.constants import APPID
from tests_world.receiver import Receiver
from tests_world.wechatpay.kit import Shop, client_of, number

MONDAY = datetime.date(2027, 3, 1)
SEED = 20270301
PEOPLE = ("li", "wang", "zhang", "chen")


def fen(text):
    value = Decimal(text) * 100
    assert value == value.to_integral_value(), text
    return int(value)


def parsed(content):
    """Return rows and summary of a bill file, by header name."""
    text = content.decode()
    lines = text.split("\r\n" if "\r\n" in text else "\n")
    assert lines.pop() == ""
    *table, footer, values = lines
    names = table[0].split(",")
    rows = [dict(zip(names, cells(line), strict=True)) for line in table[1:]]
    return rows, dict(zip(footer.split(","), cells(values), strict=True))


def cells(line):
    assert line.startswith("`")
    return line[1:].split(",`")


def download(shop, answer, tar_type="GZIP"):
    status, text = answer
    assert status == 200, text
    told = json.loads(text)
    status, content = shop.client.download_bill(told["download_url"])
    assert status == 200
    if tar_type == "GZIP":
        content = gzip.decompress(content)
    elif isinstance(content, str):
        content = content.encode()
    assert told["hash_type"] == "SHA1"
    assert hashlib.sha1(content).hexdigest() == told["hash_value"]
    return parsed(content)


@pytest.fixture(scope="module")
def week(world, keys):
    """Live a week at one merchant: pay, refund, reverse; then stand on the Monday after it."""
    made = world.post(
        "/wechatpay/merchants", mchid="1900000301", appids=[APPID], fee_rate=380, reserve=500_000
    )
    with Receiver() as receiver:
        shop = Shop(world, client_of(world, made, receiver.url), made)
        yield lived(shop)
    world.post("/clock", speed=1)


def lived(shop):
    world = shop.world
    dice = random.Random(SEED)
    for day in range(7):
        for hour, minute, second in ((0, 0, 0), (9, 30, 7), (16, 45, 59), (23, 59, 59)):
            at = datetime.datetime.combine(MONDAY, datetime.time(hour, minute, second))
            at += datetime.timedelta(days=day)
            world.post("/clock", at=at.isoformat() + "+08:00", speed=0)
            world.post("/settle")
            live(shop, dice)
    world.post("/clock", at="2027-03-08T10:00:00+08:00")
    world.post("/settle")
    return shop


def live(shop, dice):
    """Let some patients pay, some of them with a code, and give some of it back."""
    for _turn in range(8):
        person, total = dice.choice(PEOPLE), dice.randint(1, 99_999)
        if dice.random() < 0.4:
            out_trade_no = shop.scan(total, shop.code(person))[0]
            if dice.random() < 0.3:
                assert shop.client.codepay_reverse(out_trade_no)[0] == 200
                continue
        else:
            out_trade_no = shop.paid(total, person, attach="科室,内科\n`1`")
        if total > 1 and dice.random() < 0.4:
            part = dice.randint(1, total - 1)
            for amount in (part, total - part):
                assert shop.refund(out_trade_no, amount, total)[0] == 200


def facts_of(shop, kind, day):
    return [
        one
        for one in shop.facts(kind)
        if one["mchid"] == shop.keys["mchid"] and one.get("day") == str(day)
    ]


DAYS = [MONDAY + datetime.timedelta(days=day) for day in range(7)]


def test_every_trade_bill_of_the_week_equals_the_journal_to_the_fen(week):
    for day in DAYS:
        rows, sums = download(week, week.client.trade_bill(str(day)))
        paid = facts_of(week, "paid", day)
        given = facts_of(week, "refund_accepted", day)
        reversed_ = [one for one in facts_of(week, "reversed", day) if one["amount"]]
        assert len(paid) > 20 and given and reversed_
        wanted = Counter(
            [("SUCCESS", one["key"], one["amount"], 0, one["fee"]) for one in paid]
            + [("REFUND", one["key"], 0, one["amount"], -one["fee"]) for one in given]
            + [("REVOKED", one["key"], 0, one["amount"], -one["fee"]) for one in reversed_]
        )
        assert Counter(as_fact(row) for row in rows) == wanted
        fee = sum(one["fee"] for one in paid) - sum(one["fee"] for one in [*given, *reversed_])
        assert sums["总交易单数"] == str(len(rows))
        assert fen(sums["订单总金额"]) == sum(one["amount"] for one in paid)
        assert fen(sums["应结订单总金额"]) == fen(sums["订单总金额"])
        assert fen(sums["申请退款总金额"]) == sum(one["amount"] for one in [*given, *reversed_])
        assert fen(sums["手续费总金额"]) == fee
        assert all(row["交易时间"].startswith(str(day)) for row in rows)
        assert [row["交易时间"] for row in rows] == sorted(row["交易时间"] for row in rows)


def as_fact(row):
    state = row["交易状态"]
    number = row["商户退款单号"] if state == "REFUND" else row["商户订单号"]
    assert row["手续费"].endswith("000") and row["费率"] == "0.38%"
    if state == "SUCCESS":
        assert row["订单金额"] == row["应结订单金额"] and row["微信退款单号"] == "0"
    else:
        assert row["退款金额"] == row["申请退款金额"] and row["应结订单金额"] == "0.00"
    return state, number, fen(row["应结订单金额"]), fen(row["退款金额"]), fen(row["手续费"])


def test_the_parts_of_a_bill_make_the_whole(week):
    day = DAYS[2]
    whole, _sums = download(week, week.client.trade_bill(str(day)))
    paid, sums = download(week, week.client.trade_bill(str(day), "SUCCESS"))
    given, _more = download(week, week.client.trade_bill(str(day), "REFUND"))
    revoked = [row for row in whole if row["交易状态"] == "REVOKED"]
    assert len(paid) + len(given) + len(revoked) == len(whole)
    assert (len(whole[0]), len(paid[0]), len(given[0])) == (27, 20, 29)
    assert sums["总交易单数"] == str(len(paid)) and "申请退款总金额" not in sums
    late = [row for row in given if row["退款成功时间"]]
    assert late and all(row["退款成功时间"] >= row["退款申请时间"] for row in late)


def test_the_fund_bills_of_the_week_run_to_the_fen(week):
    balance = 0
    for day in DAYS:
        rows, sums = download(week, week.client.fundflow_bill(str(day)))
        truth = facts_of(week, "funds", day)
        assert len(rows) == len(truth) == int(sums["资金流水总笔数"])
        for row, fact in zip(rows, truth, strict=True):
            amount = fen(row["收支金额(元)"]) * (1 if row["收支类型"] == "收入" else -1)
            balance += amount
            assert (amount, fen(row["账户结余(元)"])) == (fact["amount"], fact["balance"])
            assert balance == fact["balance"] and row["业务凭证号"] == fact["key"]
            assert row["业务名称"] == fact["business"]
        incoming = [fen(row["收支金额(元)"]) for row in rows if row["收支类型"] == "收入"]
        outgoing = [fen(row["收支金额(元)"]) for row in rows if row["收支类型"] == "支出"]
        assert (int(sums["收入笔数"]), fen(sums["收入金额"])) == (len(incoming), sum(incoming))
        assert (int(sums["支出笔数"]), fen(sums["支出金额"])) == (len(outgoing), sum(outgoing))
        kinds = {row["业务类型"] for row in rows}
        assert {"交易", "扣除交易手续费", "退款"} <= kinds


def test_the_account_is_paid_out_each_morning_but_for_the_reserve(week):
    paid_out = []
    for day in [*DAYS, MONDAY + datetime.timedelta(days=7)]:
        truth = facts_of(week, "funds", day)
        paid_out += [one for one in truth if one["business"] == "提现"]
    assert len(paid_out) >= 5
    assert all(one["balance"] == 500_000 for one in paid_out)


def test_user_text_cannot_break_the_table(week):
    rows, _sums = download(week, week.client.trade_bill(str(MONDAY)))
    assert {row["商户数据包"] for row in rows} == {"", "科室，内科 '1'"}


def test_a_full_refund_gives_the_whole_fee_back(week):
    by_order = Counter()
    for one in week.facts("refund_accepted"):
        if one["mchid"] == week.keys["mchid"]:
            by_order[one["out_trade_no"]] += one["fee"]
    fees = {one["key"]: one["fee"] for one in week.facts("paid")}
    assert by_order and all(fees[order] == fee for order, fee in by_order.items())


def test_the_old_interface_hands_out_the_same_bill(week, world):
    old = OldClient(week.keys["appid"], week.keys["api_key"], week.keys["mchid"], timeout=10)
    old.API_BASE_URL = world.addresses["wechatpay"] + "/"
    rows, sums = parsed(old.tools.download_bill(MONDAY).encode())
    assert (rows, sums) == download(week, week.client.trade_bill(str(MONDAY)))
    revoked, _sums = parsed(old.tools.download_bill(MONDAY, "REVOKED").encode())
    assert {row["交易状态"] for row in revoked} == {"REVOKED"}


def test_uncompressed_bills_are_the_same(week):
    day = f"/v3/bill/tradebill?bill_date={MONDAY}"
    plain = download(week, week.client._core.request(day), tar_type="")
    assert plain == download(week, week.client.trade_bill(str(MONDAY)))


def test_a_legacy_merchant_gets_24_columns_and_plain_newlines(week, world):
    truth, _sums = download(week, week.client.trade_bill(str(MONDAY)))
    options = {"bill_header": "legacy", "bill_newline": "\n", "fee_rate": 380, "reserve": 500_000}
    world.post("/wechatpay/merchants", mchid="1900000301", appids=[], **options)
    rows, sums = download(week, week.client.trade_bill(str(MONDAY)))
    options.update(bill_header="modern", bill_newline="\r\n")
    world.post("/wechatpay/merchants", mchid="1900000301", appids=[], **options)
    assert len(rows[0]) == 24 and list(sums)[:2] == ["总交易单数", "总交易额"]
    assert [row["总金额"] for row in rows] == [row["应结订单金额"] for row in truth]
    assert "子商户号" in rows[0] and "订单金额" not in rows[0]


def code(answer):
    return answer[0], json.loads(answer[1])["code"]


def test_a_bill_can_be_had_from_ten_of_the_next_day_for_three_months(week, world):
    bill = week.client.trade_bill
    assert code(bill("2027-03-08")) == (400, "INVALID_REQUEST")
    assert code(bill("2027-03-09")) == (400, "INVALID_REQUEST")
    assert code(bill("2026-12-01")) == (400, "INVALID_REQUEST")
    assert code(bill("2027-02-10")) == (400, "NO_STATEMENT_EXIST")
    assert code(bill("2027/03/01")) == (400, "PARAM_ERROR")
    assert code(bill("2027-03-01", "NONE")) == (400, "PARAM_ERROR")
    assert code(bill("2027-03-01", tar_type="ZIP")) == (400, "PARAM_ERROR")
    assert code(week.client.fundflow_bill("2027-03-01", "FEES")) == (400, "NO_STATEMENT_EXIST")
    world.post("/clock", at="2027-03-08T09:59:59+08:00")
    assert code(bill("2027-03-07")) == (400, "STATEMENT_CREATING")
    assert code(week.client.fundflow_bill("2027-03-07")) == (400, "STATEMENT_CREATING")
    world.post("/clock", at="2027-03-08T10:00:00+08:00")
    assert bill("2027-03-07")[0] == 200


def test_the_address_of_a_bill_is_good_for_five_minutes_and_for_its_merchant(week, world, keys):
    answer = json.loads(week.client.trade_bill(str(MONDAY))[1])["download_url"]
    other = client_of(world, keys, "https://example.com/")
    assert code(other.download_bill(answer)) == (403, "NO_AUTH")
    world.post("/clock", advance=300)
    assert week.client.download_bill(answer)[0] == 200
    world.post("/clock", advance=1)
    assert code(week.client.download_bill(answer)) == (403, "NO_AUTH")
    world.post("/clock", at="2027-03-08T10:00:00+08:00")


def test_the_operation_account_has_its_own_bill(week, world):
    world.post("/clock", at="2027-03-07T12:00:00+08:00")
    mchid = week.keys["mchid"]
    world.post("/wechatpay/recharge", mchid=mchid, account="OPERATION", amount=12345)
    world.post("/clock", at="2027-03-08T10:00:00+08:00")
    rows, sums = download(week, week.client.fundflow_bill("2027-03-07", "OPERATION"))
    assert [row["收支金额(元)"] for row in rows] == ["123.45"] and sums["收入金额"] == "123.45"


def test_the_refund_state_of_a_bill_is_that_of_the_next_morning(week, world):
    world.post("/clock", at="2027-03-07T13:00:00+08:00")
    world.fault("refund_stuck", gateway="wechatpay")
    refund_no = number("R")
    out_trade_no = week.paid(200)
    week.refund(out_trade_no, 200, 200, out_refund_no=refund_no)
    world.post("/clock", at="2027-03-08T10:00:00+08:00")
    mchid = week.keys["mchid"]
    world.post("/wechatpay/refunds/finish", mchid=mchid, out_refund_no=refund_no)
    assert json.loads(week.client.query_refund(refund_no)[1])["status"] == "SUCCESS"
    rows, _sums = download(week, week.client.trade_bill("2027-03-07"))
    [row] = [row for row in rows if row["商户退款单号"] == refund_no]
    assert row["退款状态"] == "PROCESSING"


@pytest.mark.parametrize(
    ("kind", "more"),
    [("bill_missing_row", -1), ("bill_extra_row", 1), ("bill_duplicate_row", 1)],
)
@pytest.mark.parametrize("footer", ["rows", "truth"])
def test_bill_faults_change_the_file_and_not_the_truth(week, world, kind, more, footer):
    bill = week.client.trade_bill
    day = str(DAYS[1])
    true_rows, true_sums = download(week, bill(day))
    world.fault(kind, gateway="wechatpay", match={"key": day}, options={"row": 3, "footer": footer})
    rows, sums = download(week, bill(day))
    assert len(rows) == len(true_rows) + more
    assert sums["总交易单数"] == str(len(rows) if footer == "rows" else len(true_rows))
    seen, known = count(rows), count(true_rows)
    if kind == "bill_missing_row":
        assert known - seen == count([true_rows[3]])
    elif kind == "bill_duplicate_row":
        assert seen - known == count([true_rows[3]])
    else:
        [extra] = [row for row in rows if row not in true_rows]
        assert week.client.query(out_trade_no=extra["商户订单号"])[0] == 404
    assert download(week, bill(day)) == (true_rows, true_sums)


def count(rows):
    return Counter(tuple(row.items()) for row in rows)


def test_a_changed_row_has_another_amount(week, world):
    day = str(DAYS[1])
    true_rows, _sums = download(week, week.client.fundflow_bill(day))
    world.fault(
        "bill_changed_row",
        gateway="wechatpay",
        operation="fundflowbill",
        options={"row": 2, "fen": 7},
    )
    assert download(week, week.client.trade_bill(day))[0]
    rows, _sums = download(week, week.client.fundflow_bill(day))
    changed = [pair for pair in zip(true_rows, rows, strict=True) if pair[0] != pair[1]]
    [(before, after)] = changed
    assert fen(after["收支金额(元)"]) - fen(before["收支金额(元)"]) == 7


def test_a_late_bill_is_being_created_and_a_bad_hash_does_not_fit(week, world):
    world.fault("bill_late", gateway="wechatpay")
    assert code(week.client.trade_bill(str(MONDAY))) == (400, "STATEMENT_CREATING")
    world.fault("bill_bad_hash", gateway="wechatpay")
    told = json.loads(week.client.trade_bill(str(MONDAY))[1])
    content = gzip.decompress(week.client.download_bill(told["download_url"])[1])
    assert hashlib.sha1(content).hexdigest() != told["hash_value"]
    download(week, week.client.trade_bill(str(MONDAY)))
