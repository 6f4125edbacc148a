"""Generated hospitals: at a busy hour, at night, and before the doors open."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from reference_his.db import Database
from reference_his.generate import generate
from simulation.clock import SHANGHAI
from tests_world.his_fixture import database

MORNING = datetime.datetime(2026, 3, 2, 10, 15, tzinfo=SHANGHAI)  # a Monday
HOURS = {
    "a busy morning": (MORNING, 300, 6.0),
    "shortly before midnight": (MORNING.replace(day=1, hour=23, minute=50), 80, 3.0),
    "before the doors open": (MORNING.replace(day=4, hour=5), 80, 3.0),
}


@pytest.fixture(scope="session", params=HOURS, ids=lambda hour: hour.replace(" ", "-"))
def any_hour(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A hospital at each of the hours; ``present`` is a setting of its connection."""
    now, patients, history = HOURS[request.param]
    with database() as dsn:
        db = Database(dsn)
        db.create()
        generate(db, patients, 7, now, history)
        db.run("SELECT set_config('his.present', %s, false)", (now.isoformat(),))
        yield db
        db.close()


@contextmanager
def a_morning() -> Iterator[Database]:
    """A hospital on a Monday morning, in a database of its own."""
    with database() as dsn:
        db = Database(dsn)
        db.create()
        generate(db, 400, 3, MORNING)
        yield db
        db.close()


@pytest.fixture(scope="session")
def morning() -> Iterator[Database]:
    """A hospital on a Monday morning, only to be looked at."""
    with a_morning() as db:
        yield db
