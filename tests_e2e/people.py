"""Made-up people whom no earlier run on the same database has registered."""

import scenes

#: Characters that no name of the demo has, one per digit of a number.
GIVEN = "岚峤汀沚芷蘅茜苓筠箬"


class Person:
    """Name, masked name, phone and resident ID of the ``row``-th person of a run."""

    def __init__(self, shell, serial, row, year):
        self.name = "钭" + "".join(GIVEN[int(digit)] for digit in f"{(serial + row) % 100:02d}")
        self.masked = "*" + self.name[1:]
        self.phone = f"169{row:04d}{serial:04d}"
        self.number = shell(scenes.RESIDENT_ID, year=year, serial=serial)
