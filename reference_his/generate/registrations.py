"""Registrations: how a number was taken, paid and used."""

from random import Random

from .books import Books
from .calendar import Calendar
from .loading import NULL, Rows
from .outpatients import Outpatients
from .people import Person
from .queues import Queues
from .sessions import Booking, Sessions
from .things import Case

# how often a number is taken where
_CHANNELS = (
    *(("wechat",) * 8),
    *(("window",) * 5),
    *(("kiosk",) * 3),
    *("phone", "province", "province", "city"),
)
_PLATFORMS = {"wechat": "WX", "province": "ZJ", "city": "LS"}


class Registrations:
    """Writes registrations with their bills; who was seen goes on as an outpatient."""

    def __init__(
        self, rows: Rows, calendar: Calendar, sessions: Sessions, books: Books, queues: Queues,
        outpatients: Outpatients,
    ) -> None:  # fmt: skip
        self._rows, self._calendar, self._sessions = rows, calendar, sessions
        self._books, self._queues, self._outpatients = books, queues, outpatients

    def attend(self, random: Random, person: Person, booking: Booking, case: Case) -> None:
        """Write a registration and what followed from it."""
        day, template = booking.day, booking.template
        begin = template.begin(booking.seq)
        channel = _CHANNELS[int(random.random() * 20)]
        booked_day, booked = self._booked(random, channel, day, begin)
        signed = begin - int(random.random() * 1500)
        seen = begin + int(random.random() * 1500)
        if day == 0 and self._calendar.is_past(0, begin) and not self._calendar.is_past(0, seen):
            signed = min(signed, self._calendar.second)
        state = self._state(booking, signed, seen)
        number = self._books.number("GH", booked_day)
        stamp = self._calendar.at
        partner = f"{_PLATFORMS[channel]}{number[2:]}" if channel in _PLATFORMS else NULL
        self._rows["registration"].append(
            f"{number}\t{booking.session_id}\t{booking.seq}\t{person.id}\t"
            f"{self._calendar.iso(day)}\t{template.doctor or NULL}\t{template.department}\t"
            f"{channel}\t{partner}\t{state}\t{self._sessions.fee(template).price_fen}\t"
            f"{stamp(booked_day, booked)}\t"
            f"{stamp(day, signed) if state in ('signed', 'seen') else NULL}\t"
            f"{stamp(day, seen) if state == 'seen' else NULL}"
        )
        self._charge_registration(random, person, booking, state, number, booked_day, booked)
        if day == 0 and state in ("signed", "seen"):
            entered = stamp(0, signed)
            self._queues.clinic(booking, person, number, state, entered, stamp(0, seen))
        if state == "seen":
            self._outpatients.visit(random, person, booking, case, number, seen)

    def _booked(self, random: Random, channel: str, day: int, begin: int) -> tuple[int, int]:
        """Return day and second at which the number was taken, never after the present."""
        if channel in ("window", "kiosk"):
            if day <= 0 and self._calendar.is_past(day, begin - 1800):
                return day, begin - 1800 - int(random.random() * 1800)
            return min(day, 0) - 1, 28800 + int(random.random() * 28800)
        ahead = 1 + int(random.random() * 6)
        return min(day, 0) - ahead, 21600 + int(random.random() * 57600)

    def _state(self, booking: Booking, signed: int, seen: int) -> str:
        """Return the state that the outcome has reached by now."""
        day, outcome = booking.day, booking.outcome
        if day < 0 or outcome in ("cancelled", "refunded"):
            return outcome
        if day > 0:
            return outcome
        if self._calendar.is_past(0, seen):
            return outcome
        return "signed" if outcome == "seen" and self._calendar.is_past(0, signed) else "paid"

    def _charge_registration(
        self, random: Random, person: Person, booking: Booking, state: str, number: str, day: int,
        second: int,
    ) -> None:  # fmt: skip
        books, stamp = self._books, self._calendar.at
        bill = books.open(day)
        books.add(bill, self._sessions.fee(booking.template), 1)
        made = stamp(day, second)
        if state in ("booked", "cancelled"):
            bill_state = "unpaid" if state == "booked" else "void"
            books.close(bill, person, "registration", bill_state, made, made, 0, reg_no=number)
            return
        insurance = books.insurance_part(bill, person)
        bill_state = "refunded" if state == "refunded" else "settled"
        books.close(bill, person, "registration", bill_state, made, made, insurance, reg_no=number)
        own = bill.total - insurance
        paid = books.pay(random, person, "registration", own, insurance, day, made, bill.number)
        if state == "refunded":
            later = stamp(day, second + 240)
            books.refund(
                *(random, person, "registration", paid, own, insurance, day, later),
                bill.number,
            )
