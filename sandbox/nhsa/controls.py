"""What a test, a demo or the phone's page may ask and change."""

from __future__ import annotations

from collections.abc import Iterable

from simulation.gateway import Route
from simulation.messages import Answer, Call

from .bureau import Bureau
from .catalogue import ITEMS
from .hospitals import Hospitals
from .mobile import Mobile
from .persons import Persons, social_card

KINDS = {"310": ("11", "12", "13"), "390": ("14", "15", "16")}


class Controls:
    """Addresses below ``/nhsa`` of the control port."""

    def __init__(self, bureau: Bureau, hospitals: Hospitals, persons: Persons, mobile: Mobile):
        self._bureau, self._hospitals = bureau, hospitals
        self._persons, self._mobile = persons, mobile

    def routes(self) -> Iterable[Route]:
        """Return the addresses."""
        yield Route("GET", "/people", "people", self._people)
        yield Route("POST", "/people/{person}", "insure", self._insure)
        yield Route("POST", "/people/{person}/voucher", "voucher", self._voucher)
        yield Route("POST", "/hospitals/{code}", "hospital", self._hospital)
        yield Route("GET", "/catalogue", "catalogue", self._catalogue)
        yield Route("GET", "/settlements", "settlements", self._settlements)
        yield Route("POST", "/orders/{number}/cash", "cash", self._cash)

    def _people(self, _call: Call) -> Answer:
        rows = self._bureau.store.all("SELECT * FROM nhsa_insured ORDER BY person")
        cards = {one.id: social_card(one) for one in self._persons.people.all()}
        found = [
            {**dict(row), "card": cards[row["person"]][0], "card_sn": cards[row["person"]][1]}
            for row in rows
        ]
        return Answer.json({"people": found})

    def _insure(self, call: Call) -> Answer:
        """Insure a person or change it: insutype, psn_type, state, balance (fen), area."""
        wanted = call.json()
        insutype = str(wanted.get("insutype", "310"))
        kind = str(wanted.get("psn_type", KINDS[insutype][0]))
        if kind not in KINDS[insutype]:
            raise ValueError(f"Insurance {insutype} has persons of the kinds {KINDS[insutype]}.")
        psn_no = self._persons.insure(
            call.parts["person"],
            insutype,
            kind,
            int(wanted.get("balance", 0)),
            str(wanted.get("state", "1")),
            str(wanted.get("area", "331100")),
        )
        return Answer.json({"psn_no": psn_no})

    def _voucher(self, call: Call) -> Answer:
        return Answer.json(self._persons.voucher(call.parts["person"]))

    def _hospital(self, call: Call) -> Answer:
        """Change an account: signer, level, needs_cainfo."""
        wanted = call.json()
        if unknown := set(wanted) - {"signer", "level", "needs_cainfo"}:
            raise ValueError(f"A hospital has no {sorted(unknown)}.")
        return Answer.json(self._hospitals.change(call.parts["code"], **wanted).credentials())

    def _catalogue(self, _call: Call) -> Answer:
        items = [
            {**vars(item), "selfpay": str(item.selfpay), "ceiling": item.ceiling} for item in ITEMS
        ]
        return Answer.json({"items": items})

    def _settlements(self, call: Call) -> Answer:
        rows = self._bureau.store.all(
            "SELECT * FROM nhsa_settlement WHERE ? IN ('', hospital) ORDER BY id DESC LIMIT 200",
            (call.query.get("hospital", ""),),
        )
        return Answer.json({"settlements": [dict(row) for row in rows]})

    def _cash(self, call: Call) -> Answer:
        return Answer.json(self._mobile.cash_paid(call.parts["number"]))
