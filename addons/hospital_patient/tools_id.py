"""The 18-digit resident identity number (GB 11643-1999)."""

from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
#: No region has a code that begins with 99: people of tests and demos live there.
UNASSIGNED_AREA = "999999"


def check_character(first17):
    """Return the check character of the first 17 digits (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True))
    return _CHECK[total % 11]


def check_resident_id(number):
    """Check a resident ID number.

    :param str number: 18 characters, the last may be ``X``.
    :return: (birth date, ``male`` or ``female``).
    :raise ValueError: with ``length``, ``digits``, ``birth`` or ``checksum``.
    """
    number = (number or "").strip().upper()
    if len(number) != 18:
        raise ValueError("length")
    body = number[:17]
    if not (body.isascii() and body.isdigit()) or number[17] not in "0123456789X":
        raise ValueError("digits")
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ValueError("birth") from None
    if check_character(body) != number[17]:
        raise ValueError("checksum")
    return birth, "male" if int(number[16]) % 2 else "female"


def make_resident_id(birth, sex, serial, area=UNASSIGNED_AREA):
    """Return a valid but fictional number.

    :param date birth: date of birth.
    :param str sex: ``male`` or ``female``.
    :param int serial: 0 to 499, tells people of one day and sex apart.
    :param str area: six digits; keep to codes that begin with 99.
    """
    order = 2 * serial + (1 if sex == "male" else 0)
    body = f"{area}{birth:%Y%m%d}{order:03d}"
    return body + check_character(body)
