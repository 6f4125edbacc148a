"""What tests and demos do to Alipay, below /alipay of the control port: JSON in and out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from simulation.gateway import Handler, Route
from simulation.messages import Answer, Call

from .accounts import Accounts
from .authorize import Authorize
from .payer import Payer

Doing = Callable[[dict[str, Any]], Any]
STYLES = {"summary_first": (True, False), "columns": (25, 29), "account_columns": (12, 16)}


class Controls:
    """One handler per address; amounts in fen."""

    def __init__(self, accounts: Accounts, payer: Payer, authorize: Authorize):
        self._accounts, self._payer, self._authorize = accounts, payer, authorize

    def routes(self) -> Iterable[Route]:
        """Return the addresses."""
        payer = self._payer
        posts: dict[str, Doing] = {
            "scan": lambda c: payer.scan(c["person"], c["code"]),
            "look": lambda c: payer.look(c["person"], c["trade_no"]),
            "pay": lambda c: payer.pay(c["person"], c["trade_no"]),
            "cancel": lambda c: payer.cancel(c["person"], c["trade_no"]),
            "auth-code": lambda c: payer.payment_code(c["person"]),
            "pending": lambda c: {"pending": payer.waiting(c["person"])},
            "wallet": self._wallet,
            "authorize": self._grant,
            "applications": self._application,
            "seller": self._seller,
        }
        for name, doing in posts.items():
            yield Route("POST", f"/{name}", name, _handler(doing))
        codes = _handler(lambda _content: {"codes": payer.codes()})
        yield Route("GET", "/codes", "codes", codes)

    def _wallet(self, content: dict[str, Any]) -> dict[str, int]:
        person = content["person"]
        if "balance" in content:
            return {"balance": self._payer.fill(person, int(content["balance"]))}
        return {"balance": self._payer.balance(person)}

    def _grant(self, content: dict[str, Any]) -> dict[str, str]:
        app = self._accounts.get(content["app_id"])
        if app is None:
            raise KeyError(content["app_id"])
        scope = content.get("scope", "auth_base")
        return {"auth_code": self._authorize.grant(app.app_id, content["person"], scope)}

    def _application(self, content: dict[str, Any]) -> dict[str, str]:
        wanted: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in content.items()
        }
        return self._accounts.credentials(self._accounts.add(**wanted))

    def _seller(self, content: dict[str, Any]) -> dict[str, Any]:
        """Set the balance of a seller's account and how the bills look."""
        seller_id = content["seller_id"]
        if "balance" in content:
            balance = int(content["balance"])
            if balance < 0:
                raise ValueError("A balance is 0 fen or more.")
            self._accounts.set_balance(seller_id, balance)
        style = dict(content.get("style", self._accounts.style(seller_id)))
        for name, value in style.items():
            if value not in STYLES.get(name, ()):
                raise ValueError(f"The style of a bill has {STYLES}, not {name} = {value}.")
        self._accounts.set_style(seller_id, style)
        return {"seller_id": seller_id, "style": style}


def _handler(doing: Doing) -> Handler:
    def handle(call: Call) -> Answer:
        return Answer.json(doing(call.json() if call.body else {}))

    return handle
