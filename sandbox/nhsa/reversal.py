"""Function 2601: make a call whose answer was lost never have happened."""

from __future__ import annotations

from .bureau import Bureau, Function, Inbound, Outcome
from .fields import refuse
from .ledger import Ledger

REVERSIBLE = ("2207", "2208")


class Reversal:
    """Finds a call by its message number and takes back what it did."""

    def __init__(self, bureau: Bureau, ledger: Ledger):
        self._bureau, self._store, self._ledger = bureau, bureau.store, ledger

    def functions(self) -> dict[str, Function]:
        """Return the functions by their numbers."""
        return {"2601": self.reverse}

    def reverse(self, call: Inbound) -> Outcome:
        """2601: make a call of the hospital that got no answer never have happened."""
        node = call.input.node("data")
        original, psn_no = node.text("omsgid", 30), node.text("psn_no", 30)
        infno = node.text("oinfno", 4)
        if infno not in REVERSIBLE:
            raise refuse(f"交易【{infno}】不支持冲正")
        message = self._store.one(
            "SELECT * FROM nhsa_message WHERE msgid = ? AND infno = ? AND hospital = ?",
            (original, infno, call.hospital.code),
        )
        if message is None:
            raise refuse("未查询到原交易，无需冲正")
        if message["state"] == "reversed":
            raise refuse("原交易已冲正，不能重复冲正")
        if message["infcode"] == "0":
            row = self._ledger.of(call.hospital.code, message["subject"], psn_no)
            self._ledger.erase(row)
        self._store.run("UPDATE nhsa_message SET state = 'reversed' WHERE msgid = ?", (original,))
        self._bureau.write("reversed", original, infno=infno, subject=message["subject"])
        return Outcome({}, original)
