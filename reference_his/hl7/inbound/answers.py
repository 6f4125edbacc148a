"""The answer to a message: acknowledgement, reason of a refusal, and what the form asks for."""

import dataclasses
import datetime
from collections.abc import Mapping

from ..codec import Message, Segment, encode
from ..errors import TEXTS, Problem
from ..partners import Partner
from ..writer import Style, header
from .request import Reply, place_of
from .table import FORMS, Form

OK = "AA"
# table 0008 in enhanced mode: what was taken into care, not what came of it
COMMIT = {"AA": "CA", "AE": "CE", "AR": "CR"}
PLAIN = Form(lambda request: Reply())
UTF8 = "UNICODE UTF-8"


def style_of(partner: Partner, request: Message | None) -> Style:
    """Return how an answer looks: the version and character set of what it answers."""
    if request is None:
        return partner.style
    return dataclasses.replace(
        partner.style,
        application=request.get("MSH-3"),
        facility=request.get("MSH-4"),
        version=request.get("MSH-12") or partner.version,
        charset=request.charset,
    )


def answer(
    partner: Partner,
    request: Message | None,
    control_id: str,
    now: datetime.datetime,
    result: Reply | Problem,
) -> Message:
    """Return the answer.

    :param Message request: ``None`` when nobody could read it.
    :param str control_id: of the answer itself.
    """
    style = style_of(partner, request)
    form = FORMS.get(request.kind, PLAIN) if request else PLAIN
    trigger = form.trigger or (request.get("MSH-9.2") if request else "")
    message = header(style, form.code, trigger, form.structure, control_id, now)
    problem = result if isinstance(result, Problem) else None
    _acknowledge(message, style, request, problem)
    if request:
        _frame(message, form, request, result)
    if isinstance(result, Reply):
        message.segments += result.segments
    return message


def _acknowledge(
    message: Message, style: Style, request: Message | None, problem: Problem | None
) -> None:
    code = problem.ack if problem else OK
    if request and request.get("MSH-16") == "NE" and request.get("MSH-15"):
        code = COMMIT[code]
    message.put("MSA-1", code)
    if request:
        message.put("MSA-2", request.control_id)
    if problem is None:
        return
    message.put("MSA-3", problem.sentence[:80])
    if style.version >= "2.5":
        _error(message, problem)
    else:
        _error_24(message, problem)


def _error(message: Message, problem: Problem) -> None:
    if problem.location:
        for position, part in enumerate(place_of(problem.location).split("^"), 1):
            message.put(f"ERR-2.{position}", part)
    message.put("ERR-3.1", problem.code)
    message.put("ERR-3.2", TEXTS[problem.code])
    message.put("ERR-3.3", "HL70357")
    message.put("ERR-4", "E")
    if problem.own:
        message.put("ERR-5.1", problem.own)
        message.put("ERR-5.2", problem.sentence)
        message.put("ERR-5.3", "L")
    message.put("ERR-8", problem.sentence)


def _error_24(message: Message, problem: Problem) -> None:
    if problem.own:
        message.put("MSA-6.1", problem.own)
        message.put("MSA-6.2", problem.sentence)
        message.put("MSA-6.3", "L")
    for position, part in enumerate(place_of(problem.location).split("^"), 1):
        if part:
            message.put(f"ERR-1.{position}", part)
    message.put("ERR-1.4.1", problem.code)
    message.put("ERR-1.4.2", TEXTS[problem.code])
    message.put("ERR-1.4.3", "HL70357")


def _frame(message: Message, form: Form, request: Message, result: Reply | Problem) -> None:
    """Append the segments that the form of the answer always has."""
    failed = isinstance(result, Problem)
    if form.code == "MFK":
        _echo(message, request, "MFI", {"MFI-1.1": "CDM", "MFI-3": "UPD", "MFI-6": "AL"})
        return
    if form.code not in ("RSP", "ADR"):
        return
    status = "AE" if failed else "OK" if isinstance(result, Reply) and result.found else "NF"
    tag = request.get("QPD-2" if form.code == "RSP" else "QRD-4")
    if tag:
        message.put("QAK-1", tag)
    message.put("QAK-2", status)
    _echo(message, request, "QPD" if form.code == "RSP" else "QRD", {})


def _echo(message: Message, request: Message, name: str, instead: Mapping[str, str]) -> None:
    segment = request.first(name)
    if segment:
        message.segments.append(Segment(name, segment.fields))
    for place, text in ({} if segment else instead).items():
        message.put(place, text)


def encoded(message: Message) -> bytes:
    """Return a message's bytes; in UTF-8 when its character set cannot say a Chinese sentence."""
    try:
        return encode(message)
    except UnicodeEncodeError:
        message.charset = UTF8
        message.put("MSH-18", UTF8)
        return encode(message)
