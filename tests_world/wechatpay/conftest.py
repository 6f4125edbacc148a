"""One gateway in a process of its own, with everything that a merchant needs to call it."""

import json
import urllib.error
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from simulation import launch
from tests_world.conftest import start_sandbox
from tests_world.receiver import Receiver
from tests_world.wechatpay.kit import Shop, client_of


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[launch.Running]:
    running = start_sandbox(tmp_path_factory.mktemp("wechatpay"), "wechatpay")
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def healthy(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let no fault of one test strike another."""
    yield
    if "world" in request.fixturenames:
        request.getfixturevalue("world").ask("DELETE", "/faults")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture(scope="module")
def keys(world: launch.Running) -> dict[str, str]:
    return dict(world.get("/credentials")["wechatpay"])


@pytest.fixture
def shop(world: launch.Running, keys: dict[str, str], receiver: Receiver) -> Shop:
    return Shop(world, client_of(world, keys, receiver.url), keys)


@pytest.fixture
def refused(world: launch.Running) -> Callable[..., dict[str, Any]]:
    """Return a function that calls a control address and gives its refusal."""

    def ask(path: str, **content: Any) -> dict[str, Any]:
        with pytest.raises(urllib.error.HTTPError) as error:
            world.post(path, **content)
        return dict(json.loads(error.value.read()))

    return ask
