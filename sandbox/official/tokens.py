"""Access tokens: the stable kind and the older one, which know nothing of each other."""

import re
import secrets

from simulation.clock import Clock
from simulation.store import Row, Store

from .errors import fail

DDL = """
CREATE TABLE IF NOT EXISTS oa_token (
    token TEXT PRIMARY KEY, appid TEXT NOT NULL, kind TEXT NOT NULL, made REAL NOT NULL,
    expires REAL NOT NULL, state TEXT NOT NULL DEFAULT 'valid'
    CHECK (state IN ('valid', 'replaced'))) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS oa_token_appid ON oa_token (appid, kind, made);
CREATE TABLE IF NOT EXISTS oa_token_force (
    appid TEXT NOT NULL, day TEXT NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (appid, day));
"""
SECONDS = 7200
OVERLAP_SECONDS = 300  # a renewed token and the one before both work this long
FORCED_A_DAY = 20
FORCED_APART_SECONDS = 30
FORM = re.compile(r"[0-9A-Za-z_-]{64,512}\Z")
STABLE, PLAIN = "stable", "plain"


class Tokens:
    """Tokens on the virtual clock."""

    def __init__(self, store: Store, clock: Clock):
        self._store, self._clock = store, clock
        store.create(DDL)

    def owner(self, token: str) -> str:
        """Return the appid that a token was given to.

        :raise Refusal: 41001 none, 40014 no token at all, 40001 unknown or replaced,
            42001 expired.
        """
        if not token:
            raise fail(41001)
        row = self._store.one("SELECT * FROM oa_token WHERE token = ?", (token,))
        if row is None:
            raise fail(40001 if FORM.match(token) else 40014)
        if row["expires"] <= self._clock.now():
            raise fail(40001 if row["state"] == "replaced" else 42001)
        return str(row["appid"])

    def peek(self, token: str) -> str:
        """Return the appid of a token without judging it, or nothing."""
        row = self._store.one("SELECT appid FROM oa_token WHERE token = ?", (token,))
        return str(row["appid"]) if row else ""

    def stable(self, appid: str, force: bool) -> tuple[str, int]:
        """Return a stable token and its seconds: the same until five minutes before its end.

        A forced one ends all before it, at most 20 times a day and 30 seconds apart.

        :raise Refusal: 45009 when forced too often.
        """
        current, now = self._latest(appid, STABLE), self._clock.now()
        if force and not (current and now - current["made"] < FORCED_APART_SECONDS):
            self._count_forced(appid)
            self._replace(appid, STABLE, now)
            return self._make(appid, STABLE)
        if current and current["expires"] - now > OVERLAP_SECONDS:
            return str(current["token"]), int(current["expires"] - now)
        return self._make(appid, STABLE)

    def plain(self, appid: str) -> tuple[str, int]:
        """Return a new token; the one before works for five more minutes."""
        self._replace(appid, PLAIN, self._clock.now() + OVERLAP_SECONDS)
        return self._make(appid, PLAIN)

    def forget(self, token: str) -> None:
        """End a token now."""
        self._store.run("DELETE FROM oa_token WHERE token = ?", (token,))

    def _latest(self, appid: str, kind: str) -> Row | None:
        return self._store.one(
            "SELECT * FROM oa_token WHERE appid = ? AND kind = ? AND state = 'valid'"
            " AND expires > ? ORDER BY made DESC LIMIT 1",
            (appid, kind, self._clock.now()),
        )

    def _replace(self, appid: str, kind: str, end: float) -> None:
        self._store.run(
            "UPDATE oa_token SET state = 'replaced', expires = min(expires, ?)"
            " WHERE appid = ? AND kind = ? AND state = 'valid'",
            (end, appid, kind),
        )

    def _make(self, appid: str, kind: str) -> tuple[str, int]:
        now = self._clock.now()
        token = f"{int(now) % 100}_{secrets.token_hex(64)}"
        self._store.insert(
            "oa_token", token=token, appid=appid, kind=kind, made=now, expires=now + SECONDS
        )
        return token, SECONDS

    def _count_forced(self, appid: str) -> None:
        touched = self._store.run(
            "INSERT INTO oa_token_force VALUES (?, ?, 1) ON CONFLICT (appid, day)"
            " DO UPDATE SET used = used + 1 WHERE used < ?",
            (appid, self._clock.moment().strftime("%Y-%m-%d"), FORCED_A_DAY),
        )
        if not touched:
            raise fail(45009)
