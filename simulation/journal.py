"""What really happened: the truth that a test compares bills, books and messages with."""

import json
from typing import Any

from .clock import Clock, moment
from .store import Store

DDL = """
CREATE TABLE IF NOT EXISTS journal (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL,
    key TEXT NOT NULL, facts TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS journal_kind ON journal (source, kind, at);
CREATE INDEX IF NOT EXISTS journal_key ON journal (key);
"""
PAGE = 1000


class Journal:
    """An append-only list of facts, in the order they happened."""

    def __init__(self, store: Store, clock: Clock):
        self._store, self._clock = store, clock
        store.create(DDL)

    def write(self, source: str, kind: str, key: str, **facts: Any) -> int:
        """Append one fact.

        :param str source: the gateway or system, e.g. ``wechatpay``.
        :param str kind: what happened, e.g. ``paid``.
        :param str key: what it happened to, e.g. the merchant's order number.
        :param facts: amounts in fen, states, numbers; anything JSON can hold.
        :return: its number.
        """
        return self._store.insert(
            "journal",
            at=self._clock.now(),
            source=source,
            kind=kind,
            key=key,
            facts=json.dumps(facts, ensure_ascii=False),
        )

    def read(
        self, source: str = "", kind: str = "", key: str = "", since: int = 0, limit: int = PAGE
    ) -> list[dict[str, Any]]:
        """Return facts with a number above ``since``, oldest first; empty filters match all."""
        rows = self._store.all(
            "SELECT * FROM journal WHERE id > :since AND (:source = '' OR source = :source)"
            " AND (:kind = '' OR kind = :kind) AND (:key = '' OR key = :key)"
            " ORDER BY id LIMIT :limit",
            {"since": since, "source": source, "kind": kind, "key": key, "limit": limit},
        )
        return [
            {
                "id": row["id"],
                "at": moment(row["at"]).isoformat(timespec="milliseconds"),
                "source": row["source"],
                "kind": row["kind"],
                "key": row["key"],
                **json.loads(row["facts"]),
            }
            for row in rows
        ]
