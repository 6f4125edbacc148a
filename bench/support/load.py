"""The load generator, run in a process of its own: ``python load.py < PLAN > ANSWERS``.

The plan is one JSON object: ``port``, ``clients`` (connections at once), ``timeout`` in seconds
and ``requests``, each with ``raw`` (the whole HTTP request) and optionally ``give_up``: the
seconds after which this client closes its connection without having read an answer.
The answers are JSON too: ``seconds`` in all, and for each request its status (0: refused or
closed, -1: timed out, -2: gave up), the Location, the cache mark, start and duration.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path

TIMED_OUT, GAVE_UP, BROKEN = -1, -2, 0
LINE_LIMIT = 256


def _header(head, name):
    for line in head.split(b"\r\n")[1:]:
        key, _colon, value = line.partition(b":")
        if key.strip().lower() == name:
            return value.strip().decode(errors="replace")[:LINE_LIMIT]
    return ""


async def _exchange(port, raw):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(raw)
        await writer.drain()
        answer = await reader.read(-1)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    head, _blank, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/"):
        return BROKEN, "", "", ""
    status = int(head.split(b" ", 2)[1])
    text = body[:LINE_LIMIT].decode(errors="replace")
    return status, _header(head, b"location"), _header(head, b"x-cache"), text


async def _one(plan, request, origin):
    begin = time.perf_counter()
    patience = request.get("give_up") or plan["timeout"]
    try:
        answer = await asyncio.wait_for(_exchange(plan["port"], request["raw"].encode()), patience)
    except (asyncio.TimeoutError, TimeoutError):
        answer = (GAVE_UP if request.get("give_up") else TIMED_OUT, "", "", "")
    except OSError:
        answer = (BROKEN, "", "", "")
    return (*answer, round(begin - origin, 4), round(time.perf_counter() - begin, 5))


async def _run(plan):
    todo = iter(enumerate(plan["requests"]))
    answers = [None] * len(plan["requests"])
    origin = time.perf_counter()

    async def client():
        for index, request in todo:
            answers[index] = await _one(plan, request, origin)

    await asyncio.gather(*(client() for _number in range(plan["clients"])))
    return {"seconds": time.perf_counter() - origin, "answers": answers}


def fire(port, requests, clients, timeout=30.0):
    """Send requests from a separate process and return what came back.

    :param list requests: dicts with ``raw`` and optionally ``give_up`` (seconds).
    :return: ``{"seconds", "answers": [(status, location, cache, body, start, seconds)]}``
    """
    plan = {"port": port, "clients": clients, "timeout": timeout, "requests": requests}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).resolve())],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_run(json.load(sys.stdin)))))
