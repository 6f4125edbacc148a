"""What all services need: values as facts, constraints as refusals."""

import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from psycopg2 import errors

from ..db import Row
from ..hospital import Hospital
from ..refusals import refuse

Facts = dict[str, Any]


def plain(number: Decimal) -> str:
    """Return a quantity without needless zeros: ``2``, ``0.5``."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def fact(value: Any) -> Any:
    """Return a database value as a fact: ISO times and days, plain quantities, no ``None``."""
    if value is None:
        return ""
    if isinstance(value, datetime.date):
        return value.isoformat()
    return plain(value) if isinstance(value, Decimal) else value


def facts(row: Row) -> Facts:
    """Return a row as facts."""
    return {name: fact(value) for name, value in row.items()}


@contextmanager
def writing(hospital: Hospital, refusals: Mapping[str, str] | None = None) -> Iterator[None]:
    """Write all or nothing; what an index refuses is refused with the code named for it.

    :param dict refusals: name of a unique index to code of a refusal.
    """
    try:
        with hospital.db.transaction():
            yield
    except errors.UniqueViolation as error:
        code = (refusals or {}).get(error.diag.constraint_name or "")
        if code is None:
            raise
        raise refuse(code) from error


def number_of(text: Any, code: str) -> int:
    """Return an internal number that fronts carry as text.

    :raise Refusal: with this code when it is no number of ours.
    """
    word = str(text)
    if not (word.isascii() and word.isdigit() and len(word) <= 15):
        raise refuse(code, word[:40])
    return int(word)


def day_of(value: Any, field: str) -> datetime.date:
    """Return a day given as a date or as ``YYYY-MM-DD``.

    :raise Refusal: FIELD_INVALID, also for a day of another age.
    """
    try:
        day = value if isinstance(value, datetime.date) else datetime.date.fromisoformat(value)
    except (ValueError, TypeError):
        raise refuse("FIELD_INVALID", field) from None
    if not 1850 <= day.year <= 2200:
        raise refuse("FIELD_INVALID", field)
    return day


def need(value: str, field: str) -> str:
    """Return a text that must be there.

    :raise Refusal: FIELD_MISSING.
    """
    if not value:
        raise refuse("FIELD_MISSING", field)
    return value
