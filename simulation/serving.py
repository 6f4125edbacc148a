"""Sockets: one port per gateway, and the faults that a socket can have.

aiohttp serves and sends: one library with C parsers for both directions, and its transport can be
broken on purpose, which a WSGI server would hide.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import time
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .faults import HTTP_KINDS, Fault
from .gateway import Gateway, Route
from .messages import Answer, Call, Refusal

if TYPE_CHECKING:
    from .world import World

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
BODY_LIMIT = 4 * 2**20
BEFORE = ("timeout_before", "reset_before", "status_before", "rate_limit")
SILENCE_SECONDS = 60
GARBAGE = b"\xff\xfe\x00<{garbage"


def call_of(request: web.Request, body: bytes) -> Call:
    """Return a request without its framework."""
    return Call(
        method=request.method,
        path=request.path,
        target=request.raw_path,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        parts=dict(request.match_info),
        peer=request.remote or "",
    )


def response_of(answer: Answer) -> web.Response:
    """Return an answer for the framework."""
    return web.Response(status=answer.status, body=answer.body, headers=answer.headers)


class GatewayServer:
    """Serves the routes of one gateway on a port of its own."""

    def __init__(self, world: World, gateway: Gateway):
        self._world, self._gateway = world, gateway
        self.calls: deque[dict[str, Any]] = deque(maxlen=200)
        self._runner: web.AppRunner | None = None

    async def start(self, port: int) -> int:
        """Listen on loopback; return the port (``0`` asks for any free one)."""
        app = web.Application(client_max_size=BODY_LIMIT)
        for route in self._gateway.routes():
            app.router.add_route(route.method, route.path, self._handler(route))
        self._runner = await runner_of(app)
        return await listen(self._runner, port)

    def _handler(self, route: Route) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            since = time.perf_counter()
            response = await self._serve(request, route)
            self.calls.append(
                {
                    "operation": route.operation,
                    "method": request.method,
                    "path": request.path,
                    "status": response.status,
                    "ms": round((time.perf_counter() - since) * 1000, 1),
                }
            )
            return response

        return handle

    async def _serve(self, request: web.Request, route: Route) -> web.StreamResponse:
        call = call_of(request, await request.read())
        facts = self._gateway.facts(call)
        kinds = [*HTTP_KINDS, "callback_early"]
        struck = self._world.faults.take_any(kinds, self._gateway.name, route.operation, facts)
        early = await self._before(request, call, struck)
        if early is not None:
            return response_of(early)
        self._world.outgoing.posted = []
        answer = self._answer(call, route)
        posted, self._world.outgoing.posted = self._world.outgoing.posted, []
        if not struck:
            return response_of(self._gateway.seal(answer, call, spoiled=False))
        if "callback_early" in struck:
            await self._world.outgoing.tried(posted)
        return await self._after(request, call, answer, struck)

    async def _before(
        self, request: web.Request, call: Call, struck: Mapping[str, Fault]
    ) -> Answer | None:
        """Act out the faults that come before the work; an answer ends the call."""
        if fault := struck.get("timeout_before"):
            await _stay_silent(request, fault)
        if "reset_before" in struck:
            _reset(request)
        if fault := struck.get("status_before"):
            return _server_error(fault)
        if "rate_limit" in struck:
            return self._gateway.seal(self._gateway.too_many(call), call, spoiled=False)
        return None

    def _answer(self, call: Call, route: Route) -> Answer:
        """Run the handler as one transaction: a refusal leaves nothing half-written."""
        try:
            with self._world.store.transaction():
                return route.handler(call)
        except Refusal as refusal:
            return self._gateway.refuse(refusal, call)

    async def _after(
        self, request: web.Request, call: Call, answer: Answer, struck: Mapping[str, Fault]
    ) -> web.StreamResponse:
        """Act out the faults that come after the work."""
        if fault := struck.get("delay"):
            await asyncio.sleep(fault.number("seconds", 1))
        if fault := struck.get("timeout_after"):
            await _stay_silent(request, fault)
        if "reset_after" in struck:
            _reset(request)
        if fault := struck.get("status_after"):
            return response_of(_server_error(fault))
        if "garbage" in struck:
            return response_of(Answer(200, GARBAGE, dict(answer.headers)))
        answer = self._gateway.seal(answer, call, spoiled="bad_signature" in struck)
        if "half_open" in struck or "truncate" in struck:
            return await self._half(request, answer, struck.get("half_open"))
        return response_of(answer)

    async def _half(
        self, request: web.Request, answer: Answer, silence: Fault | None
    ) -> web.StreamResponse:
        """Send half of the body; then stay silent, or close."""
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        response.content_length = max(len(answer.body), 2)
        await response.prepare(request)
        await response.write(answer.body[: len(answer.body) // 2] or b" ")
        if silence:
            await _stay_silent(request, silence)
        _close(request)
        return response

    async def stop(self) -> None:
        """Close the port and all connections."""
        if self._runner:
            await self._runner.cleanup()


def _server_error(fault: Fault) -> Answer:
    status = int(fault.number("status", 502))
    return Answer.text("<html><h1>Bad Gateway</h1></html>", status, "text/html")


class _Gone(web.HTTPException):
    """Ends a handler whose connection was cut."""

    status_code = 500


async def _stay_silent(request: web.Request, fault: Fault) -> None:
    """Hold the connection; aiohttp cancels the wait when the client goes away."""
    await asyncio.sleep(fault.number("seconds", SILENCE_SECONDS))
    _close(request)
    raise _Gone()


def _close(request: web.Request) -> None:
    if request.transport:
        request.transport.close()


def _reset(request: web.Request) -> None:
    """Cut the connection so that the client sees a reset, not an orderly end."""
    if request.transport:
        raw = request.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    raise _Gone()


async def runner_of(app: web.Application) -> web.AppRunner:
    """Return a runner that ends a handler when its client has gone."""
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    return runner


async def listen(runner: web.AppRunner, port: int) -> int:
    """Listen on loopback and return the port."""
    site = web.TCPSite(runner, LOOPBACK, port, backlog=512)
    await site.start()
    return int(runner.addresses[-1][1])
