"""The Tencent-Cloud-like front: JSON, ``TC3-HMAC-SHA256``, one status per number."""

from __future__ import annotations

import hmac
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from simulation.messages import Answer, Call, Refusal

from . import signing
from .centre import DELIVERED, TENCENT, Centre, Letter
from .reports import sentence, tencent_code
from .texts import (
    BY_TENCENT,
    CODE,
    LINK,
    MOBILE,
    VALUE_CHARACTERS,
    VERIFICATION,
    Template,
    load,
    numbered,
)

VERSION = "2021-01-11"
FRESH_SECONDS = 300
MOST_MOBILES = 200
STYLE = re.compile(
    r"TC3-HMAC-SHA256 Credential=(?P<id>[^/]+)/(?P<date>[\d-]+)/(?P<service>\w+)/tc3_request,"
    r"\s*SignedHeaders=(?P<names>[^,]+),\s*Signature=(?P<signature>[0-9a-f]+)\Z"
)
SENTENCES = {
    "FailedOperation.SignatureIncorrectOrUnapproved": "signature is incorrect or unapproved",
    "FailedOperation.TemplateIncorrectOrUnapproved": "template is not approved or request"
    " content does not match the approved template content",
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": "the number of template"
    " parameters does not match the approved template",
    "FailedOperation.PhoneNumberInBlacklist": "phone number is in blacklist",
    "FailedOperation.InsufficientBalanceInSmsPackage": "insufficient balance in sms package",
    "InvalidParameterValue.IncorrectPhoneNumber": "incorrect phone number",
    "InvalidParameterValue.TemplateParameterFormatError": "verification code template"
    " parameters can only be 0 to 6 digits",
    "InvalidParameterValue.TemplateParameterLengthLimit": "the length of the template parameter"
    " exceeds the upper limit",
    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": "url is prohibited in template"
    " parameters",
    "LimitExceeded.PhoneNumberThirtySecondLimit": "the number of sms messages sent from a single"
    " mobile number within 30 seconds exceeds the upper limit",
    "LimitExceeded.PhoneNumberOneHourLimit": "the number of sms messages sent from a single"
    " mobile number within 1 hour exceeds the upper limit",
    "LimitExceeded.PhoneNumberDailyLimit": "the number of sms messages sent from a single mobile"
    " number every day exceeds the upper limit",
}
LIMITS = {30: "ThirtySecond", 3600: "OneHour", None: "Daily"}


class Tencent:
    """One partner's access to the centre in Tencent Cloud's style."""

    def __init__(self, centre: Centre, secret_id: str, secret: str, app: str, sign: str):
        self._centre, self._id, self._secret = centre, secret_id, secret
        self._app, self._sign = app, sign
        self._actions: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "SendSms": self._send,
            "PullSmsSendStatus": self._pull,
            "PullSmsReplyStatus": self._pull_replies,
        }

    def handle(self, call: Call) -> Answer:
        """Answer one call.

        :raise Refusal: with the documented code.
        """
        self._verify(call)
        if call.headers.get("x-tc-version") != VERSION:
            raise Refusal("NoSuchVersion", "The version of the API does not exist.")
        action = self._actions.get(call.headers.get("x-tc-action", ""))
        if action is None:
            raise Refusal("InvalidAction", "The action does not exist.")
        try:
            given = load(call.body)
        except ValueError as error:
            raise Refusal("InvalidParameter", "The request is not JSON.") from error
        if not isinstance(given, dict):
            raise Refusal("InvalidParameter", "The request is not a JSON object.")
        if str(_needed(given, "SmsSdkAppId")) != self._app:
            text = "SdkAppId does not exist"
            raise Refusal("InvalidParameterValue.SdkAppIdNotExist", text)
        return _response(action(given))

    def _verify(self, call: Call) -> None:
        heads = call.headers
        found = STYLE.match(heads.get("authorization", ""))
        names = found["names"].split(";") if found else []
        if found is None or not {"content-type", "host"} <= set(names):
            text = "The Authorization header does not comply with the standard."
            raise Refusal("AuthFailure.InvalidAuthorization", text)
        if found["id"] != self._id:
            raise Refusal("AuthFailure.SecretIdNotFound", "The SecretId is not found.")
        stamp = heads.get("x-tc-timestamp", "")
        if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 11:
            raise Refusal("InvalidParameter", "X-TC-Timestamp is not a number.")
        if not self._centre.is_fresh(float(stamp), FRESH_SECONDS):
            raise Refusal("AuthFailure.SignatureExpire", "The signature has expired.")
        date = datetime.fromtimestamp(int(stamp), timezone.utc).strftime("%Y-%m-%d")
        hashed = signing.sha256(call.body)
        canonical = signing.request_text(call.method, "", heads, names, hashed)
        right = signing.tc3(self._secret, canonical, stamp, date, "sms")
        good = found["date"] == date and found["service"] == "sms"
        if not good or not hmac.compare_digest(right, found["signature"]):
            text = (
                "The provided credentials could not be validated."
                " Please check your signature is correct."
            )
            raise Refusal("AuthFailure.SignatureFailure", text)

    # --- actions

    def _send(self, given: Mapping[str, Any]) -> dict[str, Any]:
        mobiles = _needed(given, "PhoneNumberSet")
        if not isinstance(mobiles, list) or not mobiles:
            raise Refusal("InvalidParameter", "PhoneNumberSet is no list of numbers.")
        if len(mobiles) > MOST_MOBILES:
            text = "the number of phone numbers exceeds 200"
            raise Refusal("LimitExceeded.PhoneNumberCountLimit", text)
        _needed(given, "TemplateId")
        return {"SendStatusSet": [self._send_one(str(mobile), given) for mobile in mobiles]}

    def _send_one(self, mobile: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the status of one number: refused ones do not stop the others."""
        context = str(given.get("SessionContext", ""))
        status = {
            "SerialNo": "",
            "PhoneNumber": mobile,
            "Fee": 0,
            "SessionContext": context,
            "IsoCode": "CN" if mobile.startswith("+86") or MOBILE.match(mobile) else "",
        }
        try:
            letter = self._letter(mobile, given, context)
        except Refusal as refusal:
            return {**status, "Code": refusal.code, "Message": refusal.text}
        row = self._centre.accept(letter, self._centre.new_serial(TENCENT))
        taken = {"SerialNo": row["serial"], "Fee": row["segments"]}
        return {**status, **taken, "Code": "Ok", "Message": "send success"}

    def _letter(self, mobile: str, given: Mapping[str, Any], context: str) -> Letter:
        """Return one checked message.

        :raise Refusal: with one of :data:`SENTENCES`.
        """
        template = BY_TENCENT.get(str(given["TemplateId"]))
        if given.get("SignName") != self._sign:
            raise _refused("FailedOperation.SignatureIncorrectOrUnapproved")
        if template is None:
            raise _refused("FailedOperation.TemplateIncorrectOrUnapproved")
        number = mobile.removeprefix("+86").removeprefix("0086")
        if not MOBILE.match(number):
            raise _refused("InvalidParameterValue.IncorrectPhoneNumber")
        filled = _filled(template, given.get("TemplateParamSet", []))
        self._permit(number, template)
        return Letter(TENCENT, number, self._sign, template, filled, context)

    def _permit(self, number: str, template: Template) -> None:
        facts = {"merchant": TENCENT, "key": number}
        if self._centre.world.faults.take("no_balance", "sms", "send", facts):
            raise _refused("FailedOperation.InsufficientBalanceInSmsPackage")
        if self._centre.has_stopped(number, self._sign, template.kind):
            raise _refused("FailedOperation.PhoneNumberInBlacklist")
        if hit := self._centre.limit_hit(TENCENT, number, template.kind):
            raise _refused(f"LimitExceeded.PhoneNumber{LIMITS.get(hit[0], 'Daily')}Limit")

    def _pull(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return reports that were not pulled before, and take them out."""
        rows = self._centre.store.all(
            "SELECT * FROM sms_message WHERE vendor = ? AND pulled = 0 AND state != 'accepted'"
            " ORDER BY id LIMIT ?",
            (TENCENT, _limit(given)),
        )
        for row in rows:
            self._centre.store.run("UPDATE sms_message SET pulled = 1 WHERE id = ?", (row["id"],))
        found = [
            {
                "UserReceiveTime": int(row["done"]),
                "CountryCode": "86",
                "SubscriberNumber": row["mobile"],
                "PhoneNumber": f"+86{row['mobile']}",
                "SerialNo": row["serial"],
                "ReportStatus": "SUCCESS" if row["code"] == DELIVERED else "FAIL",
                "Description": tencent_code(row["code"])
                if row["code"] == DELIVERED
                else f"{row['code']} {sentence(row['code'])}",
                "SessionContext": row["own"],
            }
            for row in rows
        ]
        return {"PullSmsSendStatusSet": found}

    def _pull_replies(self, given: Mapping[str, Any]) -> dict[str, Any]:
        rows = self._centre.store.all(
            "SELECT * FROM sms_reply WHERE vendor = ? AND pulled = 0 ORDER BY id LIMIT ?",
            (TENCENT, _limit(given)),
        )
        for row in rows:
            self._centre.store.run("UPDATE sms_reply SET pulled = 1 WHERE id = ?", (row["id"],))
        found = [
            {
                "ExtendCode": "",
                "CountryCode": "86",
                "PhoneNumber": f"+86{row['mobile']}",
                "SubscriberNumber": row["mobile"],
                "SignName": row["sign"],
                "ReplyContent": row["text"],
                "ReplyTime": int(row["at"]),
            }
            for row in rows
        ]
        return {"PullSmsReplyStatusSet": found}

    def refuse(self, refusal: Refusal) -> Answer:
        """Return an error in Tencent Cloud's form."""
        return _response({"Error": {"Code": refusal.code, "Message": refusal.text}})


def _refused(code: str) -> Refusal:
    return Refusal(code, SENTENCES[code])


def _response(content: dict[str, Any]) -> Answer:
    return Answer.json({"Response": {**content, "RequestId": str(uuid.uuid4())}})


def _needed(given: Mapping[str, Any], name: str) -> Any:
    if not given.get(name):
        raise Refusal("MissingParameter", f"The request is missing the parameter `{name}`.")
    return given[name]


def _limit(given: Mapping[str, Any]) -> int:
    value = _needed(given, "Limit")
    if not isinstance(value, int) or not 1 <= value <= 100:
        raise Refusal("InvalidParameterValue", "Limit is 1 to 100.")
    return value


def _filled(template: Template, given: object) -> dict[str, str]:
    """Return the values of a template.

    :raise Refusal: too few, too many, too long or forbidden values.
    """
    values = given if isinstance(given, list) else []
    if not all(isinstance(value, str) for value in values):
        raise Refusal("InvalidParameter", "TemplateParamSet is no list of texts.")
    try:
        found = numbered(template, values)
    except ValueError as error:
        code = "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
        raise _refused(code) from error
    for value in values:
        if LINK.search(value):
            raise _refused("InvalidParameterValue.ProhibitedUseUrlInTemplateParameter")
        if len(value) > VALUE_CHARACTERS:
            raise _refused("InvalidParameterValue.TemplateParameterLengthLimit")
        if template.kind == VERIFICATION and not CODE.match(value):
            raise _refused("InvalidParameterValue.TemplateParameterFormatError")
    return found
