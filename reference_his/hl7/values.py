"""How a fact of the hospital is written in HL7, and read back: decided by the fact's name."""

import datetime
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from simulation.clock import SHANGHAI

TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?(?:\.\d{1,4})?)?([+-]\d{4})?")
MONEY = re.compile(r"\d{1,12}(\.\d{1,2})?")
DAYS = frozenset({"day", "birth"})
# GB/T 2261.1 to HL7 table 0001
SEX = {"1": "M", "2": "F", "0": "U", "9": "O"}
# kinds of identity paper to HL7 table 0203; others are written Z and their code
ID_TYPES = {"01": "NNCHN", "03": "PPN"}
# kinds of card to HL7 table 0203
CARDS = {"01": "MR", "02": "SS", "03": "HC"}
SETTLEMENT_KINDS = {"P": "PY", "R": "CD"}


class ValueRefused(ValueError):
    """A value of a message that cannot be read."""


def written(name: str, value: Any) -> str:
    """Return a fact as HL7 text; the rule follows from the fact's name."""
    if value is None or value == "":
        return ""
    if name.endswith("_at"):
        return time_of(value)
    if name in DAYS:
        return str(value).replace("-", "")
    if name.endswith("_fen"):
        return yuan(int(value))
    return str(value)


def time_of(iso: str) -> str:
    """Return an ISO 8601 time as a time stamp with its offset."""
    value = datetime.datetime.fromisoformat(iso)
    value = value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    return value.strftime("%Y%m%d%H%M%S%z")


def read_time(text: str) -> datetime.datetime:
    """Return a time stamp as a Beijing time; without an offset it is one already.

    :raise ValueRefused: when it is no time.
    """
    found = TIME.fullmatch(text)
    if not found:
        raise ValueRefused(text)
    numbers = [int(number or 0) for number in found.groups()[:6]]
    try:
        value = datetime.datetime(*numbers, tzinfo=_zone(found[7]))  # type: ignore[arg-type,misc]
        return value.astimezone(SHANGHAI)
    except (ValueError, OverflowError) as error:
        raise ValueRefused(text) from error


def _zone(text: str | None) -> datetime.timezone:
    if not text:
        return SHANGHAI
    offset = datetime.timedelta(hours=int(text[1:3]), minutes=int(text[3:]))
    return datetime.timezone(-offset if text[0] == "-" else offset)


def read_day(text: str) -> datetime.date:
    """Return a day (``YYYYMMDD``, a time behind it is ignored).

    :raise ValueRefused: when it is none.
    """
    return read_time(text).date()


def yuan(fen: int) -> str:
    """Return an amount in yuan with two decimals."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def read_fen(text: str) -> int:
    """Return an amount in yuan as fen.

    :raise ValueRefused: when it is no amount, is negative or has more than two decimals.
    """
    if not MONEY.fullmatch(text):
        raise ValueRefused(text)
    return int(Decimal(text) * 100)


def read_quantity(text: str) -> str:
    """Return a positive quantity as a plain decimal number.

    :raise ValueRefused: when it is none.
    """
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueRefused(text) from error
    if not value.is_finite() or value <= 0:
        raise ValueRefused(text)
    return format(value.normalize(), "f")


def id_type_written(code: str) -> str:
    """Return a kind of identity paper for CX-5."""
    return ID_TYPES.get(code, f"Z{code}")


def id_type_read(text: str) -> str:
    """Return the kind of identity paper that CX-5 names; empty when it names something else."""
    known = {written: code for code, written in ID_TYPES.items()}
    return known.get(text) or (text[1:] if re.fullmatch(r"Z\d\d", text) else "")


def range_written(low: str, high: str) -> str:
    """Return a reference range for OBX-7: ``3.5-9.5``, ``<5``, ``>3`` or a word."""
    if low and high:
        return f"{low}-{high}"
    if high:
        return f"<{high}"
    return f">{low}" if re.fullmatch(r"-?\d+(\.\d+)?", low) else low
