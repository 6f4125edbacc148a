"""Text messages on the phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from simulation.world import World

from ..people import Person

if TYPE_CHECKING:
    from ..sms.gateway import Sms


class SmsApp:
    """What arrived at a person's number."""

    def __init__(self, world: World):
        self._world = world

    def inbox(self, person: Person) -> list[dict[str, Any]]:
        """Return messages, newest first: id, at, text, read."""
        if "sms" not in self._world.gateways:
            return []
        handset = cast("Sms", self._world.gateways["sms"]).handset
        return [
            {"id": one["id"], "at": one["at"], "text": one["text"], "read": not one["unread"]}
            for one in reversed(handset.inbox(person.mobile))
        ]

    def read(self, person: Person, seen: list[int]) -> None:
        """Mark messages as seen, by their numbers."""
        if "sms" in self._world.gateways:
            cast("Sms", self._world.gateways["sms"]).handset.read(person.mobile, seen)
