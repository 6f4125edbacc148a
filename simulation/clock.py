"""A clock that tests and demos can set, stop and speed up."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from .store import Store

# China has kept one offset since 1991; this machine may have no time zone database
SHANGHAI = timezone(timedelta(hours=8), "CST")


def moment(epoch: float) -> datetime:
    """Return seconds since 1970 as a Beijing time."""
    return datetime.fromtimestamp(epoch, SHANGHAI)


def parse(text: str) -> float:
    """Return an ISO 8601 time as seconds since 1970; without an offset it is Beijing time.

    :raise ValueError: when the text is no ISO time.
    """
    value = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (value if value.tzinfo else value.replace(tzinfo=SHANGHAI)).timestamp()


class Clock:
    """Virtual time: it starts as the real one, and survives a restart of the process.

    :param Callable real: source of real seconds since 1970.
    """

    def __init__(self, store: Store, real: Callable[[], float] = time.time):
        self._store = store
        self._real = real
        self._changed = asyncio.Event()
        self._virtual = self._anchor = real()
        self._speed = 1.0
        self.reload()

    def reload(self) -> None:
        """Take over the time kept in the store; without one, the real time."""
        kept = self._store.setting("clock")
        start = self._real()
        self._virtual, self._anchor, self._speed = kept or (start, start, 1.0)
        self._tell()

    def _tell(self) -> None:
        """Let everybody who waits look at the time again."""
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def speed(self) -> float:
        """Virtual seconds per real second; 0.0 while the clock stands still."""
        return self._speed

    def now(self) -> float:
        """Return the virtual time in seconds since 1970."""
        return self._virtual + (self._real() - self._anchor) * self._speed

    def moment(self) -> datetime:
        """Return the virtual time as a Beijing time."""
        return moment(self.now())

    def set(self, at: float | None = None, speed: float | None = None) -> None:
        """Set the time, the speed or both; everybody who waits looks again.

        :raise ValueError: when the speed is negative.
        """
        if speed is not None and speed < 0:
            raise ValueError("The clock cannot run backwards: choose a speed of 0 or more.")
        self._virtual = self.now() if at is None else at
        self._anchor = self._real()
        self._speed = self._speed if speed is None else speed
        self._store.keep("clock", (self._virtual, self._anchor, self._speed))
        self._tell()

    def advance(self, seconds: float) -> None:
        """Move the time forward."""
        self.set(self.now() + seconds)

    async def wait_until(self, at: float, wake: asyncio.Event | None = None) -> None:
        """Return when the virtual time has come, or earlier when ``wake`` is set."""
        while (left := at - self.now()) > 0 and not (wake and wake.is_set()):
            timeout = left / self._speed if self._speed else None
            events = [self._changed, wake] if wake else [self._changed]
            await _first(events, timeout)


async def _first(events: list[asyncio.Event], timeout: float | None) -> None:
    """Return when one of the events is set or the real seconds are over."""
    waiters = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiters, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for waiter in waiters:
            waiter.cancel()
