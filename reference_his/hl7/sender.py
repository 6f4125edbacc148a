"""Tell one partner over MLLP what happened, message by message, each acknowledged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from simulation.faults import Fault

from ..feed import Event, events_after
from ..hospital import SOURCE, Hospital
from . import damage
from .charsets import codec_of
from .codec import Message, build
from .framing import framed
from .link import Link
from .partners import Partner
from .recent import Recent
from .writer import event_message

log = logging.getLogger(__name__)

ACCEPTED, REJECTED = ("AA", "CA"), ("AR", "CR")
PEEK_SECONDS = 0.02


def front_of(partner: Partner) -> str:
    """Return the partner's name among all that are told."""
    return f"hl7:{partner.name}"


class NotTaken(ConnectionError):
    """The partner said AE, or something nobody understands: told again."""


class Sender:
    """A subscriber of the feed for one partner."""

    def __init__(self, hospital: Hospital, partner: Partner, recent: Recent):
        self.front = front_of(partner)
        self._hospital, self._partner, self._recent = hospital, partner, recent
        self._link = Link(partner.host, partner.port, partner.ack_seconds)
        self._ahead: set[int] = set()  # events told before their turn

    async def tell(self, event: Event) -> None:
        """Send the event's message and return when it is acknowledged for good.

        :raise OSError: when it is not: the feed tells again.
        """
        if event.id in self._ahead:
            self._ahead.discard(event.id)
            return
        if not self._partner.wants(event.kind):
            return
        message = self._message(event)
        facts = {"direction": "out", "partner": self._partner.name, "key": event.key}
        faults = self._hospital.faults
        if faults.take("reorder", damage.GATEWAY, message.kind, facts):
            later = await self._next(event)
            await self._send(later, self._message(later), {})
            self._ahead.add(later.id)
        struck = faults.take_any(damage.OUT_KINDS, damage.GATEWAY, message.kind, facts)
        await self._send(event, message, struck)
        if "duplicate" in struck:
            await self._send(event, message, {})

    def _message(self, event: Event) -> Message:
        """Return the message; its control id is the same whenever the event is told."""
        return event_message(
            self._partner.style,
            event.kind,
            event.facts,
            event.at,
            f"H{event.id}",
            self._hospital.now(),
        )

    async def _next(self, event: Event) -> Event:
        """Return the next event that concerns the partner, waiting for it."""
        while True:
            for later in events_after(self._hospital, event.id):
                if self._partner.wants(later.kind):
                    return later
            await asyncio.sleep(PEEK_SECONDS)

    async def _send(self, event: Event, message: Message, struck: Mapping[str, Fault]) -> None:
        codec = codec_of(message.charset) or "utf-8"
        content = build(message).encode(codec, errors="replace")
        if struck:
            await self._break(content, struck)
            content = damage.spoiled(content, struck)
        ack = ""
        try:
            answer = await self._link.send(content, message.control_id)
            ack = answer.get("MSA-1")
        finally:
            self._recent.add(
                "out",
                self._partner.name,
                message.kind,
                content,
                control_id=message.control_id,
                event=event.kind,
                ack=ack,
            )
        self._judge(event, message, ack)

    async def _break(self, content: bytes, struck: Mapping[str, Fault]) -> None:
        """Act out the faults of the socket; the feed then tells again."""
        writer = await self._link.open()
        if "garbage_frame" in struck:
            writer.write(b"garbage" + framed(damage.GARBAGE))
        if "truncated_frame" in struck:
            writer.write(damage.half(content))
            await writer.drain()
            self._link.close()
            raise ConnectionError("a message was cut on demand")
        if "reset" in struck:
            damage.reset(writer)
            self._link.close()
            raise ConnectionError("the connection was reset on demand")

    def _judge(self, event: Event, message: Message, ack: str) -> None:
        if ack in ACCEPTED:
            return
        if ack not in REJECTED:
            raise NotTaken(f"{message.kind} {message.control_id}: {ack or 'no acknowledgement'}")
        log.warning("%s rejected %s", self._partner.name, message.control_id)
        self._hospital.journal.write(
            SOURCE,
            "hl7.rejected",
            event.key,
            partner=self._partner.name,
            event=event.kind,
            control_id=message.control_id,
        )

    async def close(self) -> None:
        """Close the connection."""
        self._link.close()
