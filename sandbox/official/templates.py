"""Category templates (类目模板) and the messages made of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from simulation.gateway import Route
from simulation.store import Row

from . import fields
from .accounts import Account
from .callbacks import Callbacks
from .chat import Chat
from .contacts import Contacts
from .desk import OK, Ask, Desk, Part, Reply
from .errors import fail
from .library import BY_NUMBER, ENTRIES, Entry

DDL = """
CREATE TABLE IF NOT EXISTS oa_template (
    appid TEXT NOT NULL, template_id TEXT NOT NULL, purpose TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('template', 'once', 'long')),
    title TEXT NOT NULL, content TEXT NOT NULL, example TEXT NOT NULL, constants TEXT NOT NULL,
    number INTEGER PRIMARY KEY AUTOINCREMENT, UNIQUE (appid, template_id));
CREATE TABLE IF NOT EXISTS oa_send (
    msgid INTEGER PRIMARY KEY AUTOINCREMENT, appid TEXT NOT NULL, openid TEXT NOT NULL,
    template_id TEXT NOT NULL, status TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS oa_client_msg (
    appid TEXT NOT NULL, openid TEXT NOT NULL, client_msg_id TEXT NOT NULL,
    msgid INTEGER NOT NULL, until REAL NOT NULL, PRIMARY KEY (appid, openid, client_msg_id));
"""
FIRST_MSGID = 3_000_000_000
MOST = 25
SAME_SECONDS = 600
SUCCESS, BLOCKED, SYSTEM_FAILED = "success", "failed:user block", "failed: system failed"
INDUSTRY = {"first_class": "医药护理", "second_class": "保健与卫生"}


class TemplateStore:
    """The templates that accounts hold, of all kinds."""

    def __init__(self, desk: Desk):
        self.store = desk.store
        self.store.create(DDL)

    def add(
        self, account: Account, kind: str, entry: Entry, chosen: list[int] | None, purpose: str
    ) -> str:
        """Copy an entry of the library and return the template's id; twice is the same id."""
        seed = f"{account.appid}:{kind}:{entry.number}:{chosen or 'all'}"
        template_id = hashlib.sha256(seed.encode()).hexdigest()[:43]
        allowed = {
            name: list(entry.constants)
            for _label, name, _example in entry.names(chosen)
            if fields.kind_of(name) == "const"
        }
        self.store.run(
            "INSERT INTO oa_template (appid, template_id, purpose, kind, title, content, example,"
            " constants) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                account.appid,
                template_id,
                purpose,
                kind,
                entry.title,
                entry.content(chosen),
                entry.example(chosen),
                json.dumps(allowed),
            ),
        )
        return template_id

    def listed(self, account: Account, *kinds: str) -> list[Row]:
        """Return an account's templates of these kinds."""
        return self.store.all(
            "SELECT * FROM oa_template WHERE appid = ? AND kind IN (?, ?) ORDER BY number",
            (account.appid, kinds[0], kinds[-1]),
        )

    def get(self, account: Account, template_id: object, *kinds: str) -> Row:
        """Return one template.

        :raise Refusal: 40037 when the account has none of this id and kind.
        """
        if not isinstance(template_id, str):
            raise fail(40037)
        row = self.store.one(
            "SELECT * FROM oa_template WHERE appid = ? AND template_id = ?",
            (account.appid, template_id),
        )
        if row is None or row["kind"] not in kinds:
            raise fail(40037)
        return row

    def remove(self, row: Row) -> None:
        """Delete a template."""
        self.store.run("DELETE FROM oa_template WHERE number = ?", (row["number"],))

    def purposes(self, account: Account, kind: str) -> dict[str, str]:
        """Return the ids of the templates that the demo hospital was given, by purpose."""
        return {row["purpose"]: row["template_id"] for row in self.listed(account, kind)}

    def sent(self, account: Account, openid: str, template_id: str, status: str, at: float) -> int:
        """Write a sent message down and return its number."""
        self.store.run(
            "INSERT INTO oa_send SELECT max(?, ifnull(max(msgid), 0)) + 1, ?, ?, ?, ?, ?"
            " FROM oa_send",
            (FIRST_MSGID, account.appid, openid, template_id, status, at),
        )
        row = self.store.one("SELECT max(msgid) AS n FROM oa_send")
        return int(row["n"]) if row else 0


def checked_data(ask: Ask, template: Row) -> dict[str, Any]:
    """Return the data of a message, only the fields that its template has.

    :raise Refusal: 47003 with the field's name.
    """
    data = ask.inner("data", 47003)
    wrong = fields.problem(template["content"], data, json.loads(template["constants"]))
    if wrong:
        raise fail(47003, wrong)
    return {name: data[name] for name in fields.keywords(template["content"])}


def target_of(ask: Ask, page: str) -> dict[str, str]:
    """Return where a card leads to: a mini program goes before a page.

    :raise Refusal: 40013 when the mini program is not linked to the account.
    """
    program = ask.body.get("miniprogram")
    if isinstance(program, dict) and program.get("appid"):
        if program["appid"] not in ask.account.settings["miniprograms"]:
            raise fail(40013)
        return {"miniprogram": program["appid"], "pagepath": str(program.get("pagepath", ""))}
    url = ask.body.get(page) or ""
    if not isinstance(url, str):
        raise fail(40035)
    return {"url": url} if url else {}


class Templates(Part):
    """``/cgi-bin/template/…`` and ``/cgi-bin/message/template/send``."""

    def __init__(
        self,
        desk: Desk,
        kept: TemplateStore,
        contacts: Contacts,
        chat: Chat,
        callbacks: Callbacks,
    ):
        super().__init__(desk)
        self._kept, self._contacts, self._chat = kept, contacts, chat
        self._callbacks = callbacks

    def prepare(self, account: Account) -> None:
        """Give an account the templates that a hospital uses."""
        for purpose, entry in ENTRIES.items():
            self._kept.add(account, "template", entry, None, purpose)

    def routes(self) -> Iterable[Route]:
        """Return the addresses of this part."""
        api, base = self.desk.api, "/cgi-bin/template"
        return (
            api("GET", f"{base}/get_all_private_template", "template_list", self._list),
            api("POST", f"{base}/api_add_template", "template_add", self._add),
            api("POST", f"{base}/del_private_template", "template_delete", self._delete),
            api("GET", f"{base}/get_industry", "template_industry", self._industry),
            api("POST", "/cgi-bin/message/template/send", "template_send", self._send),
        )

    def _list(self, ask: Ask) -> Reply:
        rows = self._kept.listed(ask.account, "template")
        found = [
            {
                "template_id": row["template_id"],
                "title": row["title"],
                "primary_industry": "",
                "deputy_industry": "",
                "content": row["content"],
                "example": row["example"],
            }
            for row in rows
        ]
        return {"template_list": found}

    def _add(self, ask: Ask) -> Reply:
        entry = BY_NUMBER.get(ask.text("template_id_short", 40037))
        if entry is None:
            raise fail(40037)
        wanted = ask.body.get("keyword_name_list")
        chosen = _places(entry, wanted) if wanted else None
        if len(self._kept.listed(ask.account, "template")) >= MOST:
            raise fail(45026)
        return {**OK, "template_id": self._kept.add(ask.account, "template", entry, chosen, "")}

    def _delete(self, ask: Ask) -> Reply:
        self._kept.remove(self._kept.get(ask.account, ask.body.get("template_id"), "template"))
        return OK

    def _industry(self, _ask: Ask) -> Reply:
        return {"primary_industry": INDUSTRY, "secondary_industry": INDUSTRY}

    def _send(self, ask: Ask) -> Reply:
        contact = self._contacts.known(ask.account, ask.body.get("touser"))
        template = self._kept.get(ask.account, ask.body.get("template_id"), "template")
        if self.desk.fault("template_disabled", "template_send", ask.account, contact["openid"]):
            raise fail(43116)
        data = checked_data(ask, template)
        if not contact["following"]:
            raise fail(43004)
        target = target_of(ask, "url")
        if known := self._known(ask, contact["openid"]):
            return {**OK, "msgid": known}
        msgid = self._deliver(ask.account, contact, template, data, target)
        self._remember(ask, contact["openid"], msgid)
        return {**OK, "msgid": msgid}

    def _known(self, ask: Ask, openid: str) -> int | None:
        """Return the message that was already sent under the caller's own number."""
        row = self.store.one(
            "SELECT msgid FROM oa_client_msg WHERE appid = ? AND openid = ?"
            " AND client_msg_id = ? AND until > ?",
            (ask.account.appid, openid, _own_number(ask), self.desk.clock.now()),
        )
        return int(row["msgid"]) if row else None

    def _remember(self, ask: Ask, openid: str, msgid: int) -> None:
        if number := _own_number(ask):
            until = self.desk.clock.now() + SAME_SECONDS
            self.store.run(
                "INSERT OR REPLACE INTO oa_client_msg VALUES (?, ?, ?, ?, ?)",
                (ask.account.appid, openid, number, msgid, until),
            )

    def _deliver(
        self,
        account: Account,
        contact: Row,
        template: Row,
        data: dict[str, Any],
        target: dict[str, str],
    ) -> int:
        openid = contact["openid"]
        status = self._status(account, contact)
        msgid = self._kept.sent(
            account, openid, template["template_id"], status, self.desk.clock.now()
        )
        if status == SUCCESS:
            card = {
                "title": template["title"],
                "lines": fields.render(template["content"], data),
                "template_id": template["template_id"],
                "msgid": msgid,
                **target,
            }
            self._chat.add(account.appid, openid, "account", "template", card)
        self.desk.journal(
            "template_message",
            str(msgid),
            openid=openid,
            template_id=template["template_id"],
            purpose=template["purpose"],
            status=status,
            data={name: str(item["value"]) for name, item in data.items()},
        )
        event = {
            "MsgType": "event",
            "Event": "TEMPLATESENDJOBFINISH",
            "MsgID": msgid,
            "Status": status,
        }
        self._callbacks.push(account, openid, event, str(msgid))
        return msgid

    def _status(self, account: Account, contact: Row) -> str:
        key = contact["openid"]
        if contact["blocked"] or self.desk.fault("user_blocked", "template_send", account, key):
            return BLOCKED
        if self.desk.fault("send_failed", "template_send", account, key):
            return SYSTEM_FAILED
        return SUCCESS


def _own_number(ask: Ask) -> str:
    number = ask.body.get("client_msg_id")
    return number if isinstance(number, str) else ""


def _places(entry: Entry, labels: object) -> list[int]:
    """Return the places of the named keywords.

    :raise Refusal: 40035 when the entry has no such keyword.
    """
    known = [label for label, _kind, _example in entry.fields]
    if not isinstance(labels, list) or not all(label in known for label in labels):
        raise fail(40035)
    return [known.index(label) + 1 for label in labels]
