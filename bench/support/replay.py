"""Send prepared requests over a few connections that stay open, and count what comes back.

A bare protocol on asyncio: it costs the client a fraction of what a gateway spends on a request,
so that on a machine with two cores the gateway is what is measured.
"""

import asyncio
import re
import time
from collections import Counter

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
MLLP_END = b"\x1c\r"
PATIENCE_SECONDS = 120


def http_end(buffer):
    """Return where the first HTTP answer in a buffer ends, 0 when it is not there yet."""
    head = buffer.find(b"\r\n\r\n")
    if head < 0:
        return 0
    found = LENGTH.search(buffer, 0, head + 2)
    end = head + 4 + (int(found[1]) if found else 0)
    return end if len(buffer) >= end else 0


def holding(pattern):
    """Return a function that tells answers that hold some bytes from others."""
    return lambda answer: "good" if pattern in answer else f"wrong {answer[-120:]!r}"


def http_kind(answer):
    """Return the status of an HTTP answer."""
    return answer[9:12].decode()


def mllp_end(buffer):
    """Return where the first MLLP frame in a buffer ends, 0 when it is not there yet."""
    found = buffer.find(MLLP_END)
    return found + len(MLLP_END) if found >= 0 else 0


def mllp_kind(answer):
    """Return the acknowledgement code of an HL7 answer."""
    found = re.search(rb"\rMSA\|(\w\w)", answer)
    return found[1].decode() if found else "none"


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last one is complete."""

    def __init__(self, requests, note, end, kind):
        self._requests, self._note, self._end, self._kind = requests, note, end, kind
        self._buffer, self._since = b"", 0.0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self._transport = transport
        self._next()

    def _next(self):
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            self.done.set_result(None)
            return
        self._since = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data):
        self._buffer += data
        end = self._end(self._buffer)
        if end:
            answer, self._buffer = self._buffer[:end], self._buffer[end:]
            self._note(self._kind(answer), time.perf_counter() - self._since)
            self._next()

    def connection_lost(self, error):
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the connection was closed"))


async def _replay(port, requests, clients, end, kind):
    kinds, times, queue = Counter(), [], iter(requests)

    def note(name, seconds):
        kinds[name] += 1
        times.append(seconds)

    loop, since = asyncio.get_running_loop(), time.perf_counter()
    connections = [
        await loop.create_connection(lambda: _Connection(queue, note, end, kind), "127.0.0.1", port)
        for _number in range(clients)
    ]
    await asyncio.wait_for(
        asyncio.gather(*(one.done for _transport, one in connections)), PATIENCE_SECONDS
    )
    return {"seconds": time.perf_counter() - since, "kinds": dict(kinds), "times": times}


def replay(port, requests, clients=8, end=http_end, kind=http_kind):
    """Send all requests and return ``{"seconds", "kinds": {status: count}, "times"}``.

    :raise ConnectionError: when the other side closes.
    """
    return asyncio.run(_replay(port, requests, clients, end, kind))
