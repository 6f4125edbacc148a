"""Everything about one patient: record, cards, visits, stays, check-ups, in order of time."""

from random import Random

from .books import Books
from .calendar import HISTORY_DAYS, WINDOW_BEHIND, Calendar
from .catalog import Catalog
from .checkups import Checkups
from .illness import Illnesses
from .loading import NULL, Rows
from .outpatients import Outpatients
from .people import SELF_PAYING, People, Person, health_card
from .queues import Queues
from .registrations import Registrations
from .results import Results
from .sessions import Sessions, Window
from .staff import Staff
from .stays import Bed, Stays, occupy
from .things import Case

_LOST_CARD = 0.06
_HEALTH_CARD = 0.45
_NEW = 3  # a patient without visits came so many days before the window
_KNOWN = 8  # days before the first visit: numbers are booked up to six days ahead
_LAST_STAY = -40  # later admissions might reach into the present


class Histories:
    """Writes patients, each from the seed and the number alone."""

    def __init__(
        self, rows: Rows, calendar: Calendar, people: People, staff: Staff, catalog: Catalog,
        illnesses: Illnesses,
    ) -> None:  # fmt: skip
        self._rows, self._calendar, self._people, self._staff = rows, calendar, people, staff
        self._illnesses = illnesses
        self.books = Books(rows, calendar)
        self._sessions = Sessions(rows, calendar, staff, catalog.items)
        self._queues = Queues(rows, calendar.iso(0))
        results = Results(rows, staff)
        outpatients = Outpatients(rows, calendar, staff, self.books, results, self._queues)
        self._registrations = Registrations(
            *(rows, calendar, self._sessions, self.books, self._queues, outpatients)
        )
        self._stays = Stays(rows, calendar, staff, catalog, self.books, results)
        self._checkups = Checkups(rows, calendar, catalog, self.books)
        self._beds: dict[int, Bed] = {}
        self._window: Window

    def plan(self, random: Random) -> None:
        """Decide who is in the wards and who has a number around today; write the sessions."""
        self._beds = occupy(random, self._people, self._staff, self._illnesses)
        window = Window(self._people, self._calendar, self._illnesses, set(self._beds))
        window.fill(random, self._staff, self._sessions.window_ids())
        self._sessions.write_window(window.of_session, self._people.size)
        self._window = window

    def write(self, id: int, history: float) -> None:
        """Write one patient.

        :param float history: how many visits an average patient has had.
        """
        person = self._people.person(id)
        random = self._people.random(id, 1)
        days = [] if person.merged_into else self._days(random, person, history)
        since = self._since(random, person, days)
        self._record(random, person, since)
        if person.merged_into:
            return
        self._past(random, person, days)
        for booking in self._window.of_patient.get(id, ()):
            case = self._case_of(random, person, booking.day, booking.template.department)
            if case:
                self._registrations.attend(random, person, booking, case)
        if bed := self._beds.get(id):
            case = self._illnesses.draw(random, person.sex, person.age, ward=bed.ward)
            if case:
                self._stays.present(random, person, case, bed)
        self._checkups.write(random, person, since)

    def finish(self) -> None:
        """Write what is only known at the end."""
        self._queues.write()

    def _case_of(self, random: Random, person: Person, day: int, department: str) -> Case | None:
        month = self._calendar.month(day)
        draw = self._illnesses.draw
        return draw(random, person.sex, person.age, month, department=department)

    def _days(self, random: Random, person: Person, history: float) -> list[int]:
        """Return the days of past visits, in order, none before birth."""
        pool = self._calendar.past_days
        count = self._illnesses.visits(random, person.age, history)
        days = {pool[int(random.random() * len(pool))] for _visit in range(count)}
        alive = person.born - self._calendar.today.toordinal()
        return sorted(day for day in days if day > alive + 8)

    def _since(self, random: Random, person: Person, days: list[int]) -> int:
        """Return the day on which the record was made: before everything else."""
        earliest = max(-HISTORY_DAYS - _KNOWN, person.born - self._calendar.today.toordinal())
        if days:
            return max(days[0] - _KNOWN, earliest)
        if person.id in self._beds or person.id in self._window.of_patient or person.age < 1:
            return max(-WINDOW_BEHIND - 30, earliest)
        return max(-HISTORY_DAYS + int(random.random() * (HISTORY_DAYS - 30)), earliest)

    def _record(self, random: Random, person: Person, since: int) -> None:
        made = self._calendar.at(since, 27000 + int(random.random() * 3600))
        self._rows["patient"].append(
            f"{person.id}\t{person.patient_no}\t{person.name}\t{person.sex}\t{person.birth}\t"
            f"{person.id_type}\t{person.id_number or NULL}\t{person.mobile}\t{person.address}\t"
            f"{person.insurance}\t{person.merged_into or NULL}\t{made}\t{made}"
        )
        card = self._rows["card"].append
        draw = random.random()
        if person.merged_into:
            card(f"1{person.id:09d}\t01\t{person.merged_into}\tvalid\t{made}")
            return
        lost = draw < _LOST_CARD and since < -10
        card(f"1{person.id:09d}\t01\t{person.id}\t{'lost' if lost else 'valid'}\t{made}")
        if lost:
            card(f"2{person.id:09d}\t01\t{person.id}\tvalid\t{self._calendar.at(-9, 36000)}")
        if person.id_number and person.id_type == "01":
            if person.insurance != SELF_PAYING:
                state = "lost" if 0.5 < draw < 0.52 else "valid"
                card(f"L{person.id:08d}\t02\t{person.id}\t{state}\t{made}")
            if draw > 1 - _HEALTH_CARD:
                number = health_card(self._people.seed, person.id)
                card(f"{number}\t03\t{person.id}\tvalid\t{made}")

    def _past(self, random: Random, person: Person, days: list[int]) -> None:
        chronic = self._illnesses.chronic(random, person) if days else []
        busy_until = -HISTORY_DAYS - 1
        for day in days:
            if day <= busy_until:
                continue
            age = (self._calendar.today.toordinal() + day - person.born) * 4 // 1461
            case = self._illnesses.reason(random, person, age, self._calendar.month(day), chronic)
            if case is None:
                continue
            if case.ward and day < _LAST_STAY and random.random() < case.stay_share:
                busy_until = self._stays.past(random, person, age, case, day)
                continue
            self._clinic(random, person, day, case)

    def _clinic(self, random: Random, person: Person, day: int, case: Case) -> None:
        sessions = self._staff.sessions(case.department, self._calendar.weekday(day))
        template = sessions[int(random.random() * len(sessions))]
        draw = random.random()
        outcome = (
            "seen"
            if draw < 0.9
            else "no_show"
            if draw < 0.94
            else "cancelled"
            if draw < 0.97
            else "refunded"
        )
        booking = self._sessions.take(day, template, outcome)
        self._registrations.attend(random, person, booking, case)
