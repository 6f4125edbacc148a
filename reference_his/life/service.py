"""The day's own port: start, stop, speed, state."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aiohttp import web

from simulation.clock import moment
from simulation.control import guard
from simulation.schedule import Job
from simulation.serving import listen, runner_of
from simulation.world import World

from ..feed import Feed
from ..hospital import Hospital
from .engine import Engine

log = logging.getLogger(__name__)

JOB = "life"
PEOPLE = 2000
AT_ONCE = 4  # steps before other parts of the process have their turn


class Life:
    """Runs the engine as a job of the world's scheduler: a settled world has done all its steps."""

    name = "life"

    def __init__(self, world: World, hospital: Hospital, _feed: Feed):
        self._world, self._hospital = world, hospital
        self._engine = Engine(hospital, world.store)
        self._runner: web.AppRunner | None = None
        self._error = ""
        world.scheduler.register(JOB, self._work)

    async def start(self, port: int) -> int:
        """Listen, and go on with a day that a killed process left."""
        app = web.Application(middlewares=[guard])
        app.router.add_get("/", self._state)
        app.router.add_get("/state", self._state)
        app.router.add_post("/start", self._begin)
        app.router.add_post("/stop", self._end)
        app.router.add_post("/speed", self._speed)
        self._plan()
        self._runner = await runner_of(app)
        return await listen(self._runner, port)

    def _plan(self) -> None:
        """Let the scheduler wake the engine when its next step is due."""
        self._world.scheduler.cancel(JOB, JOB)
        due = self._engine.due()
        if due is not None:
            after = max(due.timestamp() - self._world.clock.now(), 0.0)
            self._world.scheduler.add(JOB, JOB, after)

    async def _work(self, _job: Job) -> None:
        try:
            done = 0
            while self._engine.do_next(moment(self._world.clock.now())):
                done += 1
                if done % AT_ONCE == 0:
                    await asyncio.sleep(0)
        except Exception as error:
            self._error = repr(error)
            log.exception("the day of hospital life ended early")
            return
        self._plan()

    async def _state(self, _request: web.Request) -> web.Response:
        state: dict[str, Any] = {**self._engine.state(), "error": self._error}
        clock = self._world.clock
        now = clock.moment().isoformat(timespec="seconds")
        return web.json_response({**state, "now": now, "speed": clock.speed})

    async def _begin(self, request: web.Request) -> web.Response:
        wanted = await request.json() if request.can_read_body else {}
        if unknown := set(wanted) - {"seed", "people", "days", "speed"}:
            raise ValueError(f"A day has seed, people, days and speed, not {sorted(unknown)}.")
        self._error = ""
        self._engine.begin(
            int(wanted.get("seed", 1)),
            int(wanted.get("people", PEOPLE)),
            int(wanted.get("days", 1)),
        )
        if "speed" in wanted:
            self._world.clock.set(speed=float(wanted["speed"]))
        self._plan()
        return await self._state(request)

    async def _end(self, request: web.Request) -> web.Response:
        self._engine.end()
        self._plan()
        return await self._state(request)

    async def _speed(self, request: web.Request) -> web.Response:
        self._world.clock.set(speed=float((await request.json())["speed"]))
        return await self._state(request)

    async def stop(self) -> None:
        """Close the port; the plan stays."""
        if self._runner:
            await self._runner.cleanup()
