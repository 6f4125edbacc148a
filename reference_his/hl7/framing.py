"""MLLP: a vertical tab, the message, a file separator and a carriage return, over TCP."""

import asyncio

from .codec import SIZE_LIMIT

START, END = b"\x0b", b"\x1c\r"
GARBAGE_LIMIT = 64 * 1024
CHUNK = 64 * 1024


class FramingError(ConnectionError):
    """The stream cannot go on: too much garbage, or a message above the limit."""


def framed(content: bytes) -> bytes:
    """Return a message as a frame."""
    return START + content + END


class FrameReader:
    """Cuts a stream into messages.

    :param float idle_seconds: real seconds of silence after which a read gives up.
    """

    def __init__(
        self,
        stream: asyncio.StreamReader,
        limit: int = SIZE_LIMIT,
        idle_seconds: float | None = None,
    ):
        self._stream, self._limit, self._idle = stream, limit, idle_seconds
        self._buffer = bytearray()
        self._seen = 0  # no end of a frame lies before this place
        self.garbage = 0  # bytes outside of frames so far

    async def next(self) -> bytes | None:
        """Return the next message, or ``None`` when the partner closed.

        What stands between frames is skipped; a frame that begins inside an unfinished one
        replaces it.

        :raise FramingError: when a message or the garbage is too long.
        :raise asyncio.TimeoutError: when the partner said nothing for too long.
        """
        while True:
            self._skip()
            end = self._buffer.find(END, self._seen)
            if self._buffer and end >= 0:
                content = bytes(self._buffer[1:end])
                del self._buffer[: end + len(END)]
                self._seen = 0
                return self._last(content)
            self._seen = max(len(self._buffer) - 1, 0)
            if len(self._buffer) > self._limit + len(END):
                raise FramingError(f"A message is longer than {self._limit} bytes.")
            chunk = await asyncio.wait_for(self._stream.read(CHUNK), self._idle)
            if not chunk:
                return None
            self._buffer += chunk

    def _skip(self) -> None:
        """Drop what lies before the next frame."""
        if not self._buffer or self._buffer[0] == START[0]:
            return
        start = self._buffer.find(START)
        dropped = len(self._buffer) if start < 0 else start
        del self._buffer[:dropped]
        self._seen = 0
        self._count(dropped)

    def _last(self, content: bytes) -> bytes:
        start = content.rfind(START)
        if start >= 0:
            self._count(start + 1)
            content = content[start + 1 :]
        if len(content) > self._limit:
            raise FramingError(f"A message is longer than {self._limit} bytes.")
        return content

    def _count(self, dropped: int) -> None:
        self.garbage += dropped
        if self.garbage > GARBAGE_LIMIT:
            raise FramingError("There is too much between the messages.")
