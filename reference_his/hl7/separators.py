"""The characters that part an HL7 message, and how they are written inside a value."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

HEX = re.compile(r"X((?:[0-9A-Fa-f]{2})+)")
# characters that would end a segment or a frame
CONTROLS = {"\x0b": "X0B", "\x0d": "X0D", "\x1c": "X1C", "\n": ".br"}


@dataclass(frozen=True)
class Separators:
    """The characters that MSH-1 and MSH-2 declare."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    sub: str = "&"

    @property
    def encoding(self) -> str:
        """Return MSH-2."""
        return self.component + self.repetition + self.escape + self.sub

    @functools.cached_property
    def names(self) -> dict[str, str]:
        """Return the letter by which each separator is escaped."""
        return {
            self.field: "F",
            self.component: "S",
            self.sub: "T",
            self.repetition: "R",
            self.escape: "E",
        }

    @functools.cached_property
    def special(self) -> re.Pattern[str]:
        """Return a pattern of all that must not stand in a value as it is."""
        return re.compile("[" + re.escape("".join([*self.names, *CONTROLS])) + "]")

    def escaped(self, value: str) -> str:
        """Return a value as it is written."""

        def written(found: re.Match[str]) -> str:
            letter = self.names.get(found[0]) or CONTROLS[found[0]]
            return f"{self.escape}{letter}{self.escape}"

        return self.special.sub(written, value)

    @functools.cached_property
    def sequence(self) -> re.Pattern[str]:
        """Return a pattern of one escape sequence."""
        mark = re.escape(self.escape)
        return re.compile(f"{mark}([^{mark}]{{1,200}}){mark}")

    def plain(self, text: str, codec: str) -> str:
        """Return a written value as it is meant; an unknown sequence stays as it is."""
        if self.escape not in text:
            return text
        letters = {letter: char for char, letter in self.names.items()}

        def meant(found: re.Match[str]) -> str:
            inside = found[1]
            if inside == ".br":
                return "\n"
            if hexed := HEX.fullmatch(inside):
                return bytes.fromhex(hexed[1]).decode(codec, errors="replace")
            return letters.get(inside, found[0])

        return self.sequence.sub(meant, text)
