"""Conversations as the person's phone shows them, and how long the account may answer."""

from __future__ import annotations

import json
from typing import Any

from simulation.clock import Clock, moment
from simulation.store import Row, Store

from .errors import fail

DDL = """
CREATE TABLE IF NOT EXISTS oa_message (
    id INTEGER PRIMARY KEY AUTOINCREMENT, appid TEXT NOT NULL, openid TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('account', 'person', 'system')), kind TEXT NOT NULL,
    content TEXT NOT NULL, at REAL NOT NULL, unread INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS oa_message_chat ON oa_message (appid, openid, id);
CREATE INDEX IF NOT EXISTS oa_message_unread ON oa_message (appid, openid) WHERE unread = 1;
CREATE TABLE IF NOT EXISTS oa_window (
    id INTEGER PRIMARY KEY, appid TEXT NOT NULL, openid TEXT NOT NULL, until REAL NOT NULL,
    left_over INTEGER NOT NULL CHECK (left_over >= 0));
CREATE INDEX IF NOT EXISTS oa_window_open ON oa_window (appid, openid, until);
"""
# what a person does opens a window for customer messages: seconds and how many
TALK, TOUCH = (48 * 3600, 20), (60, 3)
PAGE = 200


class Chat:
    """Messages between accounts and persons."""

    def __init__(self, store: Store, clock: Clock):
        self._store, self._clock = store, clock
        store.create(DDL)

    def add(self, appid: str, openid: str, side: str, kind: str, content: dict[str, Any]) -> int:
        """Append a message and return its number; what the person did not write is unread."""
        return self._store.insert(
            "oa_message",
            appid=appid,
            openid=openid,
            side=side,
            kind=kind,
            content=json.dumps(content, ensure_ascii=False),
            at=self._clock.now(),
            unread=int(side != "person"),
        )

    def history(self, appid: str, openid: str) -> list[dict[str, Any]]:
        """Return the last messages, oldest first."""
        rows = self._store.all(
            "SELECT * FROM (SELECT * FROM oa_message WHERE appid = ? AND openid = ?"
            " ORDER BY id DESC LIMIT ?) ORDER BY id",
            (appid, openid, PAGE),
        )
        return [self._message(row) for row in rows]

    @staticmethod
    def _message(row: Row) -> dict[str, Any]:
        return {
            "id": row["id"],
            "side": row["side"],
            "kind": row["kind"],
            "content": json.loads(row["content"]),
            "at": moment(row["at"]).isoformat(timespec="seconds"),
            "unread": bool(row["unread"]),
        }

    def unread(self, appid: str, openid: str) -> int:
        """Return how many messages the person has not seen."""
        row = self._store.one(
            "SELECT count(*) AS n FROM oa_message WHERE appid = ? AND openid = ? AND unread = 1",
            (appid, openid),
        )
        return int(row["n"]) if row else 0

    def read(self, appid: str, openid: str, last: int) -> None:
        """Mark everything up to the number ``last`` as seen: what came later was not shown yet."""
        self._store.run(
            "UPDATE oa_message SET unread = 0"
            " WHERE appid = ? AND openid = ? AND unread = 1 AND id <= ?",
            (appid, openid, last),
        )

    def retract(self, appid: str, kind: str, job: int) -> None:
        """Take a mass message out of everybody's conversation."""
        self._store.run(
            "DELETE FROM oa_message WHERE appid = ? AND kind = ?"
            " AND json_extract(content, '$.job') = ?",
            (appid, kind, job),
        )

    def open_window(self, appid: str, openid: str, window: tuple[int, int]) -> None:
        """Let the account send some customer messages for some seconds."""
        seconds, messages = window
        now = self._clock.now()
        self._store.run(
            "DELETE FROM oa_window WHERE appid = ? AND openid = ? AND until <= ?",
            (appid, openid, now),
        )
        self._store.insert(
            "oa_window", appid=appid, openid=openid, until=now + seconds, left_over=messages
        )

    def close_windows(self, appid: str, openid: str) -> None:
        """End all windows: the person does not follow any more."""
        self._store.run("DELETE FROM oa_window WHERE appid = ? AND openid = ?", (appid, openid))

    def use_window(self, appid: str, openid: str) -> None:
        """Take one customer message.

        :raise Refusal: 45015 when no window is open, 45047 when all are used up.
        """
        windows = self._store.all(
            "SELECT id, left_over FROM oa_window WHERE appid = ? AND openid = ? AND until > ?"
            " ORDER BY until",
            (appid, openid, self._clock.now()),
        )
        if not windows:
            raise fail(45015)
        usable = next((row["id"] for row in windows if row["left_over"]), None)
        if usable is None:
            raise fail(45047)
        self._store.run("UPDATE oa_window SET left_over = left_over - 1 WHERE id = ?", (usable,))
