"""The form of a simulated system behind one port."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from .messages import Answer, Call, Refusal

if TYPE_CHECKING:
    from .outgoing import Delivery
    from .world import World

Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Route:
    """One address of a gateway.

    :param str path: with ``{name}`` for variable parts.
    :param str operation: the word that faults and documents use for it.
    """

    method: str
    path: str
    operation: str
    handler: Handler


class Gateway:
    """A simulated system. Handlers are plain functions: read, decide, write, answer.

    They never wait. What happens later is a job of ``world.scheduler`` or a delivery of
    ``world.outgoing``.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    # kinds of fault that only this gateway has: name to one sentence
    fault_kinds: ClassVar[Mapping[str, str]] = {}
    # virtual seconds between the tries of a callback
    callback_plan: ClassVar[tuple[float, ...]] = (15, 15, 30, 180, 600, 1200, 1800)

    def __init__(self, world: World):
        self.world = world
        world.faults.declare(self.name, self.fault_kinds)

    def prepare(self) -> None:
        """Create tables and the demo's accounts. Called at the start and after a reset."""

    def routes(self) -> Iterable[Route]:
        """Return the addresses that partners call."""
        return ()

    def controls(self) -> Iterable[Route]:
        """Return addresses for tests and demos, below ``/<name>`` of the control port."""
        return ()

    def credentials(self) -> dict[str, Any]:
        """Return what a partner is given to talk to this gateway: numbers, keys."""
        return {}

    def facts(self, call: Call) -> Mapping[str, str]:
        """Return what faults can be matched with (merchant, key). Must not fail."""
        return {}

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        """Return an error in the system's own form."""
        return Answer.json({"code": refusal.code, "message": refusal.text}, refusal.status)

    def too_many(self, call: Call) -> Answer:
        """Return the documented answer to too many calls."""
        return self.refuse(Refusal("FREQUENCY_LIMITED", "Too many calls", 429), call)

    def seal(self, answer: Answer, call: Call, spoiled: bool) -> Answer:
        """Sign an answer; wrongly when ``spoiled``."""
        return answer

    def callback(self, delivery: Delivery, damage: str) -> tuple[dict[str, str], bytes]:
        """Return headers and body of a callback, signed for this moment.

        :param str damage: empty, ``bad_signature``, ``tampered`` or ``stale``.
        """
        raise NotImplementedError

    def request(self, delivery: Delivery, damage: str) -> tuple[str, dict[str, str], bytes]:
        """Return URL, headers and body of a callback, for systems that sign in the URL."""
        return (delivery.url, *self.callback(delivery, damage))

    def accepted(self, delivery: Delivery, status: int, body: bytes) -> bool:
        """Tell whether the partner took the callback in, or it must be sent again."""
        return 200 <= status < 300

    def gave_up(self, delivery: Delivery) -> None:
        """Act on a callback that was tried for the last time in vain."""
