"""What every app on the phone that can pay offers, whoever is behind it."""

from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from ..people import Person


@dataclass(frozen=True)
class Sheet:
    """A payment that a person is asked for.

    :param str token: how the app knows it (prepay_id, trade number, pending code payment).
    :param dict answers: what the page's bridge is told: for ``paid``, ``cancelled``, ``failed``.
    """

    app: str
    token: str
    amount_fen: int
    merchant: str
    description: str
    answers: dict[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """Return it as JSON content."""
        return asdict(self)


@dataclass(frozen=True)
class Outcome:
    """What became of a payment: paid or not, and the sentence the person reads."""

    paid: bool
    text: str = ""


class PayApp(Protocol):
    """WeChat or Alipay on a person's phone."""

    def code(self, person: Person) -> str:
        """Return a new payment code, digits that a cashier scans."""

    def confirmations(self, person: Person) -> list[Sheet]:
        """Return payments by code that wait for the person's yes."""

    def confirm(self, person: Person, token: str, yes: bool) -> None:
        """Agree to such a payment, or refuse it."""

    def scan(self, person: Person, text: str) -> dict[str, Any] | None:
        """Return what scanning this text does (sheet, open, chat), ``None`` if nothing."""

    def act(self, person: Person, token: str, outcome: str) -> Outcome:
        """Pay, cancel, or fail with ``wrong_password`` or ``short``."""

    def around(self) -> list[dict[str, Any]]:
        """Return codes made lately: text, title, amount_fen."""

    def bridge(
        self, person: Person, kind: str, content: dict[str, Any], url: str
    ) -> dict[str, Any]:
        """Answer a page's call to the app: ``answer``, ``sheet``, ``subscribe`` or ``tell``."""
