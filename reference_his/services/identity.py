"""Resident identity numbers (GB 11643-1999)."""

import datetime

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
RESIDENT_CARD = "01"


def birth_in(number: str) -> datetime.date | None:
    """Return the day of birth that a valid number tells; ``None`` when it is not valid."""
    body = number[:17]
    if len(number) != 18 or not (body.isascii() and body.isdigit()):
        return None
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    if CHECK_DIGITS[total % 11] != number[17]:
        return None
    try:
        return datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_in(number: str) -> str:
    """Return the sex that a valid number tells: ``1`` male, ``2`` female."""
    return "1" if int(number[16]) % 2 else "2"
