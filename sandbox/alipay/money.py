"""Yuan in text, fen in numbers."""

import re

AMOUNT = re.compile(r"(\d{1,12})(?:\.(\d{1,2}))?", re.ASCII)
LARGEST = 100_000_000_00  # fen; Alipay takes no larger order


def fen(text: str) -> int:
    """Return the fen of an amount in yuan with at most two decimals.

    :raise ValueError: when it is no such amount.
    """
    found = AMOUNT.fullmatch(text)
    if not found:
        raise ValueError(text)
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def yuan(amount: int) -> str:
    """Return fen as yuan with two decimals; negative amounts keep their sign."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def share(amount: int, basis_points: int) -> int:
    """Return so many ten-thousandths of an amount, rounded half up to whole fen."""
    return (amount * basis_points + 5000) // 10000
