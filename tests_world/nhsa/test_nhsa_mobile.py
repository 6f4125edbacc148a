"""Paying with insurance by phone: 6201, 6202, 6301, 6203, 6401."""

import uuid

import pytest

from .nhsa_client import CAPSULES, PATHS, PRIVATE_WARD, SCAN, SERIAL, Hospital, Refused, fen, yuan

LINES = ((SCAN, 3, 28000), (PRIVATE_WARD, 1, 5000))


@pytest.fixture(params=["H33110200001", "H33110200003"])
def phone(world, request):
    """A hospital by two ways: the envelope, and the portal's bare messages."""
    return Hospital.of(world, request.param)


@pytest.fixture
def one(world):
    return Hospital.of(world, "H33110200001")


def ask(hospital, infno, data):
    """Call a mobile function; return its data or raise Refused."""
    if hospital.account["signer"] == "portal":
        answer = hospital.post(data, PATHS[infno]).json()
        found = hospital.open_portal(answer)
        if not answer["success"]:
            assert answer["code"] == -1
            raise Refused(answer["message"])
        return found
    return hospital.call(infno, {"data": data})["data"]


class Order:
    """One order of one person."""

    def __init__(self, hospital, person="wang", lines=LINES, **changes):
        world = hospital.world
        self.hospital = hospital
        self.tokens = world.post(f"/nhsa/people/{person}/voucher")
        insured = next(p for p in world.get("/nhsa/people")["people"] if p["person"] == person)
        self.who = {"idNo": ID_NUMBERS[person], "userName": NAMES[person], "idType": "01"}
        self.total = sum(count * price for _code, count, price in lines)
        self.upload = {
            "orgCodg": hospital.code,
            "psnNo": insured["psn_no"],
            "insutype": insured["insutype"],
            "medOrgOrd": f"O{uuid.uuid4().hex[:16]}",
            "begntime": "2026-03-02 09:00:00",
            "payAuthNo": self.tokens["payAuthNo"],
            "insuCode": "331100",
            "iptOtpNo": f"MZ{uuid.uuid4().hex[:12]}",
            "deptCode": "0301",
            "deptName": "呼吸内科",
            "caty": "A03",
            "medType": "11",
            "feeType": "01",
            "medfeeSumamt": yuan(self.total),
            "psnSetlway": "01",
            "chrgBchno": "B1",
            "pubHospRfomFlag": "0",
            "feedetailList": [line(one) for one in lines],
            **self.who,
            **changes,
        }
        self.made = ask(hospital, "6201", self.upload)
        self.key = {
            "payOrdId": self.made["payOrdId"],
            "payToken": self.made["payToken"],
            "orgCodg": hospital.code,
        }

    def pay(self, **changes):
        data = {
            **self.key,
            "payAuthNo": self.tokens["payAuthNo"],
            "orgBizSer": uuid.uuid4().hex[:20],
            "chrgBchno": "B1",
            "feeType": "01",
            "mdtrtId": self.made["mdtrtId"],
        }
        return ask(self.hospital, "6202", {**data, **changes})

    def query(self):
        return ask(self.hospital, "6301", {**self.key, **self.who})

    def revoke(self):
        return ask(self.hospital, "6401", {**self.key, **self.who})

    def cash(self):
        return self.hospital.world.post(f"/nhsa/orders/{self.key['payOrdId']}/cash")

    def refund(self, kind, cash=0, account=0, fund=0, number=None, **changes):
        data = {
            "payOrdId": self.key["payOrdId"],
            "appRefdSn": number or uuid.uuid4().hex[:20],
            "appRefdTime": "20260302100000",
            "totlRefdAmt": yuan(cash + account + fund),
            "cashRefdAmt": yuan(cash),
            "psnAcctRefdAmt": yuan(account),
            "fundRefdAmt": yuan(fund),
            "refdType": kind,
            "payAuthNo": self.tokens["payAuthNo"],
        }
        return ask(self.hospital, "6203", {**data, **changes})["refStatus"]


NAMES = {"wang": "王秀英", "zhang": "张伟", "li": "李建国"}
ID_NUMBERS = {}


@pytest.fixture(autouse=True)
def numbers(world):
    """Read the demo people's numbers as the phone would know them."""
    hospital = Hospital.of(world, "H33110200001")
    hospital.sign_in()
    for name in NAMES:
        ID_NUMBERS[name] = hospital.person(name)[0]["certno"]


def line(one):
    code, count, price = one
    return {
        "feedetlSn": f"F{next(SERIAL):012d}",
        "chrgBchno": "B1",
        "feeOcurTime": "2026-03-02 09:10:00",
        "medListCodg": code,
        "medinsListCodg": code[:20],
        "detItemFeeSumamt": yuan(count * price),
        "cnt": str(count),
        "pric": yuan(price),
    }


def parts(seen):
    names = ("feeSumamt", "fundPay", "psnAcctPay", "ownPayAmt")
    return tuple(fen(seen[name]) for name in names)


def test_an_order_goes_from_charges_to_payment_and_refund(world, phone):
    order = Order(phone)
    total, fund, account, cash = parts(order.made)
    assert total == fund + account + cash == 89000
    assert (cash, order.made["ordStas"]) == (5000, "1")
    paid = order.pay()
    assert (paid["ordStas"], paid["setlType"]) == ("4", "HI")
    assert parts(paid) == (total, fund, account, cash)
    assert order.pay()["setlId"] == paid["setlId"]
    assert order.query()["ordStas"] == "4"
    order.cash()
    seen = order.query()
    assert (seen["ordStas"], seen["setlType"]) == ("6", "ALL")
    number = uuid.uuid4().hex[:20]
    assert order.refund("ALL", cash, account, fund, number) == "SUCC"
    assert order.refund("ALL", cash, account, fund, number) == "SUCC"
    assert order.query()["ordStas"] == "7"
    facts = world.get("/journal?source=nhsa")["facts"]
    money = [(one["kind"], one["total"]) for one in facts if one["kind"] in MONEY]
    assert money == [("settled", total), ("undone", -total), ("refunded", total)]
    insured = next(p for p in world.get("/nhsa/people")["people"] if p["person"] == "wang")
    assert insured["balance"] == 150000


MONEY = ("settled", "undone", "refunded")


def test_an_order_without_own_part_is_done_at_once(one):
    order = Order(one, lines=((CAPSULES, 2, 1200),))
    assert parts(order.made) == (2400, 0, 2400, 0)
    assert order.pay()["ordStas"] == "6"


def test_the_account_may_be_left_alone(one):
    order = Order(one, lines=((CAPSULES, 2, 1200),))
    paid = order.pay(acctUsedFlag="0")
    assert parts(paid) == (2400, 0, 0, 2400)
    assert paid["ordStas"] == "4"


def test_an_order_can_be_revoked_before_and_after_the_insurance_paid(world, one):
    first = Order(one)
    assert first.revoke()["success"] is True
    assert first.query()["ordStas"] == "12"
    with pytest.raises(Refused, match="订单状态为12，不能支付"):
        first.pay()
    second = Order(one)
    second.pay()
    second.revoke()
    assert second.query()["ordStas"] == "13"
    third = Order(one)
    third.pay()
    third.cash()
    with pytest.raises(Refused, match="订单状态为6，不能撤销"):
        third.revoke()


def test_parts_are_given_back_in_any_order_but_never_twice(one):
    order = Order(one)
    _total, fund, account, cash = parts(order.made)
    order.pay()
    order.cash()
    assert order.refund("CASH", 2000) == "SUCC"
    assert order.query()["ordStas"] == "10"
    for amounts, kind, sentence in (
        ((3001, 0, 0), "CASH", "现金退费金额超过可退金额"),
        ((0, account - 1, fund), "HI", "医保部分只能全额退款"),
        ((1, account, fund), "HI", "退费类型与退费金额不符"),
        ((0, 0, 0), "CASH", "退费金额之和与总退费金额不一致"),
    ):
        with pytest.raises(Refused, match=sentence):
            order.refund(kind, *amounts)
    assert order.refund("HI", 0, account, fund) == "SUCC"
    assert order.query()["ordStas"] == "11"
    with pytest.raises(Refused, match="医保部分已退款"):
        order.refund("HI", 0, account, fund)
    assert order.refund("CASH", cash - 2000) == "SUCC"
    assert order.query()["ordStas"] == "7"
    with pytest.raises(Refused, match="订单状态为7，不能退款"):
        order.refund("CASH", 1)


def test_insurance_alone_and_cash_alone_have_their_states(one):
    first, second = Order(one), Order(one)
    for order in (first, second):
        order.pay()
        order.cash()
    _total, fund, account, cash = parts(first.query())
    first.refund("HI", 0, account, fund)
    assert first.query()["ordStas"] == "8"
    second.refund("CASH", cash)
    assert second.query()["ordStas"] == "9"


def test_cash_that_never_arrived_is_never_given_back(one):
    order = Order(one)
    _total, fund, account, cash = parts(order.pay())
    with pytest.raises(Refused, match="现金退费金额超过可退金额"):
        order.refund("ALL", cash, account, fund)
    assert order.refund("HI", 0, account, fund) == "SUCC"
    assert order.query()["ordStas"] == "8"
    with pytest.raises(Refused, match="现金退费金额超过可退金额"):
        order.refund("CASH", cash)


def test_all_means_every_part_and_an_old_voucher_is_good_for_a_refund(world, one):
    order = Order(one)
    _total, fund, account, cash = parts(order.pay())
    order.cash()
    with pytest.raises(Refused, match="全额退款金额与订单金额不一致"):
        order.refund("ALL", cash - 1, account, fund)
    world.post("/clock", advance=3600)
    with pytest.raises(Refused, match="医保电子凭证令牌已过期"):
        order.pay()
    assert order.refund("ALL", cash, account, fund) == "SUCC"


@pytest.mark.parametrize("done", [True, False])
def test_an_unclear_refund_is_asked_again_with_the_same_number(world, one, done):
    order = Order(one)
    total, fund, account, cash = parts(order.made)
    order.pay()
    order.cash()
    world.fault("refund_exp", gateway="nhsa", options={"done": done})
    assert order.refund("ALL", cash, account, fund, "R1") == "EXP"
    assert order.query()["ordStas"] == ("7" if done else "6")
    with pytest.raises(Refused, match="应用退款流水号重复，且内容不一致"):
        order.refund("CASH", 1, number="R1")
    assert order.refund("ALL", cash, account, fund, "R1") == "SUCC"
    assert order.query()["ordStas"] == "7"
    assert len(world.get("/journal?kind=refunded")["facts"]) == 1


def test_a_failed_and_a_slow_payment_are_seen_in_the_state(world, one):
    world.post("/clock", speed=0)
    failed, slow = Order(one), Order(one)
    world.fault("order_failed", gateway="nhsa", operation="6202")
    assert failed.pay()["ordStas"] == "15"
    world.fault("settle_slow", gateway="nhsa", operation="6202", options={"seconds": 5})
    assert slow.pay()["ordStas"] == "2"
    world.post("/clock", advance=6)
    world.post("/settle")
    assert slow.query()["ordStas"] == "4"


def test_a_slow_payment_fails_when_the_account_was_spent_meanwhile(world, one):
    world.post("/clock", speed=0)
    order = Order(one)
    world.fault("settle_slow", gateway="nhsa", operation="6202", options={"seconds": 5})
    assert order.pay()["ordStas"] == "2"
    with pytest.raises(Refused, match="订单状态为2，不能撤销"):
        order.revoke()
    world.post("/nhsa/people/wang", balance=0)
    world.post("/clock", advance=6)
    world.post("/settle")
    assert order.query()["ordStas"] == "15"
    assert world.get("/journal?source=nhsa&kind=settled")["facts"] == []
    assert order.revoke()["success"] is True


def test_what_does_not_belong_together_is_refused(world, one):
    order = Order(one)
    other = world.post("/nhsa/people/li/voucher")
    with pytest.raises(Refused, match="支付授权码与订单人员不一致"):
        order.pay(payAuthNo=other["payAuthNo"])
    with pytest.raises(Refused, match="支付令牌payToken无效"):
        order.pay(payToken="PT1")
    with pytest.raises(Refused, match="支付订单不存在"):
        order.pay(payOrdId="1")
    for changes, sentence in (
        ({"medfeeSumamt": "1.00"}, "医疗费总额与费用明细合计不一致"),
        ({"userName": "王秀芳"}, "人员姓名或证件号码与参保信息不一致"),
        ({"ecToken": "EC1"}, "ecToken与payAuthNo应且仅应有一个"),
        ({"psnNo": "1"}, "电子凭证与人员编号不一致"),
        ({"orgCodg": "H1"}, "定点医药机构编号与报文不一致"),
        ({"medOrgOrd": order.upload["medOrgOrd"]}, "医疗机构订单号重复"),
        ({"feedetailList": []}, "节点feedetailList不能为空"),
    ):
        with pytest.raises(Refused, match=sentence):
            Order(one, **changes)


def test_the_counter_cannot_undo_what_the_phone_paid(one):
    order = Order(one)
    paid = order.pay()
    one.sign_in()
    case = {"mdtrt_id": paid["mdtrtId"], "psn_no": order.upload["psnNo"]}
    with pytest.raises(Refused, match="移动支付的结算请使用【6203】退款"):
        one.undo(case, paid["setlId"])
