"""Checks of what merchants send: presence, type, length, characters."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from simulation.clock import parse
from simulation.messages import Call

from .errors import wrong_field

ORDER_NO = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
V2_ORDER_NO = re.compile(r"[0-9A-Za-z_\-|*]{1,32}")
REFUND_NO = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
EXPIRE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
LARGEST = 100_000_000_00  # fen


def body_of(call: Call) -> "Fields":
    """Return the JSON object of a request.

    :raise Refusal: PARAM_ERROR.
    """
    try:
        content = json.loads(call.body or b"{}")
    except (ValueError, RecursionError):
        raise wrong_field("", "", "不是合法的JSON") from None
    if not isinstance(content, dict):
        raise wrong_field("", "", "不是JSON对象")
    return Fields(content)


class Fields:
    """A JSON object read field by field; whatever is wrong names the field."""

    def __init__(self, content: Mapping[str, Any], path: str = ""):
        self._content, self._path = content, path

    def _take(self, name: str, needed: bool) -> Any:
        value = self._content.get(name)
        if needed and value in (None, ""):
            raise wrong_field(f"{self._path}/{name}", value, "此字段为必填项")
        return value

    def text(self, name: str, most: int, needed: bool = True, least: int = 0) -> str:
        """Return a string of at most ``most`` bytes; empty when it may be left out."""
        value = self._take(name, needed)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.wrong(name, value, "数据类型错误，应为字符串")
        try:
            size = len(value.encode())
        except UnicodeEncodeError:
            raise self.wrong(name, "", "不是合法的UTF-8字符串") from None
        if size > most:
            raise self.wrong(name, value, f"字节数 {size}，大于最大值 {most}")
        if size < least:
            raise self.wrong(name, value, f"字节数 {size}，小于最小值 {least}")
        return value

    def number(self, name: str, least: int = 1, most: int = LARGEST, needed: bool = True) -> int:
        """Return an integer (no boolean, no fraction)."""
        value = self._take(name, needed)
        if value is None:
            return 0
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(name, value, "数据类型错误，应为整数")
        if not least <= value <= most:
            raise self.wrong(name, value, f"数值应在 {least} 与 {most} 之间")
        return value

    def part(self, name: str, needed: bool = True) -> "Fields":
        """Return an object inside; an empty one when it may be left out."""
        value = self._take(name, needed)
        if value is None:
            return Fields({}, f"{self._path}/{name}")
        if not isinstance(value, dict):
            raise self.wrong(name, value, "数据类型错误，应为对象")
        return Fields(value, f"{self._path}/{name}")

    def parts(self, name: str) -> list["Fields"]:
        """Return the objects of a list; none when it is left out."""
        value = self._take(name, needed=False) or []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.wrong(name, value, "数据类型错误，应为对象数组")
        return [Fields(one, f"{self._path}/{name}/{at}") for at, one in enumerate(value)]

    def flag(self, name: str) -> bool:
        """Return a boolean, false when left out."""
        value = self._take(name, needed=False)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(name, value, "数据类型错误，应为布尔值")
        return bool(value)

    def matching(self, name: str, pattern: re.Pattern[str], needed: bool = True) -> str:
        """Return a string of the allowed characters and length."""
        value = self.text(name, 256, needed)
        if value and not pattern.fullmatch(value):
            raise self.wrong(name, value, "长度或字符不符合规则")
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """Return one of the allowed words."""
        value = self.text(name, 64, needed=False) or default
        if value not in allowed:
            raise self.wrong(name, value, f"应为 {'、'.join(allowed)} 之一")
        return value

    def currency(self, name: str = "currency") -> None:
        """Check that the currency, if given, is the yuan."""
        self.choice(name, ("CNY",), "CNY")

    def url(self, name: str, needed: bool = True) -> str:
        """Return a callback address: https, or http on this machine; no parameters."""
        value = self.text(name, 255, needed)
        if value and not is_callback(value):
            raise self.wrong(name, value, "通知地址必须为https且不能携带参数")
        return value

    def moment(self, name: str, not_before: float) -> float | None:
        """Return an RFC 3339 time as seconds since 1970, or ``None`` when left out."""
        value = self.text(name, 64, needed=False)
        if not value:
            return None
        if not EXPIRE.fullmatch(value):
            raise self.wrong(name, value, "时间格式应为yyyy-MM-DDTHH:mm:ss+TIMEZONE")
        try:
            at = parse(value)
        except (ValueError, OverflowError):
            raise self.wrong(name, value, "不是存在的时间") from None
        if at < not_before:
            raise self.wrong(name, value, "time_expire时间过短，至少1分钟")
        return at

    def wrong(self, name: str, value: Any, issue: str) -> Exception:
        """Return PARAM_ERROR about one field."""
        return wrong_field(f"{self._path}/{name}", value, issue)


def is_callback(url: str) -> bool:
    """Tell whether an address may receive callbacks."""
    try:
        found = urlsplit(url)
        host = found.hostname or ""
    except ValueError:
        return False
    secure = found.scheme == "https" or (found.scheme == "http" and host in LOOPBACK_HOSTS)
    return secure and bool(host) and not found.query
