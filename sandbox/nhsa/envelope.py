"""The message around every function: read it, and write the answer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .fields import Node, refuse

MSGID = re.compile(r"[A-Z0-9]{12}\d{18}")
INFNO = re.compile(r"\d{4}[A-Z]?")
AREA = re.compile(r"\d{6}")
# functions that are called before a person is known
WITHOUT_AREA = {"9001", "9002", "9101", "9102", "1101", "3201", "3202", "3203"}


@dataclass(frozen=True)
class Envelope:
    """A message whose own fields are right; its input is not looked at yet."""

    infno: str
    msgid: str
    hospital: str
    sign_no: str
    signature: str
    signature_type: str
    encrypted: bool
    input: Any


def read_json(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body, its numbers exact.

    :raise Refusal: when it is none.
    """
    try:
        content = json.loads(body, parse_float=Decimal, parse_constant=_no_number)
        if b"\\u" in body:  # half of a surrogate pair is no text
            json.dumps(content, ensure_ascii=False, default=str).encode()
    except (ValueError, ArithmeticError, RecursionError):
        raise refuse("报文格式错误：不是合法的JSON") from None
    if not isinstance(content, dict):
        raise refuse("报文格式错误：不是合法的JSON")
    return content


def _no_number(name: str) -> None:
    raise ValueError(name)


def read(content: dict[str, Any]) -> Envelope:
    """Return the envelope of a JSON object.

    :raise Refusal: when one of its fields is missing or wrong.
    """
    node = Node(content, "报文")
    infno = node.text("infno", 5)
    if not INFNO.fullmatch(infno):
        raise refuse("交易编号infno格式错误")
    hospital = node.text("fixmedins_code", 12)
    msgid = node.text("msgid", 30)
    if not MSGID.fullmatch(msgid) or not msgid.startswith(hospital):
        raise refuse("发送方报文ID格式错误：应为定点医药机构编号(12)+时间(14)+顺序号(4)")
    _check_areas(node, infno)
    for name, length in (("recer_sys_code", 10), ("infver", 6), ("opter", 30), ("opter_name", 50)):
        node.text(name, length)
    node.choice("opter_type", ("1", "2", "3"))
    node.time("inf_time")
    signature = node.maybe("cainfo", 1024)
    kind = node.choice("signtype", ("SM2", "SM3")) if signature else ""
    cipher = node.maybe("enc_type", 6)
    if cipher not in ("", "SM4"):
        raise refuse("加密方式enc_type不支持")
    if content.get("input") is None:
        raise refuse("输入参数校验失败：节点input不能为空")
    return Envelope(
        infno,
        msgid,
        hospital,
        node.maybe("sign_no", 30),
        signature,
        kind,
        cipher == "SM4",
        content["input"],
    )


def _check_areas(node: Node, infno: str) -> None:
    if not AREA.fullmatch(node.text("mdtrtarea_admvs", 6)):
        raise refuse("就医地医保区划格式错误")
    area = node.maybe("insuplc_admdvs", 6)
    if not area and infno not in WITHOUT_AREA:
        raise refuse("参保地医保区划insuplc_admdvs不能为空")
    if area and not AREA.fullmatch(area):
        raise refuse("参保地医保区划格式错误")


def canonical(value: Any) -> str:
    """Return content as signatures cover it: sorted names, nothing empty, no spaces.

    Numbers stand as they were sent.
    """
    if isinstance(value, dict):
        names = sorted(name for name in value if value[name] not in (None, "", [], {}))
        return "{" + ",".join(f"{_text(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(part) for part in value) + "]"
    return str(value) if isinstance(value, Decimal) else _text(value)


_text = json.JSONEncoder(ensure_ascii=False).encode


def answer(
    infcode: str, msgid: str, received: str, responded: str, error: str, output: Any
) -> dict[str, Any]:
    """Return the envelope of an answer.

    :param str received: when the call came, yyyyMMddHHmmssSSS.
    """
    return {
        "infcode": infcode,
        "inf_refmsgid": msgid,
        "refmsg_time": received,
        "respond_time": responded,
        "err_msg": error,
        "output": output,
    }
