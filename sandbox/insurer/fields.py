"""Reading JSON bodies: a field is there and right, or the call is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from simulation.messages import Call, Refusal

DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
LARGEST = 10**12


def wrong(name: str, why: str) -> Refusal:
    """Return the error of a field."""
    return Refusal("PARAM_ERROR", f"参数{name}{why}", 400)


class Node:
    """A JSON object."""

    def __init__(self, content: Any, name: str = "body"):
        if not isinstance(content, dict):
            raise wrong(name, "应为对象")
        self.content: dict[str, Any] = content

    @classmethod
    def of(cls, call: Call) -> Node:
        """Return the body of a call.

        :raise Refusal: when it is no JSON object of ordinary text.
        """
        try:
            content = json.loads(call.body)
            if b"\\u" in call.body:  # half of a surrogate pair is no text
                json.dumps(content, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise wrong("body", "不是合法的JSON") from None
        return cls(content)

    def node(self, name: str) -> Node:
        """Return an object one level below."""
        return Node(self.content.get(name), name)

    def nodes(self, name: str, limit: int = 500) -> list[Node]:
        """Return the objects of a list with 1 to ``limit`` entries."""
        rows = self.content.get(name)
        if not isinstance(rows, list) or not 0 < len(rows) <= limit:
            raise wrong(name, f"应为1到{limit}项的数组")
        return [Node(row, name) for row in rows]

    def text(self, name: str, length: int = 64) -> str:
        """Return a text of 1 to ``length`` characters."""
        value = self.content.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= length or not value.isprintable():
            raise wrong(name, f"应为1到{length}个字符")
        return value

    def maybe(self, name: str, length: int = 200) -> str:
        """Return a text, empty when it is not there."""
        return "" if self.content.get(name) in (None, "") else self.text(name, length)

    def choice(self, name: str, allowed: Iterable[str]) -> str:
        """Return one of the allowed words."""
        value = self.text(name)
        if value not in allowed:
            raise wrong(name, f"应为{'、'.join(allowed)}之一")
        return value

    def day(self, name: str) -> str:
        """Return a day, ``yyyy-MM-dd``."""
        value = self.text(name)
        if not DAY.fullmatch(value):
            raise wrong(name, "应为yyyy-MM-dd")
        return value

    def fen(self, name: str) -> int:
        """Return an amount in fen, 0 or more."""
        value = self.content.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
            raise wrong(name, "应为非负整数（分）")
        return value
