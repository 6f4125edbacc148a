"""Stays in the wards: daily fees, deposits, and the settlement at discharge."""

from dataclasses import dataclass, replace
from random import Random

from .books import Bill, Books, Paid
from .calendar import Calendar
from .catalog import Catalog
from .illness import Illnesses
from .loading import NULL, Rows
from .people import People, Person
from .results import Results
from .staff import Doctor, Staff
from .things import Case, Drug, Item

_OCCUPIED = 0.8  # share of the beds, at most
_OF_PATIENTS = 0.05  # share of the patients who are in, at most
_LEAVING = 0.06  # share of those who have left and not settled
_LONGEST = 14
_TRIES = 60
_MORNING, _EVENING = 8 * 3600 + 1800, 23 * 3600
_OPERATION = 0.6  # chance of the operation that belongs to the illness
_YUAN = 100
_TOO_EARLY = 3600  # in the first hour of a day nobody was admitted on it yet


@dataclass(frozen=True)
class Bed:
    """A bed that somebody lies in today, and since which day."""

    ward: str
    number: int
    since: int


@dataclass
class _Stay:
    """One stay while its rows come together."""

    number: str
    visit_no: str
    person: Person
    age: int
    case: Case
    doctor: Doctor
    ward: str
    first: int
    until: int  # day of discharge, or today
    over: bool
    total: int = 0
    insured: float = 0.0


def occupy(random: Random, people: People, staff: Staff, illnesses: Illnesses) -> dict[int, Bed]:
    """Return who is in the wards today, by patient.

    :return: at most as many as there are beds, whatever the number of patients.
    """
    beds = [(ward.code, number) for ward in staff.wards for number in range(1, ward.beds + 1)]
    random.shuffle(beds)
    count = min(int(len(beds) * _OCCUPIED), int(people.size * _OF_PATIENTS) + 2)
    found: dict[int, Bed] = {}
    for ward, number in beds[:count]:
        for _try in range(_TRIES):
            id = 1 + int(random.random() * people.size)
            person = people.person(id)
            if id in found or person.merged_into:
                continue
            if illnesses.draw(random, person.sex, person.age, ward=ward):
                found[id] = Bed(ward, number, -int(random.random() * 11))
                break
    return found


class Stays:
    """Writes admissions with everything that belongs to them."""

    def __init__(
        self, rows: Rows, calendar: Calendar, staff: Staff, catalog: Catalog, books: Books,
        results: Results,
    ) -> None:  # fmt: skip
        self._rows, self._calendar, self._staff = rows, calendar, staff
        self._catalog, self._books, self._results = catalog, books, results
        self._charge_row = rows["inpatient_charge"].append

    def past(self, random: Random, person: Person, age: int, case: Case, day: int) -> int:
        """Write a stay that is over and settled; return the day of discharge."""
        days = 3 + int(random.random() * (_LONGEST - 3))
        ward = self._staff.by_code[case.ward]
        bed = 1 + int(random.random() * ward.beds)
        self._write(random, person, age, case, Bed(case.ward, bed, day), day + days, "out")
        return day + days

    def present(self, random: Random, person: Person, case: Case, bed: Bed) -> None:
        """Write a stay of today; a few have left and wait for their settlement."""
        if bed.since == 0 and self._calendar.second < _TOO_EARLY:
            bed = replace(bed, since=-1)
        leaving = bed.since < -2 and random.random() < _LEAVING
        state = "leaving" if leaving else "in"
        self._write(random, person, person.age, case, bed, -1 if leaving else 0, state)

    def _write(
        self, random: Random, person: Person, age: int, case: Case, bed: Bed, until: int,
        state: str,
    ) -> None:  # fmt: skip
        calendar, first = self._calendar, bed.since
        doctors = self._staff.ward_doctors(bed.ward)
        doctor = doctors[int(random.random() * len(doctors))]
        come = 9 * 3600 + int(random.random() * 25000)
        if first == 0:
            come = min(come, calendar.second // 2)
        went = 9 * 3600 + int(random.random() * 14400)
        number, visit_no = self._books.number("ZY", first), self._books.number("ZV", first)
        over = state != "in"
        stay = _Stay(*(number, visit_no, person, age, case, doctor, bed.ward, first, until, over))
        begun = calendar.at(first, come)
        ended = calendar.at(until, went) if over else NULL
        complaint = case.complaints[int(random.random() * len(case.complaints))]
        self._rows["visit"].append(
            f"{visit_no}\t{person.id}\t{NULL}\tI\t{bed.ward}\t{doctor.code}\t{complaint}\t"
            f"{case.icd}\t{case.name}\t{begun}\t{ended}"
        )
        self._rows["admission"].append(
            f"{number}\t{person.id}\t{visit_no}\t{bed.ward}\t{bed.number:02d}\t{doctor.code}\t"
            f"{state}\t{begun}\t{ended}"
        )
        bill = self._books.open(until) if state == "out" else None
        self._fees(random, stay, come, bill)
        deposits = self._deposits(random, stay, come)
        if bill:
            self._discharge(random, stay, bill, deposits, went)

    # daily fees ------------------------------------------------------------------------------

    def _fees(self, random: Random, stay: _Stay, come: int, bill: Bill | None) -> None:
        """Write the fees of every day, and their sums as lines of the bill."""
        items = self._catalog.items
        bed = items[
            "B003" if random.random() < 0.06 else "B002" if random.random() < 0.6 else "B001"
        ]
        nursing = items["N002" if random.random() < 0.7 else "N001"]
        last = stay.until - 1 if stay.over else stay.until
        drugs = self._drugs(random, stay, come, last)
        sums: dict[str, tuple[Item | Drug, int]] = {}

        def charge(day: int, second: int, thing: Item | Drug, quantity: int = 1) -> None:
            if not self._calendar.is_past(day, second):
                return
            self._charge(stay, day, second, thing, quantity)
            sums[thing.code] = (thing, sums.get(thing.code, (thing, 0))[1] + quantity)

        for item in self._first_day(random, stay, come):
            charge(stay.first, come + 600, item)
        for day in range(stay.first, last + 1):
            morning = max(_MORNING, come + 900) if day == stay.first else _MORNING
            for drug in drugs:
                charge(day, morning, drug)
            charge(day, morning, items["T002"])
            charge(day, morning, items["O002"])
            charge(day, _EVENING, bed)
            charge(day, _EVENING, nursing)
            charge(day, _EVENING, items["O001"])
        if bill:
            for thing, quantity in sums.values():
                self._books.add(bill, thing, quantity)

    def _charge(
        self, stay: _Stay, day: int, second: int, thing: Item | Drug, quantity: int
    ) -> None:
        amount = thing.price_fen * quantity
        stay.total += amount
        stay.insured += amount * thing.factor
        self._charge_row(
            f"{stay.number}\t{self._calendar.iso(day)}\t{thing.code}\t{thing.name}\t"
            f"{thing.category}\t{quantity}\t{thing.unit}\t{thing.price_fen}\t{amount}\t"
            f"{self._calendar.at(day, second)}"
        )

    def _drugs(self, random: Random, stay: _Stay, come: int, last: int) -> list[Drug]:
        """Order drugs for the whole stay; each day takes one package of each."""
        chosen = [drug for drug, likely in stay.case.drugs if random.random() < likely]
        chosen.append(self._catalog.drugs["saline"])
        days = max(last - stay.first + 1, 1)
        for drug in chosen:
            state = "done" if stay.over else "doing"
            self._order(stay, "drug", drug, "H002", come, days, drug.usage, state)
        return chosen

    def _first_day(self, random: Random, stay: _Stay, come: int) -> list[Item]:
        """Write what is examined at admission, and operations; return what is charged."""
        wanted: list[tuple[str, Item]] = [("lab", item) for item, _likely in stay.case.labs]
        if not any(item.code == "L001" for _kind, item in wanted):
            wanted.append(("lab", self._catalog.items["L001"]))
        wanted += [("exam", item) for item, likely in stay.case.exams if random.random() < likely]
        for item, likely in stay.case.treatments:
            if not likely and stay.until > stay.first + 1 and random.random() < _OPERATION:
                wanted.append(("treatment", item))
        collected, reported = come + 1800, come + 3 * 3600
        for kind, item in wanted:
            past = self._calendar.is_past(stay.first, reported)
            state = "done" if past else "charged"
            place = "30" if kind == "lab" else item.department or stay.ward
            order_no = self._order(stay, kind, item, place, come, 1, "", state)
            if past and kind != "treatment":
                self._report(random, stay, kind, item, order_no, collected, reported)
        return [item for _kind, item in wanted]

    def _order(
        self, stay: _Stay, kind: str, thing: Item | Drug, department: str, come: int,
        quantity: int, usage: str, state: str,
    ) -> str:  # fmt: skip
        number, at = self._books.number("YZ", stay.first), self._calendar.at
        made = at(stay.first, come + 300)
        changed = made
        if state == "done":
            done = come + 3 * 3600
            changed = at(stay.until, _MORNING) if kind == "drug" else at(stay.first, done)
        self._rows["medical_order"].append(
            f"{number}\t{stay.visit_no}\t{stay.person.id}\t{kind}\t{thing.code}\t{thing.name}\t"
            f"{quantity}\t{thing.unit}\t{usage}\t{NULL}\t{state}\t{stay.doctor.code}\t"
            f"{department}\t{made}\t{changed}"
        )
        return number

    def _report(
        self, random: Random, stay: _Stay, kind: str, item: Item, order_no: str, collected: int,
        reported: int,
    ) -> None:  # fmt: skip
        at, first = self._calendar.at, stay.first
        times = at(first, collected), at(first, reported)
        number = self._books.number("JY" if kind == "lab" else "JC", first)
        if kind == "lab":
            self._results.lab(
                *(number, order_no, stay.visit_no, stay.person, stay.age, item),
                *(stay.case.shifts, *times, random),
            )
        else:
            self._results.exam(
                *(number, order_no, stay.visit_no, stay.person, item, stay.case, *times, random)
            )

    # money -----------------------------------------------------------------------------------

    def _deposits(self, random: Random, stay: _Stay, come: int) -> list[Paid]:
        """Write what was paid in advance: at admission, and once more for dear stays."""
        at, person = self._calendar.at, stay.person
        first = (2000 + 500 * int(random.random() * 12)) * _YUAN
        paid = [(stay.first, come + 60, first)]
        later = stay.first + 2
        if (
            stay.total > first * 2
            and self._calendar.is_past(later, _MORNING)
            and (later < stay.until)
        ):
            paid.append((later, _MORNING, (1000 + 500 * int(random.random() * 8)) * _YUAN))
        return [
            self._books.pay(
                *(random, person, "deposit", amount, 0, day, at(day, second)),
                admission_no=stay.number,
            )
            for day, second, amount in paid
            if self._calendar.is_past(day, second)
        ]

    def _discharge(
        self, random: Random, stay: _Stay, bill: Bill, deposits: list[Paid], went: int,
    ) -> None:  # fmt: skip
        """Write the bill of the stay; deposits and the payment together make its total.

        What insurance bears and what deposits do not cover is paid; what deposits leave over
        goes back by the way it came.
        """
        books, person, day = self._books, stay.person, stay.until
        made, later = self._calendar.at(day, went), self._calendar.at(day, went + 2400)
        insurance = books.insurance_part(bill, person)
        books.close(
            *(bill, person, "discharge", "settled", made, later, insurance),
            *(stay.visit_no, NULL, stay.number),
        )
        advance = sum(paid.amount for paid in deposits)
        due = max(bill.total - insurance - advance, 0)
        if due or insurance:
            books.pay(
                *(random, person, "discharge", due, insurance, day, later, bill.number),
                stay.number,
            )
        left = advance - (bill.total - insurance - due)
        for paid in reversed(deposits):
            back = min(left, paid.amount)
            if back:
                books.refund(
                    *(random, person, "deposit", paid, back, 0, day, later),
                    admission_no=stay.number,
                )
            left -= back
