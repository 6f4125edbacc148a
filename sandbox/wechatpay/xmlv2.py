"""The old interface's XML: one flat level, signed with MD5 or HMAC-SHA256."""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from .merchants import Merchant

MD5, HMAC = "MD5", "HMAC-SHA256"
STALE_HINT = "20000101000000"


class _Reader:
    """Collects the children of the root; anything else is refused."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []

    def start(self, name: str, _attributes: Any) -> None:
        if (len(self._path) == 0 and name != "xml") or len(self._path) == 2:
            raise ValueError("not a flat <xml> document")
        if len(self._path) == 1 and name in self.fields:
            raise ValueError(f"{name} comes twice")
        self._path.append(name)
        self._text = []

    def end(self, name: str) -> None:
        if len(self._path) == 2:
            self.fields[name] = "".join(self._text)
        self._path.pop()

    def text(self, data: str) -> None:
        if len(self._path) == 2:
            self._text.append(data)
        elif data.strip():
            raise ValueError("text outside of a field")

    def refuse(self, *_arguments: Any) -> None:
        raise ValueError("a document type is not allowed")


def parse(body: bytes) -> dict[str, str]:
    """Read a document; entities and document types are refused before they are expanded.

    :raise ValueError: when it is anything but one flat ``<xml>`` in UTF-8.
    """
    reader, parser = _Reader(), expat.ParserCreate("utf-8")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.EntityDeclHandler = reader.refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from None
    return reader.fields


def write(fields: Mapping[str, Any]) -> bytes:
    """Return the document of some fields; empty ones are left out."""
    shown = ((name, str(value)) for name, value in fields.items() if value not in ("", None))
    inside = "\n".join(f"<{name}>{_wrapped(value)}</{name}>" for name, value in shown)
    return f"<xml>\n{inside}\n</xml>".encode()


def _wrapped(value: str) -> str:
    if value.isascii() and value.isdecimal():
        return value
    return escape(value) if "]]>" in value else f"<![CDATA[{value}]]>"


def signature(fields: Mapping[str, Any], key: str, kind: str = MD5) -> str:
    """Return the sign of some fields: sorted, empty ones and ``sign`` itself left out."""
    pairs = [
        f"{name}={fields[name]}"
        for name in sorted(fields)
        if name != "sign" and fields[name] not in ("", None)
    ]
    text = "&".join([*pairs, f"key={key}"]).encode()
    if kind == HMAC:
        return hmac.new(key.encode(), text, hashlib.sha256).hexdigest().upper()
    return hashlib.md5(text, usedforsecurity=False).hexdigest().upper()


def is_signed(fields: Mapping[str, str], key: str) -> bool:
    """Tell whether the fields carry the merchant's signature, by the kind they name."""
    kind = HMAC if fields.get("sign_type") == HMAC else MD5
    wanted = signature(fields, key, kind)
    return hmac.compare_digest(wanted.encode(), fields.get("sign", "").encode())


def signed(fields: Mapping[str, Any], key: str, kind: str = MD5) -> dict[str, Any]:
    """Return the fields with a nonce and their signature."""
    complete = {**fields, "nonce_str": uuid.uuid4().hex}
    return {**complete, "sign": signature(complete, key, kind)}


def sealed(fields: Mapping[str, Any], key: str) -> str:
    """Return ``req_info`` of a refund callback: AES-256-ECB with the MD5 of the key."""
    plain = write(fields).replace(b"<xml>", b"<root>").replace(b"</xml>", b"</root>")
    secret = hashlib.md5(key.encode(), usedforsecurity=False).hexdigest().encode()
    padder = PKCS7(128).padder()
    padded = padder.update(plain) + padder.finalize()
    cipher = Cipher(algorithms.AES(secret), modes.ECB()).encryptor()  # noqa: S305 (documented)
    return base64.b64encode(cipher.update(padded) + cipher.finalize()).decode()


def notification_body(merchant: Merchant, content: Mapping[str, Any], damage: str) -> bytes:
    """Return a v2 callback's body, damaged when asked for."""
    fields = dict(content["fields"])
    if content["v2"] == "refunded":
        outside = {"return_code": "SUCCESS", "appid": fields["appid"], "mch_id": merchant.mchid}
        secret = "x" * 32 if damage else merchant.api_key
        return write({**outside, "nonce_str": uuid.uuid4().hex, "req_info": sealed(fields, secret)})
    if damage == "stale":
        fields["time_end"] = STALE_HINT
    complete = signed(fields, merchant.api_key)
    if damage == "bad_signature":
        complete["sign"] = "0" * 32
    if damage == "tampered":
        complete["total_fee"] = int(complete["total_fee"]) + 1
    return write(complete)
