"""Subscription notices (订阅通知): one message per consent, or many for a long-term one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

from simulation.gateway import Route
from simulation.store import Row

from . import fields
from .accounts import Account
from .callbacks import Callbacks
from .chat import Chat
from .contacts import Contacts
from .desk import OK, Ask, Desk, Part, Reply
from .errors import fail
from .library import BY_NUMBER, CATEGORIES, ENTRIES, LONG, ONCE, Entry
from .templates import TemplateStore, checked_data, target_of

DDL = """
CREATE TABLE IF NOT EXISTS oa_subscription (
    appid TEXT NOT NULL, openid TEXT NOT NULL, template_id TEXT NOT NULL,
    left_over INTEGER NOT NULL DEFAULT 0 CHECK (left_over >= 0),
    always INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (appid, openid, template_id)) WITHOUT ROWID;
"""
MOST = 50
KINDS = ("once", "long")
ACCEPT, REJECT = "accept", "reject"
# what the demo hospital may send for ever, and what once
LONG_TERM = ("booking_success", "visit_reminder", "suspension", "report_ready", "queue_call")


class Subscriptions(Part):
    """``/wxaapi/newtmpl/…`` and ``/cgi-bin/message/subscribe/bizsend``."""

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
        self.store.create(DDL)

    def prepare(self, account: Account) -> None:
        """Give an account the notices that a hospital uses."""
        for purpose, entry in ENTRIES.items():
            kind = "long" if purpose in LONG_TERM else "once"
            self._kept.add(account, kind, entry, None, purpose)

    def routes(self) -> Iterable[Route]:
        """Return the addresses of this part."""
        api, base = self.desk.api, "/wxaapi/newtmpl"
        return (
            api("GET", f"{base}/getcategory", "notice_categories", self._categories),
            api("GET", f"{base}/getpubtemplatetitles", "notice_titles", self._titles),
            api("GET", f"{base}/getpubtemplatekeywords", "notice_keywords", self._keywords),
            api("POST", f"{base}/addtemplate", "notice_add", self._add),
            api("POST", f"{base}/deltemplate", "notice_delete", self._delete),
            api("GET", f"{base}/gettemplate", "notice_list", self._list),
            api("POST", "/cgi-bin/message/subscribe/bizsend", "notice_send", self._send),
        )

    def _categories(self, _ask: Ask) -> Reply:
        return {**OK, "data": [{"id": key, "name": name} for key, name in CATEGORIES.items()]}

    def _titles(self, ask: Ask) -> Reply:
        query = ask.call.query
        wanted = {int(part) for part in query.get("ids", "").split(",") if part.isdigit()}
        start, limit = (query.get(name, "") for name in ("start", "limit"))
        if not start.isdigit() or not limit.isdigit() or int(limit) > 30:
            raise fail(40035)
        found = [
            {
                "tid": int(entry.number),
                "title": entry.title,
                "type": ONCE,
                "categoryId": str(entry.category),
            }
            for entry in ENTRIES.values()
            if entry.category in wanted
        ]
        page = found[int(start) : int(start) + int(limit)]
        return {**OK, "count": len(found), "data": page}

    def _keywords(self, ask: Ask) -> Reply:
        entry = _entry(ask.call.query.get("tid"))
        found = [
            {"kid": place, "name": label, "example": example, "rule": kind}
            for place, (label, kind, example) in enumerate(entry.fields, 1)
        ]
        return {**OK, "count": len(found), "data": found}

    def _add(self, ask: Ask) -> Reply:
        entry, chosen = _entry(ask.body.get("tid")), ask.body.get("kidList")
        if not _is_choice(chosen, len(entry.fields)):
            raise fail(200020)
        if len(str(ask.body.get("sceneDesc", ""))) > 15:
            raise fail(200021)
        if len(self._kept.listed(ask.account, *KINDS)) >= MOST:
            raise fail(200012)
        return {**OK, "priTmplId": self._kept.add(ask.account, "once", entry, chosen, "")}

    def _delete(self, ask: Ask) -> Reply:
        self._kept.remove(self._kept.get(ask.account, ask.body.get("priTmplId"), *KINDS))
        return OK

    def _list(self, ask: Ask) -> Reply:
        found = [
            {
                "priTmplId": row["template_id"],
                "title": row["title"],
                "content": row["content"],
                "example": row["example"],
                "type": LONG if row["kind"] == "long" else ONCE,
            }
            for row in self._kept.listed(ask.account, *KINDS)
        ]
        return {**OK, "data": found}

    def _send(self, ask: Ask) -> Reply:
        account = ask.account
        contact = self._contacts.known(account, ask.body.get("touser"))
        template = self._kept.get(account, ask.body.get("template_id"), *KINDS)
        openid = contact["openid"]
        if self.desk.fault("template_disabled", "notice_send", account, openid):
            raise fail(43107)
        data, target = checked_data(ask, template), target_of(ask, "page")
        self._use(account, openid, template["template_id"])
        msgid = self._kept.sent(
            account, openid, template["template_id"], "success", self.desk.clock.now()
        )
        card = {
            "title": template["title"],
            "lines": fields.render(template["content"], data),
            "template_id": template["template_id"],
            "msgid": msgid,
            **target,
        }
        self._chat.add(account.appid, openid, "account", "notice", card)
        self.desk.journal(
            "notice",
            str(msgid),
            openid=openid,
            template_id=template["template_id"],
            purpose=template["purpose"],
            data={name: str(item["value"]) for name, item in data.items()},
        )
        told = {
            "TemplateId": template["template_id"],
            "MsgID": str(msgid),
            "ErrorCode": "0",
            "ErrorStatus": "success",
        }
        self._tell(account, openid, "sent", [told], str(msgid))
        return OK

    def _use(self, account: Account, openid: str, template_id: str) -> None:
        """Take one message out of what the person agreed to.

        :raise Refusal: 43101 when nothing is left.
        """
        touched = self.store.run(
            "UPDATE oa_subscription SET left_over = max(left_over - 1, 0)"
            " WHERE appid = ? AND openid = ? AND template_id = ?"
            " AND (always = 1 OR left_over > 0)",
            (account.appid, openid, template_id),
        )
        if not touched:
            raise fail(43101)

    # --- the person's side

    def offered(self, account: Account, openid: str) -> list[dict[str, Any]]:
        """Return the account's notices and what the person said to each."""
        found = []
        for template in self._kept.listed(account, *KINDS):
            row = self._state(account, openid, template["template_id"])
            found.append(
                {
                    "template_id": template["template_id"],
                    "title": template["title"],
                    "purpose": template["purpose"],
                    "long_term": template["kind"] == "long",
                    "accepted": bool(row and row["always"]),
                    "left": row["left_over"] if row else 0,
                    "refused": bool(row and row["refused"]),
                }
            )
        return found

    def _state(self, account: Account, openid: str, template_id: str) -> Row | None:
        return self.store.one(
            "SELECT * FROM oa_subscription WHERE appid = ? AND openid = ? AND template_id = ?",
            (account.appid, openid, template_id),
        )

    def answer(
        self, account: Account, openid: str, answers: Mapping[str, str], scene: str
    ) -> dict[str, str]:
        """Keep what the person said in the window of ``<wx-open-subscribe>``.

        :param answers: template id to ``accept`` or ``reject``.
        :param str scene: ``1`` a web page, ``2`` an article.
        :return: what the page's script is told: template id to answer.
        :raise Refusal: 40037 for a foreign template.
        :raise ValueError: for another answer.
        """
        for template_id, said in answers.items():
            template = self._kept.get(account, template_id, *KINDS)
            if said not in (ACCEPT, REJECT):
                raise ValueError("The answer is accept or reject.")
            once = template["kind"] == "once"
            self._keep(account, openid, template_id, said == ACCEPT, once)
        told = [
            {"TemplateId": key, "SubscribeStatusString": said, "PopupScene": scene}
            for key, said in answers.items()
        ]
        self._tell(account, openid, "popup", told)
        return dict(answers)

    def _keep(self, account: Account, openid: str, template_id: str, yes: bool, once: bool) -> None:
        self.store.run(
            "INSERT INTO oa_subscription VALUES (?1, ?2, ?3, ?4, ?5, 0) ON CONFLICT"
            " (appid, openid, template_id) DO UPDATE SET left_over = left_over + ?4,"
            " always = max(always, ?5), refused = CASE WHEN ?6 THEN 0 ELSE refused END",
            (account.appid, openid, template_id, int(yes and once), int(yes and not once), yes),
        )

    def refuse(self, account: Account, openid: str, template_id: str) -> None:
        """Let the person turn a notice off in the phone's settings.

        :raise Refusal: 40037 for a foreign template.
        """
        self._kept.get(account, template_id, *KINDS)
        self.store.run(
            "INSERT INTO oa_subscription VALUES (?1, ?2, ?3, 0, 0, 1) ON CONFLICT"
            " (appid, openid, template_id) DO UPDATE SET refused = 1, left_over = 0, always = 0",
            (account.appid, openid, template_id),
        )
        told = [{"TemplateId": template_id, "SubscribeStatusString": REJECT}]
        self._tell(account, openid, "change", told)

    def _tell(
        self, account: Account, openid: str, what: str, items: list[dict[str, str]], key: str = ""
    ) -> None:
        event = {
            "MsgType": "event",
            "Event": f"subscribe_msg_{what}_event",
            f"SubscribeMsg{what.capitalize()}Event": {"List": items},
        }
        self._callbacks.push(account, openid, event, key)


def _entry(number: object) -> Entry:
    entry = BY_NUMBER.get(str(number))
    if entry is None:
        raise fail(200014)
    return entry


def _is_choice(chosen: object, most: int) -> TypeGuard[list[int]]:
    """Tell whether a body names two to five different keywords by their numbers."""
    if not isinstance(chosen, list) or not 2 <= len(chosen) <= 5:
        return False
    numbers = [one for one in chosen if isinstance(one, int) and 1 <= one <= most]
    return len(set(numbers)) == len(chosen)
