"""Made-up people with phones: who they are at WeChat, at Alipay and for the state.

Everything about a person follows from the short name, so two machines know the same people.
"""

import hashlib
import re
import sqlite3
from dataclasses import dataclass

from simulation.store import Row, Store

DDL = """
CREATE TABLE IF NOT EXISTS person (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, mobile TEXT NOT NULL UNIQUE,
    id_number TEXT NOT NULL UNIQUE, color TEXT NOT NULL);
"""
# id, name, mobile, identity number without its check digit, color of the picture
FIRST = (
    ("li", "李建国", "13800000001", "33252219580312101", "#2f6f9f"),
    ("wang", "王秀英", "13800000002", "33252219840725202", "#a2543d"),
    ("zhang", "张伟", "13800000003", "33252219930102301", "#3d7a4d"),
    ("chen", "陈小雨", "13800000004", "33252220180918402", "#7a4d8f"),
)
COLORS = tuple(row[4] for row in FIRST)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"


def with_check_digit(seventeen: str) -> str:
    """Return a resident identity number with its last character (GB 11643-1999)."""
    total = sum(int(digit) * weight for digit, weight in zip(seventeen, WEIGHTS, strict=True))
    return seventeen + CHECK_DIGITS[total % 11]


def _digest(*words: str) -> str:
    return hashlib.sha256(":".join(words).encode()).hexdigest()


@dataclass(frozen=True)
class Person:
    """One person; numbers at WeChat and Alipay are derived, never stored."""

    id: str
    name: str
    mobile: str
    id_number: str
    color: str

    def openid(self, appid: str) -> str:
        """Return who the person is for one official account or app (28 characters)."""
        return "o" + _digest("openid", appid, self.id)[:27]

    @property
    def unionid(self) -> str:
        """Return who the person is for all accounts of one company."""
        return "u" + _digest("unionid", self.id)[:27]

    @property
    def alipay_id(self) -> str:
        """Return the person's Alipay user number (2088…, 16 digits)."""
        return "2088" + str(int(_digest("alipay", self.id)[:15], 16))[:12].zfill(12)


class People:
    """All people of a world. It keeps nothing itself: make one wherever it is needed."""

    def __init__(self, store: Store):
        self._store = store
        store.create(DDL)
        if not store.one("SELECT 1 FROM person"):
            for row in FIRST:
                self.add(*row[:3], with_check_digit(row[3]), row[4])

    def add(
        self, id: str, name: str, mobile: str, id_number: str, color: str = "#555555"
    ) -> Person:
        """Add a person, or change one; return the person.

        :raise sqlite3.IntegrityError: when mobile or identity number belong to another.
        """
        self._store.run(
            "INSERT INTO person VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " name = excluded.name, mobile = excluded.mobile, id_number = excluded.id_number,"
            " color = excluded.color",
            (id, name, mobile, id_number, color),
        )
        return self.get(id)

    def newcomer(self, name: str, mobile: str, id_number: str) -> Person:
        """Add somebody new under the next free short name (p5, p6 …).

        :raise ValueError: with a sentence, when a field is wrong or belongs to another.
        """
        if not name.strip() or not re.fullmatch(r"1\d{10}", mobile):
            raise ValueError(
                "请填写姓名和 11 位手机号。 Give a name and a mobile number of 11 digits."
            )
        if not re.fullmatch(r"\d{17}[\dX]", id_number) or (
            with_check_digit(id_number[:17]) != id_number
        ):
            raise ValueError(
                "身份证号不正确。 The identity number is wrong: look at its last digit."
            )
        row = self._store.one("SELECT max(rowid) AS n FROM person")
        number = (row["n"] if row else 0) + 1
        color = COLORS[number % len(COLORS)]
        try:
            return self.add(f"p{number}", name.strip(), mobile, id_number, color)
        except sqlite3.IntegrityError:
            raise ValueError(
                "手机号或身份证号已属于他人。 The mobile or identity number is somebody else's."
            ) from None

    def get(self, id: str) -> Person:
        """Return a person.

        :raise KeyError: when there is none of this short name.
        """
        return self._person(self._store.one("SELECT * FROM person WHERE id = ?", (id,)), id)

    def all(self) -> list[Person]:
        """Return everybody, in the order they came."""
        rows = self._store.all("SELECT * FROM person ORDER BY rowid")
        return [self._person(row, "") for row in rows]

    def by_openid(self, appid: str, openid: str) -> Person | None:
        """Return whom an official account knows by this openid."""
        return next((one for one in self.all() if one.openid(appid) == openid), None)

    def by_mobile(self, mobile: str) -> Person | None:
        """Return whose number this is."""
        row = self._store.one("SELECT * FROM person WHERE mobile = ?", (mobile,))
        return self._person(row, mobile) if row else None

    def by_id_number(self, number: str) -> Person | None:
        """Return whose identity number this is."""
        row = self._store.one("SELECT * FROM person WHERE id_number = ?", (number,))
        return self._person(row, number) if row else None

    @staticmethod
    def _person(row: Row | None, asked: str) -> Person:
        if row is None:
            raise KeyError(asked)
        return Person(row["id"], row["name"], row["mobile"], row["id_number"], row["color"])
