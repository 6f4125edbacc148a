"""One message in, one answer out: each message has its effect once, and all of it or nothing."""

from __future__ import annotations

import hashlib
import itertools
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...hospital import Hospital
from ..codec import CodecError, Message, build, parse, sender_in
from ..errors import Problem, Refused, problem_of
from ..partners import Partner, Partners
from .answers import answer, encoded
from .request import Reply, Request
from .table import CODES, FORMS

if TYPE_CHECKING:
    from simulation.store import Store

log = logging.getLogger(__name__)

VERSIONS = ("2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6")
PROCESSING = ("P", "T", "D")


@dataclass(frozen=True)
class Outcome:
    """What became of a message.

    :param bytes answer: empty when the partner wants none.
    """

    partner: Partner
    message: Message | None
    answer: bytes
    ack: str
    problem: Problem | None = None
    repeated: bool = False

    @property
    def kind(self) -> str:
        """Return ``ADT^A04``, or ``?`` for what nobody could read."""
        return self.message.kind if self.message else "?"


class Processor:
    """Reads, checks, handles and answers messages."""

    def __init__(self, hospital: Hospital, store: Store, partners: Partners):
        self._hospital, self._store, self._partners = hospital, store, partners
        start = hospital.clock.now()
        self._ids = itertools.count(int(start * 1000) % 10**13)

    def read(self, content: bytes) -> tuple[Partner, Message | CodecError]:
        """Return who sent a message, and the message or why it is none."""
        charset = self._partners.sender(sender_in(content)).charset
        try:
            message = parse(content, charset)
        except CodecError as error:
            return self._partners.sender(""), error
        return self._partners.sender(message.get("MSH-3")), message

    def refuse(self, partner: Partner, message: Message | None, problem: Problem) -> Outcome:
        """Return the answer that refuses a message."""
        return self._outcome(partner, message, problem)

    def handle(self, partner: Partner, message: Message) -> Outcome:
        """Return the answer to a message, new or as it was given before."""
        sender = f"{message.get('MSH-3')}|{message.get('MSH-4')}"
        body = Message([item for item in message.segments if item.name != "MSH"])
        digest = hashlib.sha256((message.kind + build(body)).encode()).hexdigest()
        row = self._hospital.db.one(
            "SELECT digest, answer FROM hl7_inbox WHERE sender = %s AND control_id = %s",
            (sender, message.control_id),
        )
        if row is None:
            return self._first(partner, message, sender, digest)
        if row["digest"] != digest:
            text = f"消息编号已被另一条消息使用：{message.control_id}"
            return self._outcome(partner, message, Problem("205", text, location="MSH-10"))
        kept = bytes(row["answer"])
        return Outcome(partner, message, kept, parse(kept).get("MSA-1"), repeated=True)

    def _first(self, partner: Partner, message: Message, sender: str, digest: str) -> Outcome:
        """Do the work and keep the answer in one transaction."""
        try:
            with self._store.transaction(), self._hospital.db.transaction():
                result = _handled(Request(self._hospital, partner, message))
                outcome = self._outcome(partner, message, result)
                self._keep(sender, message.control_id, digest, outcome)
                return outcome
        except Exception as error:
            problem = problem_of(error)
            if problem is None:
                log.exception("%s failed", message.kind)
                problem = Problem("207", "系统内部错误", again=True)
        outcome = self._outcome(partner, message, problem)
        if not problem.again:
            self._keep(sender, message.control_id, digest, outcome)
        return outcome

    def _keep(self, sender: str, control_id: str, digest: str, outcome: Outcome) -> None:
        self._hospital.db.run(
            "INSERT INTO hl7_inbox VALUES (%s, %s, %s, %s, %s)",
            (sender, control_id, digest, outcome.answer, self._hospital.now()),
        )

    def _outcome(
        self, partner: Partner, message: Message | None, result: Reply | Problem
    ) -> Outcome:
        number = f"A{next(self._ids)}"
        reply = answer(partner, message, number, self._hospital.now(), result)
        problem = result if isinstance(result, Problem) else None
        silent = bool(message) and _wants_nothing(message)
        content = b"" if silent else encoded(reply)
        return Outcome(partner, message, content, reply.get("MSA-1"), problem)


def _wants_nothing(message: Message | None) -> bool:
    """Tell whether a sender in enhanced mode waits for no answer at all."""
    return bool(message and message.get("MSH-15") == "NE" and message.get("MSH-16") == "NE")


def _handled(request: Request) -> Reply:
    """Check the header and let the handler work.

    :raise Refused: 200 to 203 for what is not understood.
    """
    message = request.message
    if message.get("MSH-12") not in VERSIONS:
        raise Refused("203", f"不支持的版本：{message.get('MSH-12')[:10]}", "MSH-12")
    if message.get("MSH-11") not in PROCESSING:
        raise Refused("202", f"不支持的处理标识：{message.get('MSH-11')[:10]}", "MSH-11")
    form = FORMS.get(message.kind)
    if form is None:
        code = "201" if message.get("MSH-9.1") in CODES else "200"
        raise Refused(code, f"不支持的消息：{message.kind[:20]}", "MSH-9", "FUNCTION_UNKNOWN")
    return form.handler(request)
