"""The old interface at the door: XML in, signature checked, signed XML out."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from simulation.clock import moment
from simulation.gateway import Handler
from simulation.messages import Answer, Call, Refusal

from . import callfacts, xmlv2
from .errors import failed, refusal, v2_code
from .fields import is_callback
from .merchants import Merchant, Merchants
from .v3 import Door

RECALL = ("SYSTEMERROR", "BANKERROR", "USERPAYING")
Texts = dict[str, str]
V2Handler = Callable[[Texts, Merchant], Mapping[str, Any] | Answer]


class V2Door:
    """Checks every v2 request and writes every v2 answer."""

    def __init__(self, merchants: Merchants, door: Door):
        self._merchants, self._door = merchants, door

    def guarded(self, operation: str, handler: V2Handler) -> Handler:
        """Return a handler that runs only for a merchant who signed the request."""

        def handle(call: Call) -> Answer:
            fields = parsed(call)
            merchant = self._caller(fields)
            self._door.strike(operation, callfacts.facts(call))
            found = handler(fields, merchant)
            if isinstance(found, Answer):
                return found
            return self.answer(fields, merchant, {"result_code": "SUCCESS", **found})

        return handle

    def _caller(self, fields: Texts) -> Merchant:
        try:
            merchant = self._merchants.get(fields.get("mch_id", ""))
        except Refusal as error:
            raise failed("mch_id参数错误：" + error.text) from None
        if fields.get("appid", "") not in merchant.appids:
            raise failed("商户号mch_id与appid不匹配")
        if not 1 <= len(fields.get("nonce_str", "")) <= 32:
            raise failed("nonce_str参数长度有误")
        if not xmlv2.is_signed(fields, merchant.api_key):
            raise failed("签名错误")
        return merchant

    def answer(self, fields: Texts, merchant: Merchant, result: Mapping[str, Any]) -> Answer:
        """Return a signed answer, by the kind of signature that the request had."""
        kind = xmlv2.HMAC if fields.get("sign_type") == xmlv2.HMAC else xmlv2.MD5
        head = {"return_code": "SUCCESS", "return_msg": "OK"}
        who = {"appid": fields.get("appid", ""), "mch_id": merchant.mchid}
        signed = xmlv2.signed({**head, **who, **result}, merchant.api_key, kind)
        return xml(xmlv2.write(signed))

    def refused(self, error: Refusal, call: Call) -> Answer:
        """Return an error: ``return_code`` FAIL, or ``result_code`` FAIL with an ``err_code``."""
        if error.details.get("protocol"):
            return xml(xmlv2.write({"return_code": "FAIL", "return_msg": error.text}))
        code = v2_code(error)
        result = {"result_code": "FAIL", "err_code": code, "err_code_des": error.text}
        if call.path.endswith("/reverse"):
            result["recall"] = "Y" if code in RECALL else "N"
        try:
            fields = parsed(call)
            merchant = self._merchants.get(fields.get("mch_id", ""))
        except Refusal:
            return xml(xmlv2.write({"return_code": "FAIL", "return_msg": error.text}))
        return self.answer(fields, merchant, result)

    def spoil(self, answer: Answer) -> Answer:
        """Return an answer whose signature fits nothing."""
        answer.body = re.sub(
            rb"(<sign>)(<!\[CDATA\[)?[0-9A-F]+", rb"\1\g<2>" + b"0" * 32, answer.body
        )
        return answer


def parsed(call: Call) -> Texts:
    """Return the fields of a request.

    :raise Refusal: ``return_code`` FAIL.
    """
    try:
        return xmlv2.parse(call.body)
    except ValueError:
        raise failed("XML格式错误") from None


def xml(body: bytes) -> Answer:
    """Return an XML answer."""
    return Answer(200, body, {"Content-Type": "text/xml; charset=utf-8"})


def text(fields: Texts, name: str, most: int, needed: bool = True) -> str:
    """Return a field of at most ``most`` bytes.

    :raise Refusal: ``return_code`` FAIL.
    """
    value = fields.get(name, "")
    if needed and not value:
        raise failed(f"缺少必填参数{name}")
    if len(value.encode(errors="replace")) > most:
        raise failed(f"{name}参数长度有误")
    return value


def matching(fields: Texts, name: str, pattern: re.Pattern[str], needed: bool = True) -> str:
    """Return a field of the allowed characters."""
    value = text(fields, name, 64, needed)
    if value and not pattern.fullmatch(value):
        raise failed(f"invalid {name}")
    return value


def fen(fields: Texts, name: str) -> int:
    """Return an amount in fen."""
    value = text(fields, name, 12)
    if not value.isascii() or not value.isdecimal() or int(value) < 1:
        raise failed(f"invalid {name}")
    return int(value)


def url(fields: Texts, name: str, needed: bool) -> str:
    """Return a callback address."""
    value = text(fields, name, 256, needed)
    if value and not is_callback(value):
        raise failed(f"invalid {name}")
    return value


def expiry(fields: Texts, now: float) -> float | None:
    """Return ``time_expire`` as seconds since 1970, or ``None``.

    :raise Refusal: when it is no time or less than a minute away.
    """
    value = text(fields, "time_expire", 14, needed=False)
    if not value:
        return None
    if not re.fullmatch(r"\d{14}", value):
        raise failed("invalid time_expire")
    parts = [int(value[:4]), *(int(value[at : at + 2]) for at in range(4, 14, 2))]
    try:
        at = moment(now).replace(
            year=parts[0],
            month=parts[1],
            day=parts[2],
            hour=parts[3],
            minute=parts[4],
            second=parts[5],
            microsecond=0,
        )
    except ValueError:
        raise failed("invalid time_expire") from None
    if at.timestamp() < now + 60:
        raise refusal("INVALID_REQUEST", "time_expire时间过短，刷卡至少1分钟，其他5分钟")
    return at.timestamp()
