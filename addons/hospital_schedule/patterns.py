"""Which numbers of a session a period gives out."""

import re

MAX_NUMBER = 500
_PART = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?")


class PatternError(ValueError):
    """The pattern cannot be read, or does not fit the capacity."""


def parse(pattern):
    """Return the numbers that ``pattern`` names, in order.

    :param pattern: ``1-10``, ``2,4,6`` or a mixture such as ``1-3,8``.
    :raise PatternError: for anything else, doubles and numbers beyond 1 to 500.
    """
    numbers = []
    for part in pattern.replace("，", ",").split(","):
        match = _PART.fullmatch(part.strip())
        if not match:
            raise PatternError(part.strip())
        first = int(match[1])
        last = int(match[2] or first)
        if not 1 <= first <= last <= MAX_NUMBER:
            raise PatternError(part.strip())
        numbers += range(first, last + 1)
    if len(set(numbers)) != len(numbers):
        raise PatternError(pattern)
    return sorted(numbers)


def resolve(periods):
    """Return one list of numbers per ``(pattern, capacity)``, no number twice.

    Named numbers are placed first; ``odd``, ``even`` and empty patterns then take
    the lowest unused ones in the order of the periods.

    :raise PatternError: when a list does not match its capacity or overlaps.
    """
    result, used = [None] * len(periods), set()
    for index, (pattern, capacity) in enumerate(periods):
        if pattern and pattern not in ("odd", "even"):
            numbers = parse(pattern)
            if len(numbers) != capacity or used & set(numbers):
                raise PatternError(pattern)
            used.update(numbers)
            result[index] = numbers
    for keyword in ("odd", "even", ""):
        for index, (pattern, capacity) in enumerate(periods):
            if (pattern or "") == keyword:
                result[index] = _lowest(keyword, capacity, used)
    return result


def _lowest(keyword, capacity, used):
    start, step = {"odd": (1, 2), "even": (2, 2), "": (1, 1)}[keyword]
    numbers, number = [], start
    while len(numbers) < capacity:
        if number not in used:
            numbers.append(number)
        number += step
    if numbers and numbers[-1] > MAX_NUMBER:
        raise PatternError(keyword)
    used.update(numbers)
    return numbers
