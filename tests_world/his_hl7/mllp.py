"""An MLLP client of the tests: plain sockets, frames cut by hand, python-hl7 to read."""

from __future__ import annotations

import itertools
import socket
import uuid
from typing import Any

import hl7

NUMBERS = itertools.count(1)
RUN = uuid.uuid4().hex[:6]


def control_id() -> str:
    """Return a control id that nobody used before."""
    return f"{RUN}{next(NUMBERS)}"


def message(
    kind: str,
    *lines: str,
    version: str = "2.5.1",
    sender: str = "WX",
    number: str = "",
    charset: str = "UNICODE UTF-8",
    **more: str,
) -> str:
    """Return a message: header and lines.

    :param more: ``processing`` (MSH-11), ``accept`` (MSH-15), ``application`` (MSH-16).
    """
    fields = [
        "MSH",
        "^~\\&",
        sender,
        "PLATFORM",
        "HIS",
        "H0001",
        "20260902073000+0800",
        "",
        kind,
        number or control_id(),
        more.get("processing", "P"),
        version,
        "",
        "",
        more.get("accept", ""),
        more.get("application", ""),
        "CHN",
        charset,
    ]
    return "".join(f"{line}\r" for line in ["|".join(fields), *lines])


def framed(content: bytes) -> bytes:
    """Return a frame."""
    return b"\x0b" + content + b"\x1c\r"


class Client:
    """One connection to a listener."""

    def __init__(self, port: int, timeout: float = 10):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self._buffer = b""

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_error: object) -> None:
        self.socket.close()

    def write(self, content: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(content)

    def read(self) -> bytes:
        """Return the next frame's content; nothing when the other side closed."""
        while b"\x1c\r" not in self._buffer:
            chunk = self.socket.recv(65536)
            if not chunk:
                return b""
            self._buffer += chunk
        frame, _end, self._buffer = self._buffer.partition(b"\x1c\r")
        return frame.partition(b"\x0b")[2]

    def ask(self, text: str, codec: str = "utf-8") -> Answer:
        """Send a message and return the answer."""
        self.write(framed(text.encode(codec)))
        return Answer(self.read())


class Answer:
    """An answer, read by python-hl7."""

    def __init__(self, content: bytes, codec: str = "utf-8"):
        self.content = content
        self.text = content.decode(codec)
        self.message: Any = hl7.parse(self.text)

    def get(self, place: str) -> str:
        """Return a value by its address, e.g. ``MSA-2`` or ``SCH-2.1``; empty when not there."""
        return value(self.message, place)

    def count(self, name: str) -> int:
        """Return how many segments of a name there are."""
        return sum(1 for segment in self.message if str(segment[0]) == name)


def value(parsed: Any, place: str) -> str:
    """Return the value at an address such as ``PID-3.4.1`` or ``OBX[2]-5``, as python-hl7 reads it.

    Empty when it is not there.
    """
    where, _dash, numbers = place.partition("-")
    name, _bracket, nth = where.rstrip("]").partition("[")
    field, component, sub = ([int(number) for number in numbers.split(".")] + [1, 1])[:3]
    try:
        segment = parsed.segments(name)[int(nth or 1) - 1]
        return str(segment.extract_field(1, field, 1, component, sub))
    except (KeyError, IndexError):
        return ""
