import itertools

import pytest

from simulation import launch

from ..receiver import Receiver

NUMBERS = itertools.count(1)


def start(folder):
    return launch.start("tests_world.simulation.echo", str(folder))


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    world = start(tmp_path_factory.mktemp("echo"))
    yield world
    world.stop()


@pytest.fixture
def world(running):
    """A world without rules and rows, at the real time."""
    running.post("/reset")
    return running


@pytest.fixture
def receiver():
    with Receiver() as server:
        yield server


@pytest.fixture
def number():
    return f"n{next(NUMBERS)}"
