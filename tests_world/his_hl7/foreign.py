"""Partners that others wrote: python-hl7's server and client, simple-hl7 in Node."""

from __future__ import annotations

import asyncio
import json
import os
import queue
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hl7.mllp
import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = (ROOT / ".hospital" / "node" / "node_modules", ROOT / "node_modules")
WAIT_SECONDS = 15

Judge = Callable[[Any], str]


def accept(_message: Any) -> str:
    """Take everything."""
    return "AA"


class Listener:
    """A listener of python-hl7 in a thread: keeps what it gets and acknowledges as it is told."""

    def __init__(self, port: int = 0, encoding: str = "utf-8"):
        self.judge: Judge = accept
        self.got: queue.Queue[Any] = queue.Queue()
        self._encoding = encoding
        self._ready = threading.Event()
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        if not self._ready.wait(WAIT_SECONDS):
            raise RuntimeError("the foreign listener did not start")

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(
            hl7.mllp.start_hl7_server(
                self._serve, "127.0.0.1", self.port, encoding=self._encoding, limit=2**20
            )
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        self._loop.close()

    async def _serve(self, reader: Any, writer: Any) -> None:
        try:
            while not writer.is_closing():
                message = await reader.readmessage()
                self.got.put(message)
                writer.writemessage(message.create_ack(self.judge(message)))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, UnicodeDecodeError):
            writer.close()

    def take(self, count: int) -> list[Any]:
        """Return the next messages, waiting for them."""
        return [self.got.get(timeout=WAIT_SECONDS) for _number in range(count)]

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


@contextmanager
def listener(**how: Any) -> Iterator[Listener]:
    """A listener of python-hl7 for some tests."""
    made = Listener(**how)
    try:
        yield made
    finally:
        made.stop()


def node_environment() -> dict[str, str]:
    """Return the environment in which Node finds simple-hl7; the test fails without it."""
    found = [str(place) for place in MODULES if (place / "simple-hl7").is_dir()]
    places = [*found, *filter(None, [os.environ.get("NODE_PATH", "")])]
    if not places or shutil.which("node") is None:
        pytest.fail(
            "simple-hl7 is not installed: run `npm ci --ignore-scripts` where package.json is,"
            " or set NODE_PATH to a folder that has it, with Node on the PATH."
        )
    return {**os.environ, "NODE_PATH": os.pathsep.join(places)}


class Foreign:
    """simple-hl7 in a process of its own; each line it prints is one thing that happened."""

    def __init__(self, *words: str):
        script = Path(__file__).with_name("foreign.js")
        self.process = subprocess.Popen(
            [shutil.which("node") or "node", str(script), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=node_environment(),
            start_new_session=True,
        )

    def write(self, text: str) -> None:
        """Hand a message to the client."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(text).encode() + b"\n")
        self.process.stdin.flush()

    def line(self) -> Any:
        """Return the next thing that happened."""
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def stop(self) -> None:
        """End the process, and Node below it where PyPI's package wraps it."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()


@contextmanager
def simple_hl7(*words: str) -> Iterator[Foreign]:
    """A process of simple-hl7 for some tests."""
    made = Foreign(*words)
    try:
        yield made
    finally:
        made.stop()
