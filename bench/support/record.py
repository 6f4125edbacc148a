"""Take down what an independent client would send, instead of sending it.

The clients of ``tests_world`` and the SDKs sign as they always do; only the last step, where
``requests`` puts bytes on the wire, is replaced. Signing then takes no part in the measurement.
"""

from unittest import mock
from urllib.parse import urlsplit

import requests


class _Taken(Exception):
    """Ends a client's call at the moment it would have been sent."""

    def __init__(self, prepared):
        super().__init__(prepared.url)
        self.prepared = prepared


def _take(_session, prepared, **_options):
    raise _Taken(prepared)


def raw_of(prepared):
    """Return a prepared request as the bytes of HTTP/1.1 on a connection that stays open."""
    parts = urlsplit(prepared.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    body = prepared.body or b""
    body = body.encode() if isinstance(body, str) else body
    headers = {**prepared.headers, "Host": parts.netloc, "Content-Length": str(len(body))}
    headers["Connection"] = "keep-alive"
    lines = [f"{prepared.method} {target} HTTP/1.1"]
    lines += [f"{name}: {_text(value)}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _text(value):
    return value.decode() if isinstance(value, bytes) else value


def record(call, *arguments, **words):
    """Return the request that a client's call would send.

    :raise RuntimeError: when it sends none.
    """
    with mock.patch.object(requests.Session, "send", _take):
        try:
            call(*arguments, **words)
        except _Taken as taken:
            return raw_of(taken.prepared)
    raise RuntimeError(f"{call} sends nothing through requests")
