"""The Aliyun-like front."""

import json
import re

import pytest
import requests

LI, WANG = "13800000001", "13800000002"
BOOKING = {
    "name": "李建国",
    "time": "11月27日09:30",
    "department": "心内科",
    "doctor": "王医生",
    "number": "A012",
}


def test_a_code_arrives_and_is_found_again(centre):
    sent = centre.aliyun.send(LI, OutId="my-1")
    assert sent["Code"] == sent["Message"] == "OK" and sent["RequestId"] and sent["BizId"]
    (message,) = centre.inbox(LI)
    assert message["text"] == "【丽水市示范医院】您的验证码为123456，5分钟内有效，请勿告知他人。"
    assert message["unread"] and message["segments"] == 1
    query = {"PhoneNumber": LI, "SendDate": "20261126", "PageSize": "10", "CurrentPage": "1"}
    found = centre.aliyun.call("QuerySendDetails", **query)
    (detail,) = found["SmsSendDetailDTOs"]["SmsSendDetailDTO"]
    assert found["TotalCount"] == "1" and detail["SendStatus"] == 3
    assert detail["OutId"] == "my-1" and detail["ErrCode"] == "DELIVERED"
    assert detail["Content"] == message["text"]
    by_number = centre.aliyun.call("QuerySendDetails", **query, BizId=sent["BizId"])
    assert by_number["TotalCount"] == "1"
    other = centre.aliyun.call("QuerySendDetails", **{**query, "SendDate": "20261125"})
    assert other["TotalCount"] == "0"
    bad = centre.aliyun.call("QuerySendDetails", **{**query, "PageSize": "51"})
    assert bad["Code"] == "isv.INVALID_PARAMETERS"
    bad = centre.aliyun.call("QuerySendDetails", **{**query, "SendDate": "x"})
    assert bad["Code"] == "isv.INVALID_PARAMETERS"
    (fact,) = centre.facts("accepted")
    assert fact["purpose"] == "verification" and fact["price_fen"] == 5


def test_a_form_is_as_good_as_a_query(centre):
    values = {
        "PhoneNumbers": LI,
        "SignName": centre.aliyun.sign,
        "TemplateCode": centre.aliyun.templates["verification"],
        "TemplateParam": '{"code":"1234"}',
    }
    assert centre.aliyun.call("SendSms", "POST", **values)["Code"] == "OK"
    assert len(centre.inbox(LI)) == 1


def test_the_newer_signature_is_as_good(centre):
    values = {
        "PhoneNumbers": LI,
        "SignName": centre.aliyun.sign,
        "TemplateCode": centre.aliyun.templates["verification"],
        "TemplateParam": '{"code":"1234 ~*"}'.replace(" ~*", ""),
    }
    answer = centre.aliyun.new_style("SendSms", values)
    assert answer.json()["Code"] == "OK", answer.text
    assert len(centre.inbox(LI)) == 1
    secret, centre.aliyun.secret = centre.aliyun.secret, "wrong"
    answer = centre.aliyun.new_style("SendSms", values)
    assert (answer.status_code, answer.json()["Code"]) == (400, "SignatureDoesNotMatch")
    centre.aliyun.secret = secret
    old = {"x-acs-date": "2020-01-01T00:00:00Z"}
    assert centre.aliyun.new_style("SendSms", values, **old).json()["Code"] == (
        "InvalidTimeStamp.Expired"
    )
    wrong = {"x-acs-content-sha256": "0" * 64}
    assert centre.aliyun.new_style("SendSms", values, **wrong).json()["Code"] == (
        "IncompleteSignature"
    )


def test_long_messages_cost_more(centre):
    param = {**BOOKING, "doctor": "王" * 35, "department": "心" * 35}
    assert centre.aliyun.send(LI, "booking_success", param=param)["Code"] == "OK"
    (message,) = centre.inbox(LI)
    assert len(message["text"]) > 70 and message["segments"] == 2
    assert centre.facts("accepted")[0]["price_fen"] == 10


def test_many_get_a_text_of_their_own(centre):
    values = {
        "PhoneNumberJson": json.dumps([LI, WANG]),
        "SignNameJson": json.dumps([centre.aliyun.sign] * 2),
        "TemplateCode": centre.aliyun.templates["verification"],
        "TemplateParamJson": json.dumps([{"code": "1111"}, {"code": "2222"}]),
    }
    call = centre.aliyun.call
    assert call("SendBatchSms", **values)["Code"] == "OK"
    assert "1111" in centre.inbox(LI)[0]["text"] and "2222" in centre.inbox(WANG)[0]["text"]
    for change, code in (
        ({"SignNameJson": json.dumps(["x"])}, "isv.INVALID_PARAMETERS"),
        ({"PhoneNumberJson": "x"}, "isv.INVALID_JSON_PARAM"),
        ({"PhoneNumberJson": "{}"}, "isv.INVALID_JSON_PARAM"),
        ({"PhoneNumberJson": json.dumps([LI] * 101)}, "isv.MOBILE_COUNT_OVER_LIMIT"),
    ):
        assert call("SendBatchSms", **{**values, **change})["Code"] == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"SignName": "别的医院"}, "isv.SMS_SIGNATURE_ILLEGAL"),
        ({"TemplateCode": "SMS_1"}, "isv.SMS_TEMPLATE_ILLEGAL"),
        ({"PhoneNumbers": "123"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"PhoneNumbers": "１３８００００００01"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"PhoneNumbers": ",".join([LI] * 1001), "method": "POST"}, "isv.MOBILE_COUNT_OVER_LIMIT"),
        ({"TemplateParam": "{}"}, "isv.TEMPLATE_MISSING_PARAMETERS"),
        ({"TemplateParam": "x"}, "isv.INVALID_JSON_PARAM"),
        ({"TemplateParam": "[1]"}, "isv.INVALID_JSON_PARAM"),
        ({"TemplateParam": '{"code":123456}'}, "isv.INVALID_JSON_PARAM"),
        ({"TemplateParam": '{"code":"http://x"}'}, "isv.PARAM_NOT_SUPPORT_URL"),
        ({"TemplateParam": '{"code":"%s"}' % ("1" * 36)}, "isv.PARAM_LENGTH_LIMIT"),
        ({"TemplateParam": '{"code":"abcd"}'}, "isv.TEMPLATE_PARAMS_ILLEGAL"),
        ({"TemplateParam": '{"code":"\\ud800"}'}, "isv.INVALID_JSON_PARAM"),
    ],
)
def test_a_wrong_message_gets_the_documented_code(centre, change, code):
    found = centre.aliyun.send(LI, **change)
    assert found["Code"] == code and "BizId" not in found
    assert centre.inbox(LI) == []


def test_a_wrong_call_gets_the_documented_code(centre):
    aliyun = centre.aliyun

    def code(change, drop=(), spoil=False):
        values = {**aliyun.common("SendSms", PhoneNumbers=LI), **change}
        values = {name: value for name, value in values.items() if name not in drop}
        signed = aliyun.signed("GET", values)
        if spoil:
            signed["Signature"] = "AAAA"
        answer = aliyun.raw(signed)
        return answer.status_code, answer.json()["Code"]

    assert code({"AccessKeyId": "x"}) == (404, "InvalidAccessKeyId.NotFound")
    assert code({}, spoil=True) == (400, "SignatureDoesNotMatch")
    assert code({"Timestamp": "2020-01-01T00:00:00Z"}) == (400, "InvalidTimeStamp.Expired")
    assert code({"Timestamp": "yesterday"}) == (400, "InvalidTimeStamp.Format")
    assert code({"Version": "2000-01-01"}) == (400, "InvalidVersion")
    assert code({"Action": "Nothing"}) == (404, "InvalidAction.NotFound")
    assert code({"SignatureMethod": "HMAC-MD5"}) == (400, "InvalidSignatureMethod")
    assert code({}, ["Timestamp"]) == (400, "MissingTimestamp")
    assert code({}, ["PhoneNumbers"]) == (400, "MissingPhoneNumbers")
    assert code({"SignatureNonce": "once"}) == (400, "MissingSignName")
    bad = requests.get(aliyun.base, headers={"Authorization": "ACS3-HMAC-SHA256 x"}, timeout=5)
    assert bad.json()["Code"] == "IncompleteSignature"


def test_a_nonce_counts_once(centre):
    values = centre.aliyun.common(
        "SendSms",
        PhoneNumbers=LI,
        SignName=centre.aliyun.sign,
        TemplateCode=centre.aliyun.templates["verification"],
        TemplateParam='{"code":"1234"}',
    )
    signed = centre.aliyun.signed("GET", values)
    assert centre.aliyun.raw(signed).json()["Code"] == "OK"
    again = centre.aliyun.raw(signed)
    assert (again.status_code, again.json()["Code"]) == (400, "SignatureNonceUsed")


def root_and_code(text):
    """Return the root and the code of our own small XML."""
    return re.search(r"<(\w+)>.*<Code>([^<]+)</Code>.*</\1>$", text).groups()


def test_xml_is_the_form_when_none_is_asked_for(centre):
    values = centre.aliyun.common("SendSms", PhoneNumbers=LI)
    del values["Format"]
    answer = centre.aliyun.raw(centre.aliyun.signed("GET", values))
    assert root_and_code(answer.text) == ("Error", "MissingSignName")


def test_a_number_gets_one_code_a_minute_five_an_hour_ten_a_day(centre):
    send = centre.aliyun.send
    assert send(LI)["Code"] == "OK"
    refused = send(LI)
    assert refused["Code"] == "isv.BUSINESS_LIMIT_CONTROL"
    assert refused["Message"] == "触发分钟级流控Permits:1"
    assert send(WANG)["Code"] == "OK"
    for _number in range(4):
        centre.advance(61)
        assert send(LI)["Code"] == "OK"
    centre.advance(61)
    assert send(LI)["Message"] == "触发小时级流控Permits:5"
    centre.advance(3600)
    for _number in range(5):
        centre.advance(61)
        assert send(LI)["Code"] == "OK"
    centre.advance(3601)
    assert send(LI)["Message"] == "触发天级流控Permits:10"
    centre.world.post("/clock", at="2026-11-27T00:00:01")
    assert send(LI)["Code"] == "OK"
    assert len(centre.inbox(LI)) == 11


def test_limits_can_be_changed(centre):
    own = {"verification": [[10, 2]], "notice": []}
    centre.world.post("/sms/settings", limits={"aliyun": own, "tencent": own})
    codes = [centre.aliyun.send(LI)["Code"] for _number in range(3)]
    assert codes == ["OK", "OK", "isv.BUSINESS_LIMIT_CONTROL"]
    with pytest.raises(Exception, match="400"):
        centre.world.post("/sms/settings", colour="red")


def test_one_refused_number_stops_all(centre):
    assert centre.aliyun.send(WANG)["Code"] == "OK"
    assert centre.aliyun.send(f"{LI},{WANG}")["Code"] == "isv.BUSINESS_LIMIT_CONTROL"
    assert centre.inbox(LI) == []
