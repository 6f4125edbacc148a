"""One Alipay for the folder; every test begins with an empty one."""

from collections.abc import Iterator

import pytest
from alipay import AliPay

from simulation.launch import Running
from tests_world.conftest import start_sandbox
from tests_world.receiver import Receiver

from .merchant import Merchant


@pytest.fixture(scope="session")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = start_sandbox(tmp_path_factory.mktemp("alipay"), "alipay")
    yield running
    running.stop()


@pytest.fixture
def world(process: Running) -> Running:
    process.post("/reset")
    return process


@pytest.fixture
def merchant(world: Running) -> Merchant:
    return Merchant(world)


@pytest.fixture(scope="session")
def client(process: Running) -> AliPay:
    return Merchant(process).sdk()


@pytest.fixture
def sdk(world: Running, client: AliPay) -> AliPay:
    return client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running
