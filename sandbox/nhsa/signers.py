"""Three ways in which provinces let a hospital prove who it is.

Which one counts is a property of the hospital's account.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Mapping
from typing import Any

from simulation.messages import Call, Refusal

from .. import sm
from .envelope import canonical, read_json
from .fields import refuse
from .hospitals import Hospital

CSB_WINDOW_SECONDS = 600
TIF_WINDOW_SECONDS = 180
PORTAL_WINDOW_SECONDS = 600
REMEMBERED_NONCES = 100_000
CSB_NAMES = ("_api_access_key", "_api_name", "_api_timestamp", "_api_version")
PORTAL_NAMES = ("appId", "encType", "signType", "timestamp", "version")


def kind_of(call: Call) -> tuple[str, str]:
    """Return which way a call uses and the account's name there.

    :raise Refusal: when it uses none.
    """
    if key := call.headers.get("_api_access_key"):
        return "csb", key
    if key := call.headers.get("x-tif-paasid"):
        return "tif", key
    if b'"encData"' in call.body:
        return "portal", str(read_json(call.body).get("appId", ""))
    raise Refusal("-1", "缺少接入身份信息", 401)


def csb_text(headers: Mapping[str, str]) -> str:
    """Return what the Cloud Service Bus signature covers."""
    return "&".join(f"{name}={headers.get(name, '')}" for name in CSB_NAMES)


def portal_text(content: Mapping[str, Any], data: Any, secret: str) -> str:
    """Return what the portal's SM2 signature covers: sorted k=v, then the secret."""
    parts = {name: content.get(name) for name in PORTAL_NAMES}
    pairs = {**parts, "data": canonical(data)}
    joined = "&".join(f"{name}={pairs[name]}" for name in sorted(pairs) if pairs[name])
    return f"{joined}&key={secret}"


def decode(text: str) -> bytes:
    """Return the bytes of a signature in hex or Base64; empty when it is neither."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        try:
            return base64.b64decode(text, validate=True)
        except ValueError:
            return b""


def _number(text: Any) -> float:
    digits = str(text)
    return float(digits) if digits.isascii() and digits.isdigit() and len(digits) < 18 else 0.0


class Signers:
    """Checks who calls, and gives the JSON of the message."""

    def __init__(self) -> None:
        self._nonces: set[str] = set()
        self._order: deque[str] = deque()

    def open(self, call: Call, hospital: Hospital, now: float) -> dict[str, Any]:
        """Return the JSON object that the hospital sent.

        :raise Refusal: when the signature or the time is wrong.
        """
        if hospital.signer == "csb":
            self._check_csb(call, hospital, now)
        elif hospital.signer == "tif":
            self._check_tif(call, hospital, now)
        else:
            return self._open_portal(call, hospital, now)
        return read_json(call.body)

    def _check_csb(self, call: Call, hospital: Hospital, now: float) -> None:
        digest = hmac.new(
            hospital.secret_key.encode(), csb_text(call.headers).encode(), hashlib.sha1
        ).digest()
        wanted = base64.b64encode(digest).decode()
        if not hmac.compare_digest(
            wanted.encode(), call.headers.get("_api_signature", "").encode()
        ):
            raise Refusal("-1", "签名验证失败：_api_signature错误", 403)
        if abs(_number(call.headers.get("_api_timestamp")) / 1000 - now) > CSB_WINDOW_SECONDS:
            raise Refusal("-1", "请求已过期：_api_timestamp超出有效范围", 403)

    def _check_tif(self, call: Call, hospital: Hospital, now: float) -> None:
        stamp = call.headers.get("x-tif-timestamp", "")
        nonce = call.headers.get("x-tif-nonce", "")
        text = f"{stamp}{hospital.paas_token}{nonce}{stamp}"
        wanted = hashlib.sha256(text.encode()).hexdigest()
        given = call.headers.get("x-tif-signature", "").lower()
        if not nonce or not hmac.compare_digest(wanted.encode(), given.encode()):
            raise Refusal("-1", "签名验证失败：x-tif-signature错误", 401)
        if abs(_number(stamp) - now) > TIF_WINDOW_SECONDS:
            raise Refusal("-1", "请求已过期：x-tif-timestamp超出有效范围", 401)
        if not self._is_new(f"{hospital.code}:{stamp}:{nonce}"):
            raise Refusal("-1", "重复请求：x-tif-nonce已使用", 401)

    def _is_new(self, nonce: str) -> bool:
        if nonce in self._nonces:
            return False
        self._nonces.add(nonce)
        self._order.append(nonce)
        if len(self._order) > REMEMBERED_NONCES:
            self._nonces.discard(self._order.popleft())
        return True

    def _open_portal(self, call: Call, hospital: Hospital, now: float) -> dict[str, Any]:
        content = read_json(call.body)
        if content.get("encType") != "SM4" or content.get("signType") != "SM2":
            raise refuse("加密或签名方式不支持：应为SM4、SM2")
        data = decrypt(hospital, content.get("encData"))
        text = portal_text(content, data, hospital.app_secret)
        signature = decode(str(content.get("signData", "")))
        if not hospital.key.public.verify(signature, text.encode()):
            raise refuse("签名验证失败：signData错误")
        if abs(_number(content.get("timestamp")) - now) > PORTAL_WINDOW_SECONDS:
            raise refuse("请求已过期：timestamp超出有效范围")
        return data


def portal_answer(
    hospital: Hospital, key: sm.PrivateKey, now: float, infcode: str, error: str, data: Any
) -> dict[str, Any]:
    """Return an answer encrypted for the hospital and signed by the platform.

    :param data: what is encrypted; the signature covers it in its plain form.
    """
    content: dict[str, Any] = {
        "code": int(infcode),
        "success": infcode == "0",
        "message": error or "成功",
        "appId": hospital.app_id,
        "version": "1.0.0",
        "encType": "SM4",
        "signType": "SM2",
        "timestamp": str(int(now)),
    }
    text = portal_text(content, data, hospital.app_secret)
    plain = json.dumps(data, ensure_ascii=False).encode()
    return {
        **content,
        "encData": sm.sm4_encrypt(hospital.sm4_key, plain).hex().upper(),
        "signData": base64.b64encode(key.sign(text.encode())).decode(),
    }


def decrypt(hospital: Hospital, sealed: Any) -> dict[str, Any]:
    """Return the JSON object in an SM4 text.

    :raise Refusal: when it cannot be decrypted.
    """
    try:
        content = sm.sm4_decrypt(hospital.sm4_key, bytes.fromhex(str(sealed)))
    except ValueError:
        raise refuse("报文解密失败") from None
    return read_json(content)


def check_cainfo(hospital: Hospital, kind: str, signature: str, content: Any) -> None:
    """Check the signature inside an envelope, which covers the plain input.

    :raise Refusal: when it is missing although the account needs it, or wrong.
    """
    if not signature:
        if hospital.needs_cainfo:
            raise refuse("数字签名cainfo不能为空")
        return
    text = canonical(content).encode()
    if kind == "SM2":
        right = hospital.key.public.verify(decode(signature), text)
    else:
        wanted = sm.sm3(text + hospital.app_secret.encode()).hex()
        right = hmac.compare_digest(wanted.encode(), signature.lower().encode())
    if not right:
        raise refuse("签名验证失败：cainfo错误")
