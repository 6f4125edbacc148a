"""Members of ``biz_content``: read, checked, or refused with ACQ.INVALID_PARAMETER."""

import re
from collections.abc import Mapping
from typing import Any

from . import money
from .errors import refusal
from .protocol import moment_of

NUMBER = re.compile(r"[0-9A-Za-z_\-|*]{1,64}", re.ASCII)
SPAN = re.compile(r"(\d{1,6})([mhd])", re.ASCII)
SECONDS = {"m": 60, "h": 3600, "d": 86400}
LONGEST = 15 * 86400


def text(biz: Mapping[str, Any], name: str, longest: int = 256) -> str:
    """Return a text, empty when it is missing."""
    value = biz.get(name, "")
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        raise refusal("ACQ.INVALID_PARAMETER", name)
    return value


def required(biz: Mapping[str, Any], name: str, longest: int = 256) -> str:
    """Return a text that must be there."""
    found = text(biz, name, longest)
    if not found:
        raise refusal("ACQ.INVALID_PARAMETER", f"{name}不能为空")
    return found


def number(biz: Mapping[str, Any], name: str) -> str:
    """Return a merchant's number: letters, digits and underscores."""
    found = required(biz, name, 64)
    if not NUMBER.fullmatch(found):
        raise refusal("ACQ.INVALID_PARAMETER", name)
    return found


def amount(biz: Mapping[str, Any], name: str) -> int:
    """Return an amount in fen; it may be none that an order can have."""
    try:
        return money.fen(required(biz, name, 16))
    except ValueError:
        raise refusal("ACQ.INVALID_PARAMETER", name) from None


def total(biz: Mapping[str, Any]) -> int:
    """Return the order's amount in fen, above nothing and at most 100,000,000 yuan."""
    found = amount(biz, "total_amount")
    if not 0 < found <= money.LARGEST:
        raise refusal("ACQ.TOTAL_FEE_EXCEED")
    return found


def span(biz: Mapping[str, Any], name: str, default: float, now: float) -> float:
    """Return a length of time in seconds: ``90m``, ``2h``, ``15d``, or ``1c``: until midnight."""
    found = text(biz, name, 6)
    if not found:
        return default
    if found == "1c":
        return 86400 - (now + 8 * 3600) % 86400
    parts = SPAN.fullmatch(found)
    seconds = int(parts[1]) * SECONDS[parts[2]] if parts else 0
    if not 60 <= seconds <= LONGEST:
        raise refusal("ACQ.INVALID_PARAMETER", name)
    return seconds


def deadline(biz: Mapping[str, Any], now: float) -> float | None:
    """Return ``time_expire`` as seconds since 1970."""
    found = text(biz, "time_expire", 19)
    if not found:
        return None
    try:
        at = moment_of(found)
    except ValueError:
        raise refusal("ACQ.INVALID_PARAMETER", "time_expire") from None
    if at <= now:
        raise refusal("ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR")
    return at


def options(biz: Mapping[str, Any]) -> list[str]:
    """Return ``query_options``."""
    found = biz.get("query_options") or []
    if not isinstance(found, list):
        raise refusal("ACQ.INVALID_PARAMETER", "query_options")
    return [str(item) for item in found]
