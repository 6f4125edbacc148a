"""What can be ordered, and the illnesses it is ordered for."""

from dataclasses import dataclass, field
from typing import Any

CHILD_UNTIL = 14  # years: ranges of key ``k``
FACTORS = {"A": 1.0, "B": 0.9, "C": 0.0}  # which part of a price insurance looks at
SHAPES = ("1", "2", "k")  # men, women, children


@dataclass(frozen=True)
class Analyte:
    """One value of a laboratory report, for one kind of person.

    ``low`` and ``high`` are empty where the range is open; ``word`` is the normal answer of a
    qualitative test; ``mean`` and ``spread`` describe values of the healthy.
    """

    code: str
    name: str
    unit: str
    decimals: int
    low: str
    high: str
    word: str
    lowest: float
    highest: float
    alarm_low: float
    alarm_high: float
    mean: float
    spread: float
    width: float
    head: str  # COPY text before the value: line, code, name
    tail: str  # … and after it: unit, low, high


@dataclass(frozen=True)
class Item:
    """Something that can be charged besides drugs."""

    code: str
    name: str
    category: str
    kind: str
    unit: str
    price_fen: int
    insurance_class: str
    insurance_code: str
    department: str
    details: dict[str, Any] = field(default_factory=dict, compare=False)
    analytes: dict[str, tuple[Analyte, ...]] = field(default_factory=dict, compare=False)

    @property
    def factor(self) -> float:
        """Return which part of the price insurance looks at."""
        return FACTORS[self.insurance_class]


@dataclass(frozen=True)
class Drug:
    """One drug of the pharmacy; ``usage`` is the usual order."""

    key: str
    code: str
    name: str
    spec: str
    form: str
    unit: str
    price_fen: int
    category: str
    insurance_class: str
    family: str
    indications: str
    dosage: str
    usage: str
    quantity: int

    @property
    def factor(self) -> float:
        """Return which part of the price insurance looks at."""
        return FACTORS[self.insurance_class]


@dataclass
class Case:
    """An illness: who gets it and what is done about it."""

    icd: str
    name: str
    department: str
    sex: str
    youngest: int
    oldest: int
    weight: float
    chronic: bool
    months: frozenset[int]
    stay_share: float
    ward: str
    complaints: tuple[str, ...] = ()
    labs: list[tuple[Item, float]] = field(default_factory=list)
    exams: list[tuple[Item, float]] = field(default_factory=list)
    drugs: list[tuple[Drug, float]] = field(default_factory=list)
    treatments: list[tuple[Item, float]] = field(default_factory=list)
    shifts: dict[str, float] = field(default_factory=dict)
    pictures: dict[str, tuple[str, str]] = field(default_factory=dict)

    def fits(self, sex: str, age: int) -> bool:
        """Tell whether a person can have it."""
        return self.sex in ("0", sex) and self.youngest <= age <= self.oldest
