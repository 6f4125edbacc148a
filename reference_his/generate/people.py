"""Patients: each follows from the seed and a number, so none needs to be remembered."""

import datetime
import hashlib
from bisect import bisect
from dataclasses import dataclass, replace
from random import Random

from . import names

# regions of identity numbers: the nine of Lishui; before 2000 they had other codes (GB/T 2260)
REGIONS = (
    ("331102", "332501"),
    ("331121", "332522"),
    ("331122", "332526"),
    ("331123", "332527"),
    ("331124", "332528"),
    ("331125", "332523"),
    ("331126", "332525"),
    ("331127", "332529"),
    ("331181", "332502"),
    ("330327", "330327"),
    ("330702", "330702"),
)
RENAMED = 2000
SEQUENCES = 500  # per region, day of birth and sex: the 15th to 17th digit
_ROOM = len(REGIONS) * SEQUENCES
_STRIDE = 2741  # shares no factor with _ROOM: consecutive patients are not neighbours
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
# given to no operator in the ministry's table of March 2023: nobody has such a number
MOBILE_PREFIXES = ("154", "160", "163", "164", "168", "169")
# years of age up to which, share of patients in percent
AGES = ((1, 3), (6, 6), (14, 6), (25, 7), (40, 18), (55, 22), (65, 16), (78, 16), (92, 6))
_AGE_STEPS = [sum(share for _until, share in AGES[: n + 1]) for n in range(len(AGES))]
DUPLICATE_EVERY, DUPLICATE_AT = 83, 7
EMPLOYEES, RESIDENTS, SELF_PAYING = "01", "02", "07"
_WHOLE = 0xFFFFFFFF


@dataclass(frozen=True)
class Person:
    """One record of a patient. ``id`` is the row; ``merged_into`` another row or 0."""

    id: int
    name: str
    sex: str
    birth: datetime.date
    age: int
    id_type: str
    id_number: str
    mobile: str
    address: str
    insurance: str
    merged_into: int = 0

    @property
    def patient_no(self) -> str:
        """Return P and eight digits."""
        return f"P{self.id:08d}"

    @property
    def born(self) -> int:
        """Return the day of birth as an ordinal."""
        return self.birth.toordinal()


def with_check_digit(seventeen: str) -> str:
    """Return a resident identity number with its last character (GB 11643-1999)."""
    total = sum(int(digit) * weight for digit, weight in zip(seventeen, WEIGHTS, strict=True))
    return seventeen + CHECK_DIGITS[total % 11]


class People:
    """All patients of a hospital.

    :param int size: how many records.
    :param date today: ages count from here.
    """

    def __init__(self, seed: int, size: int, today: datetime.date):
        self.seed, self.size, self.today = seed, size, today
        self._today = today.toordinal()
        self._offset = (seed * 7919) % _ROOM
        # records of one region and sequence are told apart by the day of birth, in such steps
        self._step = size // _ROOM + 1

    def random(self, id: int, purpose: int = 0) -> Random:
        """Return the source of chance of one patient."""
        return Random(((self.seed * 1_000_003 + id) << 3) + purpose)

    def person(self, id: int) -> Person:
        """Return the patient of a row, 1 to ``size``."""
        if id % DUPLICATE_EVERY == DUPLICATE_AT and id > 1:
            original = self._make(id - 1)
            return replace(original, id=id, merged_into=original.id, mobile=self._mobile(id))
        return self._make(id)

    def _make(self, id: int) -> Person:
        random = self.random(id)
        chance = random.random
        sex = "2" if chance() < 0.53 else "1"
        birth = self._birth(id, chance())
        age = (self._today - birth.toordinal()) * 4 // 1461
        id_type, id_number = "01", self._identity(id, birth, sex)
        name = names.full(random, sex, birth.year)
        draw = chance()
        if age < 6 and draw < 0.5:
            id_number = ""  # a child whose card is not there yet
        elif age >= 18 and draw < 0.004:
            id_type, id_number, name = "03", f"EJ{id:07d}", names.foreign(random)
        return Person(
            id=id,
            name=name,
            sex=sex,
            birth=birth,
            age=age,
            id_type=id_type,
            id_number=id_number,
            mobile=self._mobile(id),
            address=names.address(random),
            insurance=_insurance(age, chance()),
        )

    def _birth(self, id: int, draw: float) -> datetime.date:
        """Return a day of birth; its ordinal keeps identity numbers apart (see ``_identity``)."""
        group = bisect(_AGE_STEPS, draw * 100)
        start = AGES[group - 1][0] if group else 0
        below = _AGE_STEPS[group - 1] if group else 0
        years = start + (draw * 100 - below) / AGES[group][1] * (AGES[group][0] - start)
        ordinal = self._today - 3 - int(years * 365.25)
        ordinal -= (ordinal - id // _ROOM) % self._step
        return datetime.date.fromordinal(ordinal)

    def _identity(self, id: int, birth: datetime.date, sex: str) -> str:
        """Return an identity number that no other patient has, without looking at the others."""
        place = (id * _STRIDE + self._offset) % _ROOM
        region = REGIONS[place % len(REGIONS)][birth.year < RENAMED]
        sequence = place // len(REGIONS) * 2 + (sex == "1")
        return with_check_digit(f"{region}{birth:%Y%m%d}{sequence:03d}")

    def _mobile(self, id: int) -> str:
        mixed = (id * 48271 + self.seed * 69621) & _WHOLE
        return f"{MOBILE_PREFIXES[mixed % len(MOBILE_PREFIXES)]}{mixed * 37 % 100_000_000:08d}"


def _insurance(age: int, draw: float) -> str:
    if draw > 0.92:
        return SELF_PAYING
    return EMPLOYEES if 22 <= age and draw < 0.46 else RESIDENTS


def health_card(seed: int, id: int) -> str:
    """Return the number of an electronic health card: 64 hexadecimal characters."""
    return hashlib.sha256(f"ehc:{seed}:{id}".encode()).hexdigest().upper()
