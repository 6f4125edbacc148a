"""Rows of the views in the form of an event's facts, for fronts that answer questions."""

import datetime
from decimal import Decimal
from typing import Any

from reference_his.db import Database, Row


def plain(value: Any) -> Any:
    """Return a column's value as facts carry it: text, integer or a list of objects."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return quantity(value)
    if isinstance(value, float):  # a decimal that came through JSON
        return quantity(Decimal(str(value)))
    return value


def quantity(value: Decimal) -> str:
    """Return an amount of something without needless zeros: ``2``, ``0.5``."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def facts_of(row: Row) -> dict[str, Any]:
    """Return a row as facts."""
    return {name: plain(value) for name, value in row.items()}


def cards_of(text: str) -> list[dict[str, str]]:
    """Return the cards in the column ``cards`` of ``v_patient``."""
    pairs = (one.partition(":") for one in text.split(",") if one)
    return [{"kind": kind, "card_no": number} for kind, _colon, number in pairs]


def read(
    db: Database, view: str, order: str, limit: int = 100, **wanted: Any
) -> list[dict[str, Any]]:
    """Return rows of a view as facts.

    :param str order: columns to sort by.
    :param wanted: column (or ``column__min``, ``column__max``) to value; empty values match all.
    """
    marks = {"__min": ">=", "__max": "<="}
    tests, values = ["true"], {}
    for name, value in wanted.items():
        if value not in ("", None):
            mark = marks.get(name[-5:], "=")
            tests.append(
                f"{name.removesuffix(name[-5:]) if mark != '=' else name} {mark} %({name})s"
            )
            values[name] = value
    sql = (
        f"SELECT * FROM his_view.{view} WHERE {' AND '.join(tests)}"  # noqa: S608 (our names)
        f" ORDER BY {order} LIMIT {int(limit)}"
    )
    return [facts_of(row) for row in db.all(sql, values)]
