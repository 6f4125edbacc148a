"""What a service gets, and what it gives back."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reference_his.hospital import Hospital
from reference_his.refusals import refuse

from .dialect import Dialect
from .v3 import Head, Subject
from .xml import Element, find, value

MOST = 200


@dataclass(frozen=True)
class Context:
    """Where and for whom a service works."""

    hospital: Hospital
    dialect: Dialect
    head: Head


@dataclass(frozen=True)
class Result:
    """What became of a message.

    :param str text: the sentence in the acknowledgement.
    :param bool query: whether the answer carries a queryAck.
    """

    text: str
    subjects: Sequence[Subject] = field(default_factory=tuple)
    query: bool = False
    query_id: str = ""


Service = Callable[[Context, Element], Result]


def found(root: Element, subjects: Sequence[Subject]) -> Result:
    """Return the result of a query."""
    text = "查询成功" if subjects else "未查询到数据"
    query_id = value(root, "controlActProcess/queryByParameter/queryId", "extension")
    return Result(text, subjects, query=True, query_id=query_id)


def wanted(root: Element) -> int:
    """Return how many results a query asks for, at most 200."""
    text = value(root, "controlActProcess/queryByParameter/initialQuantity")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else MOST
    return min(number or MOST, MOST)


def time_of(text: str, what: str) -> datetime.datetime | None:
    """Return a time written as 8 or 14 digits, in Beijing; empty is ``None``.

    :raise Refusal: FIELD_INVALID.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) in (8, 12, 14)):
        raise refuse("FIELD_INVALID", what)
    try:
        naive = datetime.datetime.strptime(text.ljust(14, "0"), "%Y%m%d%H%M%S")
    except ValueError:
        raise refuse("FIELD_INVALID", what) from None
    return naive.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=8)))


def span_of(element: Element | None, what: str) -> tuple[str, str]:
    """Return a time span as ISO texts; a missing end is empty. A day as end is meant whole."""
    low, high = value(element, "low"), value(element, "high")
    if len(high) == 8:
        high += "235959"
    times = (time_of(low, what), time_of(high, what))
    return tuple(one.isoformat() if one else "" for one in times)  # type: ignore[return-value]


def needed(element: Element | None, path: str, attribute: str = "value") -> str:
    """Return an attribute that must be there.

    :raise Refusal: FIELD_MISSING, naming the path.
    """
    text = value(element, path, attribute)
    if not text:
        raise refuse("FIELD_MISSING", path)
    return text


def subject_of(root: Element, path: str) -> Element:
    """Return what a message is about.

    :raise Refusal: FIELD_MISSING, naming the path.
    """
    subject = find(root, f"controlActProcess/subject/{path}")
    if subject is None:
        raise refuse("FIELD_MISSING", path)
    return subject
