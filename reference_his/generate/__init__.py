"""A believable hospital out of a seed."""

import datetime

from ..db import Database


def generate(db: Database, patients: int, seed: int, now: datetime.datetime) -> None:
    """Fill an empty schema: the same seed, size and day give the same hospital.

    :param int patients: how many patients; memory does not grow with it.
    :param datetime now: the hospital's present; history lies before it, schedules around it.
    """
