"""Check-up orders: done in past years, or booked for the next days."""

from random import Random

from .books import Books
from .calendar import Calendar
from .catalog import Catalog
from .loading import NULL, Rows
from .people import Person

_PAST, _AHEAD = 0.06, 0.012
_GROWN_UP = 18
_CATEGORY = "15"
_SUMMARIES = (
    "本次体检各项指标未见明显异常，建议保持健康生活方式，每年体检一次。",
    "1.血脂偏高，建议低脂饮食、适当运动，3个月后复查血脂。2.余项目未见明显异常。",
    "1.脂肪肝(轻度)，建议控制体重、限酒。2.血尿酸偏高，建议低嘌呤饮食、多饮水。",
    "1.甲状腺结节(C-TIRADS 3类)，建议6-12个月复查甲状腺彩超。2.余未见明显异常。",
    "1.空腹血糖偏高，建议内分泌科就诊，复查糖化血红蛋白。2.血压偏高，建议监测血压。",
    "1.右肺微小结节，建议12个月复查胸部CT。2.余未见明显异常。",
    "1.幽门螺杆菌阳性，建议消化内科就诊。2.胆囊息肉，建议6个月复查腹部彩超。",
)


class Checkups:
    """Writes check-up orders and what was paid for them."""

    def __init__(self, rows: Rows, calendar: Calendar, catalog: Catalog, books: Books):
        self._rows, self._calendar, self._books = rows, calendar, books
        self._packages = {
            sex: [row for row in catalog.packages if row[2] in ("0", sex)] for sex in "12"
        }

    def write(self, random: Random, person: Person, since: int) -> None:
        """Write what somebody has had or booked, which is mostly nothing.

        :param int since: the day number at which the patient became known here.
        """
        draw = random.random()
        if person.age < _GROWN_UP or draw >= _PAST + _AHEAD:
            return
        if draw < _AHEAD:
            self._ahead(random, person, since)
        elif since < -20:
            self._past(random, person, since)

    def _past(self, random: Random, person: Person, since: int) -> None:
        day = since + 3 + int(random.random() * (-since - 12))
        cancelled = random.random() < 0.04
        booked, reported = day - 1 - int(random.random() * 2), day + 4
        summary = "" if cancelled else _SUMMARIES[int(random.random() * len(_SUMMARIES))]
        state = "cancelled" if cancelled else "reported"
        self._order(random, person, day, booked, state, summary, reported, paid=True)

    def _ahead(self, random: Random, person: Person, since: int) -> None:
        day = 1 + int(random.random() * 14)
        booked = max(-1 - int(random.random() * 5), since)
        paid = random.random() < 0.8
        self._order(random, person, day, booked, "booked", "", 0, paid)

    def _order(
        self, random: Random, person: Person, day: int, booked: int, state: str, summary: str,
        reported: int, paid: bool,
    ) -> None:  # fmt: skip
        books, at = self._books, self._calendar.at
        packages = self._packages[person.sex]
        code, name, _sex, price, *_rest = packages[int(random.random() * len(packages))]
        made = at(booked, 36000 + int(random.random() * 28000))
        finished = at(reported, 57600) if state == "reported" else NULL
        number = books.number("TJ", booked)
        self._rows["checkup_order"].append(
            f"{number}\t{code}\t{person.id}\t{self._calendar.iso(day)}\t{state}\t{summary}\t"
            f"{made}\t{finished}"
        )
        bill = books.open(booked)
        books.line(bill, code, name, _CATEGORY, 1, "次", int(price))
        ends = {"cancelled": "refunded"}.get(state, "settled" if paid else "unpaid")
        books.close(bill, person, "checkup", ends, made, made, 0, checkup_no=number)
        if ends != "unpaid":
            receipt = books.pay(random, person, "checkup", bill.total, 0, booked, made, bill.number)
            if ends == "refunded":
                later = at(booked, 80000)
                books.refund(
                    *(random, person, "checkup", receipt, bill.total, 0, booked, later),
                    bill.number,
                )
