"""The vendor's signature: HMAC-SHA256 over the sorted form."""

from __future__ import annotations

import hashlib
import hmac
from collections import deque
from collections.abc import Mapping

from simulation.messages import Refusal

WINDOW_SECONDS = 300
REMEMBERED_NONCES = 100_000


def signature(form: Mapping[str, str], secret: str) -> str:
    """Return the signature of a form, in upper-case hex; empty values do not count."""
    pairs = sorted((name, value) for name, value in form.items() if value and name != "sign")
    text = "&".join(f"{name}={value}" for name, value in pairs)
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest().upper()


class Verifier:
    """Checks forms; a nonce counts once."""

    def __init__(self) -> None:
        self._nonces: set[str] = set()
        self._order: deque[str] = deque()

    def check(self, form: Mapping[str, str], secret: str, now: float) -> None:
        """Check who calls.

        :raise Refusal: when signature, time (milliseconds) or nonce are wrong.
        """
        wanted = signature(form, secret)
        if not hmac.compare_digest(wanted.encode(), form.get("sign", "").encode()):
            raise Refusal("1003", "签名错误", 200)
        stamp = form.get("timestamp", "")
        digits = stamp.isascii() and stamp.isdigit() and len(stamp) < 18
        if not digits or abs(int(stamp) / 1000 - now) > WINDOW_SECONDS:
            raise Refusal("1004", "请求时间超出有效范围", 200)
        nonce = f"{form.get('appkey')}:{form.get('nonce', '')}"
        if not form.get("nonce") or nonce in self._nonces:
            raise Refusal("1005", "随机串缺失或重复", 200)
        self._nonces.add(nonce)
        self._order.append(nonce)
        if len(self._order) > REMEMBERED_NONCES:
            self._nonces.discard(self._order.popleft())
