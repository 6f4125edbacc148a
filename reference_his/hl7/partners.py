"""Who talks to the hospital, and how each partner wants it."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from simulation.store import Store

from ..events import FACTS
from .charsets import DEFAULT, codec_of
from .messages import DIALECTS
from .writer import VERSIONS, Style

KEY = "hl7_partners"


@dataclass(frozen=True)
class Partner:
    """One partner.

    :param str name: how tests and pages call it.
    :param str application: MSH-3 of its messages, and MSH-5 of ours; empty knows everybody.
    :param str host: where its listener is; empty: it only sends.
    :param list kinds: events it is told, empty for all; ``registration.*`` names a family.
    :param str channel: by which way its patients come: wechat, province, …
    :param float ack_seconds: real seconds until an answer counts as lost.
    """

    name: str
    application: str = ""
    facility: str = ""
    host: str = ""
    port: int = 0
    kinds: list[str] = field(default_factory=list)
    dialect: str = "standard"
    version: str = "2.5.1"
    charset: str = DEFAULT
    channel: str = "wechat"
    ack_seconds: float = 10.0
    from_now: bool = True

    @property
    def style(self) -> Style:
        """Return how its messages look."""
        return Style(self.application, self.facility, self.dialect, self.version, self.charset)

    def wants(self, kind: str) -> bool:
        """Tell whether it is told of this kind of event."""
        family = kind.partition(".")[0] + ".*"
        return not self.kinds or kind in self.kinds or family in self.kinds


STRANGER = Partner("stranger")


def read(content: dict[str, Any]) -> Partner:
    """Return a partner from JSON.

    :raise ValueError: with a sentence that says what is wrong.
    """
    known = {item.name for item in fields(Partner)}
    if odd := set(content) - known:
        raise ValueError(f"A partner has no {sorted(odd)}: it has {sorted(known)}.")
    partner = Partner(**content)
    families = {kind.partition(".")[0] + ".*" for kind in FACTS}
    wrong = [kind for kind in partner.kinds if kind not in FACTS and kind not in families]
    if wrong:
        raise ValueError(f"There is no event {wrong}.")
    if partner.dialect not in DIALECTS:
        raise ValueError(f"A dialect is one of {DIALECTS}.")
    if partner.version not in VERSIONS:
        raise ValueError(f"We write the versions {VERSIONS}.")
    if codec_of(partner.charset) is None:
        raise ValueError(f"Unknown character set '{partner.charset}'.")
    if not 0 < partner.port < 65536 if partner.host else partner.port:
        raise ValueError("A partner with a host has a port too, and only such a one.")
    return partner


class Partners:
    """All partners, kept in the store."""

    def __init__(self, store: Store):
        self._store = store
        kept = store.setting(KEY) or []
        self._by_name = {item["name"]: Partner(**item) for item in kept}

    def all(self) -> list[Partner]:
        """Return all partners."""
        return list(self._by_name.values())

    def put(self, partner: Partner) -> None:
        """Add or change one."""
        self._by_name[partner.name] = partner
        self._keep()

    def remove(self, name: str) -> Partner:
        """Forget one and return it.

        :raise KeyError: when there is none of that name.
        """
        partner = self._by_name.pop(name)
        self._keep()
        return partner

    def _keep(self) -> None:
        self._store.keep(KEY, [asdict(partner) for partner in self._by_name.values()])

    def sender(self, application: str) -> Partner:
        """Return the partner whose MSH-3 this is; a stranger gets the standard's ways."""
        named = (item for item in self._by_name.values() if item.application == application)
        return next(named, STRANGER)
