"""The same message number gets the same answer: a hospital may ask again after silence."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from .bureau import Bureau, Inbound, Outcome
from .fields import refuse

# these change nothing, or have a number of their own that makes them happen once
ANSWERED_ANEW = {"1101", "2206", "3201", "5203", "6202", "6203", "6301", "9102"}


class Messages:
    """Numbers and answers of calls that changed something."""

    def __init__(self, bureau: Bureau):
        self._bureau, self._store = bureau, bureau.store

    @staticmethod
    def digest(call: Inbound) -> str:
        """Return what tells one content from another; empty where it does not matter."""
        if call.infno in ANSWERED_ANEW:
            return ""
        text = json.dumps(call.input.content, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def known(self, call: Inbound, digest: str) -> tuple[str, str, Any] | None:
        """Return infcode, sentence and output of the first answer, ``None`` for a new message.

        :raise Refusal: when the number was used for something else, or was reversed.
        """
        if call.infno in ANSWERED_ANEW:
            return None
        row = self._store.one("SELECT * FROM nhsa_message WHERE msgid = ?", (call.msgid,))
        if row is None:
            return None
        if row["digest"] != digest or row["infno"] != call.infno:
            raise refuse("发送方报文ID重复，且内容不一致")
        if row["state"] == "reversed":
            raise refuse("该报文对应的交易已冲正")
        return row["infcode"], row["error"], json.loads(row["output"])

    def keep(self, call: Inbound, digest: str, outcome: Outcome) -> None:
        """Remember an answer."""
        if call.infno in ANSWERED_ANEW:
            return
        pending = bool(outcome.pending)
        self._store.insert(
            "nhsa_message",
            msgid=call.msgid,
            infno=call.infno,
            hospital=call.hospital.code,
            digest=digest,
            at=self._bureau.clock.now(),
            infcode="-1" if pending else "0",
            error=outcome.pending,
            output=json.dumps(outcome.output, ensure_ascii=False),
            subject=outcome.subject,
            state="pending" if pending else "done",
        )
