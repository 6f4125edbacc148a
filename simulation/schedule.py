"""What happens later, on the virtual clock: kept in the store, so that a kill loses nothing."""

import asyncio
import heapq
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from .clock import Clock
from .store import Store

log = logging.getLogger(__name__)

DDL = """
CREATE TABLE IF NOT EXISTS job (
    id INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, kind TEXT NOT NULL,
    key TEXT NOT NULL, content TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS job_key ON job (kind, key);
"""
AT_ONCE = 64


@dataclass(frozen=True)
class Job:
    """One thing to do at a virtual time."""

    id: int
    due: float
    kind: str
    key: str
    content: dict[str, Any]


Worker = Callable[[Job], Awaitable[None]]


class Scheduler:
    """Runs jobs when their time has come, oldest first, some of them side by side.

    A job is forgotten after its worker returned: a kill in between runs it again.
    """

    def __init__(self, store: Store, clock: Clock):
        self._store, self._clock = store, clock
        self._workers: dict[str, Worker] = {}
        self._queue: list[tuple[float, int]] = []
        self._wake = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Condition()
        self._slots = asyncio.Semaphore(AT_ONCE)
        store.create(DDL)

    def register(self, kind: str, worker: Worker) -> None:
        """Name the function that does jobs of this kind."""
        self._workers[kind] = worker

    def add(self, kind: str, key: str, after: float = 0.0, **content: Any) -> int:
        """Plan a job ``after`` virtual seconds from now and return its number."""
        due = self._clock.now() + after
        number = self._store.insert(
            "job", due=due, kind=kind, key=key, content=json.dumps(content, ensure_ascii=False)
        )
        heapq.heappush(self._queue, (due, number))
        self._wake.set()
        return number

    def cancel(self, kind: str, key: str) -> int:
        """Forget planned jobs; return how many. What runs already goes on."""
        return self._store.run("DELETE FROM job WHERE kind = ? AND key = ?", (kind, key))

    def planned(self) -> int:
        """Return how many jobs are not finished."""
        row = self._store.one("SELECT count(*) AS n FROM job")
        return int(row["n"]) if row else 0

    def reload(self) -> None:
        """Read the plan from the store: after a restart or a reset."""
        rows = self._store.all("SELECT due, id FROM job")
        self._queue = [(row["due"], row["id"]) for row in rows]
        heapq.heapify(self._queue)
        self._wake.set()

    async def run(self) -> None:
        """Do jobs until cancelled."""
        self.reload()
        while True:
            self._wake.clear()
            due = self._queue[0][0] if self._queue else float("inf")
            await self._wait(due)
            while self._queue and self._queue[0][0] <= self._clock.now():
                _due, number = heapq.heappop(self._queue)
                await self._slots.acquire()
                task = asyncio.create_task(self._do(number))
                self._running.add(task)
                task.add_done_callback(self._finished)
            async with self._idle:
                self._idle.notify_all()

    async def _wait(self, due: float) -> None:
        if due == float("inf"):
            await self._wake.wait()
        else:
            await self._clock.wait_until(due, self._wake)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._slots.release()
        if not task.cancelled() and task.exception():
            log.error("a planned job failed", exc_info=task.exception())
        self._wake.set()

    async def _do(self, number: int) -> None:
        row = self._store.one("SELECT * FROM job WHERE id = ?", (number,))
        if row is None:  # cancelled meanwhile
            return
        job = Job(number, row["due"], row["kind"], row["key"], json.loads(row["content"]))
        try:
            await self._workers[job.kind](job)
        except Exception:
            self._forget(number)
            raise
        self._forget(number)  # but not when cancelled: the next process does it

    def _forget(self, number: int) -> None:
        self._store.run("DELETE FROM job WHERE id = ?", (number,))

    def _is_quiet(self) -> bool:
        due_now = bool(self._queue) and self._queue[0][0] <= self._clock.now()
        return not due_now and not self._running

    async def settle(self) -> None:
        """Return when everything that is due has been done."""
        self._wake.set()
        async with self._idle:
            await self._idle.wait_for(self._is_quiet)

    async def stop(self, loop: asyncio.Task[None]) -> None:
        """End the loop of :meth:`run` and what it has begun; the plan keeps it for next time."""
        tasks = [loop, *self._running]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
