"""What a person does with text messages: reads them and answers."""

from __future__ import annotations

import json
from typing import Any

from simulation.clock import moment
from simulation.store import Row

from .centre import NAME, Centre

STOP_WORDS = ("TD", "T", "N", "退订")


class Handset:
    """The person's side of the message centre."""

    def __init__(self, centre: Centre):
        self._centre, self._world = centre, centre.world
        self._store, self._clock = centre.store, centre.clock

    def inbox(self, mobile: str) -> list[dict[str, Any]]:
        """Return what arrived at a mobile, oldest first."""
        rows = self._store.all(
            "SELECT * FROM sms_message WHERE mobile = ? AND state = 'delivered' ORDER BY done, id",
            (mobile,),
        )
        return [
            {
                "id": row["id"],
                "from": row["sign"],
                "text": row["text"],
                "at": moment(row["done"]).isoformat(timespec="seconds"),
                "segments": row["segments"],
                "unread": bool(row["unread"]),
            }
            for row in rows
        ]

    def read(self, mobile: str, seen: list[int]) -> None:
        """Mark messages as seen, by their numbers: one may arrive late, below others."""
        self._store.run(
            "UPDATE sms_message SET unread = 0 WHERE mobile = ?"
            " AND id IN (SELECT value FROM json_each(?))",
            (mobile, json.dumps(seen)),
        )

    def reply(self, mobile: str, text: str) -> dict[str, Any]:
        """Answer the last message that arrived; ``TD`` ends all but verification codes.

        :raise ValueError: when no message ever arrived.
        """
        row = self._store.one(
            "SELECT * FROM sms_message WHERE mobile = ? AND state = 'delivered'"
            " ORDER BY done DESC, id DESC LIMIT 1",
            (mobile,),
        )
        if row is None:
            raise ValueError("There is no message to reply to.")
        if text.strip().upper() in STOP_WORDS:
            self._store.run(
                "INSERT INTO sms_stop VALUES (?, ?) ON CONFLICT DO NOTHING", (mobile, row["sign"])
            )
        number = self._store.insert(
            "sms_reply",
            vendor=row["vendor"],
            mobile=mobile,
            sign=row["sign"],
            text=text,
            at=self._clock.now(),
        )
        self._world.journal.write(NAME, "reply", mobile, text=text, vendor=row["vendor"])
        if url := self._centre.setting("reply_urls").get(row["vendor"]):
            self._world.outgoing.post(
                NAME,
                "reply",
                url,
                {"vendor": row["vendor"], "id": number},
                merchant=row["vendor"],
                key=mobile,
            )
        return {"to": row["vendor"], "sign": row["sign"]}

    def got_reply(self, number: int) -> Row:
        """Return a reply.

        :raise KeyError: when there is none.
        """
        return self._store.row("sms_reply", number)
