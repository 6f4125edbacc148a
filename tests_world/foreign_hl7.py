"""python-hl7 as a partner, and what tests read out of its messages."""

from __future__ import annotations

import asyncio
import re
import threading
from abc import ABC, abstractmethod
from typing import Any

import hl7.mllp

WAIT_SECONDS = 15
RANGE = re.compile(r"(-?[\d.]+)-(-?[\d.]+)")


class Server(ABC):
    """A server of python-hl7 in a thread; who inherits it says what becomes of a message."""

    def __init__(self, port: int = 0, encoding: str = "utf-8"):
        self.port = port
        self._encoding = encoding
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        if not self._ready.wait(WAIT_SECONDS):
            raise RuntimeError("the foreign listener did not start")

    @abstractmethod
    def take_in(self, message: Any) -> Any:
        """Return the acknowledgement of a message, or nothing to close the connection."""

    def stop(self) -> None:
        """Close the port and all connections."""

        async def close() -> None:
            self._server.close()
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(WAIT_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_SECONDS)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        starting = hl7.mllp.start_hl7_server(
            self._serve, "127.0.0.1", self.port, encoding=self._encoding, limit=2**20
        )
        self._server = self._loop.run_until_complete(starting)
        self.port = self._server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        self._loop.close()

    async def _serve(self, reader: Any, writer: Any) -> None:
        try:
            while not writer.is_closing():
                answer = self.take_in(await reader.readmessage())
                if answer is None:
                    break
                writer.writemessage(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, UnicodeDecodeError):
            pass  # who talked is gone, or talks in another encoding
        finally:
            writer.close()


def rows_of(message: Any, opener: str) -> list[Any]:
    """Return the segments from each opener to the next as messages of their own."""
    found: list[list[Any]] = []
    for segment in message:
        if str(segment[0]) == opener:
            found.append([])
        if found and not str(segment[0]).startswith("Z"):
            found[-1].append(segment)
    return [message.create_message(group) for group in found]


def limits(text: str) -> dict[str, str]:
    """Return low and high out of OBX-7."""
    if both := RANGE.fullmatch(text):
        return {"low": both[1], "high": both[2]}
    if text[:1] in ("<", ">"):
        return {"low": text[1:] * (text[0] == ">"), "high": text[1:] * (text[0] == "<")}
    return {"low": text, "high": ""}
