"""One gateway in a process of its own: the fixtures that the folders of small gateways share."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simulation import launch
from simulation.gateway import Gateway


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where state and log of the process lie."""
    return tmp_path_factory.mktemp("gateway")


def running(name: str) -> Callable[..., Iterator[launch.Running]]:
    """Return the fixture of a process that serves only this gateway."""

    @pytest.fixture(scope="session", name="running")
    def serve(folder: Path) -> Iterator[launch.Running]:
        words = ("--state", str(folder / "state"), "--base-port", "0", "--only", name)
        found = launch.start("sandbox", *words, log=folder / "log.txt")
        yield found
        found.stop()

    return serve


def unnamed(page: str, gateway: Gateway) -> list[str]:
    """Return what a page does not name of a gateway: addresses, controls and faults."""
    paths = [route.path for route in gateway.routes()]
    paths += [f"/{gateway.name}{route.path}" for route in gateway.controls()]
    words = (*paths, *gateway.fault_kinds)
    return [word for word in words if not re.search(rf"`[^`]*{re.escape(word)}[ `]", page)]


def run_example(page: str, world: launch.Running) -> None:
    """Run the first Python example of a page against this process."""
    code = page.split("```python")[1].split("```")[0]
    exec(code.replace("http://127.0.0.1:18700", world.addresses["control"]), {})
