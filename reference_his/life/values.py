"""Results of laboratory and imaging, from what the catalogue knows about an item."""

import datetime
from random import Random
from typing import Any

from ..db import Row
from .stage import Stage

ABNORMAL = 0.15
NORMAL_PICTURE = ("未见明显异常。", "未见明显异常")


def _order(stage: Stage, order_no: str) -> Row:
    return (
        stage.hospital.db.one(
            "SELECT o.code, o.name, i.details, p.sex, p.birth, o.department_code"
            " FROM medical_order o JOIN patient p ON p.id = o.patient_id"
            " LEFT JOIN item i ON i.code = o.code WHERE o.order_no = %s",
            (order_no,),
        )
        or {}
    )


def specimen(stage: Stage, order_no: str) -> str:
    """Return what is taken for an order."""
    return str((_order(stage, order_no).get("details") or {}).get("specimen") or "静脉血")


def signers(stage: Stage, order_no: str) -> tuple[str, str]:
    """Return who reports and who reviews: two doctors of the department, if it has them."""
    rows = stage.hospital.db.all(
        "SELECT code FROM doctor WHERE department_code = %s ORDER BY code",
        (_order(stage, order_no)["department_code"],),
    )
    if not rows:
        return "", ""
    first = stage.dice("signs", order_no).randrange(len(rows))
    return rows[first]["code"], rows[(first + 1) % len(rows)]["code"]


def exam(stage: Stage, order_no: str) -> tuple[str, str]:
    """Return findings and impression."""
    details = _order(stage, order_no).get("details") or {}
    return (
        details.get("findings") or NORMAL_PICTURE[0],
        details.get("impression") or NORMAL_PICTURE[1],
    )


def lab(stage: Stage, order_no: str) -> list[dict[str, str]]:
    """Return a result for each analyte."""
    order = _order(stage, order_no)
    age = (stage.at.date() - order["birth"]) // datetime.timedelta(days=365.25)
    dice = stage.dice("results", order_no)
    analytes = (order["details"] or {}).get("analytes") or [
        {"code": order["code"], "name": order["name"], "normal": "阴性"}
    ]
    return [_result(analyte, order["sex"], age, dice) for analyte in analytes]


def _bounds(analyte: dict[str, Any], sex: str, age: int) -> dict[str, Any]:
    """Return low, high and the normal word that fit a person."""
    for one in analyte.get("ranges", ()):
        if one["sex"] in ("0", sex) and one["from"] <= age < one["to"]:
            return dict(one)
    return dict((analyte.get("ranges") or [analyte])[0])


def _result(analyte: dict[str, Any], sex: str, age: int, dice: Random) -> dict[str, str]:
    bounds = _bounds(analyte, sex, age)
    low, high = (str(bounds.get(name) or "") for name in ("low", "high"))
    value, flag = _value(low, high, str(bounds.get("normal") or "阴性"), analyte, dice)
    return {
        "code": analyte["code"],
        "name": analyte["name"],
        "value": value,
        "unit": analyte.get("unit", ""),
        "low": low,
        "high": high,
        "flag": flag,
    }


def _value(
    low: str, high: str, word: str, analyte: dict[str, Any], dice: Random
) -> tuple[str, str]:
    """Return a value, mostly within its range, and its flag."""
    odd = dice.random() < ABNORMAL
    if not (low or high):
        return ("阳性", "A") if odd and word == "阴性" else (word, "N")
    bottom = float(low or 0)
    top = float(high or bottom * 2 + 1)
    digits = int(analyte.get("decimals", 1))
    number = dice.uniform(bottom, top)
    if odd:
        number = top + (top - bottom) * dice.uniform(0.05, 0.6)
        if low and dice.random() < 0.4:
            number = bottom * dice.uniform(0.5, 0.95)
    text = f"{number:.{digits}f}"
    if low and float(text) < bottom:
        return text, "L"
    return text, "H" if high and float(text) > top else "N"
