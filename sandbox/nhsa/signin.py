"""Functions 9001 and 9002: an operator's day begins and ends."""

from __future__ import annotations

from .bureau import Bureau, Function, Inbound, Outcome, time_text
from .fields import refuse


class SignIn:
    """Sign-in numbers, good until the operator signs out or the day is over."""

    def __init__(self, bureau: Bureau):
        self._bureau, self._store = bureau, bureau.store

    def functions(self) -> dict[str, Function]:
        """Return the functions by their numbers."""
        return {"9001": self.begin, "9002": self.end}

    def begin(self, call: Inbound) -> Outcome:
        """9001: give a number that all later calls carry."""
        node = call.input.node("signIn")
        for name in ("opter_no", "mac", "ip"):
            node.text(name, 50)
        number = self._bureau.token("S")[:30]
        self._store.insert(
            "nhsa_sign",
            sign_no=number,
            hospital=call.hospital.code,
            opter=call.opter,
            day=self._bureau.today,
        )
        now = time_text(self._bureau.clock.now())
        return Outcome({"signinoutb": {"sign_time": now, "sign_no": number}}, number)

    def end(self, call: Inbound) -> Outcome:
        """9002: give the number back."""
        node = call.input.node("signOut")
        node.text("opter_no", 50)
        closed = self._store.run(
            "UPDATE nhsa_sign SET open = 0 WHERE sign_no = ? AND hospital = ? AND open = 1",
            (node.text("sign_no", 30), call.hospital.code),
        )
        if not closed:
            raise refuse("签到编号不存在或已签退")
        return Outcome({"signoutoutb": {"sign_time": time_text(self._bureau.clock.now())}})

    def check(self, hospital: str, number: str) -> None:
        """Refuse a call without a sign-in number of today."""
        row = self._store.one(
            "SELECT 1 FROM nhsa_sign WHERE sign_no = ? AND hospital = ? AND open = 1 AND day = ?",
            (number, hospital, self._bureau.today),
        )
        if row is None:
            raise refuse("签到编号无效，请先签到【9001】")
