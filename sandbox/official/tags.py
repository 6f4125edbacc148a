"""Tags of followers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from simulation.gateway import Route
from simulation.store import Row

from .accounts import Account
from .contacts import Contacts
from .desk import OK, Ask, Desk, Part, Reply
from .errors import fail

DDL = """
CREATE TABLE IF NOT EXISTS oa_tag (
    appid TEXT NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (appid, id), UNIQUE (appid, name));
CREATE TABLE IF NOT EXISTS oa_tagged (
    appid TEXT NOT NULL, tag INTEGER NOT NULL, contact INTEGER NOT NULL,
    PRIMARY KEY (appid, tag, contact)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS oa_tagged_contact ON oa_tagged (contact);
"""
STAR = (2, "星标组")
RESERVED = (0, 1, 2)
FIRST_ID = 100
MOST, MOST_OF_ONE, NAME_BYTES, BATCH = 100, 20, 30, 50
PAGE = 10_000


class Tags(Part):
    """``/cgi-bin/tags/…``."""

    def __init__(self, desk: Desk, contacts: Contacts):
        super().__init__(desk)
        self._contacts = contacts
        self.store.create(DDL)

    def prepare(self, account: Account) -> None:
        """Give an account the tag that everybody has."""
        self.store.run(
            "INSERT INTO oa_tag VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (account.appid, *STAR)
        )

    def routes(self) -> Iterable[Route]:
        """Return the addresses of this part."""
        api, base = self.desk.api, "/cgi-bin/tags"
        return (
            api("POST", f"{base}/create", "tags_create", self._create),
            api("GET", f"{base}/get", "tags_get", self._get),
            api("POST", f"{base}/update", "tags_update", self._update),
            api("POST", f"{base}/delete", "tags_delete", self._delete),
            api("POST", f"{base}/members/batchtagging", "tags_tag", self._tag),
            api("POST", f"{base}/members/batchuntagging", "tags_untag", self._untag),
            api("POST", f"{base}/getidlist", "tags_of", self._of_user),
            api("POST", "/cgi-bin/user/tag/get", "tags_users", self._users),
        )

    def _name(self, ask: Ask) -> str:
        name = ask.inner("tag", 45157).get("name")
        if not isinstance(name, str) or not name:
            raise fail(45157)
        if len(name.encode()) > NAME_BYTES:
            raise fail(45158)
        return name

    def _create(self, ask: Ask) -> Reply:
        name, appid = self._name(ask), ask.account.appid
        row = self.store.one(
            "SELECT count(*) AS n, max(id) AS last FROM oa_tag WHERE appid = ?", (appid,)
        )
        count, last = (row["n"], row["last"] or 0) if row else (0, 0)
        if count >= MOST:
            raise fail(45056)
        number = max(last + 1, FIRST_ID)
        try:
            self.store.insert("oa_tag", appid=appid, id=number, name=name)
        except sqlite3.IntegrityError as error:
            raise fail(45157) from error
        return {"tag": {"id": number, "name": name}}

    def _get(self, ask: Ask) -> Reply:
        rows = self.store.all(
            "SELECT t.id, t.name, count(m.contact) AS count FROM oa_tag t LEFT JOIN oa_tagged m"
            " ON m.appid = t.appid AND m.tag = t.id WHERE t.appid = ? GROUP BY t.id ORDER BY t.id",
            (ask.account.appid,),
        )
        return {"tags": [dict(row) for row in rows]}

    def _own(self, ask: Ask, number: object) -> int:
        """Return the number of a tag that the account made.

        :raise Refusal: 45058 for a reserved one, 45159 for an unknown one.
        """
        if number in RESERVED and not isinstance(number, bool):
            raise fail(45058)
        return self._any(ask, number)

    def _any(self, ask: Ask, number: object) -> int:
        found = isinstance(number, int) and self.store.one(
            "SELECT id FROM oa_tag WHERE appid = ? AND id = ?", (ask.account.appid, number)
        )
        if not found:
            raise fail(45159)
        return int(found["id"])

    def _update(self, ask: Ask) -> Reply:
        number, name = self._own(ask, ask.inner("tag").get("id")), self._name(ask)
        try:
            self.store.run(
                "UPDATE oa_tag SET name = ? WHERE appid = ? AND id = ?",
                (name, ask.account.appid, number),
            )
        except sqlite3.IntegrityError as error:
            raise fail(45157) from error
        return OK

    def _delete(self, ask: Ask) -> Reply:
        number = self._own(ask, ask.inner("tag").get("id"))
        key = (ask.account.appid, number)
        row = self.store.one("SELECT count(*) AS n FROM oa_tagged WHERE appid = ? AND tag = ?", key)
        if row and row["n"] > ask.account.settings["most_fans_to_delete_a_tag"]:
            raise fail(45057)
        self.store.run("DELETE FROM oa_tagged WHERE appid = ? AND tag = ?", key)
        self.store.run("DELETE FROM oa_tag WHERE appid = ? AND id = ?", key)
        return OK

    def _named(self, ask: Ask) -> list[Row]:
        """Return the followers of a body.

        :raise Refusal: 40032 none or too many, 40003 or 49003 for one that is not theirs.
        """
        wanted = ask.body.get("openid_list")
        if not isinstance(wanted, list) or not 1 <= len(wanted) <= BATCH:
            raise fail(40032)
        return [self._mine(ask, openid) for openid in wanted]

    def _mine(self, ask: Ask, openid: object) -> Row:
        """Return one follower; an openid of another account is told apart from nonsense."""
        if isinstance(openid, str) and self.store.one(
            "SELECT 1 FROM oa_contact WHERE openid = ? AND appid != ?", (openid, ask.account.appid)
        ):
            raise fail(49003)
        return self._contacts.known(ask.account, openid)

    def _tag(self, ask: Ask) -> Reply:
        number = self._any(ask, ask.body.get("tagid"))
        for row in self._named(ask):
            self.store.run(
                "INSERT INTO oa_tagged VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (ask.account.appid, number, row["id"]),
            )
            if len(self.of(row)) > MOST_OF_ONE:
                raise fail(45059)
        return OK

    def _untag(self, ask: Ask) -> Reply:
        number = self._any(ask, ask.body.get("tagid"))
        for row in self._named(ask):
            self.store.run(
                "DELETE FROM oa_tagged WHERE appid = ? AND tag = ? AND contact = ?",
                (ask.account.appid, number, row["id"]),
            )
        return OK

    def of(self, contact: Row) -> list[int]:
        """Return the tags of a person."""
        rows = self.store.all(
            "SELECT tag FROM oa_tagged WHERE contact = ? ORDER BY tag", (contact["id"],)
        )
        return [row["tag"] for row in rows]

    def _of_user(self, ask: Ask) -> Reply:
        return {"tagid_list": self.of(self._mine(ask, ask.body.get("openid")))}

    def _users(self, ask: Ask) -> Reply:
        number, after = self._any(ask, ask.body.get("tagid")), 0
        if start := ask.body.get("next_openid"):
            after = self._mine(ask, start)["id"]
        rows = self.tagged(ask.account, number, after, PAGE)
        found: dict[str, Any] = {"count": len(rows)}
        if rows:
            listed = [row["openid"] for row in rows]
            found |= {"data": {"openid": listed}, "next_openid": listed[-1]}
        return found

    def tagged(self, account: Account, tag: int, after: int = 0, limit: int = -1) -> list[Row]:
        """Return the followers with a tag."""
        return self.store.all(
            "SELECT c.* FROM oa_tagged m JOIN oa_contact c ON c.id = m.contact"
            " WHERE m.appid = ? AND m.tag = ? AND c.following = 1 AND c.id > ?"
            " ORDER BY c.id LIMIT ?",
            (account.appid, tag, after, limit),
        )
