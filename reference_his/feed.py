"""Tell partners what happened: each subscriber gets every event once, in order.

A subscriber's place is kept beside the records, so a restarted process goes on where it was;
what was told but not yet noted is told again, as real systems do.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, Protocol

from .hospital import Hospital

log = logging.getLogger(__name__)

PAGE = 200
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 5.0


@dataclass(frozen=True)
class Event:
    """One thing that happened; ``facts`` as ``events.FACTS`` lists them."""

    id: int
    at: str
    kind: str
    key: str
    patient_no: str
    facts: dict[str, Any]


class Subscriber(Protocol):
    """A partner that wants to know."""

    front: str  # its name among all subscribers, e.g. ``hl7:127.0.0.1:2575``

    async def tell(self, event: Event) -> None:
        """Return when the partner has taken the event in (or it does not concern it).

        :raise OSError: when the partner could not be reached or did not confirm: told again.
        """

    async def close(self) -> None:
        """Let go of what is kept open for telling; nothing is told any more."""


def events_after(hospital: Hospital, number: int, limit: int = PAGE) -> list[Event]:
    """Return the next events, oldest first."""
    rows = hospital.db.all(
        "SELECT id, at, kind, key, patient_no, facts FROM event WHERE id > %s ORDER BY id LIMIT %s",
        (number, limit),
    )
    return [Event(**{**row, "at": row["at"].isoformat()}) for row in rows]


class Feed:
    """All subscribers of one hospital."""

    def __init__(self, hospital: Hospital):
        self._hospital = hospital
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._progress = asyncio.Condition()

    def place(self, front: str) -> int:
        """Return the number of the last event that a subscriber was told."""
        row = self._hospital.db.one("SELECT event_id FROM front_cursor WHERE front = %s", (front,))
        return int(row["event_id"]) if row else 0

    def newest(self) -> int:
        """Return the number of the last event."""
        row = self._hospital.db.one("SELECT coalesce(max(id), 0) AS n FROM event")
        return int(row["n"]) if row else 0

    def subscribe(self, subscriber: Subscriber, from_now: bool = False) -> None:
        """Begin to tell a subscriber; a second call with the same name replaces the first.

        :param bool from_now: a new subscriber is not told what happened before.
        """
        self.cancel(subscriber.front)
        start = self.newest() if from_now else 0
        self._hospital.db.run(
            "INSERT INTO front_cursor VALUES (%s, %s) ON CONFLICT (front) DO NOTHING",
            (subscriber.front, start),
        )
        self._tasks[subscriber.front] = asyncio.create_task(self._serve(subscriber))

    def cancel(self, front: str) -> None:
        """Stop telling a subscriber; its place is kept."""
        if task := self._tasks.pop(front, None):
            task.cancel()

    async def _serve(self, subscriber: Subscriber) -> None:
        """Tell one subscriber everything; its own listener, so that nobody else takes its news."""
        news = asyncio.Event()
        self._hospital.listeners.add(news)
        try:
            await self._follow(subscriber, news)
        finally:
            self._hospital.listeners.discard(news)
            await subscriber.close()

    async def _follow(self, subscriber: Subscriber, news: asyncio.Event) -> None:
        place = self.place(subscriber.front)
        while True:
            news.clear()
            events = events_after(self._hospital, place)
            for event in events:
                await self._tell(subscriber, event)
                if not self._is_current(subscriber):
                    return
                place = event.id
                self._hospital.db.run(
                    "UPDATE front_cursor SET event_id = %s WHERE front = %s",
                    (place, subscriber.front),
                )
            async with self._progress:
                self._progress.notify_all()
            if not events:
                await news.wait()

    def _is_current(self, subscriber: Subscriber) -> bool:
        """Tell whether this task is still the one that tells the subscriber.

        ``asyncio.wait_for`` before Python 3.12 can swallow a cancellation when the answer comes
        at the same moment; a replay's new place would then be overwritten.
        """
        return self._tasks.get(subscriber.front) is asyncio.current_task()

    async def _tell(self, subscriber: Subscriber, event: Event) -> None:
        """Tell one event until it is taken in: whatever goes wrong, none is passed over."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                await subscriber.tell(event)
                return
            except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError) as error:
                log.warning("%s was not told event %s: %r", subscriber.front, event.id, error)
            except Exception:
                log.exception("%s cannot be told event %s", subscriber.front, event.id)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def drained(self) -> None:
        """Return when every subscriber knows everything."""

        def all_told() -> bool:
            newest = self.newest()
            return all(self.place(front) >= newest for front in self._tasks)

        async with self._progress:
            await self._progress.wait_for(all_told)

    async def stop(self) -> None:
        """End all subscribers' tasks."""
        for front in list(self._tasks):
            self.cancel(front)
