"""Partners' servers that take everything in at once and count: they must not be what is slow."""

import asyncio
import re
import threading
import time

from .replay import LENGTH, mllp_end

ANSWERS = {
    "wechatpay": b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
    "alipay": b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsuccess",
}
CONTROL_ID = re.compile(rb"MSH\|(?:[^|\r]*\|){8}([^|\r]*)")


def http_message(buffer):
    """Return where the first HTTP request in a buffer ends, 0 when it is not there yet."""
    head = buffer.find(b"\r\n\r\n")
    if head < 0:
        return 0
    found = LENGTH.search(buffer, 0, head + 2)
    end = head + 4 + (int(found[1]) if found else 0)
    return end if len(buffer) >= end else 0


class _Link(asyncio.Protocol):
    def __init__(self, ear):
        self._ear, self._buffer = ear, b""

    def connection_made(self, transport):
        self._transport = transport

    def data_received(self, data):
        self._buffer += data
        while end := self._ear.end(self._buffer):
            message, self._buffer = self._buffer[:end], self._buffer[end:]
            self._transport.write(self._ear.answer(message))
            self._ear.note()


class Ear:
    """A server in a thread: how many messages it ``heard``, and when the ``last`` one came.

    :param end: function that tells where a message in a buffer ends.
    :param answer: function from a message to the bytes of its answer.
    """

    def __init__(self, end, answer):
        self.end, self.answer, self.heard, self.last = end, answer, 0, 0.0
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def note(self):
        """Count one message."""
        with self._changed:
            self.heard += 1
            self.last = time.perf_counter()
            self._changed.notify_all()

    def wait(self, count, seconds):
        """Return whether ``count`` messages came within the seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self.heard >= count, seconds)

    def __enter__(self):
        self._thread.start()
        begun = asyncio.run_coroutine_threadsafe(self._listen(), self._loop)
        self.port = begun.result(timeout=10)
        self.url = f"http://127.0.0.1:{self.port}/"
        return self

    async def _listen(self):
        server = await self._loop.create_server(lambda: _Link(self), "127.0.0.1", 0, backlog=256)
        return server.sockets[0].getsockname()[1]

    def __exit__(self, *_error):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)


def http_ear(gateway):
    """Return a server that takes the callbacks of a gateway."""
    return Ear(http_message, lambda _message: ANSWERS[gateway])


def mllp_ear():
    """Return a server that accepts every HL7 message."""

    def accept(message):
        number = CONTROL_ID.search(message)[1]
        head = b"MSH|^~\\&|EAR|X|HIS|H0001|20260302073000||ACK|A" + number + b"|P|2.5.1\r"
        return b"\x0b" + head + b"MSA|AA|" + number + b"\r\x1c\r"

    return Ear(mllp_end, accept)
