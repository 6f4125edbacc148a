"""From the voucher on the phone to a settled visit, and back."""

import pytest
import requests

from .nhsa_client import (
    CAPSULES,
    OMEPRAZOLE,
    PRIVATE_WARD,
    SCAN,
    Hospital,
    Refused,
    amounts,
    detail,
    fen,
    yuan,
)

LINES = ((SCAN, 3, 30000), (OMEPRAZOLE, 2, 4000), (CAPSULES, 1, 1800), (PRIVATE_WARD, 1, 10000))
# by hand: SCAN 900.00, counts to 840.00, 84.00 first, 756.00 in scope; OMEPRAZOLE 80.00, 4.00,
# 76.00; CAPSULES 18.00, counts to 15.00; PRIVATE_WARD all by the patient. In scope 847.00.
SCOPE, TOTAL, OWN = 84700, 109800, 10000


def journal(world, kind):
    return world.get(f"/journal?source=nhsa&kind={kind}")["facts"]


def test_a_visit_goes_from_the_voucher_to_a_settlement_and_back(world, hospital):
    case = hospital.visit("wang", LINES)
    assert case["total"] == TOTAL
    tried = hospital.settle(case, "2206")
    assert tried["setl_id"] == ""
    settled = hospital.settle(case)
    # employee at work, third level: 60 % above 600.00; the account had 1500.00
    assert settled["scope"] == SCOPE
    assert settled["deductible"] == 60000
    assert settled["fund"] == (SCOPE - 60000) * 60 // 100 == 14820
    assert settled["account"] == TOTAL - 14820 - OWN == 84980
    assert settled["cash"] == OWN
    assert settled["balance"] == 150000 - 84980
    assert {k: tried[k] for k in ("fund", "account", "cash")} == {
        k: settled[k] for k in ("fund", "account", "cash")
    }
    undone = hospital.undo(case, settled["setl_id"])
    assert undone["refd_setl_flag"] == "1"
    assert (undone["total"], undone["fund"], undone["account"], undone["cash"]) == (
        -TOTAL,
        -14820,
        -84980,
        -OWN,
    )
    assert undone["balance"] == 150000
    facts = journal(world, "settled") + journal(world, "undone")
    assert [(one["key"], one["total"]) for one in facts] == [
        (settled["setl_id"], TOTAL),
        (undone["setl_id"], -TOTAL),
    ]


def test_the_deductible_is_paid_once_a_year(world, hospital):
    first = hospital.settle(hospital.visit("wang", ((SCAN, 3, 28000),)))
    second = hospital.settle(hospital.visit("wang", ((SCAN, 1, 28000),)))
    assert first["deductible"] == 60000
    assert second["deductible"] == 0
    assert second["fund"] == 25200 * 60 // 100
    world.post("/clock", at="2099-01-02T10:00:00+08:00", speed=0)
    hospital.sign_in()
    assert hospital.settle(hospital.visit("wang", ((SCAN, 1, 28000),)))["deductible"] == 25200


def test_the_yearly_ceiling_ends_what_the_fund_pays(world, hospital):
    world.post("/nhsa/people/zhang", insutype="390", psn_type="15")
    material = "C0909090990900900009000009"  # 30 % first, counts to 5000.00
    lines = ((material, 1, 500000),)
    paid = [hospital.settle(hospital.visit("zhang", lines)) for _turn in range(4)]
    assert [one["fund"] for one in paid] == [102000, 105000, 93000, 0]
    settled = paid[-1]
    assert settled["cash"] == settled["total"] - settled["fund"]
    assert settled["account"] == 0


def test_a_batch_cannot_be_settled_twice_nor_undone_twice(hospital):
    case = hospital.visit()
    settled = hospital.settle(case)
    with pytest.raises(Refused, match="该收费批次已结算，不能重复结算"):
        hospital.settle(case)
    hospital.undo(case, settled["setl_id"])
    with pytest.raises(Refused, match="该结算已撤销，不能重复撤销"):
        hospital.undo(case, settled["setl_id"])
    again = hospital.settle(case)
    assert again["setl_id"] != settled["setl_id"]


def test_two_batches_of_one_visit_are_settled_apart(hospital):
    case = hospital.visit(lines=((CAPSULES, 1, 1500),), batch="B1")
    hospital.charge(case, ((CAPSULES, 2, 1500),), "B2")
    first = hospital.settle(case)
    second = hospital.settle({**case, "total": 3000}, batch="B2")
    assert (first["total"], second["total"]) == (1500, 3000)


def test_the_same_message_number_gives_the_same_answer(world, hospital):
    case, msgid = hospital.visit(), hospital.msgid()
    first = hospital.settle(case, msgid=msgid)
    assert hospital.settle(case, msgid=msgid) == first
    assert len(journal(world, "settled")) == 1
    with pytest.raises(Refused, match="发送方报文ID重复，且内容不一致"):
        hospital.settle(case, msgid=msgid, account=False)


@pytest.mark.parametrize("kind", ["timeout_after", "reset_after", "status_after", "garbage"])
def test_a_settlement_whose_answer_was_lost_is_reversed(world, hospital, kind):
    case, msgid = hospital.visit(), hospital.msgid()
    world.fault(kind, gateway="nhsa", match={"infno": "2207"})
    with pytest.raises((requests.RequestException, ValueError)):
        hospital.settle(case, msgid=msgid, timeout=0.5)
    query = {"data": {"psn_no": case["psn_no"], "mdtrt_id": case["mdtrt_id"]}}
    lost = amounts(hospital.call("5203", query)["setlinfo"])
    assert lost["medins_setl_id"] == msgid
    reversal = {"data": {"psn_no": case["psn_no"], "omsgid": msgid, "oinfno": "2207"}}
    assert hospital.call("2601", reversal) == {}
    with pytest.raises(Refused, match="未查询到结算信息"):
        hospital.call("5203", query)
    with pytest.raises(Refused, match="原交易已冲正，不能重复冲正"):
        hospital.call("2601", reversal)
    with pytest.raises(Refused, match="该报文对应的交易已冲正"):
        hospital.settle(case, msgid=msgid)
    assert hospital.settle(case)["balance"] == lost["balance"]
    assert [one["subject"] for one in journal(world, "reversed")] == [lost["setl_id"]]


def test_the_undoing_of_a_settlement_can_be_reversed_too(hospital):
    case = hospital.visit()
    settled, msgid = hospital.settle(case), hospital.msgid()
    hospital.undo(case, settled["setl_id"], msgid=msgid)
    hospital.call("2601", {"data": {"psn_no": case["psn_no"], "omsgid": msgid, "oinfno": "2208"}})
    with pytest.raises(Refused, match="该收费批次已结算"):
        hospital.settle(case)
    undone = hospital.undo(case, settled["setl_id"])
    assert undone["balance"] == 150000


def test_what_was_undone_or_changed_cannot_be_reversed(world, hospital):
    case, msgid, undoing = hospital.visit(), hospital.msgid(), hospital.msgid()
    settled = hospital.settle(case, msgid=msgid)
    hospital.undo(case, settled["setl_id"], msgid=undoing)
    reversal = {"psn_no": case["psn_no"], "omsgid": msgid, "oinfno": "2207"}
    with pytest.raises(Refused, match="原交易已撤销，不能冲正"):
        hospital.call("2601", {"data": reversal})
    hospital.charge(case, ((CAPSULES, 1, 1200),))
    reversal = {"psn_no": case["psn_no"], "omsgid": undoing, "oinfno": "2208"}
    with pytest.raises(Refused, match="原结算的费用明细已变化，不能冲正"):
        hospital.call("2601", {"data": reversal})
    assert journal(world, "reversed") == []


def test_only_a_known_settlement_can_be_reversed(hospital):
    case = hospital.visit()
    data = {"psn_no": case["psn_no"], "omsgid": hospital.msgid(), "oinfno": "2207"}
    with pytest.raises(Refused, match="未查询到原交易，无需冲正"):
        hospital.call("2601", {"data": data})
    with pytest.raises(Refused, match="交易【2201】不支持冲正"):
        hospital.call("2601", {"data": {**data, "oinfno": "2201"}})


def test_a_slow_settlement_is_found_later(world, hospital):
    world.post("/clock", speed=0)
    case, msgid = hospital.visit(), hospital.msgid()
    world.fault("settle_slow", gateway="nhsa", operation="2207", options={"seconds": 20})
    with pytest.raises(Refused, match="结算处理中"):
        hospital.settle(case, msgid=msgid)
    with pytest.raises(Refused, match="结算处理中"):
        hospital.settle(case, msgid=msgid)
    world.post("/clock", advance=21)
    world.post("/settle")
    assert hospital.settle(case, msgid=msgid)["total"] == case["total"]


def test_a_slow_settlement_that_was_reversed_never_happens(world, hospital):
    world.post("/clock", speed=0)
    case, msgid = hospital.visit(), hospital.msgid()
    world.fault("settle_slow", gateway="nhsa")
    with pytest.raises(Refused, match="结算处理中"):
        hospital.settle(case, msgid=msgid)
    hospital.call("2601", {"data": {"psn_no": case["psn_no"], "omsgid": msgid, "oinfno": "2207"}})
    world.post("/clock", advance=60)
    world.post("/settle")
    assert journal(world, "settled") == []


def test_a_slow_settlement_fails_when_the_account_or_the_charges_changed(world, hospital):
    world.post("/clock", speed=0)
    poor, changed = ((hospital.visit(), hospital.msgid()) for _turn in range(2))
    world.fault("settle_slow", gateway="nhsa", times=2)
    for case, msgid in (poor, changed):
        with pytest.raises(Refused, match="结算处理中"):
            hospital.settle(case, msgid=msgid)
    world.post("/nhsa/people/wang", balance=2399)
    hospital.charge(changed[0], ((CAPSULES, 1, 1200),))
    world.post("/clock", advance=31)
    world.post("/settle")
    for (case, msgid), sentence in (
        (poor, "个人账户余额不足"),
        (changed, "费用明细已变化，结算失败"),
    ):
        with pytest.raises(Refused, match=sentence):
            hospital.settle(case, msgid=msgid)
    assert journal(world, "settled") == []
    assert hospital.settle(poor[0])["account"] == 2399


def test_an_account_that_was_spent_meanwhile_refuses_the_settlement(world, hospital):
    case = hospital.visit()
    assert hospital.settle(case, "2206")["account"] == case["total"]
    world.fault("account_short", gateway="nhsa", options={"left": 5})
    with pytest.raises(Refused, match="个人账户余额不足"):
        hospital.settle(case)
    assert hospital.settle(case)["balance"] == 150000 - case["total"]


def test_a_person_who_is_not_insured_or_suspended_is_refused(world, hospital):
    case = hospital.visit()
    world.post("/nhsa/people/wang", state="2", balance=150000)
    with pytest.raises(Refused, match="该人员参保状态为暂停参保"):
        hospital.settle(case)
    with pytest.raises(Refused, match="该人员参保状态为暂停参保"):
        hospital.register("wang")
    world.fault("person_not_found", gateway="nhsa")
    with pytest.raises(Refused, match="未查询到该人员的参保信息"):
        hospital.person("zhang")


def test_a_person_is_known_by_identity_card_and_by_social_card(world, hospital):
    base, insured, _token = hospital.person("li")
    assert (insured["insutype"], insured["psn_type"], fen(insured["balc"])) == ("310", "12", 320000)
    card = next(one for one in world.get("/nhsa/people")["people"] if one["person"] == "li")
    by_id = {"mdtrt_cert_type": "02", "mdtrt_cert_no": base["certno"], "psn_name": "李建国"}
    by_card = {
        "mdtrt_cert_type": "03",
        "mdtrt_cert_no": card["card"],
        "card_sn": card["card_sn"],
    }
    for data in (by_id, by_card):
        assert hospital.call("1101", {"data": data})["baseinfo"] == base
    with pytest.raises(Refused, match="人员姓名或证件号码与参保信息不一致"):
        hospital.call("1101", {"data": {**by_id, "psn_name": "李建军"}})
    with pytest.raises(Refused, match="未查询到该人员的参保信息"):
        hospital.call("1101", {"data": {**by_card, "card_sn": "0" * 32}})


def test_a_voucher_is_over_after_half_an_hour(world, hospital):
    world.post("/clock", speed=0)
    token = world.post("/nhsa/people/li/voucher")["ecToken"]
    world.post("/clock", advance=1801)
    hospital.sign_in()
    with pytest.raises(Refused, match="医保电子凭证令牌已过期"):
        hospital.call("1101", {"data": {"mdtrt_cert_type": "01", "mdtrt_cert_no": token}})


def test_charges_are_checked_one_by_one(hospital):
    case = hospital.register()
    row = detail(case, (CAPSULES, 2, 1200), "B1")
    for changes, sentence in (
        ({"med_list_codg": "XX"}, "医疗目录编码不存在：XX"),
        ({"det_item_fee_sumamt": "24.01"}, "费用明细金额与单价、数量不符"),
        ({"det_item_fee_sumamt": "24.001"}, "det_item_fee_sumamt应为最多两位小数的金额"),
        ({"cnt": "-2"}, "cnt应为大于0的数值"),
        ({"mdtrt_id": "1"}, "未查询到就诊信息"),
        ({"feedetl_sn": ""}, "feedetl_sn不能为空"),
    ):
        with pytest.raises(Refused, match=sentence):
            hospital.call("2204", {"feedetail": [{**row, **changes}]})
    result = hospital.call("2204", {"feedetail": [row]})["result"]
    assert [(one["chrgitm_lv"], one["inscp_scp_amt"]) for one in result] == [("01", "24.00")]
    with pytest.raises(Refused, match="费用明细流水号重复"):
        hospital.call("2204", {"feedetail": [row]})


def test_a_refused_list_of_charges_leaves_none_behind(hospital):
    case = hospital.register()
    good, bad = (detail(case, (CAPSULES, 1, 1200), "B1") for _turn in range(2))
    with pytest.raises(Refused, match="医疗目录编码不存在"):
        hospital.call("2204", {"feedetail": [good, {**bad, "med_list_codg": "XX"}]})
    assert len(hospital.call("2204", {"feedetail": [good]})["result"]) == 1


def test_charges_can_be_taken_back_until_they_are_settled(hospital):
    case = hospital.visit()
    hospital.charge(case, ((CAPSULES, 1, 1500),), "B2")
    one = {"mdtrt_id": case["mdtrt_id"], "psn_no": case["psn_no"]}
    hospital.call("2205", {"data": {**one, "chrg_bchno": "B2"}})
    hospital.settle(case)
    with pytest.raises(Refused, match="未查询到可撤销的费用明细，可能已结算"):
        hospital.call("2205", {"data": {**one, "chrg_bchno": "0000"}})


def test_a_registration_can_be_undone_when_nothing_came_of_it(hospital):
    case = hospital.register(number="MZ1")
    with pytest.raises(Refused, match="该门诊号已登记，不能重复登记"):
        hospital.register(number="MZ1")
    data = {"psn_no": case["psn_no"], "mdtrt_id": case["mdtrt_id"]}
    hospital.charge(case, ((CAPSULES, 1, 1500),))
    with pytest.raises(Refused, match="存在未撤销的费用明细"):
        hospital.call("2202", {"data": data})
    hospital.call("2205", {"data": {**data, "chrg_bchno": "0000"}})
    hospital.call("2202", {"data": data})
    with pytest.raises(Refused, match="未查询到就诊信息"):
        hospital.call("2202", {"data": data})
    hospital.register(number="MZ1")
    settled = hospital.visit()
    hospital.settle(settled)
    with pytest.raises(Refused, match="该就诊已结算，不能撤销挂号"):
        hospital.call(
            "2202", {"data": {"psn_no": settled["psn_no"], "mdtrt_id": settled["mdtrt_id"]}}
        )


def test_a_settlement_is_compared_with_the_charges(hospital):
    case = hospital.register()
    case["total"] = 2400
    with pytest.raises(Refused, match="未上传就诊信息【2203】"):
        hospital.settle(case)
    hospital.describe(case)
    with pytest.raises(Refused, match="未查询到费用明细，请先上传【2204】"):
        hospital.settle(case)
    hospital.charge(case, ((CAPSULES, 2, 1200),))
    for changes, sentence in (
        ({"medfee_sumamt": yuan(2401)}, "医疗费总额与费用明细合计不一致"),
        ({"inscp_scp_amt": "1.00"}, "inscp_scp_amt与费用明细上传返回的合计不一致"),
        ({"med_type": "14"}, "医疗类别与就诊信息不一致"),
        ({"insutype": "390"}, "该人员未参加所选险种"),
        ({"psn_no": "1"}, "未查询到该人员的参保信息"),
        ({"mdtrt_cert_no": "EC1"}, "医保电子凭证令牌无效"),
        ({"acct_used_flag": "2"}, "acct_used_flag不在字典范围内"),
    ):
        with pytest.raises(Refused, match=sentence):
            hospital.settle(case, **changes)
    assert hospital.settle(case)["total"] == 2400


def test_another_hospital_sees_nothing_of_it(world, hospital):
    case = hospital.visit()
    settled = hospital.settle(case)
    other = Hospital.of(world, "H33110200002")
    other.sign_in()
    with pytest.raises(Refused, match="未查询到结算信息"):
        other.undo(case, settled["setl_id"])
    with pytest.raises(Refused, match="未查询到就诊信息"):
        other.charge(case, ((CAPSULES, 1, 1200),))
