"""Search, read and pages."""

from __future__ import annotations

import base64
import binascii
import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import psycopg2.errors

from reference_his.hospital import Hospital
from reference_his.views.rows import facts_of

from .build import Json
from .errors import error
from .kind import Kind
from .kinds import KINDS
from .params import Binder, Param, sql_of
from .versions import with_meta

PAGE, LONGEST = 20, 200
CONTROLS = ("_count", "_sort", "_after", "_include", "_total", "_summary", "_format", "_pretty")
COMMON = {"_lastUpdated": Param("date", "updated_at")}


@dataclass
class Wish:
    """What a search asks for."""

    where: list[str] = field(default_factory=list)
    binder: Binder = field(default_factory=Binder)
    count: int = PAGE
    sort: str = ""
    down: bool = False
    after: list[Any] = field(default_factory=list)
    includes: list[str] = field(default_factory=list)
    total: bool = False
    only_total: bool = False


def pairs_of(query: str) -> list[tuple[str, str]]:
    """Return the parameters of a query in order.

    :raise Refusal: 400 when it cannot be read.
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=50)
    except (ValueError, UnicodeDecodeError):
        raise error(400, "The query cannot be read") from None
    if any("\x00" in name or "\x00" in value for name, value in pairs):
        raise error(400, "The query holds what is no text", "value")
    return pairs


def wish_of(kind: Kind, pairs: Iterable[tuple[str, str]], lenient: bool) -> Wish:
    """Read a search.

    :param bool lenient: pass over parameters that are not known, as ``Prefer`` asks for.
    :raise Refusal: 400 with the first that is wrong.
    """
    wish = Wish()
    for full, text in pairs:
        name, _colon, modifier = full.partition(":")
        if full in CONTROLS:
            _control(kind, wish, full, text)
        elif name == "_id":
            wish.where.append(_ids(kind, text, wish.binder))
        elif name in kind.params or name in COMMON:
            param = kind.params.get(name) or COMMON[name]
            wish.where.append(sql_of(name, modifier, param, text, wish.binder))
        elif not lenient:
            raise error(400, f"{kind.name} has no search parameter {full[:60]}", "not-supported")
    return wish


def _control(kind: Kind, wish: Wish, name: str, text: str) -> None:
    if name == "_count":
        if not (text.isascii() and text.isdigit() and len(text) < 7):
            raise error(400, "_count is a number", "value")
        wish.count = min(int(text), LONGEST)
        wish.only_total = wish.count == 0
    elif name == "_sort":
        wish.down = text.startswith("-")
        wish.sort = _sort_column(kind, text.removeprefix("-"))
    elif name == "_after":
        wish.after = _mark(text)
    elif name == "_include":
        wish.includes += [_include(kind, text)]
    elif name == "_total":
        wish.total = text in ("accurate", "estimate")
    elif name == "_summary":
        if text not in ("count", "false"):
            raise error(400, f"_summary={text[:20]} is not supported", "not-supported")
        wish.only_total = text == "count"


def _sort_column(kind: Kind, name: str) -> str:
    known = {"_lastUpdated": "updated_at", "_id": "", **kind.sorts}
    if name not in known:
        raise error(400, f"{kind.name} cannot be sorted by {name[:60]}", "not-supported")
    return known[name]


def _include(kind: Kind, text: str) -> str:
    source, _colon, name = text.partition(":")
    if source != kind.name or name not in kind.includes:
        raise error(400, f"_include={text[:60]} is not supported", "not-supported")
    return kind.includes[name]


def _ids(kind: Kind, text: str, binder: Binder) -> str:
    tests = []
    for number in text.split(",")[:LONGEST]:
        values = kind.values(number)
        if values is not None:
            tests.append(_equal(kind, values, binder))
    return f"({' OR '.join(tests)})" if tests else "false"


def _equal(kind: Kind, values: list[Any], binder: Binder) -> str:
    pairs = zip(kind.columns(), values, strict=True)
    return "(" + " AND ".join(f"{column} = {binder.bind(value)}" for column, value in pairs) + ")"


def _mark(text: str) -> list[Any]:
    """Return where the page before ended."""
    try:
        mark = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
    except (ValueError, binascii.Error):
        raise error(400, "_after is not one of our links", "value") from None
    if not isinstance(mark, list) or not all(isinstance(one, str | int) for one in mark):
        raise error(400, "_after is not one of our links", "value")
    return mark


def _statement(kind: Kind, wish: Wish) -> tuple[str, list[str]]:
    """Return the SQL of one page, and the columns that order it."""
    order = [*([wish.sort] if wish.sort else []), *kind.columns()]
    order = list(dict.fromkeys(order))
    where = [*wish.where]
    if wish.after:
        if len(wish.after) != len(order):
            raise error(400, "_after belongs to another search", "value")
        marks = ", ".join(wish.binder.bind(one) for one in wish.after)
        where.append(f"({', '.join(order)}) {'<' if wish.down else '>'} ({marks})")
    direction = " DESC" if wish.down else ""
    by = f"ORDER BY {', '.join(column + direction for column in order)} LIMIT {wish.count + 1}"
    return f"{_united(kind, where, by)} {by}", order


def _united(kind: Kind, where: list[str], by: str = "") -> str:
    """Return the SQL over all parts of a source, each of them searched by itself."""
    test = " AND ".join(where) or "true"
    parts = [f"(SELECT * FROM ({part}) s WHERE {test} {by})" for part in kind.source]  # noqa: S608
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) s"  # noqa: S608


def _run(hospital: Hospital, sql: str, binder: Binder) -> list[dict[str, Any]]:
    values = {**binder.values, "now": hospital.now()}
    try:
        return hospital.db.planned(sql, values)
    except (psycopg2.errors.DataError, psycopg2.errors.UndefinedFunction):
        raise error(400, "A value does not fit its parameter", "value") from None


def search(
    hospital: Hospital, kind: Kind, wish: Wish, base: str, query: list[tuple[str, str]]
) -> Json:
    """Return one page of what is found.

    :param list query: the parameters as they came, for the links.
    """
    sql, order = _statement(kind, wish)
    rows = [] if wish.only_total else _run(hospital, sql, wish.binder)
    more, rows = len(rows) > wish.count, rows[: wish.count]
    bundle: Json = {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": [{"relation": "self", "url": _link(base, kind, query)}],
    }
    if wish.total or wish.only_total:
        bundle["total"] = _total(hospital, kind, wish)
    if more:
        mark = [_plain(rows[-1][column]) for column in order]
        token = base64.urlsafe_b64encode(json.dumps(mark).encode()).decode()
        kept = [(name, value) for name, value in query if name != "_after"]
        url = _link(base, kind, [*kept, ("_after", token)])
        bundle["link"].append({"relation": "next", "url": url})
    found = resources(hospital, kind, rows)
    entries = [_entry(base, one, "match") for one in found]
    entries += [_entry(base, one, "include") for one in _included(hospital, wish, found)]
    if entries:
        bundle["entry"] = entries
    return bundle


def _plain(value: Any) -> str | int:
    return value if isinstance(value, int) else value.isoformat() if _is_time(value) else str(value)


def _is_time(value: Any) -> bool:
    return isinstance(value, datetime.date)


def _total(hospital: Hospital, kind: Kind, wish: Wish) -> int:
    sql = f"SELECT count(*) AS n FROM ({_united(kind, wish.where)}) s"  # noqa: S608
    return int(_run(hospital, sql, wish.binder)[0]["n"])


def _link(base: str, kind: Kind, query: list[tuple[str, str]]) -> str:
    return f"{base}/{kind.name}?{urlencode(query)}" if query else f"{base}/{kind.name}"


def _entry(base: str, resource: Json, mode: str) -> Json:
    url = f"{base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": url, "resource": resource, "search": {"mode": mode}}


def resources(hospital: Hospital, kind: Kind, rows: list[dict[str, Any]]) -> list[Json]:
    """Return rows of a kind's source as resources."""
    plain = [facts_of(row) for row in rows]
    if kind.enrich:
        kind.enrich(hospital.db, plain)
    return [with_meta(kind.make(row), str(row["updated_at"])) for row in plain]


def _references(value: Any) -> Iterable[str]:
    """Return all references in a resource."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for one in value.values():
            yield from _references(one)
    elif isinstance(value, list):
        for one in value:
            yield from _references(one)


def _included(hospital: Hospital, wish: Wish, found: list[Json]) -> list[Json]:
    """Return what the resources found refer to, each once."""
    shown = {f"{one['resourceType']}/{one['id']}" for one in found}
    wanted = dict.fromkeys(one for resource in found for one in _references(resource))
    included = []
    for reference in wanted:
        target, _slash, number = reference.partition("/")
        if target in wish.includes and reference not in shown:
            resource = read(hospital, KINDS[target], number)
            included += [resource] if resource else []
    return included


def read(hospital: Hospital, kind: Kind, number: str) -> Json | None:
    """Return one resource, or ``None``."""
    values = kind.values(number)
    if values is None:
        return None
    binder = Binder()
    sql = _united(kind, [_equal(kind, values, binder)])
    found = resources(hospital, kind, _run(hospital, sql, binder)[:1])
    return found[0] if found else None
