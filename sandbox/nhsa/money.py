"""Yuan with two digits on the wire, whole fen inside."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]+)?")
LARGEST = 10**14


def fen(value: Any) -> int:
    """Return an amount in yuan, as JSON number or text, in fen.

    :param value: text, int or Decimal (JSON has to be read with ``parse_float=Decimal``).
    :raise ValueError: when it is no amount, or finer than a fen.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("no amount")
    if isinstance(value, str) and not AMOUNT.fullmatch(value):
        raise ValueError("no amount")
    amount = Decimal(value)
    if not amount.is_finite() or abs(amount) > LARGEST:
        raise ValueError("no amount")
    cents = amount * 100
    if cents != cents.to_integral_value():
        raise ValueError("finer than a fen")
    return int(cents)


def yuan(amount: int) -> str:
    """Return fen as yuan with two digits."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def share(amount: int, ratio: Decimal) -> int:
    """Return a part of an amount in fen, half a fen rounded up."""
    return int((amount * ratio).to_integral_value(ROUND_HALF_UP))
