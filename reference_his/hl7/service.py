"""The hospital's HL7 front: a port for partners' messages, and a sender for each partner."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, ClassVar

from simulation.gateway import Route
from simulation.messages import Answer, Call
from simulation.world import World

from ..feed import Feed
from ..hospital import Hospital
from . import damage
from .inbound.processor import Processor
from .listener import Listener
from .partners import Partner, Partners, read
from .recent import Recent
from .sender import Sender, front_of


class Mllp:
    """Service ``mllp`` of the registry."""

    name: ClassVar[str] = "mllp"

    def __init__(self, world: World, hospital: Hospital, feed: Feed):
        self._hospital, self._feed = hospital, feed
        self._partners = Partners(world.store)
        self._recent = Recent(world.clock)
        self._senders: dict[str, Sender] = {}
        processor = Processor(hospital, world.store, self._partners)
        self._listener = Listener(processor, world.faults, self._recent)
        world.faults.declare(self.name, damage.KINDS)

    async def start(self, port: int) -> int:
        """Listen, and go on telling partners what they do not know yet."""
        for partner in self._partners.all():
            self._subscribe(partner)
        return await self._listener.start(port)

    async def stop(self) -> None:
        """Close the port and all connections."""
        for name in list(self._senders):
            self._unsubscribe(name)
        await self._listener.stop()

    def controls(self) -> Iterable[Route]:
        """Return the addresses for tests and demos, below ``/mllp``."""
        return (
            Route("GET", "/partners", "partners", self._listed),
            Route("POST", "/partners", "set_partner", self._set),
            Route("DELETE", "/partners/{name}", "remove_partner", self._remove),
            Route("POST", "/partners/{name}/replay", "replay", self._replay),
            Route("GET", "/messages", "messages", self._messages),
            Route("POST", "/idle", "idle", self._idle),
        )

    def _subscribe(self, partner: Partner) -> None:
        self._unsubscribe(partner.name)
        if partner.host:
            sender = Sender(self._hospital, partner, self._recent)
            self._senders[partner.name] = sender
            self._feed.subscribe(sender, from_now=partner.from_now)

    def _unsubscribe(self, name: str) -> None:
        if sender := self._senders.pop(name, None):
            self._feed.cancel(sender.front)

    def _state(self, partner: Partner) -> dict[str, Any]:
        told = self._feed.place(front_of(partner)) if partner.host else None
        return {**asdict(partner), "told": told, "newest": self._feed.newest()}

    def _listed(self, _call: Call) -> Answer:
        """All partners, and up to which event each was told."""
        return Answer.json({"partners": [self._state(item) for item in self._partners.all()]})

    def _set(self, call: Call) -> Answer:
        """Add or change a partner; what it was told already stays told."""
        partner = read(call.json())
        self._partners.put(partner)
        self._subscribe(partner)
        return Answer.json(self._state(partner))

    def _remove(self, call: Call) -> Answer:
        """Forget a partner and its place."""
        partner = self._partners.remove(call.parts["name"])
        self._unsubscribe(partner.name)
        self._move(partner, None)
        return Answer.json({})

    def _replay(self, call: Call) -> Answer:
        """Tell a partner again all that happened after an event (``after``: 0)."""
        name = call.parts["name"]
        partner = next((item for item in self._partners.all() if item.name == name), None)
        if partner is None or not partner.host:
            raise KeyError(name)
        after = int(json.loads(call.body or b"{}").get("after", 0))
        self._unsubscribe(name)
        self._move(partner, after)
        self._subscribe(partner)
        return Answer.json(self._state(partner))

    def _move(self, partner: Partner, place: int | None) -> None:
        """Set or forget up to where a partner was told."""
        front = front_of(partner)
        if place is None:
            self._hospital.db.run("DELETE FROM front_cursor WHERE front = %s", (front,))
        else:
            self._hospital.db.run(
                "UPDATE front_cursor SET event_id = %s WHERE front = %s", (place, front)
            )

    def _messages(self, call: Call) -> Answer:
        """What was received and sent lately; ``direction``, ``partner``, ``kind`` … narrow it."""
        return Answer.json({"messages": self._recent.listed(**call.query)})

    def _idle(self, call: Call) -> Answer:
        """Set after how many real seconds of silence new connections are closed."""
        self._listener.idle_seconds = float(call.json()["seconds"])
        return Answer.json({})
