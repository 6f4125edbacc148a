"""The person's side: what somebody does with an official account on the phone.

Everything here is plain Python; the phone calls it, and so do the control endpoints. Run it
inside a transaction of the store.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.people import Person
from simulation.store import Row

from .accounts import Account
from .callbacks import Callbacks
from .chat import TALK, TOUCH, Chat
from .contacts import BY_QR, BY_SEARCH, Contacts
from .desk import Desk
from .jssdk import JsSdk
from .menu import KEYED, Menu
from .qrcodes import QrCodes
from .subscriptions import Subscriptions
from .tags import Tags

FIRST_MSGID = 24_000_000_000_000_000
PAGE_SCENES = ("1", "2")


@dataclass(frozen=True)
class Parts:
    """What the person's side needs of the gateway."""

    desk: Desk
    contacts: Contacts
    chat: Chat
    callbacks: Callbacks
    menu: Menu
    tags: Tags
    qrcodes: QrCodes
    subscriptions: Subscriptions
    jssdk: JsSdk


class Follower:
    """All that one person can do with one account.

    :param str person: short name of the person.
    :raise KeyError: when there is no such person.
    :raise Refusal: 40013 when there is no such account.
    """

    def __init__(self, parts: Parts, appid: str, person: str):
        self._parts = parts
        self.account: Account = parts.desk.accounts.get(appid)
        self.person: Person = parts.desk.people.get(person)
        self.openid = self.person.openid(appid)

    @property
    def contact(self) -> Row:
        """What account and person are to each other now."""
        return self._parts.contacts.of(self.account, self.person)

    def _event(self, event: str, **fields: Any) -> None:
        told = {"MsgType": "event", "Event": event, **fields}
        self._parts.callbacks.push(self.account, self.openid, told)

    def _window(self, window: tuple[int, int]) -> None:
        self._parts.chat.open_window(self.account.appid, self.openid, window)

    # --- following

    def follow(self, qr: str = "") -> dict[str, Any]:
        """Follow the account.

        :param str qr: the text of the account's QR code, when that led here.
        :return: ``following``, and ``scene`` when the code carried one.
        """
        contact, code = self.contact, self._parts.qrcodes.by_url(qr) if qr else None
        if code and code["appid"] != self.account.appid:
            raise ValueError("This QR code belongs to another account.")
        if contact["following"]:
            return {"following": True}
        numbered = bool(code and code["number"])
        self._parts.contacts.set(
            contact,
            following=1,
            since=self._parts.desk.clock.now(),
            way=BY_QR if code else BY_SEARCH,
            qr_scene=int(code["scene"]) if code and numbered else 0,
            qr_scene_str=code["scene"] if code and not numbered else "",
        )
        self._window(TOUCH)
        if code:
            self._event("subscribe", EventKey=f"qrscene_{code['scene']}", Ticket=code["ticket"])
            return {"following": True, "scene": code["scene"]}
        self._event("subscribe", EventKey="")
        return {"following": True}

    def unfollow(self) -> dict[str, Any]:
        """Stop following: tags, remark and conversation windows go."""
        contact = self.contact
        if contact["following"]:
            self._parts.contacts.set(contact, following=0, remark="")
            self._parts.desk.store.run("DELETE FROM oa_tagged WHERE contact = ?", (contact["id"],))
            self._parts.chat.close_windows(self.account.appid, self.openid)
            self._event("unsubscribe", EventKey="")
        return {"following": False}

    def block(self, blocked: bool) -> dict[str, Any]:
        """Turn the account's messages off or on; template messages then fail silently."""
        self._parts.contacts.set(self.contact, blocked=int(blocked))
        return {"blocked": blocked}

    # --- talking

    def say(self, kind: str, content: Mapping[str, Any], fields: Mapping[str, Any]) -> int:
        """Send a message of any kind and return its MsgId.

        :param content: what the conversation shows.
        :param fields: what the partner's server is told.
        :raise ValueError: when the person does not follow.
        """
        if not self.contact["following"]:
            raise ValueError("Follow the account first.")
        appid = self.account.appid
        number = self._parts.chat.add(appid, self.openid, "person", kind, dict(content))
        msgid = FIRST_MSGID + number
        self._window(TALK)
        told = {"MsgType": kind, **fields, "MsgId": msgid}
        self._parts.callbacks.push(self.account, self.openid, told)
        return msgid

    def send_text(self, text: str) -> int:
        """Send a text and return its MsgId."""
        return self.say("text", {"Content": text}, {"Content": text})

    def send_image(self, url: str, media_id: str = "") -> int:
        """Send a picture and return its MsgId."""
        fields = {"PicUrl": url, "MediaId": media_id or f"picture-{self._parts.desk.now()}"}
        return self.say("image", {"PicUrl": url}, fields)

    def send_location(self, latitude: float, longitude: float, label: str = "") -> int:
        """Send a place and return its MsgId."""
        fields = {
            "Location_X": f"{latitude:.6f}",
            "Location_Y": f"{longitude:.6f}",
            "Scale": 16,
            "Label": label,
        }
        return self.say("location", fields, fields)

    # --- the menu

    def menu(self) -> list[dict[str, Any]]:
        """Return the buttons that this person sees."""
        tags = self._parts.tags.of(self.contact)
        return self._parts.menu.shown(self.account, tags)

    def click(self, path: list[int], result: str = "", qr_type: str = "qrcode") -> dict[str, Any]:
        """Click a button.

        :param path: places from 0: ``[1]`` or ``[1, 3]``.
        :param str result: what the camera read, for the kinds that scan.
        :return: what the phone does next: ``action`` is ``open`` (with ``url``),
            ``miniprogram`` (``appid``, ``pagepath``), ``event`` or ``media`` (``media_id``).
        :raise ValueError: when there is no such button.
        """
        button = self._button(path)
        kind = str(button.get("type"))
        self._window(TOUCH)
        if kind == "view":
            self._event("VIEW", EventKey=button["url"], **self._menu_id())
            return {"action": "open", "url": button["url"]}
        if kind == "miniprogram":
            return self._open_program(button)
        if kind.startswith("scancode_"):
            return self._click_camera(kind, button, {"ScanType": qr_type, "ScanResult": result})
        if kind in KEYED:
            self._event("CLICK" if kind == "click" else kind, EventKey=button["key"])
            return {"action": "event", "key": button["key"]}
        media = {"MediaId": button.get("media_id") or button.get("article_id", "")}
        self._parts.chat.add(self.account.appid, self.openid, "account", "media", media)
        return {"action": "media", "media_id": media["MediaId"]}

    def _open_program(self, button: Mapping[str, Any]) -> dict[str, Any]:
        page = button.get("pagepath", "")
        self._event("view_miniprogram", EventKey=page, **self._menu_id())
        target = {"appid": button["appid"], "pagepath": page, "url": button["url"]}
        return {"action": "miniprogram", **target}

    def _click_camera(
        self, kind: str, button: Mapping[str, Any], info: Mapping[str, str]
    ) -> dict[str, Any]:
        """Tell what the camera read; ``scancode_push`` also opens a link."""
        self._event(kind, EventKey=button["key"], ScanCodeInfo=info)
        link = info["ScanResult"]
        if kind == "scancode_push" and link.startswith(("http://", "https://")):
            return {"action": "open", "url": link}
        return {"action": "event"}

    def _button(self, path: list[int]) -> dict[str, Any]:
        buttons: Any = self.menu()
        found: dict[str, Any] = {}
        for place in path:
            if not isinstance(place, int) or not 0 <= place < len(buttons):
                raise ValueError(f"The menu has no button {path}.")
            found = buttons[place]
            buttons = found.get("sub_button") or []
        if not found or buttons:
            raise ValueError(f"The menu has no button {path} to click.")
        return found

    def _menu_id(self) -> dict[str, int]:
        row = self._parts.desk.store.one(
            "SELECT menuid FROM oa_menu WHERE appid = ? AND rule = ''", (self.account.appid,)
        )
        return {"MenuId": row["menuid"]} if row else {}

    # --- scanning

    def scan_code(self, code: Row) -> dict[str, Any]:
        """Scan the account's own QR code: a follower is only noticed, others are asked."""
        if not self.contact["following"]:
            return {
                "action": "follow",
                "appid": self.account.appid,
                "name": self.account.name,
                "qr": code["url"],
            }
        self._window(TOUCH)
        self._event("SCAN", EventKey=code["scene"], Ticket=code["ticket"])
        return {"action": "chat", "appid": self.account.appid, "scene": code["scene"]}

    # --- consents

    def notices(self) -> list[dict[str, Any]]:
        """Return the account's subscription notices and what the person said to each."""
        return self._parts.subscriptions.offered(self.account, self.openid)

    def answer_notices(self, answers: Mapping[str, str], scene: str = "1") -> dict[str, str]:
        """Accept or reject notices in the window that a page opened.

        :param answers: template id to ``accept`` or ``reject``.
        :param str scene: ``1`` a web page, ``2`` an article.
        """
        if scene not in PAGE_SCENES:
            raise ValueError("The scene is 1 or 2.")
        row = self.contact
        return self._parts.subscriptions.answer(self.account, row["openid"], answers, scene)

    def refuse_notice(self, template_id: str) -> None:
        """Turn a notice off in the settings."""
        self._parts.subscriptions.refuse(self.account, self.openid, template_id)

    def consent(self, given: bool = True) -> None:
        """Give or take back the consent to show name and picture to the account's pages."""
        self._parts.contacts.set(self.contact, consented=int(given))

    def snapshot(self, on: bool = True) -> None:
        """Open pages as snapshots from now on, with a virtual openid."""
        self._parts.contacts.set(self.contact, snapshot=int(on))

    # --- reading

    def history(self) -> list[dict[str, Any]]:
        """Return the conversation, oldest first."""
        return self._parts.chat.history(self.account.appid, self.openid)

    def read(self, last: int) -> None:
        """Mark the conversation as seen up to the message of this number."""
        self._parts.chat.read(self.account.appid, self.openid, last)

    def summary(self) -> dict[str, Any]:
        """Return one line of the list of conversations."""
        contact, appid = self.contact, self.account.appid
        last = self._parts.desk.store.one(
            "SELECT kind, content FROM oa_message WHERE appid = ? AND openid = ?"
            " ORDER BY id DESC LIMIT 1",
            (appid, self.openid),
        )
        return {
            "appid": appid,
            "name": self.account.name,
            "openid": self.openid,
            "following": bool(contact["following"]),
            "blocked": bool(contact["blocked"]),
            "consented": bool(contact["consented"]),
            "snapshot": bool(contact["snapshot"]),
            "unread": self._parts.chat.unread(appid, self.openid),
            "last": {"kind": last["kind"], "content": json.loads(last["content"])}
            if last
            else None,
        }

    def check_page(self, asked: dict[str, Any]) -> dict[str, str]:
        """Return what ``wx.config`` of a page reports."""
        return self._parts.jssdk.check(self.account, asked)
