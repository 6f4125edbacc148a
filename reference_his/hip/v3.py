"""The envelope of every message: who sends what to whom, and what became of it."""

from __future__ import annotations

import datetime
import json
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulation.messages import Refusal

from . import oids
from .dialect import Dialect
from .parts import ids
from .xml import Element, clean, el, find, find_all, local, value

ACK = "MCCI_IN000002UV01"
MESSAGE_ID = re.compile(r"^[0-9A-Za-z-]{1,64}$")


@dataclass(frozen=True)
class Head:
    """Who sent a message, to whom, and its number.

    :param str interaction: name of the root element, e.g. ``PRPA_IN201305UV02``.
    """

    id: str
    interaction: str
    sender: str
    receiver: str
    created: str = ""


@dataclass(frozen=True)
class Subject:
    """One thing that a message is about: its element, and facts without a place in it."""

    element: Element
    left: dict[str, Any] = field(default_factory=dict)


def head_of(root: Element) -> Head:
    """Return a message's head.

    :raise Refusal: FIELD_MISSING when it has no number or does not say who sent it.
    """
    number = value(root, "id", "extension")
    sender = value(root, "sender/device/id/item", "extension")
    if not MESSAGE_ID.match(number):
        raise Refusal("FIELD_MISSING", "缺少必填项：id")
    if not sender:
        raise Refusal("FIELD_MISSING", "缺少必填项：sender")
    receiver = value(root, "receiver/device/id/item", "extension")
    created = value(root, "creationTime")
    return Head(number, local(root), sender, receiver, created)


def new_id(dialect: Dialect, seed: str = "") -> str:
    """Return a message number; the same seed gives the same, so a repetition can be seen."""
    number = uuid.uuid5(uuid.NAMESPACE_OID, seed) if seed else uuid.uuid4()
    return number.hex if dialect.id_length == 32 else str(number)


def message(
    interaction: str,
    body: Sequence[Element],
    dialect: Dialect,
    receiver: str,
    now: datetime.datetime,
    number: str = "",
) -> Element:
    """Return a whole message around its body."""
    return el(
        interaction,
        el("id", root=oids.MESSAGE, extension=number or new_id(dialect)),
        el("creationTime", value=now.strftime("%Y%m%d%H%M%S")),
        el("interactionId", root=oids.INTERACTION, extension=interaction),
        el("processingCode", code="P"),
        el("processingModeCode"),
        el("acceptAckCode", code="AL"),
        _device("receiver", "RCV", receiver),
        _device("sender", "SND", dialect.application),
        *body,
        ITSVersion="XML_1.0",
    )


def _device(tag: str, type_code: str, application: str) -> Element:
    device = el(
        "device",
        ids((oids.APPLICATION, application)),
        classCode="DEV",
        determinerCode="INSTANCE",
    )
    return el(tag, device, typeCode=type_code)


def act(subjects: Iterable[Element], *after: Element) -> Element:
    """Return the control act around what a message is about."""
    return el("controlActProcess", *subjects, *after, classCode="CACT", moodCode="EVN")


def told(subject: Subject, extra: bool) -> Element:
    """Return ``<subject>`` with its facts without a place beside it."""
    beside = leftover(subject.left) if extra else None
    return el("subject", subject.element, beside, typeCode="SUBJ")


def leftover(facts: dict[str, Any]) -> Element | None:
    """Return the element that carries facts the message has no place for."""
    if not facts:
        return None
    return el("extra", value=clean(json.dumps(facts, ensure_ascii=False, sort_keys=True)))


def acknowledgement(
    head: Head, code: str, text: str, detail_code: str = "", wrong_id: str = ""
) -> Element:
    """Return what became of a message: AA done, AE refused, AR not understood."""
    detail = el("acknowledgementDetail", el("text", value=clean(text)))
    if detail_code:
        detail.insert(0, el("code", code=detail_code))
    target = el("id", root=oids.MESSAGE, extension=wrong_id or head.id)
    return el("acknowledgement", el("targetMessage", target), detail, typeCode=code)


def found(subjects: Sequence[Subject], query_id: str, dialect: Dialect, total: int) -> Element:
    """Return the result of a query; ``NF`` when there is nothing."""
    answer = el(
        "queryAck",
        el("queryId", extension=query_id),
        el("queryResponseCode", code="OK" if subjects else "NF"),
        el("resultTotalQuantity", value=str(total)),
    )
    return act((told(one, dialect.extra) for one in subjects), answer)


@dataclass(frozen=True)
class Ack:
    """What a partner answered."""

    code: str
    text: str
    target: str


def ack_of(root: Element) -> Ack:
    """Return what an acknowledgement says.

    :raise Refusal: XML_INVALID when it is none.
    """
    given = find(root, "acknowledgement")
    code = value(given, "", "typeCode")
    if local(root) != ACK or code not in ("AA", "AE", "AR"):
        raise Refusal("XML_INVALID", "不是应答消息")
    target = value(given, "targetMessage/id", "extension")
    texts = [value(one, "text") for one in find_all(given, "acknowledgementDetail")]
    return Ack(code, "；".join(texts), target)
