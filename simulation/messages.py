"""One call and its answer, free of any framework."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


def _whole(text: str) -> int:
    """Return a whole number that fits into 64 bits.

    :raise ValueError: when it does not.
    """
    number = int(text) if len(text) <= 20 else 2**63
    if not -(2**63) <= number < 2**63:
        raise ValueError("The number is too long.")
    return number


@dataclass(frozen=True)
class Call:
    """What a client sent.

    :param str target: path and query exactly as sent, as signatures cover it.
    :param dict parts: named parts of the path, e.g. ``{"number": …}``.
    :param dict headers: names in lower case.
    """

    method: str
    path: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    parts: Mapping[str, str] = field(default_factory=dict)
    peer: str = ""

    @property
    def query(self) -> dict[str, str]:
        """Return the query's parameters."""
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """Return the parameters of an urlencoded body."""
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    def json(self) -> Any:
        """Return the JSON body.

        :raise ValueError: when it is none, or holds what no database keeps: half a surrogate
            pair, or a whole number beyond 64 bits.
        """
        text = self.body.decode()
        content = json.loads(text, parse_int=_whole)
        if "\\u" in text:
            json.dumps(content, ensure_ascii=False).encode()
        return content


@dataclass
class Answer:
    """What the client gets."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, content: Any, status: int = 200, **headers: str) -> "Answer":
        """Return a JSON answer (UTF-8, no spaces)."""
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        kind = {"Content-Type": "application/json; charset=utf-8"}
        return cls(status, body, {**kind, **headers})

    @classmethod
    def text(cls, content: str, status: int = 200, kind: str = "text/plain") -> "Answer":
        """Return a text answer in UTF-8."""
        return cls(status, content.encode(), {"Content-Type": f"{kind}; charset=utf-8"})


class Refusal(Exception):
    """A documented error of the real system, raised anywhere below a handler.

    :param str code: the system's own code.
    :param str text: the system's own sentence.
    :param int status: HTTP status where the protocol has one.
    """

    def __init__(self, code: str, text: str = "", status: int = 400, **details: Any):
        super().__init__(f"{code}: {text}")
        self.code, self.text, self.status, self.details = code, text, status, details
