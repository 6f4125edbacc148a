"""Signatures of both vendors' requests, from their public descriptions."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from urllib.parse import quote


def escape(text: str) -> str:
    """Return a text percent-encoded as RFC 3986 wants it."""
    return quote(text, safe="-_.~")


def canonical_query(values: Mapping[str, str]) -> str:
    """Return parameters sorted by name and encoded."""
    return "&".join(f"{escape(name)}={escape(values[name])}" for name in sorted(values))


def rpc_text(method: str, values: Mapping[str, str]) -> str:
    """Return what Aliyun's RPC style (version 1.0) signs: all parameters but ``Signature``."""
    rest = {name: value for name, value in values.items() if name != "Signature"}
    return f"{method}&%2F&{escape(canonical_query(rest))}"


def rpc(secret: str, text: str) -> str:
    """Return Aliyun's signature 1.0: HMAC-SHA1 in Base64."""
    digest = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def sha256(content: bytes) -> str:
    """Return a SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def request_text(
    method: str, query: str, headers: Mapping[str, str], names: Iterable[str], hashed: str
) -> str:
    """Return the canonical request that both newer styles sign (the path is ``/``)."""
    listed = list(names)
    lines = "".join(f"{name}:{headers.get(name, '').strip()}\n" for name in listed)
    return "\n".join((method, "/", query, lines, ";".join(listed), hashed))


def acs3(secret: str, canonical: str) -> str:
    """Return Aliyun's signature 3.0: ``ACS3-HMAC-SHA256``."""
    text = f"ACS3-HMAC-SHA256\n{sha256(canonical.encode())}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def tc3(secret: str, canonical: str, timestamp: str, date: str, service: str) -> str:
    """Return Tencent Cloud's signature: ``TC3-HMAC-SHA256``."""
    scope = f"{date}/{service}/tc3_request"
    text = f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{sha256(canonical.encode())}"
    key = f"TC3{secret}".encode()
    for word in (date, service, "tc3_request"):
        key = hmac.new(key, word.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
