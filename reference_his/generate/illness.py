"""Who falls ill with what, and when."""

import math
from bisect import bisect
from itertools import accumulate
from random import Random

from .people import AGES, Person
from .things import Case

Choice = tuple[list[Case], list[float]]
# until which age, how often compared with others
_NEED = ((3, 1.6), (14, 0.9), (30, 0.5), (45, 0.7), (60, 1.1), (75, 1.8), (120, 2.2))
_MOST_VISITS = 80
_CHRONIC_VISITS = 0.6  # share of visits that belong to a known illness


def _need(age: int) -> float:
    return next(need for until, need in _NEED if age <= until)


def _mean_need() -> float:
    total, start = 0.0, 0
    for until, share in AGES:
        total += sum(_need(age) for age in range(start, until)) / (until - start) * share
        start = until
    return total / 100


class Illnesses:
    """Chooses cases by sex, age, month and department."""

    def __init__(self, cases: list[Case]):
        self._cases = cases
        self._made: dict[tuple[str, int, int, bool, str, str], Choice] = {}
        self._mean = _mean_need()

    def _choice(
        self, sex: str, age: int, month: int, chronic: bool, department: str, ward: str
    ) -> Choice:
        age = min(age, 99)
        key = (sex, age, month, chronic, department, ward)
        if key not in self._made:
            fitting = [case for case in self._cases if case.fits(sex, age)]
            if month:
                fitting = [case for case in fitting if not case.months or month in case.months]
            if chronic:
                fitting = [case for case in fitting if case.chronic]
            if department:
                fitting = [case for case in fitting if case.department == department]
            if ward:
                fitting = [case for case in fitting if case.ward == ward]
            self._made[key] = (fitting, list(accumulate(case.weight for case in fitting)))
        return self._made[key]

    def draw(
        self, random: Random, sex: str, age: int, month: int = 0, chronic: bool = False,
        department: str = "", ward: str = "",
    ) -> Case | None:  # fmt: skip
        """Return an illness that fits, or ``None`` when there is none."""
        cases, steps = self._choice(sex, age, month, chronic, department, ward)
        return cases[bisect(steps, random.random() * steps[-1])] if cases else None

    def possible(self, sex: str, age: int, month: int, department: str) -> bool:
        """Tell whether somebody could have a reason to come to a department."""
        return bool(self._choice(sex, age, month, False, department, "")[0])

    def visits(self, random: Random, age: int, history: float) -> int:
        """Return how many visits somebody of this age has had."""
        mean = history * _need(age) / self._mean
        if mean <= 0:
            return 0
        draw = math.log(1 - random.random()) / math.log(mean / (1 + mean))
        return min(int(draw), _MOST_VISITS)

    def chronic(self, random: Random, person: Person) -> list[Case]:
        """Return the illnesses that somebody lives with."""
        age = person.age
        most = 3 if age >= 65 else 2 if age >= 50 else 1
        found: list[Case] = []
        for _time in range(most):
            if random.random() < 0.3 + age / 150:
                case = self.draw(random, person.sex, age, chronic=True)
                if case and case not in found:
                    found.append(case)
        return found

    def reason(
        self, random: Random, person: Person, age: int, month: int, chronic: list[Case]
    ) -> Case | None:
        """Return why somebody comes this time."""
        if chronic and random.random() < _CHRONIC_VISITS:
            case = chronic[int(random.random() * len(chronic))]
            if case.fits(person.sex, age):
                return case
        return self.draw(random, person.sex, age, month)
