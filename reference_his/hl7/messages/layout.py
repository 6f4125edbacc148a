"""Messages as data: which fact stands at which address, in which order segments follow."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..codec import Message, address
from ..values import written

Facts = Mapping[str, Any]
# the event that is told, as far as a message needs it
AT = "@at"  # stands for the time of the event


@dataclass(frozen=True)
class Part:
    """Some segments of a message, written once or once for each row of a list.

    :param tuple segments: their names, in order.
    :param dict fixed: address to a text that is always there.
    :param dict places: fact to its address; ``@at`` is the time of the event.
    :param str rows: the fact that is a list; ``places`` then names fields of its rows.
    :param tuple shared: facts of the whole event that each row repeats.
    :param str number: address of the running number of a row.
    :param bool optional: leave the part out when none of its facts is there.
    :param Callable fill: writes what is more than one fact at one address.
    """

    segments: tuple[str, ...]
    fixed: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    rows: str = ""
    shared: tuple[str, ...] = ()
    number: str = ""
    optional: bool = False
    fill: Callable[[Message, Facts], None] | None = None

    def with_places(self, **places: str) -> "Part":
        """Return the part with more or other places."""
        return replace(self, places={**self.places, **places})

    def with_fixed(self, fixed: Mapping[str, str]) -> "Part":
        """Return the part with more or other fixed texts."""
        return replace(self, fixed={**self.fixed, **fixed})

    def written(self, facts: Facts, at: str) -> Iterator[Message]:
        """Yield the part's segments, row by row."""
        if not self.rows:
            yield from self._one(facts, at, 1)
            return
        # a group that the standard requires is there even when the list is empty
        shared = {name: facts[name] for name in self.shared}
        for position, row in enumerate(facts[self.rows] or [{}], 1):
            yield from self._one({**shared, **row}, at, position)

    def _one(self, facts: Facts, at: str, position: int) -> Iterator[Message]:
        if self.optional and not any(facts.get(name) for name in self.places if name != AT):
            return
        draft = Message([])
        for place, text in self.fixed.items():
            draft.put(place, text)
        if self.number:
            draft.put(self.number, str(position))
        for name, place in self.places.items():
            text = written("_at", at) if name == AT else written(name, facts.get(name, ""))
            if text:
                draft.put(place, text)
        if self.fill:
            self.fill(draft, facts)
        draft.segments.sort(key=lambda segment: self.segments.index(segment.name))
        yield draft


@dataclass(frozen=True)
class Layout:
    """The form of one message.

    :param str code: MSH-9.1, ``trigger``: MSH-9.2, ``structure``: MSH-9.3.
    """

    code: str
    trigger: str
    structure: str
    parts: tuple[Part, ...]

    @property
    def kind(self) -> str:
        """Return ``ADT^A04``."""
        return f"{self.code}^{self.trigger}"

    def fill(self, message: Message, facts: Facts, at: str) -> None:
        """Append all segments behind MSH."""
        for part in self.parts:
            for draft in part.written(facts, at):
                message.segments += draft.segments


def check(layouts: Mapping[str, Layout]) -> None:
    """Refuse a table with an address outside of its part's segments.

    :raise ValueError: at import, so that no test needs to find it.
    """
    for kind, layout in layouts.items():
        for part in layout.parts:
            for place in [*part.fixed, *part.places.values()]:
                if address(place).segment not in part.segments:
                    raise ValueError(f"{kind}: {place} is outside of {part.segments}.")
