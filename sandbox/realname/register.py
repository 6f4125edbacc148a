"""What the population register and the operators' register know.

Known people are the world's. For other numbers the digits decide, so that any number of made-up
patients can be verified.
"""

from __future__ import annotations

import re
from datetime import datetime

from simulation.messages import Refusal
from simulation.store import Store

from ..people import People, with_check_digit

MATCH, MISMATCH, NO_RECORD = "1", "2", "3"
UNAVAILABLE = "unavailable"
ID_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]")
MOBILE = re.compile(r"1[3-9][0-9]{9}")
NAME = re.compile(r"[\u3400-\u9fff][\u3400-\u9fff·]{1,24}")
# the digit before the check digit of an unknown identity number; others match any name
BY_DIGIT = {"7": MISMATCH, "8": NO_RECORD, "9": UNAVAILABLE}
# the last digit of the mobile number of an unknown person; others match
BY_MOBILE = {"8": MISMATCH, "9": NO_RECORD}


class Register:
    """Answers for one name, identity number and mobile number."""

    def __init__(self, store: Store):
        self._people = People(store)

    def compare(self, name: str, number: str, mobile: str) -> str:
        """Return the result; an empty mobile number asks for two elements only.

        :return: ``1`` match, ``2`` no match, ``3`` no record, or ``unavailable``.
        """
        person = self._people.by_id_number(number)
        if person is None:
            return _by_digits(number, mobile)
        right = person.name == name and mobile in ("", person.mobile)
        return MATCH if right else MISMATCH


def _by_digits(number: str, mobile: str) -> str:
    found = BY_DIGIT.get(number[16], MATCH)
    return BY_MOBILE.get(mobile[-1], MATCH) if found == MATCH and mobile else found


def checked_number(text: str) -> str:
    """Return an identity number (GB 11643) in upper case.

    :raise Refusal: when form, birthday or check digit are wrong.
    """
    number = text.upper()
    try:
        if not ID_NUMBER.fullmatch(number) or with_check_digit(number[:17]) != number:
            raise ValueError("form")
        datetime.strptime(number[6:14], "%Y%m%d")
    except ValueError:
        raise Refusal("1006", "身份证号格式错误", 200) from None
    return number


def checked_name(text: str) -> str:
    """Return a Chinese name.

    :raise Refusal: when it is none.
    """
    if not NAME.fullmatch(text):
        raise Refusal("1008", "姓名格式错误", 200)
    return text


def checked_mobile(text: str) -> str:
    """Return a mobile number.

    :raise Refusal: when it is none.
    """
    if not MOBILE.fullmatch(text):
        raise Refusal("1007", "手机号格式错误", 200)
    return text
