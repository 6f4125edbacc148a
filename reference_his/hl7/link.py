"""A connection to a partner's listener: send, wait for the acknowledgement of this very message."""

import asyncio

from .codec import CodecError, Message, parse
from .framing import FrameReader, framed

CONNECT_SECONDS = 5.0


class Link:
    """Keeps one connection open and opens it again after any trouble."""

    def __init__(self, host: str, port: int, ack_seconds: float):
        self._host, self._port, self._ack_seconds = host, port, ack_seconds
        self._writer: asyncio.StreamWriter | None = None
        self._frames: FrameReader | None = None

    async def open(self) -> asyncio.StreamWriter:
        """Return the writer of the connection.

        :raise OSError: when the partner cannot be reached.
        """
        if self._writer is None or self._writer.is_closing():
            connecting = asyncio.open_connection(self._host, self._port)
            reader, writer = await asyncio.wait_for(connecting, CONNECT_SECONDS)
            self._frames, self._writer = FrameReader(reader), writer
        return self._writer

    async def send(self, content: bytes, control_id: str) -> Message:
        """Send a message and return its acknowledgement; others that come first are skipped.

        :raise OSError: when the connection ends before it; TimeoutError when it takes too long.
        """
        try:
            writer = await self.open()
            writer.write(framed(content))
            await writer.drain()
            return await asyncio.wait_for(self._acknowledged(control_id), self._ack_seconds)
        except BaseException:
            self.close()
            raise

    async def _acknowledged(self, control_id: str) -> Message:
        while self._frames:
            content = await self._frames.next()
            if content is None:
                break
            try:
                message = parse(content)
            except CodecError:
                continue  # not an answer to anything
            if message.get("MSA-2") == control_id:
                return message
        raise ConnectionError("the partner closed before it acknowledged")

    def close(self) -> None:
        """Close the connection; the next message opens a new one."""
        if self._writer:
            self._writer.close()
        self._writer = self._frames = None
