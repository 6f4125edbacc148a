"""The catalogue of items, drugs and illnesses, read from the texts below ``data``."""

import functools
import importlib.resources
from collections.abc import Iterator
from typing import Any

from .things import SHAPES, Analyte, Case, Drug, Item

_LOCAL_SYSTEM = "LOCAL"


def lines(name: str) -> Iterator[str]:
    """Yield the lines of a data file without remarks."""
    file = importlib.resources.files(__package__) / "data" / name
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def fields(name: str) -> Iterator[list[str]]:
    """Yield the fields of each line of a data file."""
    for line in lines(name):
        yield line.split("|")


def _ranges(text: str) -> dict[str, str]:
    """Return the range of men, women and children from ``1:130-175,2:115-150,k:110-160``."""
    parts: dict[str, str] = {}
    for part in text.split(","):
        key, _colon, bounds = part.rpartition(":")
        parts[key] = bounds
    return {key: parts.get(key) or parts.get("") or parts["2"] for key in SHAPES}


def _bounds(text: str) -> tuple[str, str, str]:
    """Return low, high and the normal word of one range."""
    if text.startswith("="):
        return "", "", text[1:]
    if text.startswith("<"):
        return "", text[1:], ""
    if text.startswith(">"):
        return text[1:], "", ""
    low, _, high = text.partition("-")
    return low, high, ""


def _analyte(line: int, columns: list[str], shape: str) -> Analyte:
    code, name, unit, _loinc, decimals, ranges, alarms = columns
    unit = "" if unit == "-" else unit
    low, high, word = _bounds(_ranges(ranges)[shape])
    lowest, highest = float(low or "-inf"), float(high or "inf")
    alarm_low, _, alarm_high = alarms.partition("-")
    if low and high:
        width = highest - lowest
        mean, spread = (lowest + highest) / 2, width / 3
    elif high:
        mean, spread, width = highest * 0.55, highest * 0.4, highest
    else:
        lowest_or = lowest if low else 0.0
        mean, spread, width = lowest_or * 1.4, lowest_or * 0.35, lowest_or
    return Analyte(
        code=code,
        name=name,
        unit=unit,
        decimals=int(decimals),
        low=low,
        high=high,
        word=word,
        lowest=lowest,
        highest=highest,
        alarm_low=float(alarm_low or "-inf"),
        alarm_high=float(alarm_high or "inf"),
        mean=mean,
        spread=spread,
        width=width,
        head=f"{line}\t{code}\t{name}",
        tail=f"{unit}\t{low}\t{high}",
    )


def _analyte_details(columns: list[str]) -> dict[str, Any]:
    code, name, unit, loinc, decimals, ranges, alarms = columns
    texts = _ranges(ranges)
    own = []
    for shape, sex, start, end in (("1", "1", 14, 150), ("2", "2", 14, 150), ("k", "0", 0, 14)):
        low, high, word = _bounds(texts[shape])
        own.append({"sex": sex, "from": start, "to": end, "low": low, "high": high, "normal": word})
    return {
        "code": code,
        "name": name,
        "unit": "" if unit == "-" else unit,
        "system": "local" if loinc.startswith(_LOCAL_SYSTEM) else "http://loinc.org",
        "loinc": loinc,
        "decimals": int(decimals),
        # of a man, for who does not look at ``ranges``
        **{name: own[0][name] for name in ("low", "high", "normal")},
        "ranges": own,
        "critical": alarms,
    }


def _labs() -> Iterator[Item]:
    groups: list[tuple[list[str], list[list[str]]]] = []
    for line in lines("labs.txt"):
        if line.startswith(">"):
            groups[-1][1].append(line[1:].split("|"))
        else:
            groups.append((line.split("|"), []))
    for (code, name, price, insured, insurance_code, specimen), rows in groups:
        details = {"specimen": specimen, "analytes": [_analyte_details(row) for row in rows]}
        shapes = {
            shape: tuple(_analyte(n, row, shape) for n, row in enumerate(rows, 1))
            for shape in SHAPES
        }
        yield Item(
            *(code, name, "04", "lab", "次", int(price), insured, insurance_code, "30"),
            details=details,
            analytes=shapes,
        )


def _exams() -> Iterator[Item]:
    texts: list[str] = list(lines("exams.txt"))
    for head, findings, impression in zip(texts[::3], texts[1::3], texts[2::3], strict=True):
        code, name, price, insured, insurance_code, modality, part, department = head.split("|")
        details = {
            "modality": modality,
            "body_part": part,
            "findings": findings[2:],
            "impression": impression[2:],
        }
        columns = (code, name, "03", "exam", "次", int(price), insured, insurance_code, department)
        yield Item(*columns, details=details)


def _services() -> Iterator[Item]:
    for row in fields("services.txt"):
        code, name, category, kind, unit, price, insured, insurance_code, department = row
        head = (code, name, category, kind, unit, int(price))
        yield Item(*head, insured, insurance_code, department)


def _drugs() -> Iterator[Drug]:
    for number, columns in enumerate(fields("drugs.txt"), 1):
        key, name, spec, form, unit, price, category, insured, family, use, dosage, usual = columns
        yield Drug(
            key=key,
            code=f"Y{number:04d}",
            name=name,
            spec=spec,
            form=form,
            unit=unit,
            price_fen=int(price),
            category=category,
            insurance_class=insured,
            family=family,
            indications=use,
            dosage=dosage,
            usage=dosage.partition("。")[0],
            quantity=int(usual),
        )


def _pairs(text: str) -> Iterator[tuple[str, float]]:
    words = text.split()
    for key, value in zip(words[::2], words[1::2], strict=True):
        yield key, float(value)


class Catalog:
    """Everything of one hospital that can be ordered."""

    def __init__(self) -> None:
        self.items = {item.code: item for item in (*_labs(), *_exams(), *_services())}
        self.drugs = {drug.key: drug for drug in _drugs()}
        self.cases = list(self._cases())
        self.packages = list(fields("packages.txt"))

    def _cases(self) -> Iterator[Case]:
        case: Case | None = None
        for line in lines("cases.txt"):
            mark, space, rest = line.partition(" ")
            if space and len(mark) == 1 and case:
                self._extend(case, mark, rest)
                continue
            if case:
                yield case
            case = _case(line.split("|"))
        if case:
            yield case

    def _extend(self, case: Case, mark: str, rest: str) -> None:
        if mark == "c":
            case.complaints = tuple(rest.split(";"))
        elif mark == "v":
            case.shifts = dict(_pairs(rest))
        elif mark == "x":
            code, findings, impression = rest.split("|")
            case.pictures[code] = (findings, impression)
        elif mark == "d":
            case.drugs = [(self.drugs[key], chance) for key, chance in _pairs(rest)]
        else:
            wanted = {"l": case.labs, "o": case.exams, "t": case.treatments}[mark]
            wanted += [(self.items[key], chance) for key, chance in _pairs(rest)]


def _case(columns: list[str]) -> Case:
    icd, name, department, sex, ages, weight, kind, months, stays, ward = columns
    youngest, _, oldest = ages.partition("-")
    return Case(
        icd=icd,
        name=name,
        department=department,
        sex=sex,
        youngest=int(youngest),
        oldest=int(oldest),
        weight=float(weight),
        chronic=kind == "c",
        months=frozenset(int(month) for month in months.split(",") if month),
        stay_share=float(stays),
        ward=ward,
    )


@functools.cache
def catalog() -> Catalog:
    """Return the catalogue; it is read once."""
    return Catalog()
