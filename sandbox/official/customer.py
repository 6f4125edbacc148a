"""Customer messages (客服消息): answers to a person who did something a short while ago."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simulation.gateway import Route

from .chat import Chat
from .contacts import Contacts
from .desk import OK, Ask, Desk, Part, Reply
from .errors import fail
from .media import Media

TEXT_BYTES = 2048
Check = Callable[["Customer", Ask, Mapping[str, Any]], None]


class Customer(Part):
    """``/cgi-bin/message/custom/…``."""

    def __init__(self, desk: Desk, contacts: Contacts, chat: Chat, media: Media):
        super().__init__(desk)
        self._contacts, self._chat, self._media = contacts, chat, media

    def routes(self) -> Iterable[Route]:
        """Return the addresses of this part."""
        api, base = self.desk.api, "/cgi-bin/message/custom"
        return (
            api("POST", f"{base}/send", "custom_send", self._send),
            api("POST", f"{base}/typing", "custom_typing", self._typing),
        )

    def _send(self, ask: Ask) -> Reply:
        contact = self._contacts.known(ask.account, ask.body.get("touser"))
        kind = ask.text("msgtype", 40008)
        check = CHECKS.get(kind)
        if check is None:
            raise fail(40008)
        content = dict(ask.inner(kind, 44004))
        check(self, ask, content)
        if not contact["following"]:
            raise fail(45015)
        self._chat.use_window(ask.account.appid, contact["openid"])
        self._chat.add(ask.account.appid, contact["openid"], "account", kind, content)
        self.desk.journal("customer_message", contact["openid"], type=kind, content=content)
        return OK

    def _typing(self, ask: Ask) -> Reply:
        self._contacts.known(ask.account, ask.body.get("touser"))
        if ask.body.get("command") not in ("Typing", "CancelTyping"):
            raise fail(40035)
        return OK

    def check_text(self, _ask: Ask, content: Mapping[str, Any]) -> None:
        """Refuse an empty (44004) or too long text (45002)."""
        text = content.get("content")
        if not isinstance(text, str) or not text:
            raise fail(44004)
        if len(text.encode()) > TEXT_BYTES:
            raise fail(45002)

    def check_media(self, ask: Ask, content: Mapping[str, Any]) -> None:
        """Refuse unknown media (40007)."""
        self._media.get(ask.account, content.get("media_id"))

    def check_news(self, _ask: Ask, content: Mapping[str, Any]) -> None:
        """Refuse no article (44003) and more than one (45008)."""
        articles = content.get("articles")
        if not isinstance(articles, list) or not articles:
            raise fail(44003)
        if len(articles) > 1:
            raise fail(45008)

    def check_menu(self, _ask: Ask, content: Mapping[str, Any]) -> None:
        """Refuse a menu without entries (44004)."""
        if not isinstance(content.get("list"), list) or not content["list"]:
            raise fail(44004)


CHECKS: Mapping[str, Check] = {
    "text": Customer.check_text,
    "image": Customer.check_media,
    "voice": Customer.check_media,
    "news": Customer.check_news,
    "msgmenu": Customer.check_menu,
}
