"""Everything of one process tied together, and its life from the first port to the last."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

from .clock import Clock
from .control import Control
from .faults import Faults
from .gateway import Gateway
from .journal import Journal
from .outgoing import Outgoing
from .schedule import Scheduler
from .serving import LOOPBACK, GatewayServer
from .store import Store

ADDRESSES = "addresses.json"


class Service(Protocol):
    """Something else with a port: the phone's page, an MLLP listener."""

    name: str

    async def start(self, port: int) -> int:
        """Listen on loopback and return the port."""

    async def stop(self) -> None:
        """Close the port."""


class World:
    """A set of simulated systems with one clock, one journal and one list of faults.

    :param Path folder: where state and keys lie; made when missing.
    """

    def __init__(self, name: str, folder: Path):
        self.name, self.folder = name, folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.store = Store(folder / "state.sqlite")
        self.clock = Clock(self.store)
        self.journal = Journal(self.store, self.clock)
        self.faults = Faults()
        self.scheduler = Scheduler(self.store, self.clock)
        self.gateways: dict[str, Gateway] = {}
        self.services: dict[str, Service] = {}
        self.servers: dict[str, GatewayServer] = {}
        self.ports: dict[str, int] = {}
        self._listeners: dict[str, list[Callable[..., None]]] = {}
        self.outgoing = Outgoing(self)
        self.control = Control(self)

    def add(self, gateways: Iterable[Gateway]) -> None:
        """Take gateways in and let them create their tables and accounts."""
        for gateway in gateways:
            self.gateways[gateway.name] = gateway
        for gateway in self.gateways.values():
            gateway.prepare()

    def hear(self, topic: str, listener: Callable[..., None]) -> None:
        """Call a function whenever another part of this world tells about a topic."""
        self._listeners.setdefault(topic, []).append(listener)

    def tell(self, topic: str, **facts: Any) -> None:
        """Tell whoever listens in this process; nobody need."""
        for listener in self._listeners.get(topic, ()):
            listener(**facts)

    def add_service(self, service: Service) -> None:
        """Take in something with a port of its own."""
        self.services[service.name] = service

    def addresses(self) -> dict[str, str]:
        """Return where each part is reached."""
        return {name: f"http://{LOOPBACK}:{port}" for name, port in self.ports.items()}

    def reset(self) -> None:
        """Begin anew: no orders, no faults, the real time; keys stay."""
        self.faults.clear()
        self.store.wipe()
        self.clock.reload()
        self.scheduler.reload()
        for gateway in self.gateways.values():
            gateway.prepare()

    async def start(self, ports: dict[str, int]) -> None:
        """Open all ports; a name that is not in ``ports`` gets any free one."""
        for name, gateway in self.gateways.items():
            self.servers[name] = GatewayServer(self, gateway)
            self.ports[name] = await self.servers[name].start(ports.get(name, 0))
        for name, service in self.services.items():
            self.ports[name] = await service.start(ports.get(name, 0))
        self.ports["control"] = await self.control.start(ports.get("control", 0))
        self._tell()

    def _tell(self) -> None:
        """Write down and print where everything is: whoever started the process reads it."""
        text = json.dumps(self.addresses())
        (self.folder / ADDRESSES).write_text(text, encoding="utf-8")
        print(f"ready {text}", flush=True)

    async def run(self, ports: dict[str, int]) -> None:
        """Serve until SIGTERM or SIGINT."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        jobs = asyncio.create_task(self.scheduler.run())
        jobs.add_done_callback(lambda _task: ended.set())
        await self.start(ports)
        await ended.wait()
        failure = jobs.exception() if jobs.done() else None
        await self.scheduler.stop(jobs)
        await self.stop()
        if failure:
            raise failure

    async def stop(self) -> None:
        """Close everything."""
        parts: list[Any] = [self.control, *self.services.values(), *self.servers.values()]
        for part in [*parts, self.outgoing]:
            await (part.close() if isinstance(part, Outgoing) else part.stop())
        (self.folder / ADDRESSES).unlink(missing_ok=True)
        self.store.close()
