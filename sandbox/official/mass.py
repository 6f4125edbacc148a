"""Mass messages (群发): to all, to a tag, to a list; four a month reach a person."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from simulation.gateway import Route
from simulation.store import Row

from .accounts import Account
from .callbacks import Callbacks
from .chat import Chat
from .contacts import Contacts
from .desk import OK, Ask, Desk, Part, Reply
from .drafts import Drafts
from .errors import fail
from .media import Media
from .tags import Tags

DDL = """
CREATE TABLE IF NOT EXISTS oa_mass (
    msg_id INTEGER PRIMARY KEY AUTOINCREMENT, appid TEXT NOT NULL, client_id TEXT,
    kind TEXT NOT NULL, status TEXT NOT NULL, at REAL NOT NULL, counts TEXT NOT NULL,
    UNIQUE (appid, client_id));
CREATE TABLE IF NOT EXISTS oa_mass_month (
    contact INTEGER NOT NULL, month TEXT NOT NULL, got INTEGER NOT NULL CHECK (got <= 4),
    PRIMARY KEY (contact, month)) WITHOUT ROWID;
"""
FIRST_ID = 1_000_000_000
A_MONTH = 4
KINDS = ("mpnews", "text", "image", "voice")
LIST = (2, 10_000)


class Mass(Part):
    """``/cgi-bin/message/mass/…``."""

    def __init__(
        self,
        desk: Desk,
        contacts: Contacts,
        chat: Chat,
        callbacks: Callbacks,
        drafts: Drafts,
        media: Media,
        tags: Tags,
    ):
        super().__init__(desk)
        self._contacts, self._chat, self._callbacks = contacts, chat, callbacks
        self._drafts, self._media, self._tags = drafts, media, tags
        self.store.create(DDL)

    def routes(self) -> Iterable[Route]:
        """Return the addresses of this part."""
        api, base = self.desk.api, "/cgi-bin/message/mass"
        return (
            api("POST", f"{base}/sendall", "mass_sendall", self._send_all),
            api("POST", f"{base}/send", "mass_send", self._send_list),
            api("POST", f"{base}/preview", "mass_preview", self._preview),
            api("POST", f"{base}/delete", "mass_delete", self._delete),
            api("POST", f"{base}/get", "mass_get", self._get),
        )

    def _send_all(self, ask: Ask) -> Reply:
        chosen = ask.inner("filter", 40035)
        if chosen.get("is_to_all"):
            people = self._contacts.page(ask.account, 0, -1)
        else:
            number = chosen.get("tag_id")
            if not str(number).isdigit():
                raise fail(45159)
            people = self._tags.tagged(ask.account, int(str(number)))
        return self._submit(ask, people)

    def _send_list(self, ask: Ask) -> Reply:
        wanted = ask.body.get("touser")
        if not isinstance(wanted, list):
            raise fail(40031)
        if not LIST[0] <= len(wanted) <= LIST[1]:
            raise fail(40032)
        rows = [self._contacts.known(ask.account, openid) for openid in wanted]
        return self._submit(ask, [row for row in rows if row["following"]], len(wanted))

    def _submit(self, ask: Ask, people: list[Row], total: int | None = None) -> Reply:
        kind, content = self._content(ask)
        reached = [row for row in people if self._count(row)]
        if not reached:
            raise fail(45028)
        shown = [row for row in reached if not row["blocked"]]
        counts = {
            "TotalCount": total if total is not None else len(people),
            "FilterCount": len(reached),
            "SentCount": len(shown),
            "ErrorCount": len(reached) - len(shown),
        }
        number = self._write(ask, kind, counts)
        card = self._card(ask.account, kind, content)
        for row in shown:
            self._chat.add(
                ask.account.appid, row["openid"], "account", kind, {**card, "job": number}
            )
        self.desk.journal("mass", str(number), type=kind, **counts)
        event = {
            "MsgType": "event",
            "Event": "MASSSENDJOBFINISH",
            "MsgID": number,
            "Status": "send success",
            **counts,
        }
        self._callbacks.push(ask.account, ask.account.original_id, event, str(number))
        done = {"errcode": 0, "errmsg": "send job submission success"}
        return {**done, "msg_id": number, "msg_data_id": number}

    def _count(self, row: Row) -> bool:
        """Count a mass message for a person; tell whether the month allows it."""
        month = self.desk.clock.moment().strftime("%Y-%m")
        return bool(
            self.store.run(
                "INSERT INTO oa_mass_month VALUES (?, ?, 1) ON CONFLICT (contact, month)"
                " DO UPDATE SET got = got + 1 WHERE got < ?",
                (row["id"], month, A_MONTH),
            )
        )

    def _write(self, ask: Ask, kind: str, counts: dict[str, int]) -> int:
        client = ask.body.get("clientmsgid")
        own = client if isinstance(client, str) and client else None
        if own and self.store.one(
            "SELECT 1 FROM oa_mass WHERE appid = ? AND client_id = ?", (ask.account.appid, own)
        ):
            raise fail(45065)
        self.store.run(
            "INSERT INTO oa_mass SELECT max(?, ifnull(max(msg_id), 0)) + 1, ?, ?, ?, ?, ?, ?"
            " FROM oa_mass",
            (
                FIRST_ID,
                ask.account.appid,
                own,
                kind,
                "SEND_SUCCESS",
                self.desk.clock.now(),
                json.dumps(counts),
            ),
        )
        row = self.store.one("SELECT max(msg_id) AS n FROM oa_mass")
        return int(row["n"]) if row else 0

    def _content(self, ask: Ask) -> tuple[str, dict[str, Any]]:
        """Return kind and checked content of a body.

        :raise Refusal: 40008 kind, 44004 no text, 40007 no such draft or file.
        """
        kind = ask.text("msgtype", 40008)
        if kind not in KINDS:
            raise fail(40008)
        content = dict(ask.inner(kind, 44004))
        if kind == "text" and not content.get("content"):
            raise fail(44004)
        if kind == "mpnews":
            self._drafts.draft(ask.account, content.get("media_id"))
        if kind in ("image", "voice"):
            self._media.get(ask.account, content.get("media_id"))
        return kind, content

    def _card(self, account: Account, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """Return what the phone shows; an article becomes public by it."""
        if kind != "mpnews":
            return content
        row = self._drafts.draft(account, content["media_id"])
        return {"articles": self._drafts.links(self._drafts.publish(account, row))}

    def _preview(self, ask: Ask) -> Reply:
        row = self._contacts.follower(ask.account, ask.body.get("touser"))
        kind, content = self._content(ask)
        card = self._card(ask.account, kind, content)
        self._chat.add(ask.account.appid, row["openid"], "account", kind, {**card, "preview": True})
        return {"errcode": 0, "errmsg": "preview success"}

    def _job(self, ask: Ask) -> Row:
        row = self.store.one(
            "SELECT * FROM oa_mass WHERE appid = ? AND msg_id = ?",
            (ask.account.appid, str(ask.body.get("msg_id", ""))),
        )
        if row is None:
            raise fail(40035)
        return row

    def _delete(self, ask: Ask) -> Reply:
        row = self._job(ask)
        self._chat.retract(ask.account.appid, row["kind"], row["msg_id"])
        self.store.run("UPDATE oa_mass SET status = 'DELETE' WHERE msg_id = ?", (row["msg_id"],))
        return OK

    def _get(self, ask: Ask) -> Reply:
        row = self._job(ask)
        return {"msg_id": row["msg_id"], "msg_status": row["status"]}
