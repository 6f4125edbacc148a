"""From recognising a patient to a paid case, and every way it can go wrong."""

import json

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from sandbox.insurer.benefit import PRODUCTS, Line, compute
from sandbox.insurer.fields import Node
from simulation.messages import Call, Refusal

from .insurer_client import Hospital, Refused, digest_of


def journal(world, kind):
    return world.get(f"/journal?source=insurer&kind={kind}")["facts"]


def test_a_case_goes_from_recognition_to_payment(world, hospital, ear):
    found = hospital.recognise("wang")
    assert found["insured"] is True
    assert [one["productCode"] for one in found["policies"]] == ["CORP-OP", "ZLB"]
    assert all(one["directPay"] for one in found["policies"])
    claim = hospital.report()
    assert hospital.fees(claim)["state"] == "listed"
    seen = hospital.post(f"/cases/{claim}/calculate")
    # 700.00 in cash, 100.00 deductible, 80 % of 600.00
    assert (seen["state"], seen["cash"], seen["deductible"]) == ("approved", 70000, 10000)
    assert (seen["payable"], seen["patientPays"]) == (48000, 22000)
    world.post("/settle")
    (told,) = ear.contents()
    assert (told["event"], told["state"], told["payable"]) == ("case.decided", "approved", 48000)
    assert ear.right(hospital.secret)
    paid = hospital.pay(seen, "P1")
    assert (paid["state"], paid["payNo"]) == ("paid", "P1")
    assert hospital.pay(seen, "P1") == paid
    assert [(one["key"], one["amount"]) for one in journal(world, "paid")] == [(claim, 48000)]
    with pytest.raises(Refused, match="ALREADY_PAID"):
        hospital.pay(seen, "P2")
    second = hospital.calculated()
    assert (second["deductible"], second["payable"]) == (0, 56000)
    assert hospital.get(f"/cases/{claim}") == paid
    assert hospital.get(f"/cases?caseNo={paid['caseNo']}") == paid


def test_a_paid_case_can_be_paid_back(world, hospital):
    first = hospital.calculated()
    hospital.pay(first)
    assert hospital.cancel(first["claimNo"])["state"] == "reversed"
    with pytest.raises(Refused, match="案件状态为reversed，不能执行该操作"):
        hospital.cancel(first["claimNo"])
    assert hospital.calculated()["payable"] == first["payable"]
    assert [one["amount"] for one in journal(world, "reversed")] == [-first["payable"]]


def test_nobody_is_recognised_without_consent_or_policy(hospital):
    for name, policies in (("chen", 0), ("zhang", 1)):
        assert len(hospital.recognise(name)["policies"]) == policies
    assert hospital.recognise("chen")["insured"] is False
    assert hospital.recognise("zhang")["policies"][0]["directPay"] is False
    content = {"idHash": digest_of("li"), "visitType": "outpatient", "visitDate": "2026-03-02"}
    with pytest.raises(Refused, match="CONSENT_REQUIRED 缺少患者授权"):
        hospital.post("/coverage/recognise", content)
    with pytest.raises(Refused, match="PARAM_ERROR 参数idHash"):
        hospital.post("/coverage/recognise", {**content, "idHash": "li"})


def test_a_report_needs_a_policy_that_pays_this_visit(world, hospital):
    with pytest.raises(Refused, match="NOT_COVERED"):
        hospital.report("zhang", product="MILLION")
    with pytest.raises(Refused, match="POLICY_NOT_FOUND"):
        hospital.report(idHash=digest_of("li"))
    world.fault("policy_lapsed", gateway="insurer")
    with pytest.raises(Refused, match="POLICY_LAPSED 保单已失效"):
        hospital.report()
    case = hospital.case()
    world.post("/insurer/policies", person="wang", product="CORP-OP", state="lapsed")
    with pytest.raises(Refused, match="POLICY_LAPSED"):
        hospital.post("/cases", case)
    assert [one["productCode"] for one in hospital.recognise("wang")["policies"]] == ["ZLB"]


def test_the_same_report_is_the_same_case(hospital):
    case = hospital.case()
    assert hospital.post("/cases", case) == hospital.post("/cases", case)
    with pytest.raises(Refused, match="DUPLICATE 案件编号重复，且内容不一致"):
        hospital.post("/cases", {**case, "visit": {**case["visit"], "visitNo": "MZ2"}})


def test_sums_and_steps_are_checked(hospital):
    claim = hospital.report()
    with pytest.raises(Refused, match="案件状态为reported"):
        hospital.post(f"/cases/{claim}/calculate")
    parts = {"setlId": "S1", "total": 100000, "fund": 1, "account": 0, "cash": 70000}
    with pytest.raises(Refused, match="AMOUNT_MISMATCH 医保结算各项之和与总费用不一致"):
        hospital.fees(claim, nationalSettlement=parts)
    with pytest.raises(Refused, match="AMOUNT_MISMATCH 费用清单合计与总费用不一致"):
        hospital.fees(claim, nationalSettlement={**parts, "total": 1})
    with pytest.raises(Refused, match="PARAM_ERROR 参数items"):
        hospital.fees(claim, items=[])
    with pytest.raises(Refused, match="CASE_NOT_FOUND"):
        hospital.fees("C1")
    hospital.fees(claim)
    seen = hospital.post(f"/cases/{claim}/calculate")
    with pytest.raises(Refused, match="AMOUNT_MISMATCH 赔付金额与理算结果不一致"):
        hospital.pay(seen, amount=seen["payable"] + 1)
    with pytest.raises(Refused, match="STATE_ERROR"):
        hospital.fees(claim)
    assert hospital.cancel(claim)["state"] == "cancelled"
    with pytest.raises(Refused, match="STATE_ERROR"):
        hospital.pay(seen)


def test_what_the_product_excludes_is_not_paid(hospital):
    claim = hospital.report()
    hospital.fees(claim, levels=("01", "03"))
    seen = hospital.post(f"/cases/{claim}/calculate")
    assert (seen["excluded"], seen["payable"]) == (40000, (30000 - 10000) * 80 // 100)
    dental = hospital.report()
    hospital.fees(dental, diagnoses=[{"code": "K02.900", "name": "龋病"}])
    seen = hospital.post(f"/cases/{dental}/calculate")
    assert (seen["payable"], seen["reason"]) == (0, "诊断属于责任免除")


@pytest.mark.parametrize(("outcome", "state"), [("approve", "approved"), ("refuse", "refused")])
def test_a_person_decides_later(world, hospital, ear, outcome, state):
    world.fault("manual_review", gateway="insurer", options={"outcome": outcome, "seconds": 60})
    seen = hospital.calculated()
    assert seen["state"] == "review"
    with pytest.raises(Refused, match="案件状态为review"):
        hospital.pay(seen)
    world.post("/clock", advance=61)
    world.post("/settle")
    (told,) = ear.contents()
    assert told["state"] == state
    now = hospital.get(f"/cases/{seen['claimNo']}")
    assert now["state"] == state
    if state == "refused":
        assert (now["payable"], now["reason"]) == (0, "人工审核不通过")


def test_a_large_case_and_a_late_decision_wait(world, hospital, ear):
    world.fault("decision_late", gateway="insurer", options={"seconds": 1000})
    late = hospital.calculated()
    large = hospital.calculated(amounts=(900000, 0), fund=0)
    assert [late["state"], large["state"]] == ["review", "review"]
    world.post("/clock", advance=700)
    world.post("/settle")
    assert [one["claimNo"] for one in ear.contents()] == [large["claimNo"]]
    world.post(f"/insurer/cases/{late['claimNo']}/decision", approve=True)
    world.post("/clock", advance=400)
    world.post("/settle")
    assert [one["claimNo"] for one in ear.contents()] == [large["claimNo"], late["claimNo"]]


def test_two_cases_cannot_use_one_ceiling_twice(world, hospital):
    for _turn in range(2):
        seen = hospital.calculated(amounts=(1400000, 0), fund=0)
        world.post("/clock", advance=700)
        world.post("/settle")
        hospital.pay(hospital.get(f"/cases/{seen['claimNo']}"))
    third = hospital.calculated(amounts=(1400000, 0), fund=0)
    assert third["payable"] == 0
    hospital.cancel(seen["claimNo"])
    claims = [hospital.calculated(amounts=(1400000, 0), fund=0) for _turn in range(2)]
    world.post("/clock", advance=700)
    world.post("/settle")
    hospital.pay(claims[0])
    with pytest.raises(Refused, match="LIMIT_EXCEEDED"):
        hospital.pay(claims[1])


def test_wrong_signatures_times_and_nonces_are_refused(hospital):
    target = "/api/v1/cases?caseNo=1"
    for changes, code in (
        ({"secret": "other"}, "SIGN_ERROR"),
        ({"at": hospital.now() - 400}, "TIMESTAMP_EXPIRED"),
        ({"app": "nobody"}, "APP_NOT_FOUND"),
    ):
        answer = hospital.send("GET", target, **changes)
        assert (answer.status_code, answer.json()["code"]) == (401, code)
    codes = [hospital.send("GET", target, nonce="once").json()["code"] for _turn in range(2)]
    assert codes == ["CASE_NOT_FOUND", "NONCE_REPEATED"]


def test_another_hospital_sees_nothing_of_a_case(world, hospital):
    seen = hospital.calculated()
    other = Hospital(world, place=1)
    with pytest.raises(Refused, match="CASE_NOT_FOUND"):
        other.get(f"/cases/{seen['claimNo']}")
    with pytest.raises(Refused, match="CASE_NOT_FOUND"):
        other.pay(seen)


def test_a_lost_answer_is_asked_again_with_the_same_number(world, hospital):
    seen = hospital.calculated()
    world.fault("reset_after", gateway="insurer", operation="pay")
    with pytest.raises(requests.ConnectionError):
        hospital.pay(seen, "P1")
    assert hospital.pay(seen, "P1")["state"] == "paid"
    assert len(journal(world, "paid")) == 1


def test_answers_and_callbacks_can_be_spoiled(world, hospital, ear):
    world.fault("bad_signature", gateway="insurer")
    assert not hospital.signed(hospital.send("GET", "/api/v1/cases?caseNo=1"))
    for kind in ("callback_bad_signature", "callback_tampered"):
        ear.got.clear()
        world.fault(kind, gateway="insurer")
        hospital.calculated()
        world.post("/settle")
        assert not ear.right(hospital.secret)
    ear.got.clear()
    world.fault("callback_stale", gateway="insurer")
    hospital.calculated()
    world.post("/settle")
    assert ear.right(hospital.secret)
    assert int(ear.got[0].headers["x-timestamp"]) == hospital.now() - 3 * 86400


def test_a_callback_is_repeated_until_the_hospital_takes_it(world, hospital, ear):
    ear.statuses.extend([500, 500])
    hospital.calculated()
    for seconds in (0, 16, 16, 31):
        world.post("/clock", advance=seconds)
        world.post("/settle")
    assert len(ear.got) == 3
    assert len({one["eventId"] for one in ear.contents()}) == 1


def test_too_many_calls_get_the_documented_error(world, hospital):
    world.fault("rate_limit", gateway="insurer", operation="find")
    answer = hospital.send("GET", "/api/v1/cases?caseNo=1")
    assert (answer.status_code, answer.json()["code"]) == (429, "FREQUENCY_LIMITED")


AMOUNT = st.integers(0, 10**8)
LINES = st.lists(
    st.builds(
        Line,
        code=st.sampled_from(["XJ1", "001101000010000"]),
        level=st.sampled_from(["01", "02", "03"]),
        amount=AMOUNT,
    ),
    max_size=6,
)


@given(
    st.sampled_from(sorted(PRODUCTS)),
    LINES,
    st.sampled_from([["J06"], ["K02.9"], ["Z41"]]),
    AMOUNT,
    AMOUNT,
    AMOUNT,
    st.integers(0, 10**6),
)
def test_a_benefit_adds_up_and_grows_with_the_bill(code, lines, ill, cash, used, paid, more):
    product = PRODUCTS[code]
    found = compute(product, lines, ill, cash, used, paid)
    assert found.payable + found.patient == cash
    assert min(found.payable, found.patient, found.excluded, found.deductible, found.base) >= 0
    assert found.payable <= product.visit_ceiling
    assert found.payable + paid <= max(product.ceiling, paid)
    assert compute(product, lines, ill, cash + more, used, paid).payable >= found.payable
    assert compute(product, lines, ill, cash, used, paid + more).payable <= found.payable


@given(st.binary(max_size=120) | st.text(max_size=60).map(lambda text: json.dumps(text).encode()))
def test_any_body_is_an_object_or_the_documented_error(body):
    try:
        node = Node.of(Call("POST", "/", "/", {}, body))
        assert isinstance(node.content, dict)
    except Refusal as refusal:
        assert refusal.code == "PARAM_ERROR"


@pytest.mark.parametrize(
    "kind",
    [
        "timeout_before",
        "timeout_after",
        "reset_before",
        "status_before",
        "status_after",
        "half_open",
        "truncate",
        "garbage",
    ],
)
def test_whatever_happens_to_the_answer_a_case_is_paid_once(world, hospital, kind):
    seen = hospital.calculated()
    world.fault(kind, gateway="insurer", operation="pay", match={"key": seen["claimNo"]})
    content = {"payNo": "P1", "amount": seen["payable"]}
    target = f"/cases/{seen['claimNo']}/pay"
    with pytest.raises((requests.RequestException, ValueError)):
        hospital.post(target, content, timeout=0.4)
    assert hospital.pay(seen, "P1")["state"] == "paid"
    assert len(journal(world, "paid")) == 1


def test_a_late_answer_still_comes(world, hospital):
    world.fault("delay", gateway="insurer", operation="recognise", options={"seconds": 0.1})
    assert hospital.recognise("li")["insured"] is True


def test_a_decision_can_be_lost_doubled_or_late(world, hospital, ear):
    for kind, at_once, later in (
        ("callback_lost", 0, 0),
        ("callback_duplicate", 2, 0),
        ("callback_delay", 0, 1),
    ):
        ear.got.clear()
        world.fault(kind, gateway="insurer", operation="decision")
        hospital.calculated()
        world.post("/settle")
        assert len(ear.got) == at_once, kind
        world.post("/clock", advance=601)
        world.post("/settle")
        assert len(ear.got) == at_once + later, kind
        assert len({one["eventId"] for one in ear.contents()}) <= 1


def test_decisions_can_overtake_each_other_and_the_answer(world, hospital, ear):
    world.fault("callback_reordered", gateway="insurer")
    first, second = hospital.calculated(), hospital.calculated()
    world.post("/settle")
    assert [one["claimNo"] for one in ear.contents()] == [second["claimNo"], first["claimNo"]]
    ear.got.clear()
    claim = hospital.report()
    hospital.fees(claim)
    world.fault("callback_early", gateway="insurer", operation="calculate")
    world.fault("timeout_after", gateway="insurer", operation="calculate")
    with pytest.raises(requests.Timeout):
        hospital.post(f"/cases/{claim}/calculate", timeout=0.5)
    assert [one["claimNo"] for one in ear.contents()] == [claim]
