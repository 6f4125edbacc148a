"""What a test, a demo or the phone's page may ask and change."""

from __future__ import annotations

from collections.abc import Iterable

from simulation.gateway import Route
from simulation.messages import Answer, Call

from .bureau import Bureau
from .catalogue import ITEMS
from .hospitals import Hospitals
from .mobile import Mobile
from .persons import AREA, Persons

STATES = ("1", "2", "4")
CHANGEABLE = {
    "signer": ("tif", "csb", "portal"),
    "level": (1, 2, 3),
    "needs_cainfo": (0, 1),
}
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
        return Answer.json({"people": [dict(row) for row in rows]})

    def _insure(self, call: Call) -> Answer:
        """Insure a person or change it: insutype, psn_type, state, balance (fen), area.

        What is not named stays as it is.
        """
        name, wanted = call.parts["person"], call.json()
        row = self._bureau.store.one("SELECT * FROM nhsa_insured WHERE person = ?", (name,))
        known = dict(row) if row else {"state": "1", "balance": 0, "area": AREA, "employer": ""}
        insutype = str(wanted.get("insutype", known.get("insutype", "310")))
        if insutype != known.get("insutype"):
            known["psn_type"] = KINDS[insutype][0]
        merged = {**known, **wanted}
        if str(merged["psn_type"]) not in KINDS[insutype]:
            raise ValueError(f"Insurance {insutype} has persons of the kinds {KINDS[insutype]}.")
        if str(merged["state"]) not in STATES or int(merged["balance"]) < 0:
            raise ValueError(f"The state is one of {STATES}, the balance 0 fen or more.")
        psn_no = self._persons.insure(
            name,
            insutype,
            str(merged["psn_type"]),
            int(merged["balance"]),
            str(merged["state"]),
            str(merged["area"]),
            str(merged["employer"]),
        )
        return Answer.json({"psn_no": psn_no})

    def _voucher(self, call: Call) -> Answer:
        return Answer.json(self._persons.voucher(call.parts["person"]))

    def _hospital(self, call: Call) -> Answer:
        """Change an account: signer, level, needs_cainfo."""
        wanted = call.json()
        for name, value in wanted.items():
            if value not in CHANGEABLE.get(name, ()):
                raise ValueError(f"A hospital's {name} cannot become {value!r}.")
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
