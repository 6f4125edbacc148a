"""Messages and events to the partner's server, and the reply it gives on the spot."""

from __future__ import annotations

import asyncio
import base64
import secrets
from typing import Any
from urllib.parse import urlencode

import aiohttp

from simulation.outgoing import Delivery
from simulation.schedule import Job

from . import crypto, xml
from .accounts import Account
from .chat import Chat
from .desk import NAME, Desk

PLAIN, COMPATIBLE, SECURE = "plain", "compatible", "secure"
MODES = (PLAIN, COMPATIBLE, SECURE)
HANDSHAKE = "official.handshake"
SECONDS = 5
STALE_SECONDS = 3 * 86400
KEY_LENGTH = 43
# what the person reads when the partner's server fails
OUT_OF_SERVICE = "该公众号提供的服务出现故障，请稍后再试"
REPLIES = ("text", "image", "voice", "video", "music", "news", "transfer_customer_service")


class Callbacks:
    """Everything that the partner's server is told."""

    def __init__(self, desk: Desk, chat: Chat):
        self._desk, self._chat = desk, chat
        desk.world.scheduler.register(HANDSHAKE, self._shake_hands)

    # --- the console's page "server configuration"

    def configure(self, account: Account, url: str, token: str, key: str, mode: str) -> int:
        """Plan the handshake with a server; only its success changes the configuration.

        :raise ValueError: when one of the values can never work.
        """
        if mode not in MODES:
            raise ValueError(f"The mode is one of {MODES}.")
        if not url.startswith(("http://", "https://")):
            raise ValueError("The URL starts with http:// or https://.")
        if not 3 <= len(token) <= 32 or not token.isalnum():
            raise ValueError("The token has 3 to 32 letters and digits.")
        check_key(key)
        config = {"url": url, "token": token, "key": key, "mode": mode}
        return self._desk.world.scheduler.add(HANDSHAKE, account.appid, config=config)

    async def _shake_hands(self, job: Job) -> None:
        """Ask the server for its ``echostr``; on success the configuration counts."""
        config, echo = job.content["config"], str(secrets.randbelow(10**19))
        query = {**self._stamp(config["token"], self._desk.now()), "echostr": echo}
        answer = await _get(_with_query(config["url"], query))
        done = answer == echo.encode()
        account = self._desk.accounts.get(job.key)
        if done:
            self._desk.accounts.change(account.appid, server=config, previous_key="")
        self._desk.journal(
            "server_set" if done else "server_refused",
            account.appid,
            url=config["url"],
            answer=answer[:100].decode(errors="replace"),
        )

    def rotate(self, account: Account, key: str, after: float) -> None:
        """Set a new EncodingAESKey; messages use the old one for ``after`` more seconds.

        :raise ValueError: when there is no server yet or the key is none.
        """
        server = account.settings["server"]
        if not server:
            raise ValueError("Set the server first.")
        check_key(key)
        self._desk.accounts.change(
            account.appid,
            server={**server, "key": key},
            previous_key=server["key"],
            switch_at=self._desk.clock.now() + after,
        )

    # --- out

    def push(self, account: Account, openid: str, fields: dict[str, Any], key: str = "") -> None:
        """Tell the server about a message or an event of a person.

        :param dict fields: what follows ``CreateTime``, beginning with ``MsgType``.
        """
        name = str(fields.get("Event") or fields["MsgType"])
        key = key or openid
        server = account.settings["server"]
        self._desk.journal(
            "event" if "Event" in fields else "message", key, openid=openid, name=name
        )
        if not server:
            return
        head = {
            "ToUserName": account.original_id,
            "FromUserName": openid,
            "CreateTime": self._desk.now(),
        }
        copies = 2 if self._desk.fault("event_duplicate", name, account, key) else 1
        for _copy in range(copies):
            self._desk.world.outgoing.post(
                NAME,
                name,
                server["url"],
                {"openid": openid, "fields": {**head, **fields}},
                merchant=account.appid,
                key=key,
            )

    def request(self, delivery: Delivery, damage: str) -> tuple[str, dict[str, str], bytes]:
        """Return URL, headers and body of a delivery, signed for this moment."""
        account = self._desk.accounts.get(delivery.merchant)
        server = account.settings["server"]
        at = self._desk.now() - (STALE_SECONDS if damage == "stale" else 0)
        stamp = self._stamp(server["token"], at)
        query = {**stamp, "openid": delivery.content["openid"]}
        fields = delivery.content["fields"]
        message = xml.write(fields)
        if server["mode"] != PLAIN:
            salt = secrets.token_bytes(crypto.SALT)
            sealed = crypto.encrypt(self._key_now(account), account.appid, salt, message)
            words = (server["token"], stamp["timestamp"], stamp["nonce"], sealed)
            query["encrypt_type"] = "aes"
            query["msg_signature"] = crypto.signature(*words)
            shown = fields if server["mode"] == COMPATIBLE else {}
            message = xml.write({"ToUserName": account.original_id, **shown, "Encrypt": sealed})
        if damage == "bad_signature":
            query["signature"] = query["signature"][::-1]
            if "msg_signature" in query:
                query["msg_signature"] = query["msg_signature"][::-1]
        if damage == "tampered":
            message = _tampered(message, server["mode"])
        return _with_query(delivery.url, query), {"Content-Type": "text/xml"}, message

    def _key_now(self, account: Account) -> str:
        old = account.settings["previous_key"]
        if old and self._desk.clock.now() < account.settings["switch_at"]:
            return str(old)
        return str(account.settings["server"]["key"])

    @staticmethod
    def _stamp(token: str, at: int) -> dict[str, str]:
        timestamp, nonce = str(at), str(secrets.randbelow(10**10))
        signed = crypto.signature(token, timestamp, nonce)
        return {"signature": signed, "timestamp": timestamp, "nonce": nonce}

    # --- back

    def accepted(self, delivery: Delivery, status: int, body: bytes) -> bool:
        """Take the server's answer in; anything but HTTP 200 is asked for again."""
        if status != 200:
            return False
        account = self._desk.accounts.get(delivery.merchant)
        content = body.strip()
        if content in (b"", b"success"):
            return True
        with self._desk.store.transaction():
            try:
                self._reply(account, delivery, xml.read(content))
            except (xml.NoMessage, crypto.Unreadable) as error:
                self._desk.journal("reply_refused", delivery.content["openid"], why=str(error))
                self._apologise(delivery)
        return True

    def _reply(self, account: Account, delivery: Delivery, reply: xml.Tree) -> None:
        """Put a reply into the conversation.

        :raise NoMessage, Unreadable: when the person cannot be shown anything.
        """
        if account.settings["server"]["mode"] == SECURE or "Encrypt" in reply:
            reply = self._opened(account, reply)
        kind, openid = reply.get("MsgType"), delivery.content["openid"]
        if kind not in REPLIES or reply.get("ToUserName") != openid:
            raise xml.NoMessage("wrong MsgType or ToUserName")
        if reply.get("FromUserName") != account.original_id:
            raise xml.NoMessage("wrong FromUserName")
        if kind == "text" and not reply.get("Content"):
            raise xml.NoMessage("no Content")
        if kind != "transfer_customer_service":
            self._chat.add(account.appid, openid, "account", str(kind), content_of(reply))
        self._desk.journal("reply", openid, type=kind, text=str(reply.get("Content", ""))[:200])

    def _opened(self, account: Account, reply: xml.Tree) -> xml.Tree:
        server = account.settings["server"]
        sealed, stamp, nonce = (
            str(reply.get(name, "")) for name in ("Encrypt", "TimeStamp", "Nonce")
        )
        if crypto.signature(server["token"], stamp, nonce, sealed) != reply.get("MsgSignature"):
            raise crypto.Unreadable("wrong MsgSignature")
        keys = [key for key in (server["key"], account.settings["previous_key"]) if key]
        for position, key in enumerate(keys, 1):
            try:
                return xml.read(crypto.decrypt(key, account.appid, sealed))
            except crypto.Unreadable:
                if position == len(keys):
                    raise
        raise crypto.Unreadable("no key")

    def gave_up(self, delivery: Delivery) -> None:
        """Tell the person that nobody answered."""
        self._apologise(delivery)

    def _apologise(self, delivery: Delivery) -> None:
        """Show the sentence that only a person who wrote something gets to see."""
        if "Event" not in delivery.content["fields"]:
            notice = {"text": OUT_OF_SERVICE}
            openid = delivery.content["openid"]
            self._chat.add(delivery.merchant, openid, "system", "notice", notice)


def check_key(key: str) -> None:
    """Refuse what can be no EncodingAESKey.

    :raise ValueError: when it is not 43 letters and digits.
    """
    if len(key) != KEY_LENGTH or not key.isalnum() or not key.isascii():
        raise ValueError("The EncodingAESKey has 43 letters and digits.")
    base64.b64decode(key + "=")


def content_of(reply: xml.Tree) -> dict[str, Any]:
    """Return a reply without its envelope."""
    head = ("ToUserName", "FromUserName", "CreateTime", "MsgType")
    return {name: value for name, value in reply.items() if name not in head}


def _with_query(url: str, query: dict[str, str]) -> str:
    return url + ("&" if "?" in url else "?") + urlencode(query)


def _tampered(message: bytes, mode: str) -> bytes:
    """Return a message whose content was changed under way."""
    if mode == PLAIN:
        return message.replace(b"</xml>", b"<Tampered>1</Tampered></xml>")
    at = message.index(b"<Encrypt><![CDATA[") + len(b"<Encrypt><![CDATA[") + 8
    other = b"A" if message[at : at + 1] != b"A" else b"B"
    return message[:at] + other + message[at + 1 :]


async def _get(url: str) -> bytes:
    """Return what the server says, or nothing when it says nothing useful."""
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session:
            async with session.get(url, allow_redirects=False) as answer:
                return await answer.read() if answer.status == 200 else b""
    except (aiohttp.ClientError, asyncio.TimeoutError, ValueError, OSError):
        return b""
