"""What an account and a person are to each other: following, blocked, consents, remarks."""

from __future__ import annotations

from sandbox.people import Person
from simulation.store import Row, Store

from .accounts import Account
from .desk import Desk
from .errors import fail

DDL = """
CREATE TABLE IF NOT EXISTS oa_contact (
    id INTEGER PRIMARY KEY AUTOINCREMENT, appid TEXT NOT NULL, openid TEXT NOT NULL,
    person TEXT NOT NULL, following INTEGER NOT NULL DEFAULT 0 CHECK (following IN (0, 1)),
    since REAL NOT NULL DEFAULT 0, remark TEXT NOT NULL DEFAULT '',
    way TEXT NOT NULL DEFAULT '', qr_scene INTEGER NOT NULL DEFAULT 0,
    qr_scene_str TEXT NOT NULL DEFAULT '', blocked INTEGER NOT NULL DEFAULT 0,
    consented INTEGER NOT NULL DEFAULT 0, snapshot INTEGER NOT NULL DEFAULT 0,
    UNIQUE (appid, openid), UNIQUE (appid, person));
CREATE INDEX IF NOT EXISTS oa_contact_following ON oa_contact (appid, following, id);
"""
BY_SEARCH, BY_QR = "ADD_SCENE_SEARCH", "ADD_SCENE_QR_CODE"


class Contacts:
    """All pairs of account and person that ever met."""

    def __init__(self, desk: Desk):
        self._desk = desk
        self._store: Store = desk.store
        desk.store.create(DDL)

    def of(self, account: Account, person: Person) -> Row:
        """Return the pair, made at the first meeting."""
        openid = person.openid(account.appid)
        self._store.run(
            "INSERT INTO oa_contact (appid, openid, person) VALUES (?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (account.appid, openid, person.id),
        )
        row = self.find(account, openid)
        if row is None:
            raise KeyError(person.id)
        return row

    def find(self, account: Account, openid: str) -> Row | None:
        """Return a pair that has met, or ``None``."""
        return self._store.one(
            "SELECT * FROM oa_contact WHERE appid = ? AND openid = ?", (account.appid, openid)
        )

    def known(self, account: Account, openid: object) -> Row:
        """Return the pair behind an openid of this account.

        :raise Refusal: 40003 when the openid is nobody's.
        """
        if not isinstance(openid, str) or not openid:
            raise fail(40003)
        row = self.find(account, openid)
        if row is None:
            person = self._desk.people.by_openid(account.appid, openid)
            if person is None:
                raise fail(40003)
            row = self.of(account, person)
        return row

    def follower(self, account: Account, openid: object) -> Row:
        """Return the pair of a follower.

        :raise Refusal: 40003 when the openid is nobody's, 43004 when it does not follow.
        """
        row = self.known(account, openid)
        if not row["following"]:
            raise fail(43004)
        return row

    def person(self, row: Row) -> Person:
        """Return who the pair's person is."""
        return self._desk.people.get(row["person"])

    def set(self, row: Row, **values: object) -> None:
        """Change a pair."""
        marks = ", ".join(f"{name} = ?" for name in values)
        sql = f"UPDATE oa_contact SET {marks} WHERE id = ?"  # noqa: S608 (our own names)
        self._store.run(sql, (*values.values(), row["id"]))

    def page(self, account: Account, after: int, limit: int) -> list[Row]:
        """Return followers in the order they met the account, ``after`` a number."""
        return self._store.all(
            "SELECT * FROM oa_contact WHERE appid = ? AND following = 1 AND id > ?"
            " ORDER BY id LIMIT ?",
            (account.appid, after, limit),
        )

    def count(self, account: Account) -> int:
        """Return how many follow."""
        row = self._store.one(
            "SELECT count(*) AS n FROM oa_contact WHERE appid = ? AND following = 1",
            (account.appid,),
        )
        return int(row["n"]) if row else 0
