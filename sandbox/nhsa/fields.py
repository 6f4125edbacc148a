"""Reading the nodes of a message: a field is there and right, or the call is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from simulation.messages import Refusal

from .money import fen

TIME = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?")
LARGEST_COUNT = Decimal(10**12)


def refuse(text: str) -> Refusal:
    """Return the platform's error: infcode -1 and a sentence."""
    return Refusal("-1", text, 200)


class Node:
    """One object below ``input``.

    :raise Refusal: from every method, naming the field.
    """

    def __init__(self, content: Any, name: str = "input"):
        if not isinstance(content, dict):
            raise refuse(f"输入参数校验失败：节点{name}不能为空")
        self.content: dict[str, Any] = content

    def node(self, name: str) -> Node:
        """Return an object one level below."""
        return Node(self.content.get(name), name)

    def nodes(self, name: str) -> list[Node]:
        """Return the objects of a list that has at least one; a single object counts as a list."""
        found = self.content.get(name)
        rows = [found] if isinstance(found, dict) else found
        if not isinstance(rows, list) or not rows:
            raise refuse(f"输入参数校验失败：节点{name}不能为空")
        return [Node(row, name) for row in rows]

    def maybe(self, name: str, length: int = 200) -> str:
        """Return a text, empty when it is not there."""
        value = self.content.get(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise refuse(f"输入参数校验失败：{name}类型错误")
        text = str(value).strip()
        if len(text) > length:
            raise refuse(f"输入参数校验失败：{name}长度不能超过{length}")
        if not text.isprintable():
            raise refuse(f"输入参数校验失败：{name}含有非法字符")
        return text

    def text(self, name: str, length: int = 200) -> str:
        """Return a text that must be there."""
        text = self.maybe(name, length)
        if not text:
            raise refuse(f"输入参数校验失败：{name}不能为空")
        return text

    def choice(self, name: str, allowed: Iterable[str]) -> str:
        """Return a text that is one of the code table's."""
        text = self.text(name)
        if text not in allowed:
            raise refuse(f"输入参数校验失败：{name}不在字典范围内")
        return text

    def time(self, name: str) -> str:
        """Return a day or a time as text."""
        text = self.text(name)
        try:
            if not TIME.fullmatch(text):
                raise ValueError(text)
            datetime.fromisoformat(text)
        except ValueError:
            raise refuse(f"输入参数校验失败：{name}格式错误，应为yyyy-MM-dd HH:mm:ss") from None
        return text

    def day(self, name: str) -> str:
        """Return a day, ``yyyy-MM-dd``."""
        return self.time(name)[:10]

    def fen(self, name: str, signed: bool = False) -> int:
        """Return an amount in fen."""
        value = self.content.get(name)
        if value is None or value == "":
            raise refuse(f"输入参数校验失败：{name}不能为空")
        try:
            amount = fen(value)
        except ValueError:
            raise refuse(f"输入参数校验失败：{name}应为最多两位小数的金额") from None
        if amount < 0 and not signed:
            raise refuse(f"输入参数校验失败：{name}不能为负数")
        return amount

    def maybe_fen(self, name: str) -> int:
        """Return an amount in fen, 0 when it is not there."""
        return 0 if self.content.get(name) in (None, "") else self.fen(name)

    def decimal(self, name: str) -> Decimal:
        """Return a number above 0, such as a count or a price of more than two digits."""
        try:
            number = Decimal(self.text(name, 40))
        except InvalidOperation:
            raise refuse(f"输入参数校验失败：{name}应为数值") from None
        if not number.is_finite() or not 0 < number < LARGEST_COUNT:
            raise refuse(f"输入参数校验失败：{name}应为大于0的数值")
        return number

    def whole(self, name: str) -> int:
        """Return a count, 0 or more."""
        text = self.text(name, 12)
        if not (text.isascii() and text.isdigit()):
            raise refuse(f"输入参数校验失败：{name}应为非负整数")
        return int(text)
