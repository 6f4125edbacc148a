"""Sessions and numbers: those of the past as visits need them, those around today whole."""

from array import array
from dataclasses import dataclass
from random import Random

from .calendar import HISTORY_DAYS, WINDOW_AHEAD, WINDOW_BEHIND, Calendar
from .illness import Illnesses
from .loading import NULL, Rows
from .people import People, Person
from .staff import Staff, Template
from .things import Item

_FILLED = 0.6  # share of the numbers taken on a past day, at most
_TRIES = 30  # people asked before a number stays free
_SUSPENDED = 0.03  # share of the sessions to come that will not take place
_LOCKED = 4  # numbers that somebody is just about to take, for so long
_LOCK_SECONDS = 600


@dataclass(frozen=True)
class Booking:
    """A number that somebody took: where, when, and what became of it.

    ``outcome`` is ``seen``, ``no_show``, ``cancelled``, ``refunded`` or, for days to come,
    ``booked`` and ``paid``.
    """

    day: int
    session_id: int
    template: Template
    seq: int
    outcome: str


class Sessions:
    """Writes sessions and numbers."""

    def __init__(self, rows: Rows, calendar: Calendar, staff: Staff, items: dict[str, Item]):
        self._rows, self._calendar, self._staff = rows, calendar, staff
        self._fees = {template.id: items[template.fee_item] for template in staff.templates}
        self._number = rows["number"].append
        slots = (HISTORY_DAYS + 1) * len(staff.templates)
        self._ids, self._taken = array("i", bytes(4 * slots)), array("i", bytes(4 * slots))
        self.sessions = 0

    def fee(self, template: Template) -> Item:
        """Return the item charged for a visit."""
        return self._fees[template.id]

    def _published(self, day: int) -> str:
        """Return when the sessions of a day, and their numbers, were made."""
        return self._calendar.at(max(day - 20, self._calendar.first), 36000)

    def _open(self, day: int, template: Template, state: str = "open") -> int:
        self.sessions += 1
        self._rows["session"].append(
            f"{self.sessions}\t{self._calendar.iso(day)}\t{template.half}\t{template.department}\t"
            f"{template.doctor or NULL}\t{template.level}\t{self.fee(template).price_fen}\t"
            f"{state}\t{template.room}\t{self._published(day)}"
        )
        return self.sessions

    def take(self, day: int, template: Template, outcome: str) -> Booking:
        """Return the next number of a session of the past."""
        slot = -day * len(self._staff.templates) + template.id
        if not self._ids[slot]:
            self._ids[slot] = self._open(day, template)
        self._taken[slot] += 1
        booking = Booking(day, self._ids[slot], template, self._taken[slot], outcome)
        state = "free" if outcome in ("cancelled", "refunded") else "taken"
        self._write(booking.session_id, day, template, booking.seq, state)
        return booking

    def _write(
        self, session: int, day: int, template: Template, seq: int, state: str,
        lock: str = f"{NULL}\t{NULL}\t{NULL}",
    ) -> None:  # fmt: skip
        start = template.begin(seq)
        at = self._calendar.at
        self._number(
            f"{session}\t{seq}\t{at(day, start)}\t{at(day, start + template.step * 60)}\t"
            f"{state}\t{lock}\t{self._published(day)}"
        )

    def write_window(self, bookings: dict[tuple[int, int], list[Booking]], people: int) -> None:
        """Write every session and number around today.

        :param dict bookings: those of each (day, template) from :class:`Window`.
        :param int people: how many patients there are.
        """
        locks = min(_LOCKED, people)
        for day in range(-WINDOW_BEHIND, WINDOW_AHEAD + 1):
            for template in self._staff.templates:
                if self._calendar.weekday(day) not in template.weekdays:
                    continue
                mine = bookings.get((day, template.id), [])
                suspended = (
                    day > 1 and not mine and (day * 7 + template.id * 13) % 100 < (_SUSPENDED * 100)
                )
                session = self._open(day, template, "suspended" if suspended else "open")
                taken = {one.seq for one in mine if one.outcome not in ("cancelled", "refunded")}
                for seq in range(1, template.size + 1):
                    if seq in taken:
                        self._write(session, day, template, seq, "taken")
                    elif day == 1 and locks and not suspended and seq == template.size:
                        locks -= 1
                        lock = self._lock(session, seq, locks + 1)
                        self._write(session, day, template, seq, "locked", lock)
                    else:
                        self._write(session, day, template, seq, "free")

    def _lock(self, session: int, seq: int, patient_id: int) -> str:
        """Return the fields of a number that a patient holds for the next minutes."""
        lock_id = f"L{self._calendar.compact(0)}G{patient_id}"
        until = self._calendar.at(0, self._calendar.second + _LOCK_SECONDS)
        self._rows["number_lock"].append(
            f"{lock_id}\t{session}\t{seq}\t{patient_id}\twechat\t{until}"
        )
        return f"{lock_id}\t{until}\t{patient_id}"

    def window_ids(self) -> dict[tuple[int, int], int]:
        """Return the number that each session around today will have when written first."""
        ids: dict[tuple[int, int], int] = {}
        for day in range(-WINDOW_BEHIND, WINDOW_AHEAD + 1):
            for template in self._staff.templates:
                if self._calendar.weekday(day) in template.weekdays:
                    ids[day, template.id] = len(ids) + 1
        return ids


class Window:
    """Who has which number around today: decided before patients are written.

    Its size is bounded by the numbers of 22 days, not by the patients.
    """

    def __init__(self, people: People, calendar: Calendar, illnesses: Illnesses, busy: set[int]):
        self._people, self._calendar, self._illnesses = people, calendar, illnesses
        self._busy = busy  # in-patients: they have no number
        self._has: set[tuple[int, int]] = set()
        self.of_patient: dict[int, list[Booking]] = {}
        self.of_session: dict[tuple[int, int], list[Booking]] = {}

    def fill(self, random: Random, staff: Staff, ids: dict[tuple[int, int], int]) -> None:
        """Hand numbers out, day by day."""
        for day in range(-WINDOW_BEHIND, WINDOW_AHEAD + 1):
            mine = [t for t in staff.templates if (day, t.id) in ids]
            total = sum(template.size for template in mine)
            wanted = min(self._share(day) * total, self._most(day))
            for template in mine:
                count = int(template.size * wanted / total + random.random())
                for seq in sorted(random.sample(range(1, template.size + 1), count)):
                    self._give(random, day, template, seq, ids[day, template.id])

    def _share(self, day: int) -> float:
        return _FILLED if day <= 0 else max(0.45 - 0.03 * day, 0.08)

    def _most(self, day: int) -> float:
        """Return how many numbers so few patients could take on a day."""
        return self._people.size * (0.16 if day == 0 else 0.03) + 4

    def _give(self, random: Random, day: int, template: Template, seq: int, session: int) -> None:
        for _try in range(_TRIES):
            id = 1 + int(random.random() * self._people.size)
            if id in self._busy or (id, day) in self._has:
                continue
            person = self._people.person(id)
            if self._fits(person, day, template):
                self._has.add((id, day))
                booking = Booking(day, session, template, seq, self._outcome(random, day))
                self.of_patient.setdefault(id, []).append(booking)
                self.of_session.setdefault((day, template.id), []).append(booking)
                return

    def _fits(self, person: Person, day: int, template: Template) -> bool:
        if person.merged_into:
            return False
        month = self._calendar.month(day)
        return self._illnesses.possible(person.sex, person.age, month, template.department)

    @staticmethod
    def _outcome(random: Random, day: int) -> str:
        draw = random.random()
        if day > 0:
            return "paid" if draw < 0.62 else "booked" if draw < 0.94 else "refunded"
        if draw < 0.9:
            return "seen"
        return "no_show" if draw < 0.95 else "cancelled" if draw < 0.97 else "refunded"
