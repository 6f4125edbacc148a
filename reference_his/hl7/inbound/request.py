"""What a handler is given, and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ...hospital import Hospital
from ..codec import NULL, Message, Segment, address
from ..errors import invalid, missing
from ..partners import Partner
from ..values import CARDS, ValueRefused, id_type_read, read_fen


@dataclass
class Reply:
    """What stands in an answer besides MSH, MSA and ERR.

    :param list segments: behind those that the form of the answer itself asks for.
    :param bool found: ``False`` for a query without a match.
    """

    segments: list[Segment] = field(default_factory=list)
    found: bool = True

    def put(self, place: str, value: str) -> None:
        """Write one value; the segment is appended when it is missing."""
        if value:
            message = Message(self.segments)
            message.put(place, value)


@dataclass(frozen=True)
class Request:
    """One message and who sent it."""

    hospital: Hospital
    partner: Partner
    message: Message

    def get(self, place: str) -> str:
        """Return a value; HL7's explicit nothing counts as empty."""
        value = self.message.get(place)
        return "" if value == NULL else value

    def need(self, place: str) -> str:
        """Return a value that must be there.

        :raise Refused: 101.
        """
        value = self.get(place)
        if not value:
            raise missing(place)
        return value

    def fen(self, place: str) -> int:
        """Return an amount in yuan as fen.

        :raise Refused: 101, 102.
        """
        text = self.need(place)
        try:
            return read_fen(text)
        except ValueRefused:
            raise invalid(place, text) from None

    def integer(self, place: str) -> int | None:
        """Return a counting number, or ``None`` when there is none.

        :raise Refused: 102.
        """
        text = self.get(place)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise invalid(place, text)
        return int(text)

    @property
    def channel(self) -> str:
        """Return the way by which the partner's patients come."""
        return self.partner.channel


Handler = Callable[[Request], Reply]


def numbers_of(request: Request) -> dict[str, Any]:
    """Return what PID-3 says: ``patient_no``, ``id_type``, ``id_number``, ``cards`` [(kind, no)].

    A number without a kind is the hospital's own.
    """
    kinds = {written: kind for kind, written in CARDS.items()}
    found: dict[str, Any] = {"patient_no": "", "id_type": "", "id_number": "", "cards": []}
    segment = request.message.first("PID")
    for position in range(1, len(segment.repetitions(3)) + 1 if segment else 1):
        number = request.get(f"PID-3[{position}].1")
        kind = request.get(f"PID-3[{position}].5")
        if not number:
            continue
        if kind in ("", "PI"):
            found["patient_no"] = number
        elif kind in kinds:
            found["cards"].append((kinds[kind], number))
        elif id_type := id_type_read(kind):
            found["id_type"], found["id_number"] = id_type, number
    return found


def patient_no_of(request: Request) -> str:
    """Return the hospital's number of the patient.

    :raise Refused: 101.
    """
    number = str(numbers_of(request)["patient_no"])
    if not number:
        raise missing("PID-3")
    return number


def place_of(text: str) -> str:
    """Return an address in the form of ERL: segment, sequence, field, component."""
    try:
        where = address(text)
    except ValueError:
        return text
    return f"{where.segment}^{where.nth}^{where.field}"
