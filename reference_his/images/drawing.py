"""A canvas of grey values: ellipses, noise, and the words that tell it is simulated."""

import math
from array import array
from random import Random

from . import glyphs

_NOISE = 8192  # different values; rows begin at different places among them


class Canvas:
    """Signed 16-bit grey values, row by row.

    :param int background: the value everywhere at first.
    """

    def __init__(self, rows: int, columns: int, background: int):
        self.rows, self.columns = rows, columns
        self._lines = [array("h", [background]) * columns for _row in range(rows)]

    def span(self, row: int, left: int, right: int, value: int) -> None:
        """Fill a part of a row; what lies outside is left out."""
        left, right = max(left, 0), min(right, self.columns)
        if 0 <= row < self.rows and left < right:
            self._lines[row][left:right] = array("h", [value]) * (right - left)

    def ellipse(self, x: float, y: float, width: float, height: float, value: int) -> None:
        """Fill an ellipse; centre and half axes are parts of the picture (0.0 to 1.0)."""
        centre, middle = x * self.columns, y * self.rows
        half, tall = width * self.columns, height * self.rows
        for row in range(int(middle - tall), int(middle + tall) + 1):
            share = 1 - ((row - middle) / tall) ** 2
            if share > 0:
                reach = half * math.sqrt(share)
                self.span(row, round(centre - reach), round(centre + reach), value)

    def shade(self, amount: int) -> None:
        """Darken from the upper to the lower edge, as depth does."""
        for row, line in enumerate(self._lines):
            fall = amount * row // self.rows
            self._lines[row] = array("h", [value - fall for value in line])

    def grain(self, random: Random, strength: float) -> None:
        """Add noise of a standard deviation; the same source gives the same grain."""
        noise = [round(random.gauss(0, strength)) for _value in range(_NOISE)]
        for row, line in enumerate(self._lines):
            start = int(random.random() * (_NOISE - self.columns))
            pairs = zip(line, noise[start : start + self.columns], strict=True)
            self._lines[row] = array("h", [value + extra for value, extra in pairs])

    def speckle(self, random: Random, strength: float) -> None:
        """Multiply with noise around 1, as ultrasound shows it."""
        noise = [int(256 * random.uniform(1 - strength, 1 + strength)) for _v in range(_NOISE)]
        for row, line in enumerate(self._lines):
            start = int(random.random() * (_NOISE - self.columns))
            pairs = zip(line, noise[start : start + self.columns], strict=True)
            self._lines[row] = array("h", [value * factor >> 8 for value, factor in pairs])

    def soften(self, times: int) -> None:
        """Blur edges: each value becomes the mean of itself and its neighbours."""
        for _time in range(times):
            for row, line in enumerate(self._lines):
                left, right = line[:1] + line[:-1], line[1:] + line[-1:]
                three = zip(left, line, right, strict=True)
                self._lines[row] = array("h", [(a + 2 * b + c) // 4 for a, b, c in three])
            above = [self._lines[0], *self._lines[:-1]]
            below = [*self._lines[1:], self._lines[-1]]
            rows = zip(above, self._lines, below, strict=True)
            self._lines = [
                array("h", [(a + 2 * b + c) // 4 for a, b, c in zip(*three, strict=True)])
                for three in rows
            ]

    def clip(self, lowest: int, highest: int) -> None:
        """Cut values to what the pixels can hold."""
        self._lines = [
            array("h", [min(max(value, lowest), highest) for value in line]) for line in self._lines
        ]

    def stamp(self, value: int, row: int = 6, column: int = 6) -> None:
        """Burn in that the picture is simulated."""
        for down, right in glyphs.dots():
            self._lines[row + down][column + right] = value

    def words(self) -> bytes:
        """Return the values as 16-bit little-endian words."""
        whole = array("h")
        for line in self._lines:
            whole.extend(line)
        if array("H", [1]).tobytes()[0] == 0:
            whole.byteswap()
        return whole.tobytes()

    def octets(self) -> bytes:
        """Return the values as bytes; all must lie in 0 to 255."""
        return b"".join(bytes(line.tolist()) for line in self._lines)
