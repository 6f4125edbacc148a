"""The signed JSON interface, called by a client written from its documents."""

import json

import pytest
from gmssl import sm4

from tests_world.his_fixture import DAY
from tests_world.his_vendor.conftest import Client
from tests_world.his_vendor.helpers import billed, payment, registered, session


def test_a_patient_goes_through_a_whole_visit(client: Client) -> None:
    bill = billed(client, "XCG", "CT1", "Y1")
    assert (bill["should_money"], bill["recipe_version"]) == ("312.80", 1)
    shown = client.data("outpatient/unpaidfees_details", recipe_id=bill["recipe_id"])
    assert [line["money"] for line in shown["detail_list"]] == ["20.00", "280.00", "12.80"]
    pre = client.data("outpatient/settlement_pre", recipe_id=bill["recipe_id"], recipe_version="1")
    assert pre["actual_money"] == "312.80"
    paid = client.data("outpatient/charge_commit", **payment(bill))
    checked = client.data("other/trade_check", channel_id="weixin", trade_no="T2")
    assert checked["reconciliation_no"] == paid["reconciliation_no"]
    applied = client.data("report/inspect_list", patient_id="P00000001")
    assert [one["order_state"] for one in applied] == ["1", "1"]
    lab, exam = (one["apply_no"] for one in applied)
    values = [{"code": "WBC", "name": "白细胞", "value": "11.2", "flag": "H"}]
    client.staff("report_lab", order_no=lab, results=values)
    client.staff("report_exam", order_no=exam, findings="右肺结节", impression="建议随访")
    sample = client.data("report/sample_list", patient_id="P00000001")[0]["sample_id"]
    report = client.data("report/sample_report", sample_id=sample)
    assert report["item_list"][0]["value_report"] == "11.2"
    number = client.data("report/report_list", patient_id="P00000001")[0]["report_id"]
    assert client.data("report/report_text", report_id=number)["impression"] == "建议随访"
    recipe = client.data("outpatient/recipe_list", patient_id="P00000001")[0]
    client.staff("ready", rx_no=recipe["recipe_no"])
    found = client.data("outpatient/recipe_info", recipe_no=recipe["recipe_no"])
    assert (recipe["recipe_state"], found["recipe_state"]) == ("1", "2")
    client.staff("dispense", rx_no=recipe["recipe_no"])
    assert client.data("hospital/drug_info", drug_id="Y1")["stock"] == "99"
    day = client.data("other/trade_list", day=DAY, offset=0, length=10)
    assert [row["amount_cash"] for row in day["list"]] == [1200, 31280]
    assert (day["total"], day["offset"], day["length"]) == (2, 0, 2)


def test_a_registration_is_given_back_and_listed_below_zero(client: Client) -> None:
    number = registered(client)["register_no"]
    fields = {"register_no": number, "trade_no": "T-P00000001", "his_refund_id": "R1"}
    back = client.data("outpatient/register_refund", **fields)
    assert client.data("outpatient/register_refund", **fields) == back
    rows = client.data("other/trade_list", day=DAY)["list"]
    assert [row["amount_cash"] for row in rows] == [1200, -1200]
    refunds = client.data("other/refund_query", channel_id="weixin", trade_no="T-P00000001")
    assert [row["his_refund_id"] for row in refunds] == ["R1"]


def test_a_refund_of_the_platform_is_taken_in_by_its_trade(client: Client) -> None:
    client.data("outpatient/charge_commit", **payment(billed(client, "XCG")))
    fields = {"channel_id": "weixin", "trade_no": "T2", "his_refund_id": "R1", "amount": "20.00"}
    assert client.data("other/refund_sync", **fields)["amount"] == "20.00"
    assert client.refused("other/refund_sync", **{**fields, "trade_no": "T9"}) == "没有找到结算记录"


def test_bookings_are_followed_cancelled_and_asked_for_by_the_partners_number(
    client: Client,
) -> None:
    number = session(client, "P1")
    locked = client.refused("outpatient/schedule_lock", schedule_id=number, patient_id="P00000001")
    assert locked == "该科室号源由平台管理"
    fields = {"schedule_id": number, "patient_id": "P00000001", "order_no": "B1"}
    made = client.data("outpatient/register_direct", **fields, schedule_no=3)
    assert (made["see_no"], made["reg_state_code"]) == (3, "0")
    assert client.data("outpatient/register_query", order_no="B1") == made
    assert client.data("outpatient/register_pre", patient_id="P00000001") == [made]
    other = Client(client.running, "province")
    assert other.refused("outpatient/register_query", order_no="B1").startswith("没有找到挂号记录")
    gone = client.data("outpatient/register_cancel", order_no="B1")
    assert gone["reg_state_code"] == "4"


def test_the_queue_tells_the_place_and_the_calls(client: Client) -> None:
    for patient_id in ("P00000001", "P00000002"):
        number = registered(client, patient_id)["register_no"]
        client.data("outpatient/register_sign", register_no=number)
    mine = client.data("queue/position", patient_id="P00000002")[0]
    assert (mine["wait_count"], mine["queue_state"]) == (1, "0")
    client.staff("call_next", queue=mine["queue_id"])
    assert client.data("queue/serving")[0]["patient_id"] == "P00000001"
    events = client.data("queue/events", cursor=0)
    assert [one["kind"] for one in events] == ["queue.entered", "queue.entered", "queue.called"]
    assert client.data("queue/events", cursor=events[-1]["cursor"]) == []


def test_a_stay_is_paid_and_read_day_by_day(client: Client) -> None:
    stay = client.staff("admit", patient_no="P00000001", ward_code="BQ1", doctor_code="B1")
    number = stay["admission_no"]
    fields = {"inhosp_no": number, "trade_no": "D1", "channel_id": "alipay", "amount": "100.00"}
    assert client.data("inhospital/prepay", **fields)["amount"] == "100.00"
    client.staff("charge", admission_no=number, lines=[{"code": "CW1"}, {"code": "HL1"}])
    info = client.data("patient/inhospital", patient_id="P00000001")[0]
    assert (info["fee_prepay"], info["fee_expend"], info["fee_balance"]) == (
        "100.00",
        "55.00",
        "45.00",
    )
    day = client.data("inhospital/daily_list", inhosp_no=number, fee_date=DAY)
    assert (day["sum_amount"], len(day["detail_list"])) == ("55.00", 2)
    assert len(client.data("inhospital/prepay_list", inhosp_no=number)) == 1
    assert len(client.data("inhospital/feedetail_list", inhosp_no=number)["detail_list"]) == 2
    client.staff("discharge", admission_no=number)
    left = client.data("inhospital/leave_settle", inhosp_no=number)
    assert left["refunded_fen" if "refunded_fen" in left else "refund_money"] == "45.00"


def test_a_check_up_is_booked_paid_and_reported(client: Client) -> None:
    packages = client.data("physical/package_list")
    assert [one["price"] for one in packages] == ["300.00", "300.00"]
    fields = {"package_id": "TJ1", "patient_id": "P00000001", "physical_date": DAY}
    made = client.data("physical/order_apply", **fields)
    bill = client.data("outpatient/unpaidfees", patient_id="P00000001")[0]
    client.data("outpatient/charge_commit", **payment(bill))
    client.staff("checkup_arrive", order_no=made["order_no"])
    client.staff("checkup_report", order_no=made["order_no"], summary="未见异常")
    found = client.data("physical/order_detail", order_no=made["order_no"])
    assert (found["order_state"], found["summary"]) == ("2", "未见异常")
    assert len(client.data("physical/order_list", patient_id="P00000001")) == 1
    other = client.data("physical/order_apply", **{**fields, "patient_id": "P00000002"})
    client.data("physical/order_cancel", order_no=other["order_no"])


def test_patients_are_made_found_changed_and_given_cards(client: Client) -> None:
    fields = {
        "patient_name": "新患者",
        "sex": "2",
        "birthday": "1990-05-01",
        "mobile": "13900000000",
    }
    made = client.data("patient/create", **fields)
    number = made["patient_id"]
    changed = client.data("patient/update", patient_id=number, mobile="13911111111")
    assert (changed["mobile"], changed["sex"]) == ("13911111111", "2")
    client.data("patient/card_bind", patient_id=number, card_type="01", card_no="C9")
    assert client.data("patient/find", card_no="C9")[0]["patient_id"] == number
    assert client.data("patient/find", patient_id="P404") == []


def test_the_directory_is_complete(client: Client) -> None:
    assert {one["dept_id"] for one in client.data("hospital/department_list", dept_type="C")} == {
        "N1",
        "W1",
        "P1",
    }
    assert [one["doctor_id"] for one in client.data("hospital/doctor_list", dept_id="N1")] == ["D1"]
    assert client.refused("hospital/doctor_list", dept_id="X").startswith("没有找到该科室")
    assert len(client.data("hospital/charge_item", item_type="lab")) == 1
    first = client.data("hospital/drug_list", length=2)
    rest = client.data("hospital/drug_list", last_id=first[-1]["drug_id"])
    assert [one["drug_id"] for one in (*first, *rest)] == ["Y1", "Y2", "Y3"]
    assert client.data("hospital/drug_info", drug_id="Y1")["leaflet"]["indications"] == "适应症"
    assert client.data("hospital/branch")[0]["branch_id"]
    assert client.data("hospital/time")["time"] == client.time
    opened = client.data("outpatient/register_department_list")
    assert {one["dept_id"] for one in opened} == {"N1", "W1", "P1"}
    tickets = client.data("outpatient/schedule_details", schedule_id=session(client))
    assert [one["schedule_no"] for one in tickets] == [1, 2, 3, 4, 5, 6]
    client.staff("suspend", session_id=session(client))
    assert len(client.data("outpatient/schedule_stop_list")) == 1


def test_money_may_go_back_for_single_orders(client: Client) -> None:
    paid = client.data("outpatient/charge_commit", **payment(billed(client, "XCG", "ZL1")))
    order = client.data("report/inspect_list", patient_id="P00000001")[0]["apply_no"]
    fields = {"reconciliation_no": paid["reconciliation_no"], "his_refund_id": "R1"}
    wrong = client.refused("outpatient/charge_refund", **fields, amount="1.00", order_no=order)
    assert wrong == "金额不一致"
    back = client.data("outpatient/charge_refund", **fields, amount="20.00", order_no=order)
    assert back["original_reconciliation_no"] == paid["reconciliation_no"]
    held = client.data("outpatient/schedule_lock", schedule_id=session(client, "W1"),
                       patient_id="P00000002", lock_minutes=5)  # fmt: skip
    client.data("outpatient/schedule_unlock", pre_id=held["pre_id"])
    assert len(client.data("outpatient/register_list", patient_id="P00000001")) == 1


@pytest.mark.parametrize(
    ("odd", "code"),
    [
        ({"appid": "nobody"}, "9002"),
        ({"timestamp": "0"}, "9003"),
        ({"timestamp": "x"}, "9003"),
        ({"sign": "0" * 64}, "9004"),
        ({"sign": "签名"}, "9004"),
        ({"method": "SHA1"}, "9004"),
        ({"nonce": ""}, "9005"),
        ({"nonce": "n" * 65}, "9005"),
        ({"body": "[1]"}, "9001"),
        ({"body": "{"}, "9001"),
    ],
)
def test_calls_that_are_not_signed_as_documented_are_refused(
    client: Client, odd: dict[str, str], code: str
) -> None:
    if odd.get("sign") == "签名":
        odd = {"sign": "签名".encode().decode("latin-1")}
    assert client.post("hospital/time", **odd).json()["code"] == code


def test_a_nonce_is_good_once_and_a_changed_body_is_noticed(client: Client) -> None:
    headers = client.headers("{}")
    url = f"{client.url}/api/hospital/time"
    codes = [client.session.post(url, data="{}", headers=headers).json()["code"] for _ in "ab"]
    assert codes == ["1", "9005"]
    changed = client.session.post(url, data='{"a":1}', headers=client.headers("{}"))
    assert changed.json()["message"] == "签名错误"


def test_md5_is_taken_as_well(client: Client) -> None:
    assert client.post("hospital/time", {}, method="MD5").json()["code"] == "1"


def test_gb18030_goes_both_ways(client: Client) -> None:
    content = {"patient_name": "𠮷田", "sex": "1", "birthday": "1990-01-01"}
    answer = client.post("patient/create", content, charset="gb18030")
    assert answer.headers["Content-Type"] == "application/json; charset=GB18030"
    found = json.loads(answer.content.decode("gb18030"))
    assert (found["code"], found["data"]["patient_name"]) == ("1", "𠮷田")
    client.running.post("/vendor/settings", charset="gbk")
    try:
        body = "{}"
        plain = {"Content-Type": "application/json", **client.headers(body)}
        answer = client.session.post(f"{client.url}/api/hospital/branch", body, headers=plain)
        assert json.loads(answer.content.decode("gb18030"))["data"][0]["branch_name"] == "示范医院"
    finally:
        client.running.post("/vendor/settings", charset="utf-8")


def test_sm4_hides_both_bodies(client: Client) -> None:
    tool = sm4.CryptSM4()
    tool.set_key(client.sm4_key.encode(), sm4.SM4_ENCRYPT)
    body = tool.crypt_ecb(b'{"dept_id":"N1"}').hex()
    answer = client.post("hospital/doctor_list", body=body, more={"encrypt": "SM4"})
    assert answer.headers["encrypt"] == "SM4"
    tool.set_key(client.sm4_key.encode(), sm4.SM4_DECRYPT)
    found = json.loads(tool.crypt_ecb(bytes.fromhex(answer.text)))
    assert found["data"][0]["doctor_id"] == "D1"
    odd = client.post("hospital/doctor_list", body="zz", more={"encrypt": "SM4"})
    assert "encrypt" in odd.headers


@pytest.mark.parametrize(
    ("path", "fields", "message"),
    [
        ("nothing", {}, "没有该功能：nothing"),
        ("outpatient/schedule_lock", {}, "缺少必填项：schedule_id"),
        ("outpatient/schedule_group", {"date": "2026-13-01"}, "字段内容不合法：date"),
        ("outpatient/schedule_group", {"date": 20260302}, "字段内容不合法：date"),
        ("inhospital/prepay", {"amount": "1.001"}, "字段内容不合法：amount"),
        ("inhospital/prepay", {"amount": "-1"}, "字段内容不合法：amount"),
        ("inhospital/prepay", {"amount": "1e400"}, "字段内容不合法：amount"),
        ("inhospital/prepay", {"amount": "NaN"}, "字段内容不合法：amount"),
        ("inhospital/prepay", {"channel_id": "cheque"}, "字段内容不合法：channel_id"),
        ("hospital/drug_list", {"keyword": "a\u0000b"}, "字段内容不合法：keyword"),
        ("hospital/drug_list", {"keyword": "\ud800"}, "字段内容不合法：keyword"),
        ("hospital/drug_list", {"keyword": ["a"]}, "字段内容不合法：keyword"),
        ("hospital/drug_list", {"length": 2**40}, "字段内容不合法：length"),
        ("hospital/drug_info", {"drug_id": "x" * 3000}, "字段内容不合法：drug_id"),
    ],
)
def test_odd_input_gets_one_documented_sentence(
    client: Client, path: str, fields: dict[str, object], message: str
) -> None:
    required = {"inhosp_no": "A1", "trade_no": "D1", "channel_id": "weixin", "amount": "1"}
    content = {**required, **fields} if path == "inhospital/prepay" else fields
    answer = client.post(path, body=json.dumps(content)).json()
    assert answer["message"] == message


@pytest.mark.parametrize(
    ("path", "fields", "message"),
    [
        ("hospital/drug_info", {"drug_id": "X"}, "没有找到该药品：X"),
        ("outpatient/schedule_group", {"doctor_id": "X"}, "没有找到该医生：X"),
        ("outpatient/register_sign", {"register_no": "X"}, "没有找到挂号记录：X"),
        ("outpatient/unpaidfees_details", {"recipe_id": "X"}, "没有找到缴费单：X"),
        ("inhospital/daily_list", {"inhosp_no": "X", "fee_date": DAY}, "没有找到住院记录：X"),
        ("report/sample_report", {"sample_id": "X"}, "没有找到报告：X"),
        ("outpatient/recipe_info", {"recipe_no": "X"}, "没有找到医嘱：X"),
        ("outpatient/unpaidfees", {"patient_id": "X"}, "没有找到该患者：X"),
        ("outpatient/schedule_unlock", {"pre_id": "X"}, "没有找到锁号记录：X"),
    ],
)
def test_unknown_numbers_are_named_in_the_refusal(
    client: Client, path: str, fields: dict[str, str], message: str
) -> None:
    assert client.refused(path, **fields) == message
