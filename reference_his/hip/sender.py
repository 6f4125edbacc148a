"""Send events to one partner, one message after the other, until each is acknowledged."""

from __future__ import annotations

import asyncio
import datetime
from dataclasses import dataclass
from typing import Any

from reference_his.feed import Event
from reference_his.hospital import Hospital
from reference_his.posting import Poster
from simulation.faults import Fault
from simulation.messages import Refusal

from . import soap, v3
from .dialect import Dialect
from .outbox import Message, messages
from .spoil import spoiled
from .xml import parse, write

FAULTS = ("slow", "gbk_bytes", "unknown_code", "clock_skew")


class NotConfirmed(OSError):
    """A partner answered, but not that it took the message in: it is told again."""


@dataclass(frozen=True)
class Partner:
    """Who is told what.

    :param list kinds: kinds of event; empty means all.
    """

    url: str
    application: str
    kinds: tuple[str, ...]
    dialect: Dialect


class Sender:
    """A subscriber of the hospital's feed that speaks WS/T 846."""

    def __init__(self, gateway: str, partner: Partner, hospital: Hospital):
        self.front = f"{gateway}:{partner.url}"
        self._gateway, self._partner, self._hospital = gateway, partner, hospital
        self._poster = Poster()
        self.close = self._poster.close

    async def tell(self, event: Event) -> None:
        """Send all messages of an event.

        :raise OSError: when the partner cannot be reached or does not confirm.
        """
        if self._partner.kinds and event.kind not in self._partner.kinds:
            return
        sent = messages(event.kind, event.facts, self._partner.dialect)
        for place, message in enumerate(sent):
            await self._send(event, message, f"{event.id}:{place}")

    async def _send(self, event: Event, message: Message, seed: str) -> None:
        struck = self._hospital.faults.take_any(
            FAULTS, self._gateway, message.action, {"key": event.key, "kind": event.kind}
        )
        if fault := struck.get("slow"):
            await asyncio.sleep(fault.number("seconds", 2))
        number, body = self._body(event, message, seed, struck)
        answer = await self._post(message.action, body)
        ack = _ack(answer)
        if ack.target != number:
            raise NotConfirmed(f"answer to {ack.target}, not to {number}")
        self._hospital.journal.write(
            self._gateway,
            "sent" if ack.code == "AA" else "refused",
            event.key,
            event=event.id,
            action=message.action,
            partner=self._partner.url,
            ack=ack.code,
            text=ack.text,
        )

    def _body(
        self, event: Event, message: Message, seed: str, struck: dict[str, Fault]
    ) -> tuple[str, bytes]:
        """Return the message's number and the whole SOAP call."""
        dialect = self._partner.dialect
        number = v3.new_id(dialect, f"{self.front}:{seed}")
        subject = v3.told(v3.Subject(message.subject.element), extra=False)
        beside = v3.leftover(message.subject.left) if dialect.extra else None
        body = [v3.act([subject]), *([] if beside is None else [beside])]
        created = _skewed(self._hospital.now(), struck)
        root = v3.message(
            message.interaction, body, dialect, self._partner.application, created, number
        )
        if "unknown_code" in struck:
            spoiled(root)
        text = write(root, types=dialect.xsi_types).decode()
        call = soap.call(dialect.soap, message.action, text, dialect.encoding)
        return number, call.decode(dialect.encoding).encode(
            "GBK"
        ) if "gbk_bytes" in struck else call

    async def _post(self, action: str, body: bytes) -> bytes:
        dialect = self._partner.dialect
        kind = soap.TYPES[dialect.soap].replace("utf-8", dialect.encoding.lower())
        headers = {"Content-Type": kind, "SOAPAction": f'"{soap.OPERATION}"', "X-Action": action}
        status, content = await self._poster.post(self._partner.url, body, headers)
        if status != 200:
            raise NotConfirmed(f"HTTP {status}")
        return content


def _skewed(now: datetime.datetime, struck: dict[str, Fault]) -> datetime.datetime:
    fault = struck.get("clock_skew")
    seconds = fault.number("seconds", -3600) if fault else 0
    return now + datetime.timedelta(seconds=seconds)


def _ack(answer: bytes) -> v3.Ack:
    try:
        return v3.ack_of(parse(soap.result_of(answer).encode()))
    except Refusal as refusal:
        raise NotConfirmed(refusal.text) from refusal


def partner_of(wanted: dict[str, Any], dialect: Dialect, kinds: tuple[str, ...]) -> Partner:
    """Return the partner that a control call describes."""
    return Partner(wanted["url"], wanted.get("application", "PLATFORM1"), kinds, dialect)
