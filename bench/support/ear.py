"""A partner's server that takes everything in at once and counts: it must not be what is slow."""

import asyncio
import threading
import time

from .replay import LENGTH

ANSWERS = {
    "wechatpay": b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
    "alipay": b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsuccess",
}


class _Link(asyncio.Protocol):
    def __init__(self, ear):
        self._ear, self._buffer = ear, b""

    def connection_made(self, transport):
        self._transport = transport

    def data_received(self, data):
        self._buffer += data
        while (head := self._buffer.find(b"\r\n\r\n")) >= 0:
            found = LENGTH.search(self._buffer, 0, head + 2)
            end = head + 4 + (int(found[1]) if found else 0)
            if len(self._buffer) < end:
                return
            self._buffer = self._buffer[end:]
            self._ear.heard += 1
            self._ear.last = time.perf_counter()
            self._transport.write(self._ear.answer)


class Ear:
    """``with Ear("alipay") as ear``: ``url``, how many it ``heard``, and when the ``last`` came."""

    def __init__(self, gateway):
        self.answer, self.heard, self.last = ANSWERS[gateway], 0, 0.0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        begun = asyncio.run_coroutine_threadsafe(self._listen(), self._loop)
        self.url = f"http://127.0.0.1:{begun.result(timeout=10)}/"
        return self

    async def _listen(self):
        server = await self._loop.create_server(lambda: _Link(self), "127.0.0.1", 0, backlog=256)
        return server.sockets[0].getsockname()[1]

    def __exit__(self, *_error):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
