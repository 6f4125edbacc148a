"""The Aliyun-like front: RPC parameters, signature 1.0 or ``ACS3-HMAC-SHA256``."""

from __future__ import annotations

import hmac
import json
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape as xml_escape

from simulation.clock import moment
from simulation.messages import Answer, Call, Refusal

from . import signing
from .centre import ALIYUN, DELIVERED, Centre, Letter
from .texts import BY_ALIYUN, CODE, LINK, MOBILE, VALUE_CHARACTERS, VERIFICATION, Template, load

VERSION = "2017-05-25"
FRESH_SECONDS = 900
NONCE_SECONDS = 900
MOST_MOBILES, MOST_IN_BATCH = 1000, 100
HOST = "dysmsapi.aliyuncs.com"
STYLE = re.compile(
    r"ACS3-HMAC-SHA256 Credential=(?P<id>[^,]+),SignedHeaders=(?P<names>[^,]+),"
    r"Signature=(?P<signature>[0-9a-f]+)\Z"
)
SENTENCES = {
    "isv.SMS_SIGNATURE_ILLEGAL": "该账号下找不到对应签名",
    "isv.SMS_TEMPLATE_ILLEGAL": "该账号下找不到对应模板",
    "isv.MOBILE_NUMBER_ILLEGAL": "非法手机号",
    "isv.MOBILE_COUNT_OVER_LIMIT": "手机号码数量超过限制",
    "isv.TEMPLATE_MISSING_PARAMETERS": "模板缺少变量",
    "isv.TEMPLATE_PARAMS_ILLEGAL": "模板变量里包含非法关键字",
    "isv.INVALID_JSON_PARAM": "参数格式错误，请修改为字符串值",
    "isv.INVALID_PARAMETERS": "参数异常",
    "isv.PARAM_LENGTH_LIMIT": "参数超过长度限制",
    "isv.PARAM_NOT_SUPPORT_URL": "变量不支持传入URL",
    "isv.AMOUNT_NOT_ENOUGH": "账户余额不足",
}
PERIODS = {60: "分钟", 3600: "小时", None: "天"}


def refused(code: str) -> Refusal:
    """Return an error of the message service: HTTP 200 with a code."""
    return Refusal(code, SENTENCES[code], 200)


class Aliyun:
    """One partner's access to the centre in Aliyun's style."""

    def __init__(self, centre: Centre, access_id: str, secret: str, sign: str):
        self._centre, self._id, self._secret, self._sign = centre, access_id, secret, sign
        self._actions: Mapping[str, Callable[[Mapping[str, str]], dict[str, Any]]] = {
            "SendSms": self._send,
            "SendBatchSms": self._send_batch,
            "QuerySendDetails": self._query,
        }

    def handle(self, call: Call) -> Answer:
        """Answer one call.

        :raise Refusal: with the documented code.
        """
        values = {**call.query, **(call.form if call.method == "POST" else {})}
        if call.headers.get("authorization", "").startswith("ACS3"):
            values |= self._verify_new(call)
        else:
            self._verify_old(call.method, values)
        if values["Version"] != VERSION:
            raise Refusal("InvalidVersion", "Specified parameter Version is not valid.", 400)
        action = self._actions.get(values["Action"])
        if action is None:
            text = "Specified api is not found, please check your url and method."
            raise Refusal("InvalidAction.NotFound", text, 404)
        found = {"Message": "OK", "RequestId": _request_id(), "Code": "OK", **action(values)}
        return _written(found, f"{values['Action']}Response", _format(call))

    # --- signatures

    def _verify_old(self, method: str, values: Mapping[str, str]) -> None:
        names = ("AccessKeyId", "Signature", "SignatureMethod", "SignatureNonce", "Timestamp")
        for name in ("Action", "Version", *names):
            _mandatory(values, name)
        self._know(values["AccessKeyId"])
        if values["SignatureMethod"] != "HMAC-SHA1":
            text = "Specified signature method is not valid."
            raise Refusal("InvalidSignatureMethod", text, 400)
        text = signing.rpc_text(method, values)
        _compare(signing.rpc(self._secret, text), values["Signature"], text)
        self._once(values["Timestamp"], values["SignatureNonce"])

    def _verify_new(self, call: Call) -> dict[str, str]:
        """Check the signature in the headers; return action and version."""
        found, heads = STYLE.match(call.headers["authorization"]), call.headers
        if found is None:
            text = "The Authorization header is not valid."
            raise Refusal("IncompleteSignature", text, 400)
        self._know(found["id"])
        hashed = signing.sha256(call.body)
        names = found["names"].split(";")
        if heads.get("x-acs-content-sha256") != hashed or "x-acs-action" not in names:
            raise Refusal("IncompleteSignature", "The signed headers are not complete.", 400)
        query = signing.canonical_query(call.query)
        canonical = signing.request_text(call.method, query, heads, names, hashed)
        _compare(signing.acs3(self._secret, canonical), found["signature"], canonical)
        self._once(heads.get("x-acs-date", ""), heads.get("x-acs-signature-nonce", ""))
        return {"Action": heads["x-acs-action"], "Version": heads.get("x-acs-version", "")}

    def _know(self, access_id: str) -> None:
        if access_id != self._id:
            raise Refusal("InvalidAccessKeyId.NotFound", "Specified access key is not found.", 404)

    def _once(self, timestamp: str, nonce: str) -> None:
        try:
            at = datetime.strptime(timestamp + "+0000", "%Y-%m-%dT%H:%M:%SZ%z").timestamp()
        except ValueError as error:
            text = "Specified time stamp or date value is not well formatted."
            raise Refusal("InvalidTimeStamp.Format", text, 400) from error
        if not self._centre.is_fresh(at, FRESH_SECONDS):
            text = "Specified time stamp or date value is expired."
            raise Refusal("InvalidTimeStamp.Expired", text, 400)
        if not nonce or not self._centre.is_new(f"{ALIYUN}:{nonce}", NONCE_SECONDS):
            text = "Specified signature nonce was used already."
            raise Refusal("SignatureNonceUsed", text, 400)

    # --- actions

    def _send(self, values: Mapping[str, str]) -> dict[str, Any]:
        for name in ("PhoneNumbers", "SignName", "TemplateCode"):
            _mandatory(values, name)
        mobiles = values["PhoneNumbers"].split(",")
        if len(mobiles) > MOST_MOBILES:
            raise refused("isv.MOBILE_COUNT_OVER_LIMIT")
        given = values.get("TemplateParam", "")
        letters = [
            self._letter(mobile, values["SignName"], values["TemplateCode"], given, values)
            for mobile in mobiles
        ]
        return {"BizId": self._accept(letters)}

    def _send_batch(self, values: Mapping[str, str]) -> dict[str, Any]:
        for name in ("PhoneNumberJson", "SignNameJson", "TemplateCode"):
            _mandatory(values, name)
        mobiles, signs = (_list(values[name]) for name in ("PhoneNumberJson", "SignNameJson"))
        params = _list(values.get("TemplateParamJson") or json.dumps([{}] * len(mobiles)))
        if len(mobiles) > MOST_IN_BATCH:
            raise refused("isv.MOBILE_COUNT_OVER_LIMIT")
        if not mobiles or not len(mobiles) == len(signs) == len(params):
            raise refused("isv.INVALID_PARAMETERS")
        letters = [
            self._letter(str(mobile), str(sign), values["TemplateCode"], json.dumps(param), values)
            for mobile, sign, param in zip(mobiles, signs, params, strict=True)
        ]
        return {"BizId": self._accept(letters)}

    def _letter(
        self, mobile: str, sign: str, code: str, given: str, values: Mapping[str, str]
    ) -> Letter:
        """Return one checked message.

        :raise Refusal: with one of :data:`SENTENCES`.
        """
        if sign != self._sign:
            raise refused("isv.SMS_SIGNATURE_ILLEGAL")
        template = BY_ALIYUN.get(code)
        if template is None:
            raise refused("isv.SMS_TEMPLATE_ILLEGAL")
        if not MOBILE.match(mobile):
            raise refused("isv.MOBILE_NUMBER_ILLEGAL")
        filled = _filled(template, given)
        return Letter(ALIYUN, mobile, sign, template, filled, values.get("OutId", ""))

    def _accept(self, letters: list[Letter]) -> str:
        facts = {"merchant": ALIYUN, "key": letters[0].mobile}
        if self._centre.world.faults.take("no_balance", "sms", "send", facts):
            raise refused("isv.AMOUNT_NOT_ENOUGH")
        serial = self._centre.new_serial(ALIYUN)
        for letter in letters:
            hit = self._centre.limit_hit(ALIYUN, letter.mobile, letter.template.kind)
            if hit:
                period = PERIODS.get(hit[0], f"{hit[0]}秒")
                text = f"触发{period}级流控Permits:{hit[1]}"
                raise Refusal("isv.BUSINESS_LIMIT_CONTROL", text, 200)
            self._centre.accept(letter, serial)
        return serial

    def _query(self, values: Mapping[str, str]) -> dict[str, Any]:
        for name in ("PhoneNumber", "SendDate", "PageSize", "CurrentPage"):
            _mandatory(values, name)
        numbers = [values[name] for name in ("PageSize", "CurrentPage")]
        try:
            size, page = (int(number) for number in numbers)
            day = datetime.strptime(values["SendDate"] + "+0800", "%Y%m%d%z").timestamp()
        except ValueError as error:
            raise refused("isv.INVALID_PARAMETERS") from error
        if not 1 <= size <= 50 or page < 1:
            raise refused("isv.INVALID_PARAMETERS")
        rows = self._centre.store.all(
            "SELECT * FROM sms_message WHERE mobile = ? AND vendor = ? AND accepted >= ?"
            " AND accepted < ? AND (? = '' OR serial = ?) ORDER BY id DESC",
            (
                values["PhoneNumber"],
                ALIYUN,
                day,
                day + 86400,
                *[values.get("BizId", "")] * 2,
            ),
        )
        shown = rows[(page - 1) * size : page * size]
        details = [_detail(row) for row in shown]
        return {"TotalCount": str(len(rows)), "SmsSendDetailDTOs": {"SmsSendDetailDTO": details}}

    # --- answers

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        """Return an error in Aliyun's form."""
        found = {"RequestId": _request_id(), "Code": refusal.code, "Message": refusal.text}
        if refusal.status == 200:
            return _written(found, "SendSmsResponse", _format(call))
        more = f"https://api.aliyun.com/troubleshoot?q={refusal.code}"
        found |= {"HostId": HOST, "Recommend": more}
        answer = _written(found, "Error", _format(call))
        answer.status = refusal.status
        return answer


def _filled(template: Template, given: str) -> dict[str, str]:
    """Return the values of a template.

    :raise Refusal: JSON, missing, too long or forbidden values.
    """
    try:
        found = load(given) if given else {}
    except ValueError as error:
        raise refused("isv.INVALID_JSON_PARAM") from error
    if not isinstance(found, dict):
        raise refused("isv.INVALID_JSON_PARAM")
    for name in template.names:
        if name not in found:
            raise refused("isv.TEMPLATE_MISSING_PARAMETERS")
        value = found[name]
        if not isinstance(value, str):
            raise refused("isv.INVALID_JSON_PARAM")
        if LINK.search(value):
            raise refused("isv.PARAM_NOT_SUPPORT_URL")
        if not 1 <= len(value) <= VALUE_CHARACTERS:
            raise refused("isv.PARAM_LENGTH_LIMIT")
        if template.kind == VERIFICATION and not CODE.match(value):
            raise refused("isv.TEMPLATE_PARAMS_ILLEGAL")
    return {name: found[name] for name in template.names}


def _list(text: str) -> list[Any]:
    try:
        found = load(text)
    except ValueError as error:
        raise refused("isv.INVALID_JSON_PARAM") from error
    if not isinstance(found, list):
        raise refused("isv.INVALID_JSON_PARAM")
    return found


def _detail(row: Any) -> dict[str, Any]:
    """Return one message as QuerySendDetails shows it; 1 waits, 2 failed, 3 arrived."""
    found = {
        "PhoneNum": row["mobile"],
        "Content": row["text"],
        "TemplateCode": row["template"],
        "OutId": row["own"],
        "SendDate": moment(row["accepted"]).strftime("%Y-%m-%d %H:%M:%S"),
        "SendStatus": {"accepted": 1, "failed": 2, "delivered": 3}[row["state"]],
        "ErrCode": "DELIVERED" if row["code"] == DELIVERED else row["code"],
    }
    if row["done"]:
        found["ReceiveDate"] = moment(row["done"]).strftime("%Y-%m-%d %H:%M:%S")
    return found


def _request_id() -> str:
    return str(uuid.uuid4()).upper()


def _mandatory(values: Mapping[str, str], name: str) -> None:
    if not values.get(name):
        raise Refusal(f"Missing{name}", f"{name} is mandatory for this action.", 400)


def _compare(right: str, given: str, text: str) -> None:
    if not hmac.compare_digest(right.encode(), given.encode()):
        told = "Specified signature is not matched with our calculation. server string to sign is:"
        raise Refusal("SignatureDoesNotMatch", told + text, 400)


def _format(call: Call) -> str:
    if call.headers.get("authorization", "").startswith("ACS3"):
        return "JSON"
    return (call.query.get("Format") or call.form.get("Format") or "XML").upper()


def _written(content: dict[str, Any], root: str, form: str) -> Answer:
    if form == "JSON":
        return Answer.json(content)
    body = f"<?xml version='1.0' encoding='UTF-8'?><{root}>{_xml(content)}</{root}>"
    return Answer.text(body, kind="text/xml")


def _xml(content: Mapping[str, Any]) -> str:
    text = ""
    for name, value in content.items():
        for item in value if isinstance(value, list) else [value]:
            inner = _xml(item) if isinstance(item, Mapping) else xml_escape(str(item))
            text += f"<{name}>{inner}</{name}>"
    return text
