"""The control port: what a test or a person at a demo does to the world.

Loopback only, and only under local names: a page on the internet that a browser on this machine
shows cannot reach it by a name of its own.
"""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .clock import parse
from .faults import ANY, Fault, UnknownFault
from .messages import Refusal
from .serving import call_of, listen, response_of, runner_of

if TYPE_CHECKING:
    from .gateway import Route
    from .world import World

LOCAL = re.compile(r"^(127\.0\.0\.1|localhost|\[::1\]|[\w.-]+\.localhost)(:\d+)?$")
FAULT_FIELDS = {
    "kind",
    "gateway",
    "operation",
    "match",
    "times",
    "probability",
    "seed",
    "options",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def is_local(request: web.Request) -> bool:
    """Tell whether a request names this machine, and comes from a page of this machine if any."""
    origin = request.headers.get("Origin", "").partition("://")[2]
    return bool(LOCAL.match(request.host)) and (not origin or bool(LOCAL.match(origin)))


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse foreign pages, and turn wrong input into one clear sentence."""
    if not is_local(request):
        return web.json_response({"error": "Use the address 127.0.0.1 or localhost."}, status=403)
    try:
        return await handler(request)
    except (UnknownFault, ValueError, KeyError, TypeError) as error:
        text = (
            f"{error.args[0] if error.args else error!r} is not there"
            if isinstance(error, KeyError)
            else str(error)
        )
        return web.json_response({"error": text}, status=400)
    except sqlite3.IntegrityError as error:
        text = f"This contradicts what is there already: {error}."
        return web.json_response({"error": text}, status=409)
    except Refusal as refusal:
        content = {"error": refusal.text, "code": refusal.code}
        return web.json_response(content, status=refusal.status)


class Control:
    """HTTP interface to clock, faults, journal and callbacks of one world."""

    def __init__(self, world: World):
        self._world = world
        self._runner: web.AppRunner | None = None

    async def start(self, port: int) -> int:
        """Listen and return the port."""
        app = web.Application(middlewares=[guard])
        app.router.add_get("/", self._index)
        app.router.add_get("/state", self._state)
        app.router.add_get("/credentials", self._credentials)
        app.router.add_get("/clock", self._clock)
        app.router.add_post("/clock", self._set_clock)
        app.router.add_post("/clock/wait", self._wait)
        app.router.add_get("/faults", self._faults)
        app.router.add_post("/faults", self._add_fault)
        app.router.add_post("/faults/storm", self._storm)
        app.router.add_delete("/faults", self._clear_faults)
        app.router.add_get("/journal", self._journal)
        app.router.add_get("/deliveries", self._deliveries)
        app.router.add_post("/deliveries/{number}/resend", self._resend)
        app.router.add_get("/calls", self._calls)
        app.router.add_post("/settle", self._settle)
        app.router.add_post("/reset", self._reset)
        parts: list[Any] = [*self._world.gateways.values(), *self._world.services.values()]
        for part in parts:
            # a service need not have any
            for route in getattr(part, "controls", tuple)():
                path = f"/{part.name}{route.path}"
                app.router.add_route(route.method, path, self._handler(route))
        self._runner = await runner_of(app)
        return await listen(self._runner, port)

    def _handler(self, route: Route) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            call = call_of(request, await request.read())
            with self._world.store.transaction():
                return response_of(route.handler(call))

        return handle

    async def _index(self, _request: web.Request) -> web.StreamResponse:
        rows = "".join(
            f"<tr><td>{html.escape(name)}</td><td>{html.escape(address)}</td></tr>"
            for name, address in self._world.addresses().items()
        )
        links = " ".join(
            f'<a href="/{name}">{name}</a>'
            for name in ("clock", "faults", "journal", "deliveries", "calls", "credentials")
        )
        page = (
            f"<!doctype html><html lang=en><title>{self._world.name}</title>"
            f"<h1>{self._world.name}</h1><table>{rows}</table><p>{links}</p></html>"
        )
        return web.Response(text=page, content_type="text/html")

    async def _state(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(
            {
                "name": self._world.name,
                "addresses": self._world.addresses(),
                "planned": self._world.scheduler.planned(),
                **self._time(),
            }
        )

    async def _credentials(self, _request: web.Request) -> web.StreamResponse:
        found = {name: item.credentials() for name, item in self._world.gateways.items()}
        return web.json_response(found)

    def _time(self) -> dict[str, Any]:
        clock = self._world.clock
        now = clock.moment().isoformat(timespec="milliseconds")
        return {"now": now, "speed": clock.speed}

    async def _clock(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self._time())

    async def _set_clock(self, request: web.Request) -> web.StreamResponse:
        wanted = await request.json()
        if unknown := set(wanted) - {"at", "advance", "speed"}:
            raise ValueError(f"The clock knows at, advance and speed, not {sorted(unknown)}.")
        at = parse(str(wanted["at"])) if "at" in wanted else None
        if "advance" in wanted:
            at = (self._world.clock.now() if at is None else at) + float(wanted["advance"])
        speed = float(wanted["speed"]) if "speed" in wanted else None
        self._world.clock.set(at, speed)
        return web.json_response(self._time())

    async def _wait(self, request: web.Request) -> web.StreamResponse:
        """Answer when the virtual time has come."""
        await self._world.clock.wait_until(parse(str((await request.json())["until"])))
        return web.json_response(self._time())

    async def _faults(self, _request: web.Request) -> web.StreamResponse:
        faults = self._world.faults
        return web.json_response({"kinds": faults.kinds, "rules": faults.listed()})

    async def _add_fault(self, request: web.Request) -> web.StreamResponse:
        wanted = await request.json()
        if unknown := set(wanted) - FAULT_FIELDS:
            raise ValueError(f"A fault has no {sorted(unknown)}: it has {sorted(FAULT_FIELDS)}.")
        return web.json_response({"id": self._world.faults.add(Fault(**wanted)).id})

    async def _storm(self, request: web.Request) -> web.StreamResponse:
        """Let every kind strike at random, the same way for the same seed."""
        wanted = await request.json()
        gateway = wanted.get("gateway", ANY)
        ids = []
        for position, kind in enumerate(wanted["kinds"]):
            rule = Fault(
                kind,
                gateway=gateway,
                times=None,
                probability=float(wanted["rate"]),
                seed=int(wanted["seed"]) * 1000 + position,
                options=wanted.get("options", {}),
            )
            ids.append(self._world.faults.add(rule).id)
        return web.json_response({"ids": ids})

    async def _clear_faults(self, request: web.Request) -> web.StreamResponse:
        number = request.query.get("id")
        removed = self._world.faults.clear(int(number) if number else None)
        return web.json_response({"removed": removed})

    async def _journal(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        facts = self._world.journal.read(
            query.get("source", ""),
            query.get("kind", ""),
            query.get("key", ""),
            int(query.get("since", 0)),
            int(query.get("limit", 1000)),
        )
        return web.json_response({"facts": facts})

    async def _deliveries(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(
            {"deliveries": self._world.outgoing.listed(request.query.get("key", ""))}
        )

    async def _resend(self, request: web.Request) -> web.StreamResponse:
        self._world.outgoing.resend(int(request.match_info["number"]))
        return web.json_response({})

    async def _calls(self, _request: web.Request) -> web.StreamResponse:
        found = {name: list(item.calls) for name, item in self._world.servers.items()}
        return web.json_response(found)

    async def _settle(self, _request: web.Request) -> web.StreamResponse:
        """Answer when everything that is due has been done."""
        await self._world.scheduler.settle()
        return web.json_response({"planned": self._world.scheduler.planned(), **self._time()})

    async def _reset(self, _request: web.Request) -> web.StreamResponse:
        self._world.reset()
        return web.json_response(self._time())

    async def stop(self) -> None:
        """Close the port."""
        if self._runner:
            await self._runner.cleanup()
