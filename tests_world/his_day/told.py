"""What a front told of one event, in the words of the hospital's events."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

Facts = dict[str, Any]
BEIJING = datetime.timezone(datetime.timedelta(hours=8))
WHOLE = ("seq", "version", "total", "free")
# the fact that names what an event is about, by the first word of its kind
KEYS = {
    "patient": "patient_no",
    "department": "code",
    "doctor": "code",
    "drug": "code",
    "session": "session_id",
    "registration": "reg_no",
    "visit": "visit_no",
    "order": "order_no",
    "bill": "bill_no",
    "settlement": "settlement_no",
    "lab": "report_no",
    "exam": "report_no",
    "prescription": "rx_no",
    "queue": "reference",
    "admission": "admission_no",
    "inpatient": "admission_no",
    "checkup": "order_no",
}


@dataclass(frozen=True)
class Told:
    """One event as one partner understood it.

    :param str number: the message's own number, by which it is known again.
    """

    kind: str
    facts: Facts
    number: str

    @property
    def key(self) -> str:
        """Return what the event is about."""
        return str(self.facts[KEYS[self.kind.partition(".")[0]]])


def once(told: list[Told]) -> list[Told]:
    """Return each message once, where it came first."""
    return list({one.number: one for one in reversed(told)}.values())[::-1]


def digits_to_iso(text: str) -> str:
    """Return ``YYYYMMDD[hhmmss]`` of Beijing as the events write days and times."""
    day = f"{text[:4]}-{text[4:6]}-{text[6:8]}"
    if len(text) == 8 or not text:
        return day if text else ""
    return f"{day}T{text[8:10]}:{text[10:12]}:{text[12:14]}+08:00"


def plain(facts: Facts) -> Facts:
    """Return facts in a form that two fronts can be compared in.

    The kind of an identity paper that is not there is told by no protocol.
    """
    kept = {name: fact for name, fact in facts.items() if name != "id_type" or facts["id_number"]}
    if "cards" in kept:
        kept["cards"] = sorted(kept["cards"], key=lambda card: (card["kind"], card["card_no"]))
    return kept
