"""Alipay on the phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from simulation.messages import Refusal
from simulation.world import World

from ..people import Person
from .apps import Outcome, Sheet

if TYPE_CHECKING:
    from ..alipay.gateway import Alipay
    from ..alipay.payer import Payer

# what a page is told after AlipayJSBridge.call("tradePay")
ANSWERS = {
    "paid": {"resultCode": "9000"},
    "cancelled": {"resultCode": "6001"},
    "failed": {"resultCode": "4000"},
}
WRONG_PASSWORD = "支付密码错误，请重试"


class AlipayApp:
    """What a person does in Alipay; ``simulation.messages.Refusal`` carries Alipay's sentences."""

    def __init__(self, world: World):
        self._world = world

    @property
    def _payer(self) -> Payer:
        """Return the payer's side of the gateway.

        :raise ValueError: when this process does not serve Alipay.
        """
        if "alipay" not in self._world.gateways:
            raise ValueError("Alipay is not served here.")
        return cast("Alipay", self._world.gateways["alipay"]).payer

    def code(self, person: Person) -> str:
        """Return a new payment code."""
        return str(self._payer.payment_code(person.id)["code"])

    def confirmations(self, person: Person) -> list[Sheet]:
        """Return payments at a counter that wait for the person."""
        if "alipay" not in self._world.gateways:
            return []
        return [_sheet(trade) for trade in self._payer.waiting(person.id)]

    def confirm(self, person: Person, token: str, yes: bool) -> None:
        """Agree to such a payment, or refuse it."""
        if yes:
            self._payer.pay(person.id, token)
        else:
            self._payer.cancel(person.id, token)

    def scan(self, person: Person, text: str) -> dict[str, Any] | None:
        """Return the payment that a QR code asks for, ``None`` when it is no code of Alipay."""
        try:
            return {"sheet": _sheet(self._payer.scan(person.id, text)).told()}
        except Refusal as refusal:
            if refusal.code == "ACQ.TRADE_NOT_EXIST" and "alipay.com" not in text:
                return None
            raise

    def act(self, person: Person, token: str, outcome: str) -> Outcome:
        """Pay, cancel or fail."""
        if outcome == "cancel":
            self._payer.cancel(person.id, token)
            return Outcome(False)
        if outcome == "wrong_password":
            return Outcome(False, WRONG_PASSWORD)
        self._payer.pay(person.id, token, short=outcome == "short")
        return Outcome(True)

    def around(self) -> list[dict[str, Any]]:
        """Return codes made lately."""
        return [
            {"text": one["text"], "title": one["title"], "amount_fen": one["amount"]}
            for one in self._payer.codes()
        ]

    def bridge(
        self, person: Person, kind: str, content: dict[str, Any], url: str
    ) -> dict[str, Any]:
        """Answer a page's call to AlipayJSBridge."""
        if kind == "tradePay":
            return {"sheet": _sheet(self._payer.look(person.id, content["tradeNO"])).told()}
        return {"answer": {}}


def _sheet(trade: dict[str, Any]) -> Sheet:
    return Sheet(
        "ali", trade["trade_no"], trade["amount"], trade["merchant"], trade["subject"], ANSWERS
    )
