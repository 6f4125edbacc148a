"""Partners that others wrote: python-hl7's server and client, simple-hl7 in Node."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests_world import foreign_hl7
from tests_world.foreign_hl7 import WAIT_SECONDS

ROOT = Path(__file__).resolve().parents[2]
MODULES = (ROOT / ".hospital" / "node" / "node_modules", ROOT / "node_modules")

Judge = Callable[[Any], str]


def accept(_message: Any) -> str:
    """Take everything."""
    return "AA"


class Listener(foreign_hl7.Server):
    """A listener of python-hl7: keeps what it gets and acknowledges as it is told."""

    def __init__(self, **how: Any):
        self.judge: Judge = accept
        self.got: queue.Queue[Any] = queue.Queue()
        super().__init__(**how)

    def take_in(self, message: Any) -> Any:
        """Keep a message and judge it."""
        self.got.put(message)
        return message.create_ack(self.judge(message))

    def take(self, count: int) -> list[Any]:
        """Return the next messages, waiting for them."""
        return [self.got.get(timeout=WAIT_SECONDS) for _number in range(count)]


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
