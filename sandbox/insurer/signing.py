"""HMAC-SHA256 over method, target, time, nonce and body: requests, answers and callbacks."""

from __future__ import annotations

import hashlib
import hmac
from collections import deque

from simulation.messages import Call, Refusal

WINDOW_SECONDS = 300
REMEMBERED_NONCES = 100_000


def signature(secret: str, *lines: str, body: bytes) -> str:
    """Return the hex signature over lines and the digest of a body."""
    text = "\n".join([*lines, hashlib.sha256(body).hexdigest()])
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


class Verifier:
    """Checks requests; a nonce counts once."""

    def __init__(self) -> None:
        self._nonces: set[str] = set()
        self._order: deque[str] = deque()

    def check(self, call: Call, app: str, secret: str, now: float) -> None:
        """Check who calls.

        :raise Refusal: when signature, time or nonce are wrong.
        """
        stamp, nonce = call.headers.get("x-timestamp", ""), call.headers.get("x-nonce", "")
        wanted = signature(secret, call.method, call.target, stamp, nonce, body=call.body)
        given = call.headers.get("x-signature", "")
        if not nonce or not hmac.compare_digest(wanted.encode(), given.encode()):
            raise Refusal("SIGN_ERROR", "签名错误", 401)
        digits = stamp.isascii() and stamp.isdigit() and len(stamp) < 15
        if not digits or abs(int(stamp) - now) > WINDOW_SECONDS:
            raise Refusal("TIMESTAMP_EXPIRED", "请求时间超出有效范围", 401)
        self._use(f"{app}:{stamp}:{nonce}")

    def _use(self, nonce: str) -> None:
        if nonce in self._nonces:
            raise Refusal("NONCE_REPEATED", "随机串重复", 401)
        self._nonces.add(nonce)
        self._order.append(nonce)
        if len(self._order) > REMEMBERED_NONCES:
            self._nonces.discard(self._order.popleft())
