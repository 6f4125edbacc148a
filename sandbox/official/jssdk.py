"""Tickets of the JS-SDK, and the check that the phone makes when a page calls ``wx.config``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from simulation.gateway import Route

from .accounts import Account
from .desk import OK, Ask, Desk, Part, Reply, word
from .errors import fail

DDL = """
CREATE TABLE IF NOT EXISTS oa_ticket (
    appid TEXT NOT NULL, kind TEXT NOT NULL, ticket TEXT NOT NULL, expires REAL NOT NULL,
    PRIMARY KEY (appid, kind));
"""
SECONDS = 7200
KINDS = ("jsapi", "wx_card")


def signature(ticket: str, nonce: str, timestamp: str, url: str) -> str:
    """Return the JS-SDK's signature of a page; ``url`` ends before its ``#``."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 (WeChat's)


class JsSdk(Part):
    """``/cgi-bin/ticket/getticket``."""

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self.store.create(DDL)

    def routes(self) -> Iterable[Route]:
        """Return the addresses of this part."""
        return (self.desk.api("GET", "/cgi-bin/ticket/getticket", "ticket_get", self._get),)

    def _get(self, ask: Ask) -> Reply:
        kind = ask.call.query.get("type", "")
        if kind not in KINDS:
            raise fail(40035)
        ticket, seconds = self._current(ask.account, kind)
        if self.desk.fault("ticket_wrong", "ticket_get", ask.account):
            ticket = word(len(ticket))
        return {**OK, "ticket": ticket, "expires_in": seconds}

    def _current(self, account: Account, kind: str) -> tuple[str, int]:
        now = self.desk.clock.now()
        row = self.store.one(
            "SELECT * FROM oa_ticket WHERE appid = ? AND kind = ? AND expires > ?",
            (account.appid, kind, now),
        )
        if row:
            return str(row["ticket"]), int(row["expires"] - now)
        ticket = word(86)
        self.store.run(
            "INSERT OR REPLACE INTO oa_ticket VALUES (?, ?, ?, ?)",
            (account.appid, kind, ticket, now + SECONDS),
        )
        return ticket, SECONDS

    def check(self, account: Account, asked: dict[str, Any]) -> dict[str, str]:
        """Return what ``wx.config`` reports.

        :param asked: ``url``, ``nonceStr``, ``timestamp``, ``signature``, as the page gave them.
        :return: ``errMsg``: ``config:ok``, ``config:invalid url domain`` or
            ``config:invalid signature``.
        """
        url, host = str(asked["url"]).partition("#")[0], _host(str(asked["url"]))
        if host not in account.settings["safe_domains"]:
            return {"errMsg": "config:invalid url domain"}
        row = self.store.one(
            "SELECT ticket FROM oa_ticket WHERE appid = ? AND kind = 'jsapi' AND expires > ?",
            (account.appid, self.desk.clock.now()),
        )
        nonce, timestamp = str(asked["nonceStr"]), str(asked["timestamp"])
        good = row and signature(row["ticket"], nonce, timestamp, url) == asked["signature"]
        return {"errMsg": "config:ok" if good else "config:invalid signature"}


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
