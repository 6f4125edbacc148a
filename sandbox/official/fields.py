"""The kinds of field a template has, and what each of them may hold."""

import re
from collections.abc import Callable, Mapping

Check = Callable[[str], bool]

KEYWORD = re.compile(r"\{\{\s*([A-Za-z_]+?\d*)\.DATA\s*\}\}")
HAN = r"\u4e00-\u9fff\u3400-\u4dbf"
CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
DAY = r"\d{4}(?:年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2})"
TIME = rf"(?:{DAY}\s*)?{CLOCK}"
DATE = rf"{DAY}(?:\s*{CLOCK})?"


def _full(pattern: str) -> Check:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _name(value: str) -> bool:
    """At most ten Chinese characters (mixed counts as Chinese), or twenty letters and signs."""
    if re.search(rf"[{HAN}]", value):
        return len(value) <= 10 and not re.search(r"\d", value)
    return re.fullmatch(r"[^\d]{1,20}", value) is not None


RULES: Mapping[str, Check] = {
    "thing": lambda value: len(value) <= 20,
    "short_thing": lambda value: len(value) <= 10,
    "number": _full(r"[-+]?\d{1,32}(?:\.\d{1,30})?"),
    "letter": _full(r"[A-Za-z]{1,32}"),
    "symbol": _full(rf"[^A-Za-z0-9{HAN}\s]{{1,5}}"),
    "character_string": _full(rf"[^{HAN}]{{1,32}}"),
    "time": _full(rf"(?:{TIME}|{DATE})(?:\s*~\s*(?:{TIME}|{DATE}))?"),
    "date": _full(rf"{DATE}(?:\s*~\s*{DATE})?"),
    "amount": _full(r"[¥￥$€£]?\d{1,12}(?:\.\d{1,4})?(?:元)?"),
    "phone_number": _full(r"[-+\d() ]{1,17}"),
    "car_number": _full(rf"[{HAN}A-Za-z0-9][A-Za-z0-9]{{0,6}}[{HAN}A-Za-z0-9]"),
    "name": _name,
    "phrase": _full(rf"[{HAN}]{{1,5}}"),
    "const": lambda value: len(value) <= 20,
}


def keywords(content: str) -> list[str]:
    """Return the names of the fields in a template's text, in their order."""
    return KEYWORD.findall(content)


def kind_of(name: str) -> str:
    """Return the kind of a field: its name without the number."""
    return name.rstrip("0123456789")


def problem(
    content: str, data: Mapping[str, object], constants: Mapping[str, list[str]]
) -> str | None:
    """Return what is wrong with the data of a template, as WeChat names it, or ``None``.

    :param constants: what was approved for ``const`` fields.
    """
    for name in keywords(content):
        given = data.get(name)
        value = given.get("value") if isinstance(given, Mapping) else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not value:
            return f"data.{name}.value is empty"
        check = RULES.get(kind_of(name))
        if check is None or not check(value) or value not in constants.get(name, [value]):
            return f"data.{name}.value invalid"
    return None


def render(content: str, data: Mapping[str, object]) -> list[dict[str, str]]:
    """Return the lines of a card: the template's labels with the data's values."""
    lines = []
    for line in content.splitlines():
        found = KEYWORD.search(line)
        if not found:
            continue
        given = data.get(found.group(1))
        value = str(given.get("value", "")) if isinstance(given, Mapping) else ""
        label = line[: found.start()].strip().rstrip(":：")
        lines.append({"label": label, "value": value})
    return lines
