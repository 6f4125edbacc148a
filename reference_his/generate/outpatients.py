"""Visits to the clinics, with orders, bills, drugs and reports.

The same steps make a visit of years ago and one of this morning: what would lie after the
present is left out, and the states follow from what is already past.
"""

from dataclasses import dataclass
from random import Random

from ..services.effects import WINDOWS
from .books import Bill, Books, Paid
from .calendar import Calendar
from .loading import NULL, Rows
from .people import Person
from .queues import Queues
from .results import Results
from .sessions import Booking
from .staff import Doctor, Staff
from .things import Case, Drug, Item

_EMERGENCY = "20"
_PHARMACIES = {False: "H001", True: "H003"}  # by whether herbs are wanted


@dataclass(frozen=True)
class _Visit:
    """What all documents of one visit share."""

    number: str
    person: Person
    age: int
    case: Case
    doctor: Doctor
    department: str
    day: int
    ordered: int  # this and what follows: seconds of the day
    paid: int
    ready: int  # the drugs
    taken: int


@dataclass(frozen=True)
class _Order:
    number: str
    kind: str
    thing: Item | Drug
    quantity: int
    department: str


class Outpatients:
    """Writes what happens in the clinics."""

    def __init__(
        self, rows: Rows, calendar: Calendar, staff: Staff, books: Books, results: Results,
        queues: Queues,
    ) -> None:  # fmt: skip
        self._rows, self._calendar, self._staff = rows, calendar, staff
        self._books, self._results, self._queues = books, results, queues
        self._order_row = rows["medical_order"].append

    def _past(self, day: int, second: int) -> bool:
        return self._calendar.is_past(day, second)

    def visit(
        self, random: Random, person: Person, booking: Booking, case: Case, reg_no: str, seen: int
    ) -> None:
        """Write a visit that begins at a second of the booking's day, as far as it has gone."""
        day, template = booking.day, booking.template
        chance = random.random
        doctors = self._staff.of_department[template.department]
        doctor = doctors[int(chance() * len(doctors))]
        if template.doctor:
            doctor = next(one for one in doctors if one.code == template.doctor)
        ended = seen + 300 + int(chance() * 420)
        emergency = template.department == _EMERGENCY
        number = self._books.number("JZ" if emergency else "MZ", day)
        age = max(0, (self._calendar.today.toordinal() + day - person.born) * 4 // 1461)
        at, over = self._calendar.at, self._past(day, ended)
        complaint = case.complaints[int(chance() * len(case.complaints))]
        words = f"{complaint}\t{case.icd}\t{case.name}" if over else f"{complaint}\t\t"
        self._rows["visit"].append(
            f"{number}\t{person.id}\t{reg_no}\t{'E' if emergency else 'O'}\t"
            f"{template.department}\t{doctor.code}\t{words}\t{at(day, seen)}\t"
            f"{at(day, ended) if over else NULL}"
        )
        if over:
            paid = ended + 120 + int(chance() * 900)
            ready = paid + 420 + int(chance() * 600)
            taken = ready + 60 + int(chance() * 900)
            visit = _Visit(
                *(number, person, age, case, doctor, template.department, day, ended),
                *(paid, ready, taken),
            )
            self._care(random, visit)

    def _care(self, random: Random, visit: _Visit) -> None:
        """Write orders, their bill, and what came of them."""
        orders, rx_no, herbal = self._orders(random, visit)
        if not orders:
            return
        state = self._bill_state(random, visit)
        bill = self._books.open(visit.day)
        for order in orders:
            self._books.add(bill, order.thing, order.quantity, order.number)
        at = self._calendar.at
        made = at(visit.day, visit.ordered)
        changed = made if state == "unpaid" else at(visit.day, visit.paid)
        insurance = 0
        if state in ("settled", "refunded"):
            insurance = self._books.insurance_part(bill, visit.person)
        given_up = self._given_up(random, visit, orders, state, insurance)
        for order in orders:
            gone = order is given_up or state in ("void", "refunded")
            self._order(random, visit, order, rx_no, "gone" if gone else state)
        if rx_no:
            self._prescription(random, visit, rx_no, herbal, state)
        self._books.close(
            *(bill, visit.person, "outpatient", state, made, changed, insurance), visit.number
        )
        if state in ("settled", "refunded"):
            self._pay(random, visit, bill, state, insurance, given_up)

    def _orders(self, random: Random, visit: _Visit) -> tuple[list[_Order], str, bool]:
        chance, number, day, case = random.random, self._books.number, visit.day, visit.case
        orders = [
            _Order(number("YZ", day), "lab", item, 1, "30")
            for item, likely in case.labs
            if chance() < likely
        ]
        for item, likely in case.exams:
            if chance() < likely:
                orders.append(_Order(number("YZ", day), "exam", item, 1, item.department))
        for item, likely in case.treatments:
            if likely and chance() < likely:
                place = item.department or visit.department
                orders.append(_Order(number("YZ", day), "treatment", item, 1, place))
        drugs = [drug for drug, likely in case.drugs if chance() < likely]
        herbal = bool(drugs) and drugs[0].category == "14"
        pharmacy = _PHARMACIES[herbal]
        for drug in drugs:
            orders.append(_Order(number("YZ", day), "drug", drug, drug.quantity, pharmacy))
        return orders, number("CF", day) if drugs else "", herbal

    def _bill_state(self, random: Random, visit: _Visit) -> str:
        draw = random.random()
        if not self._past(visit.day, visit.paid):
            return "unpaid"
        if draw < 0.03:
            return "unpaid" if visit.day > -30 else "void"
        return "refunded" if draw < 0.04 and visit.day < 0 else "settled"

    @staticmethod
    def _given_up(
        random: Random, visit: _Visit, orders: list[_Order], state: str, insurance: int
    ) -> _Order | None:
        """Return an exam that was paid but then not wanted: its money goes back."""
        if state != "settled" or insurance or visit.day == 0 or random.random() > 0.05:
            return None
        exams = [order for order in orders if order.kind == "exam"]
        return exams[0] if exams and len(orders) > 1 else None

    def _pay(
        self, random: Random, visit: _Visit, bill: Bill, state: str, insurance: int,
        given_up: _Order | None,
    ) -> None:  # fmt: skip
        books, at, day = self._books, self._calendar.at, visit.day
        stamp = at(day, visit.paid)
        own = bill.total - insurance
        paid: Paid = books.pay(
            *(random, visit.person, "outpatient", own, insurance, day, stamp), bill.number
        )
        later = at(day, visit.paid + 1800)
        if state == "refunded":
            books.refund(
                *(random, visit.person, "outpatient", paid, own, insurance, day, later),
                bill.number,
            )
        elif given_up:
            amount = bill.orders[given_up.number]
            books.refund(
                *(random, visit.person, "outpatient", paid, amount, 0, day, later), bill.number
            )

    # what is done ----------------------------------------------------------------------------

    def _order(self, random: Random, visit: _Visit, order: _Order, rx_no: str, billed: str) -> None:
        """Write an order in the state it has reached, with its report.

        :param str billed: ``unpaid``, ``settled``, or ``gone`` when nothing will be done.
        """
        at, day, kind = self._calendar.at, visit.day, order.kind
        made = at(day, visit.ordered)
        state, changed, started, done = "new", made, 0, 0
        if billed == "gone":
            state, changed = "cancelled", at(day, visit.paid + 1800)
        elif billed == "settled":
            wait, work = self._durations(random, kind)
            started = visit.paid + wait
            done = visit.taken if kind == "drug" else started + work
            state, changed = "charged", at(day, visit.paid)
            if self._past(day, done):
                state, changed = "done", at(day, done)
            elif self._past(day, started) and kind in ("lab", "exam"):
                state, changed = "doing", at(day, started)
        usage = order.thing.usage if isinstance(order.thing, Drug) else ""
        self._order_row(
            f"{order.number}\t{visit.number}\t{visit.person.id}\t{kind}\t{order.thing.code}\t"
            f"{order.thing.name}\t{order.quantity}\t{order.thing.unit}\t{usage}\t"
            f"{rx_no if kind == 'drug' else NULL}\t{state}\t{visit.doctor.code}\t"
            f"{order.department}\t{made}\t{changed}"
        )
        if state in ("doing", "done") and kind in ("lab", "exam"):
            self._report(random, visit, order, at(day, started), changed if state == "done" else "")
        if day == 0 and billed == "settled" and kind in ("lab", "exam"):
            queue = "lab" if kind == "lab" else f"exam:{self._modality(order)}"
            waits = state == "charged"
            self._queues.service(
                queue, visit.person, order.number, waits, at(0, visit.paid), at(0, started)
            )

    @staticmethod
    def _modality(order: _Order) -> str:
        return str(order.thing.details["modality"]) if isinstance(order.thing, Item) else ""

    @staticmethod
    def _durations(random: Random, kind: str) -> tuple[int, int]:
        """Return how long one waits for it and how long it takes, in seconds."""
        draw = random.random()
        if kind == "lab":
            return 300 + int(draw * 1500), 1800 + int(draw * 7200)
        if kind == "exam":
            return 600 + int(draw * 5400), 900 + int(draw * 3600)
        return 300, 300 + int(draw * 1500)

    def _report(
        self, random: Random, visit: _Visit, order: _Order, started: str, reported: str
    ) -> None:
        item = order.thing
        if not isinstance(item, Item):
            return
        number = self._books.number("JY" if order.kind == "lab" else "JC", visit.day)
        if order.kind == "lab":
            self._results.lab(
                *(number, order.number, visit.number, visit.person, visit.age, item),
                *(visit.case.shifts, started, reported, random),
            )
        else:
            self._results.exam(
                *(number, order.number, visit.number, visit.person, item),
                *(visit.case, started, reported, random),
            )

    def _prescription(
        self, random: Random, visit: _Visit, rx_no: str, herbal: bool, billed: str
    ) -> None:
        at, day = self._calendar.at, visit.day
        window = f"{1 + int(random.random() * WINDOWS)}号窗口"
        made = at(day, visit.ordered)
        state, changed = "new", made
        if billed in ("void", "refunded"):
            state, changed = "cancelled", at(day, visit.paid + 1800)
        elif billed == "settled":
            state, changed = "charged", at(day, visit.paid)
            if self._past(day, visit.taken):
                state, changed = "dispensed", at(day, visit.taken)
            elif self._past(day, visit.ready):
                state, changed = "ready", at(day, visit.ready)
        self._rows["prescription"].append(
            f"{rx_no}\t{visit.number}\t{visit.person.id}\t{'herbal' if herbal else 'western'}\t"
            f"{state}\t{window if billed == 'settled' else ''}\t{made}\t{changed}"
        )
        if day == 0 and state in ("ready", "dispensed"):
            waits = state == "ready"
            self._queues.service(
                f"pharmacy:{window}",
                visit.person,
                rx_no,
                waits,
                at(0, visit.ready),
                at(0, visit.taken),
            )
