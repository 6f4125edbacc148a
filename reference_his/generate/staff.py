"""Departments, doctors, wards, and which sessions a week has."""

from dataclasses import dataclass
from random import Random

from . import catalog, names

# how many doctors of a department have which title: chief, deputy, attending, resident
_TITLES = ("1", "2", "3", "3", "2", "4", "3", "4")
_MINUTES = 60
_HALVES = {"am": (8 * 60, 210), "pm": (13 * 60 + 30, 210), "night": (17 * 60 + 30, 210)}
# level: fee item, minutes a patient takes
_LEVELS = {"1": ("R001", 6), "2": ("R002", 10), "3": ("R003", 20)}
_EMERGENCY = "20"
_CHECKUPS = "70"


@dataclass(frozen=True)
class Department:
    """A department as ``data/departments.txt`` describes it."""

    code: str
    name: str
    parent: str
    kind: str
    standard_code: str
    place: str
    owner: str
    doctors: int
    beds: int
    specialties: tuple[str, ...]


@dataclass(frozen=True)
class Doctor:
    """A doctor; titles as in the schema, 1 chief … 6 none."""

    code: str
    name: str
    title: str
    department: str
    specialty: str


@dataclass(frozen=True)
class Template:
    """A session that occurs every week; times in minutes of the day."""

    id: int
    half: str
    department: str
    doctor: str  # empty: any doctor of the department
    level: str
    fee_item: str
    weekdays: frozenset[int]
    start: int
    length: int
    step: int
    room: str

    @property
    def size(self) -> int:
        """Return how many numbers it gives out."""
        return self.length // self.step

    def begin(self, seq: int) -> int:
        """Return the second of the day at which a number's time starts.

        Numbers beyond the planned ones share the times of the first.
        """
        return (self.start + (seq - 1) * self.step % (self.size * self.step)) * _MINUTES


class Staff:
    """Who works where.

    :param int seed: which hospital.
    """

    def __init__(self, seed: int):
        rows = list(catalog.fields("departments.txt"))
        self.departments = [_department(row) for row in rows]
        self.by_code = {department.code: department for department in self.departments}
        random = Random(seed * 31 + 7)
        self.doctors = [doctor for one in self.departments for doctor in _doctors(one, random)]
        self.of_department: dict[str, list[Doctor]] = {}
        for doctor in self.doctors:
            self.of_department.setdefault(doctor.department, []).append(doctor)
        self.wards = [one for one in self.departments if one.kind == "ward"]
        self.templates = list(self._templates(random))
        self._weekly = self._index()

    def ward_doctors(self, ward: str) -> list[Doctor]:
        """Return who treats the patients of a ward."""
        return self.of_department[self.by_code[ward].parent]

    def sessions(self, department: str, weekday: int) -> list[Template]:
        """Return the sessions of a department on a weekday; the normal ones occur twice."""
        return self._weekly[department, weekday]

    def _index(self) -> dict[tuple[str, int], list[Template]]:
        weekly: dict[tuple[str, int], list[Template]] = {}
        for template in self.templates:
            times = 2 if template.level == "1" else 1
            for weekday in sorted(template.weekdays):
                weekly.setdefault((template.department, weekday), []).extend([template] * times)
        return weekly

    def _templates(self, random: Random) -> list[Template]:
        templates: list[Template] = []

        def add(one: Department, half: str, doctor: str, level: str, days: frozenset[int]) -> None:
            fee, step = _LEVELS[level]
            start, length = _HALVES[half]
            room = f"{one.place.partition('诊室')[0].split('-')[0]}诊室"
            item = "R004" if one.code == _EMERGENCY else fee
            templates.append(
                Template(
                    *(len(templates), half, one.code, doctor, level, item, days),
                    *(start, length, step, room),
                )
            )

        for one in self.departments:
            if one.kind != "clinic" or not one.doctors or one.code == _CHECKUPS:
                continue
            add(one, "am", "", "1", frozenset(range(7)))
            add(one, "pm", "", "1", frozenset(range(7 if one.code == _EMERGENCY else 5)))
            if one.code in (_EMERGENCY, "07"):
                add(one, "night", "", "1", frozenset(range(7)))
            for doctor in self.of_department[one.code]:
                if doctor.title in "12" and one.code != _EMERGENCY:
                    first = int(random.random() * 5)
                    level = "3" if doctor.title == "1" and random.random() < 0.3 else "2"
                    half = "am" if random.random() < 0.65 else "pm"
                    days = frozenset({first, (first + 2) % 5})
                    add(one, half, doctor.code, level, days)
        return templates


def _department(row: list[str]) -> Department:
    code, name, parent, kind, standard, place, owner, doctors, beds, specialties = row
    return Department(
        *(code, name, parent, kind, standard, place, owner, int(doctors), int(beds)),
        specialties=tuple(word for word in specialties.split(";") if word),
    )


def _doctors(one: Department, random: Random) -> list[Doctor]:
    doctors = []
    for number in range(one.doctors):
        sex = "1" if random.random() < 0.55 else "2"
        name = names.full(random, sex, 1965 + number * 5)
        specialty = one.specialties[number % len(one.specialties)]
        code = f"D{one.code}{number + 1:02d}"
        doctors.append(Doctor(code, name, _TITLES[number % len(_TITLES)], one.code, specialty))
    return doctors
