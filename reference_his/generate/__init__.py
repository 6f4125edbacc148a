"""A believable hospital out of a seed."""

import datetime
from collections.abc import Callable
from random import Random

from simulation.clock import SHANGHAI

from ..db import Database
from . import directory
from .calendar import Calendar
from .catalog import catalog
from .histories import Histories
from .illness import Illnesses
from .loading import Loader, without_indexes
from .people import People
from .staff import Staff

VISITS = 6.0  # of an average patient

Progress = Callable[[int], None]


def generate(
    db: Database,
    patients: int,
    seed: int,
    now: datetime.datetime,
    history: float = VISITS,
    progress: Progress | None = None,
) -> None:
    """Fill an empty schema: the same seed, size, history and time give the same hospital.

    :param int patients: how many patients; memory does not grow with it.
    :param datetime now: the hospital's present; history lies before it, schedules around it.
    :param float history: how many visits an average patient has had.
    :param Callable progress: called with the number of patients written so far.
    :raise ValueError: when there are no patients or the history is negative.
    """
    if patients < 1 or history < 0:
        raise ValueError("A hospital has patients, and visits cannot be negative.")
    calendar = Calendar(now.astimezone(SHANGHAI).replace(microsecond=0))
    people = People(seed, patients, calendar.today)
    with db.transaction(), without_indexes(db):
        loader = Loader(db)
        histories = _begin(loader, calendar, people, seed)
        for id in range(1, patients + 1):
            histories.write(id, history)
            if id % 50 == 0:
                loader.offer()
            if progress and id % 10_000 == 0:
                progress(id)
        histories.finish()
        loader.close()
        _continue_numbers(db, histories.books.documents, histories.books.receipts)
    db.run("ANALYZE")


def _begin(loader: Loader, calendar: Calendar, people: People, seed: int) -> Histories:
    """Write the directory and the sessions around today; return who writes patients."""
    staff, things = Staff(seed), catalog()
    directory.write(loader.rows, things, staff, calendar, Random(seed * 17 + 3))
    illnesses = Illnesses(things.cases)
    histories = Histories(loader.rows, calendar, people, staff, things, illnesses)
    histories.plan(Random(seed * 13 + 5))
    return histories


def _continue_numbers(db: Database, documents: int, receipts: int) -> None:
    """Let the hospital's own numbers go on after the generated ones."""
    db.run("SELECT setval('document_seq', %s)", (documents + 1,))
    db.run("SELECT setval('receipt_seq', %s)", (receipts + 1,))
    for table in ("patient", "session"):
        sql = "SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM {}))"
        db.run(sql.format(table), (table,))
