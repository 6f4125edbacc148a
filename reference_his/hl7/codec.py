"""HL7 v2 messages in their vertical-bar form, written from chapter 2 of the standard (2.4, 2.5.1).

A message is a list of segments, a segment a list of fields, a field a list of repetitions, a
repetition a list of components, a component a list of sub-components, which are strings.
Addresses are written as on paper: ``PID-3``, ``PID-3.4``, ``PID-3.4.2``, ``PID-3[2].1``,
``OBX[2]-5`` (all counted from 1).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .charsets import DEFAULT, codec_of, declared
from .separators import Separators

SIZE_LIMIT = 8 * 2**20
SEGMENT_LIMIT = 20_000
FIELD_LIMIT = 1_000
NULL = '""'  # a field that says: there is nothing, forget what you knew

Component = list[str]
Repetition = list[Component]
Field = list[Repetition]

NAME = re.compile(r"[A-Z][A-Z0-9]{2}")
ADDRESS = re.compile(r"([A-Z][A-Z0-9]{2})(?:\[(\d+)])?-(\d+)(?:\[(\d+)])?(?:\.(\d+))?(?:\.(\d+))?")


class CodecError(ValueError):
    """Bytes that are no HL7 message.

    :param str code: HL7 table 0357: 100 segment sequence, 101 field missing, 102 data type.
    """

    def __init__(self, code: str, text: str, location: str = "MSH"):
        super().__init__(text)
        self.code, self.text, self.location = code, text, location


@dataclass(frozen=True)
class Address:
    """One place in a message; ``component`` and ``sub`` 0 mean the first."""

    segment: str
    nth: int
    field: int
    repetition: int
    component: int
    sub: int


@functools.lru_cache(maxsize=4096)
def address(text: str) -> Address:
    """Return the parts of an address.

    :raise ValueError: when it is none.
    """
    found = ADDRESS.fullmatch(text)
    if not found:
        raise ValueError(f"'{text}' is no address in an HL7 message.")
    name, *numbers = found.groups()
    values = [int(number or 1) for number in numbers]
    if 0 in values:
        raise ValueError(f"'{text}': places are counted from 1.")
    return Address(name, *values)


@dataclass
class Segment:
    """One line of a message; ``fields[0]`` is field 1."""

    name: str
    fields: list[Field] = field(default_factory=list)

    def get(self, number: int, repetition: int = 1, component: int = 1, sub: int = 1) -> str:
        """Return one value, empty when it is not there."""
        try:
            return self.fields[number - 1][repetition - 1][component - 1][sub - 1]
        except IndexError:
            return ""

    def repetitions(self, number: int) -> Field:
        """Return all repetitions of a field."""
        return self.fields[number - 1] if number <= len(self.fields) else []

    def put(self, where: Address, value: str) -> None:
        """Write one value, making room for it."""
        _grow(self.fields, where.field, list)
        repetitions = self.fields[where.field - 1]
        _grow(repetitions, where.repetition, list)
        components = repetitions[where.repetition - 1]
        _grow(components, where.component, list)
        subs = components[where.component - 1]
        _grow(subs, where.sub, str)
        subs[where.sub - 1] = value


def _grow(items: list, length: int, kind: type) -> None:  # type: ignore[type-arg]
    while len(items) < length:
        items.append(kind())


@dataclass
class Message:
    """A message; the first segment is MSH."""

    segments: list[Segment]
    charset: str = DEFAULT

    def all(self, name: str) -> list[Segment]:
        """Return all segments of a name, in order."""
        return [segment for segment in self.segments if segment.name == name]

    def first(self, name: str) -> Segment | None:
        """Return the first segment of a name."""
        return next((segment for segment in self.segments if segment.name == name), None)

    def get(self, place: str) -> str:
        """Return the value at an address, empty when it is not there."""
        where = address(place)
        found = self.all(where.segment)
        if where.nth > len(found):
            return ""
        segment = found[where.nth - 1]
        return segment.get(where.field, where.repetition, where.component, where.sub)

    def put(self, place: str, value: str) -> None:
        """Write a value at an address; a missing segment is appended.

        :raise ValueError: when an earlier segment of that name is missing too.
        """
        where = address(place)
        found = self.all(where.segment)
        if where.nth > len(found) + 1:
            raise ValueError(f"{place}: there are only {len(found)} {where.segment} segments.")
        if where.nth > len(found):
            self.segments.append(Segment(where.segment))
            found.append(self.segments[-1])
        found[where.nth - 1].put(where, value)

    def groups(self, opener: str) -> Iterator[Message]:
        """Yield the segments from each opener up to the next one, as messages of their own."""
        group: list[Segment] = []
        for segment in self.segments:
            if segment.name == opener:
                if group:
                    yield Message(group, self.charset)
                group = []
            if group or segment.name == opener:
                group.append(segment)
        if group:
            yield Message(group, self.charset)

    @property
    def kind(self) -> str:
        """Return ``ADT^A04``: code and trigger event of MSH-9."""
        return "^".join(filter(None, (self.get("MSH-9.1"), self.get("MSH-9.2"))))

    @property
    def control_id(self) -> str:
        """Return MSH-10."""
        return self.get("MSH-10")


def sender_in(content: bytes) -> str:
    """Return MSH-3 of a message that is not decoded yet, as far as it is ASCII."""
    fields = content[:200].split(content[3:4] or b"|")
    return fields[2].partition(content[4:5] or b"^")[0].decode("latin-1") if fields[2:] else ""


def parse(content: bytes, charset: str = DEFAULT) -> Message:
    """Return the message that the bytes of one frame hold.

    :param str charset: what the sender uses when MSH-18 is empty.
    :raise CodecError: when they hold none.
    """
    if len(content) > SIZE_LIMIT:
        raise CodecError("102", f"The message is longer than {SIZE_LIMIT} bytes.")
    content = content.lstrip(b"\r\n")
    if content[:3] != b"MSH":
        raise CodecError("100", "The message does not begin with MSH.")
    name = declared(re.split(rb"[\r\n]", content, maxsplit=1)[0]) or charset
    codec = codec_of(name)
    if codec is None:
        raise CodecError("103", f"Unknown character set '{name}'.", "MSH-18")
    try:
        text = content.decode(codec)
    except UnicodeDecodeError as error:
        raise CodecError(
            "102", f"Byte {error.start} is not {name}, as MSH-18 says.", "MSH-18"
        ) from error
    return _message(text, name, codec)


def _message(text: str, charset: str, codec: str) -> Message:
    lines = [line for line in re.split("[\r\n]", text) if line]
    if len(lines) > SEGMENT_LIMIT:
        raise CodecError("102", f"The message has more than {SEGMENT_LIMIT} segments.")
    marks = _separators(lines[0])
    segments = [_segment(line, marks, codec, place) for place, line in enumerate(lines, 1)]
    message = Message(segments, charset)
    for place, what in (("MSH-9", "message type"), ("MSH-10", "control id")):
        if not message.get(place):
            raise CodecError("101", f"{place} ({what}) is empty.", place)
    return message


def _separators(line: str) -> Separators:
    marks = line[3:8]
    if len(marks) < 5 or marks[0] in marks[1:5]:
        # MSH-2 may be shorter than four characters; sub-components are then not used
        encoding = marks[1:].split(marks[0])[0] if len(marks) > 1 else ""
        marks = marks[:1] + encoding + Separators().encoding[len(encoding) :]
    odd = any(mark.isalnum() or mark.isspace() or ord(mark) < 32 for mark in marks)
    if len(set(marks)) != 5 or odd:
        raise CodecError("102", "MSH-1 and MSH-2 must be five different signs.", "MSH-2")
    return Separators(*marks)


def _segment(line: str, marks: Separators, codec: str, place: int) -> Segment:
    name = line[:3]
    if not NAME.fullmatch(name) or line[3:4] not in ("", marks.field):
        raise CodecError("100", f"Line {place} does not begin with a segment's name.", name)
    if name == "MSH" and place > 1:
        raise CodecError("100", f"Line {place} is a second MSH.", "MSH")
    texts = line[4:].split(marks.field)
    if len(texts) > FIELD_LIMIT:
        raise CodecError("102", f"Line {place} has more than {FIELD_LIMIT} fields.", name)
    if name == "MSH":
        own: list[Field] = [[[[marks.field]]], [[[marks.encoding]]]]
        return Segment(name, own + _trimmed([_field(text, marks, codec) for text in texts[1:]]))
    return Segment(name, _trimmed([_field(text, marks, codec) for text in texts]))


def _trimmed(items: list) -> list:  # type: ignore[type-arg]
    """Return a list without the empty items at its end."""
    end = len(items)
    while end and not items[end - 1]:
        end -= 1
    return items[:end]


def _field(text: str, marks: Separators, codec: str) -> Field:
    if not text:
        return []
    return _trimmed([_repetition(part, marks, codec) for part in text.split(marks.repetition)])


def _repetition(text: str, marks: Separators, codec: str) -> Repetition:
    if not text:
        return []
    return _trimmed(
        [
            _trimmed([marks.plain(value, codec) for value in part.split(marks.sub)])
            for part in text.split(marks.component)
        ]
    )


def build(message: Message, marks: Separators | None = None) -> str:
    """Return a message as text, each segment ended by a carriage return."""
    marks = marks or Separators()
    return "".join(f"{_line(segment, marks)}\r" for segment in message.segments)


def encode(message: Message) -> bytes:
    """Return a message as bytes of its own character set.

    :raise UnicodeEncodeError: when the character set cannot say it.
    """
    return build(message).encode(codec_of(message.charset) or "utf-8")


def _line(segment: Segment, marks: Separators) -> str:
    fields = segment.fields
    if segment.name == "MSH":
        texts = [_written(value, marks) for value in fields[2:]]
        head = f"MSH{marks.field}{marks.encoding}"
    else:
        texts = [_written(value, marks) for value in fields]
        head = segment.name
    return marks.field.join([head, *_trimmed(texts)])


def _written(value: Field, marks: Separators) -> str:
    return marks.repetition.join(_trimmed([_parts(repetition, marks) for repetition in value]))


def _parts(repetition: Repetition, marks: Separators) -> str:
    components = [
        marks.sub.join(_trimmed([marks.escaped(sub) for sub in component]))
        for component in repetition
    ]
    return marks.component.join(_trimmed(components))
