"""Search parameters: what they are called, and the SQL that they become."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import error

ZONE = datetime.timezone(datetime.timedelta(hours=8))
PREFIX = re.compile(r"^(eq|gt|lt|ge|le|sa|eb)?(\d.*)$")
PARTS = re.compile(r"^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$")
REFERENCE = re.compile(r"^(?:https?://[^?#]*/)?(?:([A-Z][A-Za-z]+)/)?([A-Za-z0-9.-]{1,64})$")
OPERATORS = {"gt": ("high", ">="), "sa": ("high", ">="), "ge": ("low", ">=")}
BEFORE = {"lt": ("low", "<"), "eb": ("low", "<"), "le": ("high", "<")}
MOST_VALUES = 100

Special = Callable[[str, "Binder"], str]


class Binder:
    """Collects values for the placeholders of one statement."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def bind(self, value: Any) -> str:
        """Return the placeholder of a value."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"%({name})s"


@dataclass(frozen=True)
class Param:
    """One search parameter.

    :param str kind: token, reference, string, date (a time) or day.
    :param str column: of the resource's source.
    :param str target: references: the type that is meant when none is named.
    :param dict codes: tokens: code in FHIR to the hospital's codes.
    :param special: makes the SQL of one value by itself.
    """

    kind: str
    column: str = ""
    target: str = ""
    codes: Mapping[str, tuple[str, ...]] | None = None
    special: Special | None = field(default=None, compare=False)


def sql_of(name: str, modifier: str, param: Param, text: str, binder: Binder) -> str:
    """Return the condition of one parameter; a comma means *or*.

    :raise Refusal: 400 with what is wrong.
    """
    values = text.split(",")
    if len(values) > MOST_VALUES or not text:
        raise error(400, f"{name}: 1 to {MOST_VALUES} values", "value")
    allowed = {"string": ("", "exact", "contains"), "token": ("", "not")}.get(param.kind, ("",))
    if modifier not in allowed:
        raise error(400, f"modifier :{modifier} of {name} is not supported", "not-supported")
    tests = [_one(name, modifier, param, value, binder) for value in values]
    joined = f"({' OR '.join(tests)})"
    return f"NOT {joined}" if modifier == "not" else joined


def _one(name: str, modifier: str, param: Param, value: str, binder: Binder) -> str:
    if param.special:
        return param.special(value, binder)
    if param.kind == "token":
        return _token(param, value, binder)
    if param.kind == "reference":
        return f"{param.column} = {binder.bind(id_of(name, value, param.target))}"
    if param.kind == "string":
        return _string(param.column, modifier, value, binder)
    return _date(name, param, value, binder)


def _token(param: Param, value: str, binder: Binder) -> str:
    code = value.rpartition("|")[2]
    if param.codes is None:
        return f"{param.column} = {binder.bind(code)}"
    return f"{param.column} = ANY({binder.bind(list(param.codes.get(code, ())))})"


def id_of(name: str, value: str, target: str) -> str:
    """Return the id in a reference.

    :raise Refusal: 400 when it is none, or one of another type.
    """
    found = REFERENCE.match(value)
    if found is None or (found[1] or target) != target:
        raise error(400, f"{name}: {value[:80]} is no reference to a {target}", "value")
    return found[2]


def _string(column: str, modifier: str, value: str, binder: Binder) -> str:
    if modifier == "exact":
        return f"{column} = {binder.bind(value)}"
    escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    before = "%" if modifier == "contains" else ""
    return f"{column} ILIKE {binder.bind(f'{before}{escaped}%')}"


def _date(name: str, param: Param, value: str, binder: Binder) -> str:
    found = PREFIX.match(value)
    if found is None:
        raise error(400, f"{name}: {value[:80]} is no date", "value")
    low, high = range_of(found[2], name)
    ends: dict[str, Any] = {"low": low, "high": high}
    if param.kind == "day":
        whole = high if high.time() == datetime.time(0) else high + datetime.timedelta(days=1)
        ends = {"low": low.date(), "high": whole.date()}
    prefix = found[1] or "eq"
    if prefix == "eq":
        return (
            f"({param.column} >= {binder.bind(ends['low'])}"
            f" AND {param.column} < {binder.bind(ends['high'])})"
        )
    end, operator = {**OPERATORS, **BEFORE}[prefix]
    return f"{param.column} {operator} {binder.bind(ends[end])}"


def range_of(text: str, name: str) -> tuple[datetime.datetime, datetime.datetime]:
    """Return the first moment that a date means and the first that it does not mean any more.

    :raise Refusal: 400 when it is no date.
    """
    try:
        parts = PARTS.match(text)
        if parts is None:
            moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00").replace(" ", "+"))
            low = moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
            return low, low + datetime.timedelta(seconds=0 if moment.microsecond else 1)
        year, month, day = int(parts[1]), int(parts[2] or 1), int(parts[3] or 1)
        low = datetime.datetime(year, month, day, tzinfo=ZONE)
        if parts[3]:
            return low, low + datetime.timedelta(days=1)
        if parts[2]:
            return low, low.replace(year=year + month // 12, month=month % 12 + 1)
        return low, low.replace(year=year + 1)
    except (ValueError, OverflowError):
        raise error(400, f"{name}: {text[:80]} is no date", "value") from None
