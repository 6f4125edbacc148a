"""Callbacks to partners: signed at the moment of sending, repeated by plan, broken on demand."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

from .faults import CALLBACK_KINDS, Fault
from .schedule import Job

if TYPE_CHECKING:
    from .world import World

log = logging.getLogger(__name__)

DDL = """
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, gateway TEXT NOT NULL, operation TEXT NOT NULL,
    merchant TEXT NOT NULL, key TEXT NOT NULL, url TEXT NOT NULL, content TEXT NOT NULL,
    damage TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT 'planned',
    attempts INTEGER NOT NULL DEFAULT 0, created REAL NOT NULL, answer TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS delivery_key ON delivery (key);
"""
JOB = "delivery"
TIMEOUT_SECONDS = 5
DAMAGES = ("bad_signature", "tampered", "stale")


@dataclass(frozen=True)
class Delivery:
    """One callback and what became of it.

    :param dict content: what the gateway needs to write the body.
    """

    id: int
    gateway: str
    operation: str
    merchant: str
    key: str
    url: str
    content: dict[str, Any]
    damage: str
    state: str
    attempts: int
    created: float
    answer: str


class Outgoing:
    """All callbacks of one process."""

    def __init__(self, world: World):
        self._world = world
        self._session: aiohttp.ClientSession | None = None
        self._held: dict[tuple[str, str], list[int]] = {}
        self.posted: list[int] = []  # of the handler that runs now; the server reads it
        self._first_tries: dict[int, asyncio.Event] = {}
        world.store.create(DDL)
        world.scheduler.register(JOB, self._work)

    def post(
        self,
        gateway: str,
        operation: str,
        url: str,
        content: Mapping[str, Any],
        merchant: str = "",
        key: str = "",
        after: float = 0.0,
    ) -> int:
        """Plan a callback and return its number.

        :param float after: virtual seconds until the first try.
        """
        facts = {"merchant": merchant, "key": key}
        struck = self._world.faults.take_any(
            [kind for kind in CALLBACK_KINDS if kind != "callback_early"], gateway, operation, facts
        )
        damage = next((name for name in DAMAGES if f"callback_{name}" in struck), "")
        number = self._world.store.insert(
            "delivery",
            gateway=gateway,
            operation=operation,
            merchant=merchant,
            key=key,
            url=url,
            content=json.dumps(content, ensure_ascii=False),
            damage=damage,
            created=self._world.clock.now(),
        )
        self._plan(number, (gateway, merchant), struck, after)
        return number

    def _plan(
        self, number: int, who: tuple[str, str], struck: Mapping[str, Fault], after: float
    ) -> None:
        if "callback_lost" in struck:
            self._set(number, state="lost")
            return
        if "callback_reordered" in struck:
            self._set(number, state="held")
            self._held.setdefault(who, []).append(number)
            return
        if "callback_delay" in struck:
            after += struck["callback_delay"].number("seconds", 600)
        copies = (
            int(struck["callback_duplicate"].number("copies", 1)) + 1
            if ("callback_duplicate" in struck)
            else 1
        )
        for _copy in range(copies):
            self._world.scheduler.add(JOB, str(number), after)
        if not after:
            self._first_tries[number] = asyncio.Event()
        self.posted.append(number)

    def _set(self, number: int, **values: Any) -> None:
        marks = ", ".join(f"{name} = ?" for name in values)
        sql = f"UPDATE delivery SET {marks} WHERE id = ?"  # noqa: S608 (our own names)
        self._world.store.run(sql, (*values.values(), number))

    def get(self, number: int) -> Delivery:
        """Return one delivery.

        :raise KeyError: when there is none.
        """
        row = self._world.store.row("delivery", number)
        return Delivery(**{**dict(row), "content": json.loads(row["content"])})

    def listed(self, key: str = "", limit: int = 200) -> list[dict[str, Any]]:
        """Return deliveries, newest first; the content stays inside."""
        rows = self._world.store.all(
            "SELECT id, gateway, operation, merchant, key, url, damage, state, attempts, answer"
            " FROM delivery WHERE (:key = '' OR key = :key) ORDER BY id DESC LIMIT :limit",
            {"key": key, "limit": limit},
        )
        return [dict(row) for row in rows]

    def resend(self, number: int) -> None:
        """Send a delivery once more, now."""
        self.get(number)
        self._set(number, state="planned")
        self._world.scheduler.add(JOB, str(number))

    async def _work(self, job: Job) -> None:
        try:
            await self._try(self.get(int(job.key)))
        finally:
            if tried := self._first_tries.pop(int(job.key), None):
                tried.set()

    async def _try(self, delivery: Delivery) -> None:
        status, body = await self._send(delivery)
        gateway = self._world.gateways[delivery.gateway]
        done = status is not None and gateway.accepted(delivery, status, body)
        attempts = self.get(delivery.id).attempts + 1
        answer = f"{status or 'no answer'} {body[:200].decode(errors='replace')}"
        left = gateway.callback_plan[attempts - 1 :]
        state = "done" if done else "waiting" if left else "given up"
        self._set(delivery.id, state=state, attempts=attempts, answer=answer)
        self._world.journal.write(
            delivery.gateway,
            "callback",
            delivery.key,
            delivery=delivery.id,
            operation=delivery.operation,
            attempt=attempts,
            state=state,
            answer=answer,
        )
        if state == "waiting":
            self._world.scheduler.add(JOB, str(delivery.id), left[0])
        if state == "given up":
            gateway.gave_up(delivery)
        for number in self._held.pop((delivery.gateway, delivery.merchant), []):
            self._set(number, state="planned")
            self._world.scheduler.add(JOB, str(number))

    async def _send(self, delivery: Delivery) -> tuple[int | None, bytes]:
        """Send one try; ``None`` as status when nobody answered."""
        gateway = self._world.gateways[delivery.gateway]
        url, headers, body = gateway.request(delivery, delivery.damage)
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout, skip_auto_headers=["User-Agent"])
        try:
            async with self._session.post(
                url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError, OSError) as error:
            return None, type(error).__name__.encode()

    async def first_try(self, number: int) -> None:
        """Return when a delivery was tried once; at once when it is lost, held back or late.

        Who waits before the next one is posted has them arrive in their order, as long as the
        partner takes them in.
        """
        if (tried := self._first_tries.get(number)) is not None:
            await tried.wait()

    async def tried(self, numbers: list[int]) -> None:
        """Return when each of these deliveries was tried once (or will never be)."""
        for number in numbers:
            if self.get(number).state == "planned":
                self._world.scheduler.cancel(JOB, str(number))
                await self._work(Job(0, 0.0, JOB, str(number), {}))

    async def close(self) -> None:
        """Close the connections."""
        if self._session:
            await self._session.close()
