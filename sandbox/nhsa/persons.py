"""Insured people: who they are, what they have, and the electronic voucher on their phone."""

from __future__ import annotations

import hashlib
from typing import Any

from simulation.messages import Refusal
from simulation.store import Row

from ..people import People, Person
from .benefit import EMPLOYEES, RESIDENTS, RETIRED, Standing
from .bureau import Bureau, Function, Inbound, Outcome
from .fields import Node, refuse
from .money import yuan

VOUCHER, IDENTITY_CARD, SOCIAL_CARD = "01", "02", "03"
CERTIFICATES = (VOUCHER, IDENTITY_CARD, SOCIAL_CARD)
INSURED, SUSPENDED = "1", "2"
VOUCHER_SECONDS = 1800
NOT_FOUND = "未查询到该人员的参保信息"
AREA = "331100"
# who, kind of insurance, kind of person (11 at work, 12 retired, 14 child, 15 adult), fen
DEMO = (
    ("li", EMPLOYEES, "12", 320000, "丽水市莲都区退休人员服务中心"),
    ("wang", EMPLOYEES, "11", 150000, "丽水演示科技有限公司"),
    ("zhang", RESIDENTS, "15", 0, ""),
    ("chen", RESIDENTS, "14", 0, ""),
)


def number_of(person: Person) -> str:
    """Return a person's number at the platform: stable, and nothing can be read from it."""
    digest = hashlib.sha256(f"psn:{person.id_number}".encode()).hexdigest()
    return "3311" + str(int(digest[:20], 16))[:22].zfill(22)


def social_card(person: Person) -> tuple[str, str]:
    """Return number and chip number of a person's social security card."""
    digest = hashlib.sha256(f"card:{person.id_number}".encode()).hexdigest()
    return "K" + str(int(digest[:10], 16))[:8].zfill(8), digest[:32].upper()


class Persons:
    """Function 1101, and everybody else's questions about people."""

    def __init__(self, bureau: Bureau):
        self._bureau, self._store = bureau, bureau.store
        self.people: People

    def functions(self) -> dict[str, Function]:
        """Return the functions by their numbers."""
        return {"1101": self.information}

    def prepare(self) -> None:
        """Insure the demo's people."""
        self.people = People(self._store)
        for name, insutype, kind, balance, employer in DEMO:
            if not self._store.one("SELECT 1 FROM nhsa_insured WHERE person = ?", (name,)):
                self.insure(name, insutype, kind, balance, employer=employer)

    def insure(
        self,
        name: str,
        insutype: str,
        kind: str,
        balance: int,
        state: str = INSURED,
        area: str = AREA,
        employer: str = "",
    ) -> str:
        """Insure a person, or change what is known; return the person's number.

        :param int balance: fen in the personal account.
        :raise KeyError: when there is no such person.
        """
        found = self.people.get(name)
        psn_no, card = number_of(found), social_card(found)
        self._store.run(
            "INSERT INTO nhsa_insured VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (psn_no)"
            " DO UPDATE SET insutype = excluded.insutype, psn_type = excluded.psn_type,"
            " state = excluded.state, area = excluded.area, employer = excluded.employer,"
            " balance = excluded.balance",
            (psn_no, name, *card, insutype, kind, state, area, employer, balance),
        )
        return psn_no

    def voucher(self, name: str) -> dict[str, str]:
        """Return fresh tokens of a person's electronic voucher, as the phone shows them.

        :return: ``ecToken`` for a hospital's counter, ``payAuthNo`` for mobile payment.
        :raise Refusal: when the person is not insured.
        """
        row = self._store.one("SELECT psn_no FROM nhsa_insured WHERE person = ?", (name,))
        if row is None:
            raise Refusal("not_insured", "This person is not insured.", 404)
        tokens = {"ecToken": self._bureau.token("EC"), "payAuthNo": self._bureau.token("AUTH")}
        ends = self._bureau.clock.now() + VOUCHER_SECONDS
        for kind, token in zip(("ec", "auth"), tokens.values(), strict=True):
            self._store.insert(
                "nhsa_voucher", token=token, psn_no=row["psn_no"], kind=kind, ends=ends
            )
        return tokens

    def of_token(self, token: str, kind: str, fresh: bool = True) -> str:
        """Return whose voucher this is.

        :raise Refusal: when nobody's, or when it is over.
        """
        row = self._store.one(
            "SELECT * FROM nhsa_voucher WHERE token = ? AND kind = ?", (token, kind)
        )
        if row is None:
            raise refuse("医保电子凭证令牌无效")
        if fresh and row["ends"] < self._bureau.clock.now():
            raise refuse("医保电子凭证令牌已过期，请重新扫码")
        return str(row["psn_no"])

    def insured(self, psn_no: str, active: bool = True) -> Row:
        """Return an insured person's row.

        :raise Refusal: when there is none, or when the insurance is suspended.
        """
        row = self._store.one("SELECT * FROM nhsa_insured WHERE psn_no = ?", (psn_no,))
        if row is None:
            raise refuse(NOT_FOUND)
        if active and row["state"] != INSURED:
            state = "暂停参保" if row["state"] == SUSPENDED else "终止参保"
            raise refuse(f"该人员参保状态为{state}，不能享受医保待遇")
        return row

    def person(self, row: Row) -> Person:
        """Return who an insured person is."""
        return self.people.get(row["person"])

    def certified(self, node: Node, psn_no: str) -> None:
        """Check that certificate and person of a call belong together.

        :raise Refusal: when they do not.
        """
        kind = node.choice("mdtrt_cert_type", CERTIFICATES)
        number = node.text("mdtrt_cert_no", 200)
        row = self.insured(psn_no, active=False)
        person = self.person(row)
        if kind == VOUCHER:
            right = self.of_token(number, "ec", fresh=False) == psn_no
        elif kind == IDENTITY_CARD:
            right = number.upper() == person.id_number
        else:
            right = number == row["card"]
        if not right:
            raise refuse("就诊凭证与人员编号不一致")

    def standing(self, row: Row, year: int) -> Standing:
        """Return where a person stands in a year."""
        used = self._store.one(
            "SELECT * FROM nhsa_year WHERE psn_no = ? AND year = ? AND insutype = ?",
            (row["psn_no"], year, row["insutype"]),
        )
        return Standing(
            row["insutype"],
            row["psn_type"] == RETIRED,
            used["deductible"] if used else 0,
            used["fund"] if used else 0,
            row["balance"],
        )

    def book(
        self, psn_no: str, insutype: str, year: int, deductible: int, fund: int, account: int
    ) -> int:
        """Add to a person's year and take from the account; negative values give back.

        :return: the balance in fen.
        :raise Refusal: when the account holds less.
        """
        self._store.run(
            "INSERT INTO nhsa_year VALUES (?, ?, ?, 0, 0) ON CONFLICT DO NOTHING",
            (psn_no, year, insutype),
        )
        self._store.run(
            "UPDATE nhsa_year SET deductible = deductible + ?, fund = fund + ?"
            " WHERE psn_no = ? AND year = ? AND insutype = ?",
            (deductible, fund, psn_no, year, insutype),
        )
        if not self._store.run(
            "UPDATE nhsa_insured SET balance = balance - ? WHERE psn_no = ? AND balance >= ?",
            (account, psn_no, account),
        ):
            raise refuse("个人账户余额不足")
        return int(self.insured(psn_no, active=False)["balance"])

    def information(self, call: Inbound) -> Outcome:
        """1101: who a certificate belongs to, and how this person is insured."""
        node = call.input.node("data")
        self._bureau.strike("person_not_found", call, NOT_FOUND)
        person, row = self._identify(node)
        name, certno = node.maybe("psn_name", 50), node.maybe("certno", 50)
        if (name and name != person.name) or (certno and certno.upper() != person.id_number):
            raise refuse("人员姓名或证件号码与参保信息不一致")
        return Outcome(_information(person, row, self._age(person)), row["psn_no"])

    def _identify(self, node: Node) -> tuple[Person, Row]:
        kind = node.choice("mdtrt_cert_type", CERTIFICATES)
        number = node.text("mdtrt_cert_no", 200)
        if kind == VOUCHER:
            row = self.insured(self.of_token(number, "ec"), active=False)
            return self.person(row), row
        if kind == SOCIAL_CARD:
            row = self._of_card(number, node.text("card_sn", 32))
            return self.person(row), row
        found = self.people.by_id_number(number.upper())
        if found is None:
            raise refuse(NOT_FOUND)
        return found, self.insured(number_of(found), active=False)

    def _of_card(self, number: str, chip: str) -> Row:
        row = self._store.one(
            "SELECT * FROM nhsa_insured WHERE card = ? AND card_sn = ?", (number, chip)
        )
        if row is None:
            raise refuse(NOT_FOUND)
        return row

    def _age(self, person: Person) -> int:
        today = self._bureau.clock.moment()
        birth = person.id_number[6:14]
        return today.year - int(birth[:4]) - (today.strftime("%m%d") < birth[4:])


def _information(person: Person, row: Row, age: int) -> dict[str, Any]:
    birth = person.id_number[6:14]
    return {
        "baseinfo": {
            "psn_no": row["psn_no"],
            "psn_cert_type": "01",
            "certno": person.id_number,
            "psn_name": person.name,
            "gend": "1" if int(person.id_number[16]) % 2 else "2",
            "naty": "01",
            "brdy": f"{birth[:4]}-{birth[4:6]}-{birth[6:]}",
            "age": str(age),
        },
        "insuinfo": [
            {
                "balc": yuan(row["balance"]),
                "insutype": row["insutype"],
                "psn_type": row["psn_type"],
                "psn_insu_stas": row["state"],
                "psn_insu_date": "2020-01-01",
                "paus_insu_date": "",
                "cvlserv_flag": "0",
                "insuplc_admdvs": row["area"],
                "emp_name": row["employer"],
            }
        ],
        "idetinfo": [],
    }
