"""The person's side of all accounts together."""

from __future__ import annotations

from typing import Any

from .follower import Follower, Parts


class Phonebook:
    """The person's side of all accounts: what the phone begins with."""

    def __init__(self, parts: Parts):
        self._parts = parts

    def follower(self, person: str, appid: str) -> Follower:
        """Return what a person can do with an account."""
        return Follower(self._parts, appid, person)

    def chats(self, person: str) -> list[dict[str, Any]]:
        """Return one line per account."""
        accounts = self._parts.desk.accounts.all()
        return [self.follower(person, account.appid).summary() for account in accounts]

    def scan(self, person: str, text: str) -> dict[str, Any]:
        """Scan any QR code.

        :return: ``action``: ``follow``, ``chat`` (an account's code), ``open`` (``url``),
            ``text`` or ``expired``.
        """
        code = self._parts.qrcodes.by_url(text)
        if code:
            return self.follower(person, code["appid"]).scan_code(code)
        if text.startswith("http://weixin.qq.com/q/"):
            return {"action": "expired", "text": "该二维码已过期"}
        if text.startswith(("http://", "https://")):
            return {"action": "open", "url": text}
        return {"action": "text", "text": text}
