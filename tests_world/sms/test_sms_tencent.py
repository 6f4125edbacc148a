"""The Tencent-Cloud-like front, and what both share: reports, replies, faults."""

import json
import time
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as some
from requests.exceptions import ConnectionError, ReadTimeout

from sandbox.sms import reports, texts
from sandbox.sms.gateway import Sms
from simulation import launch
from simulation.world import World

LI, WANG = "13800000001", "13800000002"


def test_a_code_arrives_with_one_status_per_number(centre):
    first, second = centre.tencent.send(LI, WANG, SessionContext="s1")
    assert first["Code"] == "Ok" and first["Message"] == "send success" and first["Fee"] == 1
    assert first["PhoneNumber"] == f"+86{LI}" and first["IsoCode"] == "CN"
    assert first["SessionContext"] == "s1" and first["SerialNo"] != second["SerialNo"]
    assert "123456" in centre.inbox(LI)[0]["text"] and len(centre.inbox(WANG)) == 1


def test_reports_are_pulled_once(centre):
    (sent,) = centre.tencent.send(LI, SessionContext="s1")
    centre.settle()
    ask = {"SmsSdkAppId": centre.tencent.app, "Limit": 100}
    (found,) = centre.tencent.call("PullSmsSendStatus", ask)["PullSmsSendStatusSet"]
    assert found["SerialNo"] == sent["SerialNo"] and found["ReportStatus"] == "SUCCESS"
    assert found["Description"] == "DELIVRD" and found["SubscriberNumber"] == LI
    assert found["SessionContext"] == "s1" and isinstance(found["UserReceiveTime"], int)
    assert centre.tencent.call("PullSmsSendStatus", ask)["PullSmsSendStatusSet"] == []
    bad = centre.tencent.call("PullSmsSendStatus", {**ask, "Limit": 101})
    assert bad["Error"]["Code"] == "InvalidParameterValue"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"SignName": "x"}, "FailedOperation.SignatureIncorrectOrUnapproved"),
        ({"TemplateId": "1"}, "FailedOperation.TemplateIncorrectOrUnapproved"),
        (
            {"TemplateParamSet": []},
            "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        ),
        ({"PhoneNumberSet": ["+8612345"]}, "InvalidParameterValue.IncorrectPhoneNumber"),
        (
            {"TemplateParamSet": ["abc"]},
            "InvalidParameterValue.TemplateParameterFormatError",
        ),
        (
            {"TemplateParamSet": ["http://x"]},
            "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
        ),
        (
            {"TemplateParamSet": ["1" * 36]},
            "InvalidParameterValue.TemplateParameterLengthLimit",
        ),
    ],
)
def test_a_wrong_message_gets_the_documented_status(centre, change, code):
    (status,) = centre.tencent.send(LI, **change)
    assert status["Code"] == code and status["SerialNo"] == "" and status["Fee"] == 0
    assert centre.inbox(LI) == []


def test_one_refused_number_does_not_stop_the_others(centre):
    bad, good = centre.tencent.send("1", LI)
    assert bad["Code"] == "InvalidParameterValue.IncorrectPhoneNumber" and good["Code"] == "Ok"


def test_a_wrong_call_gets_the_documented_error(centre):
    tencent = centre.tencent
    content = tencent.content(LI)

    def error(given=content, action="SendSms", **change):
        return tencent.call(action, given, **change)["Error"]["Code"]

    assert error(secret="wrong") == "AuthFailure.SignatureFailure"
    assert error(id="AKIDx") == "AuthFailure.SecretIdNotFound"
    assert error(at=time.time() - 301) == "AuthFailure.SignatureExpire"
    assert error(version="2000-01-01") == "NoSuchVersion"
    assert error(action="Nothing") == "InvalidAction"
    assert error(b"{") == "InvalidParameter"
    assert error(b"[]") == "InvalidParameter"
    assert error({**content, "SmsSdkAppId": "1"}) == "InvalidParameterValue.SdkAppIdNotExist"
    assert error({**content, "PhoneNumberSet": None}) == "MissingParameter"
    assert error({**content, "PhoneNumberSet": "x"}) == "InvalidParameter"
    assert error({**content, "TemplateId": ""}) == "MissingParameter"
    many = {**content, "PhoneNumberSet": [LI] * 201}
    assert error(many) == "LimitExceeded.PhoneNumberCountLimit"
    url, heads = tencent.base, {"X-TC-Action": "SendSms", "Authorization": "TC3 x"}
    answer = requests.post(url, headers=heads, timeout=5).json()["Response"]
    assert answer["Error"]["Code"] == "AuthFailure.InvalidAuthorization" and answer["RequestId"]
    heads = {**tencent.headers(b"{}", "SendSms"), "X-TC-Timestamp": "x"}
    answer = requests.post(url, data=b"{}", headers=heads, timeout=5).json()["Response"]
    assert answer["Error"]["Code"] == "InvalidParameter"


def test_a_number_gets_one_code_in_30_seconds_five_an_hour_ten_a_day(centre):
    def code():
        return centre.tencent.send(LI)[0]["Code"]

    assert [code(), code()] == ["Ok", "LimitExceeded.PhoneNumberThirtySecondLimit"]
    for _number in range(4):
        centre.advance(31)
        assert code() == "Ok"
    centre.advance(31)
    assert code() == "LimitExceeded.PhoneNumberOneHourLimit"
    centre.advance(3600)
    for _number in range(5):
        centre.advance(31)
        assert code() == "Ok"
    centre.advance(3601)
    assert code() == "LimitExceeded.PhoneNumberDailyLimit"


# --- reports and replies, of both vendors


def test_reports_are_pushed_in_each_vendors_form(centre, sender):
    centre.connect(sender)
    biz = centre.aliyun.send(LI, OutId="my-1")["BizId"]
    (status,) = centre.tencent.send(WANG)
    centre.settle()
    ((report,),) = sender.on("/aliyun/report")
    assert report == {
        "phone_number": LI,
        "send_time": "2026-11-26 10:00:00",
        "report_time": "2026-11-26 10:00:00",
        "success": True,
        "err_code": "DELIVERED",
        "err_msg": "用户接收成功",
        "sms_size": "1",
        "biz_id": biz,
        "out_id": "my-1",
    }
    ((report,),) = sender.on("/tencent/report")
    assert report == {
        "user_receive_time": "2026-11-26 10:00:00",
        "nationcode": "86",
        "mobile": WANG,
        "report_status": "SUCCESS",
        "errmsg": "DELIVRD",
        "description": "用户短信送达成功",
        "sid": status["SerialNo"],
    }


def test_a_phone_that_is_off_gets_nothing_and_the_sender_knows(centre, sender):
    centre.connect(sender)
    for state, code in (("off", "MK:0001"), ("undeliverable", "UNDELIV"), ("full", "MK:0024")):
        centre.world.post(f"/sms/lines/{LI}", state=state)
        assert centre.aliyun.send(LI)["Code"] == "OK"
        (status,) = centre.tencent.send(LI)
        assert status["Code"] == "Ok"
        assert centre.inbox(LI) == []
        (report,) = sender.on("/aliyun/report")[-1]
        assert report["success"] is False and report["err_code"] == code
        (report,) = sender.on("/tencent/report")[-1]
        assert report["report_status"] == "FAIL" and report["errmsg"] == code
        centre.advance(61)
    query = {"PhoneNumber": LI, "SendDate": "20261126", "PageSize": "10", "CurrentPage": "1"}
    details = centre.aliyun.call("QuerySendDetails", **query)["SmsSendDetailDTOs"]
    assert {one["SendStatus"] for one in details["SmsSendDetailDTO"]} == {2}
    centre.world.post(f"/sms/lines/{LI}", state="on")
    centre.aliyun.send(LI)
    assert len(centre.inbox(LI)) == 1
    with pytest.raises(Exception, match="400"):
        centre.world.post(f"/sms/lines/{LI}", state="purple")


def test_a_report_is_pushed_again_until_it_is_taken(centre, sender):
    centre.connect(sender)
    for answer in ((500, ""), (200, "not json"), (200, '{"code": "0"}')):
        sender.answer = answer
        centre.aliyun.send(LI)
        centre.settle()
        sender.got.clear()
        centre.advance(60)
        assert len(sender.on("/aliyun/report")) == 1
        centre.advance(300)
        sender.answer = (200, '{"code": 7}')
        centre.advance(600)
        centre.advance(3600)
        assert len(sender.on("/aliyun/report")) == 3
    states = [fact["state"] for fact in centre.facts("callback")][:4]
    assert states == ["waiting", "waiting", "waiting", "done"]


def test_a_reply_reaches_the_sender(centre, sender):
    centre.connect(sender)
    centre.aliyun.send(LI)
    centre.tencent.send(WANG)
    centre.settle()
    centre.world.post(f"/sms/inbox/{LI}/reply", text="好的")
    centre.world.post(f"/sms/inbox/{WANG}/reply", text="收到")
    centre.settle()
    ((up,),) = sender.on("/aliyun/reply")
    assert up["phone_number"] == LI and up["content"] == "好的"
    (up,) = sender.on("/tencent/reply")
    assert up["mobile"] == WANG and up["text"] == "收到" and up["nationcode"] == "86"
    ask = {"SmsSdkAppId": centre.tencent.app, "Limit": 10}
    (found,) = centre.tencent.call("PullSmsReplyStatus", ask)["PullSmsReplyStatusSet"]
    assert found["ReplyContent"] == "收到"
    with pytest.raises(Exception, match="400"):
        centre.world.post("/sms/inbox/13900000000/reply", text="x")


def test_td_ends_notices_but_not_codes(centre, sender):
    centre.connect(sender)
    centre.aliyun.send(LI)
    centre.settle()
    centre.world.post(f"/sms/inbox/{LI}/reply", text="td")
    param = {"name": "李建国", "ahead": "3", "place": "3楼"}
    assert centre.aliyun.send(LI, "queue_call", param=param)["Code"] == "OK"
    centre.settle()
    (report,) = sender.on("/aliyun/report")[-1]
    assert report["err_code"] == "MOBILE_IN_BLACK"
    values = ["李建国", "3", "3楼"]
    (status,) = centre.tencent.send(LI, purpose="queue_call", TemplateParamSet=values)
    assert status["Code"] == "FailedOperation.PhoneNumberInBlacklist"
    centre.advance(61)
    centre.aliyun.send(LI)
    assert len(centre.inbox(LI)) == 2


def test_an_inbox_is_read(centre):
    centre.aliyun.send(LI)
    assert centre.inbox(LI)[0]["unread"]
    centre.world.post(f"/sms/inbox/{LI}/read")
    assert not centre.inbox(LI)[0]["unread"]


# --- faults


def test_a_message_can_be_lost(centre, sender):
    centre.connect(sender)
    centre.world.fault("sms_lost", match={"key": LI})
    centre.aliyun.send(LI)
    assert centre.inbox(LI) == [] and sender.got == []
    query = {"PhoneNumber": LI, "SendDate": "20261126", "PageSize": "10", "CurrentPage": "1"}
    details = centre.aliyun.call("QuerySendDetails", **query)["SmsSendDetailDTOs"]
    assert details["SmsSendDetailDTO"][0]["SendStatus"] == 1


def test_a_message_can_fail_or_come_late(centre, sender):
    centre.connect(sender)
    centre.world.fault("sms_undelivered", options={"code": "UNDELIV"})
    centre.tencent.send(LI)
    assert centre.inbox(LI) == []
    assert sender.on("/tencent/report")[0][0]["errmsg"] == "UNDELIV"
    centre.world.fault("sms_late", options={"seconds": 900})
    centre.tencent.send(WANG)
    assert centre.inbox(WANG) == []
    centre.advance(901)
    assert len(centre.inbox(WANG)) == 1


def test_a_report_can_come_twice(centre, sender):
    centre.connect(sender)
    centre.world.fault("report_duplicate", match={"merchant": "tencent"})
    centre.tencent.send(LI)
    centre.settle()
    first, second = sender.on("/tencent/report")
    assert first == second


def test_money_can_run_out(centre):
    centre.world.fault("no_balance", times=2)
    assert centre.aliyun.send(LI)["Code"] == "isv.AMOUNT_NOT_ENOUGH"
    (status,) = centre.tencent.send(LI)
    assert status["Code"] == "FailedOperation.InsufficientBalanceInSmsPackage"
    assert centre.tencent.send(LI)[0]["Code"] == "Ok"


def test_too_many_calls_get_each_vendors_error(centre):
    centre.world.fault("rate_limit", match={"merchant": "aliyun"})
    centre.world.fault("rate_limit", match={"action": "SendSms", "merchant": "tencent"})
    assert centre.aliyun.send(LI)["Code"] == "Throttling.User"
    answer = centre.tencent.call("SendSms", centre.tencent.content(LI))
    assert answer["Error"]["Code"] == "RequestLimitExceeded"
    assert centre.aliyun.send(LI)["Code"] == "OK"


@pytest.mark.parametrize(
    ("fault", "arrives"),
    [
        ("reset_before", 0),
        ("reset_after", 1),
        ("timeout_before", 0),
        ("timeout_after", 1),
        ("half_open", 1),
        ("truncate", 1),
        ("status_before", 0),
        ("status_after", 1),
        ("garbage", 1),
    ],
)
def test_a_broken_answer_says_nothing_about_the_message(centre, fault, arrives):
    centre.world.fault(fault, options={"seconds": 2})
    body = json.dumps(centre.tencent.content(LI)).encode()
    heads = centre.tencent.headers(body, "SendSms")
    broken = (
        ConnectionError,
        ReadTimeout,
        requests.exceptions.ChunkedEncodingError,
        ValueError,
    )
    with pytest.raises(broken):
        requests.post(centre.tencent.base, data=body, headers=heads, timeout=0.4).json()
    assert len(centre.inbox(LI)) == arrives


def test_an_answer_can_be_late(centre):
    centre.world.fault("delay", options={"seconds": 0.3})
    since = time.monotonic()
    centre.tencent.send(LI)
    assert time.monotonic() - since >= 0.3


@pytest.mark.parametrize(
    ("fault", "count"), [("callback_lost", 0), ("callback_duplicate", 2), ("callback_delay", 0)]
)
def test_reports_are_lost_doubled_and_late(centre, sender, fault, count):
    centre.connect(sender)
    centre.world.fault(fault)
    centre.tencent.send(LI)
    centre.settle()
    assert len(sender.got) == count
    centre.advance(601)
    assert len(sender.got) == (1 if fault == "callback_delay" else count)


def test_reports_change_their_order(centre, sender):
    centre.connect(sender)
    centre.world.fault("callback_reordered")
    centre.tencent.send(LI)
    centre.settle()
    centre.tencent.send(WANG)
    centre.settle()
    assert [one[0]["mobile"] for one in sender.on("/tencent/report")] == [WANG, LI]


def test_a_message_survives_a_crash(centre, sender, tmp_path):
    kind = type(centre)
    words = ("--state", str(tmp_path), "--base-port", "0", "--only", "sms")
    world = launch.start("sandbox", *words)
    try:
        centre = kind(world)
        centre.connect(sender)
        world.post("/clock", speed=0)
        world.fault("sms_late", options={"seconds": 60})
        centre.tencent.send(LI)
        world.kill()
        world = launch.start("sandbox", *words)
        centre = kind(world)
        assert centre.inbox(LI) == []
        centre.advance(61)
        assert len(centre.inbox(LI)) == 1 and len(sender.on("/tencent/report")) == 1
    finally:
        world.kill()


# --- pure rules and the page


@given(some.text(max_size=300))
def test_a_text_is_paid_by_its_length(text):
    parts = texts.segments(text)
    assert parts == 1 if len(text) <= 70 else (parts - 1) * 67 < len(text) <= parts * 67


@given(some.binary(max_size=60), some.sampled_from(["aliyun", "tencent"]))
def test_any_answer_to_a_push_is_taken_or_not(body, vendor):
    assert reports.is_taken(vendor, 200, body) in (True, False)
    assert reports.is_taken(vendor, 500, body) is False


def test_no_body_fails_without_a_code(centre):
    tencent = centre.tencent
    values = [None, 1, 2**70, True, "", "x", "\ud800", [], [[]], [{}], {}, [None], ["\ud800"]]
    for name in tencent.content(LI):
        for value in values:
            answer = tencent.call("SendSms", {**tencent.content(LI), name: value})
            assert "Error" in answer or answer["SendStatusSet"], (name, value)
    for value in values:
        answer = tencent.call("PullSmsSendStatus", {"SmsSdkAppId": tencent.app, "Limit": value})
        assert "Error" in answer or "PullSmsSendStatusSet" in answer


def test_headers_that_are_no_text_are_a_wrong_signature(centre):
    body = json.dumps(centre.tencent.content(LI)).encode()
    heads = {**centre.tencent.headers(body, "SendSms"), "Host": b"\xff"}
    answer = requests.post(centre.tencent.base, data=body, headers=heads, timeout=5).json()
    assert answer["Response"]["Error"]["Code"] == "AuthFailure.SignatureFailure"
    heads = {"x-acs-action": b"\xff", "Authorization": "ACS3-HMAC-SHA256 \xff".encode()}
    answer = requests.get(centre.aliyun.base, headers=heads, timeout=5).json()
    assert answer["Code"] == "IncompleteSignature"


def test_the_page_names_every_address_fault_and_control(tmp_path):
    page = Path("docs/outside-world/sms.md").read_text(encoding="utf-8")
    gateway = Sms(World("addresses", tmp_path))
    for route in [*gateway.routes(), *gateway.controls()]:
        assert f"`{route.path}`" in page, route.path
    for kind in gateway.fault_kinds:
        assert f"`{kind}`" in page, kind
