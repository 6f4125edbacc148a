"""Outpatient clinics that can be booked, with what their doctors treat (``clinics.csv``)."""

import csv
from pathlib import Path

from .departments import Unit


def _read():
    with (Path(__file__).parent / "clinics.csv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table):
            pairs = zip(
                row["specialties_zh"].split("|"), row["specialties_en"].split("|"), strict=True
            )
            yield Unit(
                code=row["code"],
                zh=row["zh"],
                en=row["en"],
                parent=row["parent"],
                doctors=int(row["doctors"]),
                place=(row["building"], row["floor"], row["room"]),
                specialties=tuple(pairs),
                horizon=int(row["horizon"]),
            )


CLINICS = tuple(_read())
