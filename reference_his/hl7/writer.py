"""Messages to a partner: header, content, control id."""

import datetime
from dataclasses import dataclass

from .charsets import DEFAULT
from .codec import Message, Segment
from .messages import layout_of
from .messages.layout import Facts
from .values import written

APPLICATION, FACILITY = "HIS", "H0001"
VERSIONS = ("2.4", "2.5.1")


@dataclass(frozen=True)
class Style:
    """How one partner wants its messages."""

    application: str = ""
    facility: str = ""
    dialect: str = "standard"
    version: str = "2.5.1"
    charset: str = DEFAULT


def header(
    style: Style, code: str, trigger: str, structure: str, control_id: str, at: datetime.datetime
) -> Message:
    """Return a message that has only its MSH."""
    message = Message([Segment("MSH", [[[["|"]]], [[["^~\\&"]]]])], style.charset)
    values = {
        "MSH-3": APPLICATION,
        "MSH-4": FACILITY,
        "MSH-5": style.application,
        "MSH-6": style.facility,
        "MSH-7": written("_at", at.isoformat()),
        "MSH-9.1": code,
        "MSH-9.2": trigger,
        "MSH-9.3": structure,
        "MSH-10": control_id,
        "MSH-11": "P",
        "MSH-12": style.version,
        "MSH-14": FACILITY if style.dialect == "local" else "",
        "MSH-17": "CHN",
        "MSH-18": style.charset,
    }
    for place, value in values.items():
        if value:
            message.put(place, value)
    return message


def event_message(
    style: Style, event: str, facts: Facts, at: str, control_id: str, now: datetime.datetime
) -> Message:
    """Return the message that tells an event.

    :param str at: ISO time of the event; ``now`` stands in MSH-7.
    :raise KeyError: when no message tells this kind of event.
    """
    layout = layout_of(event, facts, style.dialect)
    message = header(style, layout.code, layout.trigger, layout.structure, control_id, now)
    layout.fill(message, facts, at)
    return message
