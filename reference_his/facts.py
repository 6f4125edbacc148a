"""An event's facts on their way into a message: what is not told yet stays in sight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Facts:
    """Facts, and which of them have found their place."""

    def __init__(self, facts: Mapping[str, Any]):
        self._facts = dict(facts)
        self._used: set[str] = set()

    def _text(self, fact: Any) -> str:
        return str(fact)

    def take(self, name: str) -> str:
        """Return a fact as text and count it as told; empty when there is none."""
        self._used.add(name)
        return self._text(self._facts.get(name, ""))

    def look(self, name: str) -> str:
        """Return a fact as text that is told somewhere else."""
        return self._text(self._facts.get(name, ""))

    def number(self, name: str) -> int:
        """Return an integer fact and count it as told; 0 when there is none."""
        return int(self.take(name) or 0)

    def objects(self, name: str) -> list[dict[str, Any]]:
        """Return a fact that is a list of objects and count it as told."""
        self._used.add(name)
        return list(self._facts.get(name) or [])

    def left(self) -> dict[str, Any]:
        """Return the facts that have no place yet."""
        return {name: fact for name, fact in self._facts.items() if name not in self._used}
