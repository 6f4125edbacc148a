"""Web authorisation: who is it that opened this page inside WeChat?"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sandbox.people import Person
from simulation.gateway import Route
from simulation.messages import Answer, Call
from simulation.store import Row

from . import pages
from .accounts import Account
from .base import identify
from .contacts import Contacts
from .desk import OK, Desk, Part, plain, word
from .errors import fail

DDL = """
CREATE TABLE IF NOT EXISTS oa_code (
    code TEXT PRIMARY KEY, appid TEXT NOT NULL, openid TEXT NOT NULL, scope TEXT NOT NULL,
    snapshot INTEGER NOT NULL, expires REAL NOT NULL, used INTEGER NOT NULL DEFAULT 0)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS oa_web_token (
    token TEXT PRIMARY KEY, refresh TEXT NOT NULL, appid TEXT NOT NULL, openid TEXT NOT NULL,
    scope TEXT NOT NULL, snapshot INTEGER NOT NULL, expires REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS oa_refresh (
    token TEXT PRIMARY KEY, appid TEXT NOT NULL, openid TEXT NOT NULL, scope TEXT NOT NULL,
    snapshot INTEGER NOT NULL, expires REAL NOT NULL) WITHOUT ROWID;
"""
PERSON = "x-phone-person"
BASE, USERINFO = "snsapi_base", "snsapi_userinfo"
CODE_SECONDS = 300
TOKEN_SECONDS = 7200
REFRESH_SECONDS = 30 * 86400
ORDER = ["appid", "redirect_uri", "response_type", "scope", "state"]
STATE = re.compile(r"[0-9A-Za-z]{0,128}\Z")


class WrongLink(Exception):
    """A link to the authorisation page that WeChat does not open."""


class OAuth(Part):
    """``/connect/oauth2/authorize`` and ``/sns/…``."""

    def __init__(self, desk: Desk, contacts: Contacts):
        super().__init__(desk)
        self._contacts = contacts
        self.store.create(DDL)

    def routes(self) -> Iterable[Route]:
        """Return the addresses of this part."""
        path = "/connect/oauth2/authorize"
        return (
            Route("GET", path, "oauth_authorize", self._authorize),
            Route("POST", path, "oauth_consent", self._consent),
            plain("GET", "/sns/oauth2/access_token", "oauth_token", self._token),
            plain("GET", "/sns/oauth2/refresh_token", "oauth_refresh", self._refresh),
            plain("GET", "/sns/userinfo", "oauth_userinfo", self._userinfo),
            plain("GET", "/sns/auth", "oauth_auth", self._auth),
            Route("GET", "/mmopen/{person}/132", "avatar", self._avatar),
        )

    # --- inside WeChat's browser

    def _authorize(self, call: Call) -> Answer:
        try:
            account, wanted = self._checked(call)
            person = self._visitor(call)
        except WrongLink as wrong:
            return pages.wrong_link(str(wrong))
        if person is None:
            return pages.outside()
        contact = self._contacts.of(account, person)
        if wanted["scope"] == USERINFO and not contact["consented"]:
            return pages.consent(account, person)
        return self._redirect(account, contact, wanted)

    def _consent(self, call: Call) -> Answer:
        """Take the person's answer to the consent page."""
        try:
            account, wanted = self._checked(call)
            person = self._visitor(call)
        except WrongLink as wrong:
            return pages.wrong_link(str(wrong))
        if person is None:
            return pages.outside()
        if call.form.get("answer") != "allow":
            return pages.denied()
        contact = self._contacts.of(account, person)
        self._contacts.set(contact, consented=1)
        return self._redirect(account, contact, wanted)

    def _visitor(self, call: Call) -> Person | None:
        try:
            return self.desk.people.get(call.headers.get(PERSON, ""))
        except (KeyError, UnicodeError):  # nobody, or bytes that are no text
            return None

    def _checked(self, call: Call) -> tuple[Account, dict[str, str]]:
        """Return account and parameters of a link.

        :raise WrongLink: with a name out of :data:`pages.WRONG`.
        """
        pairs = parse_qsl(call.target.partition("?")[2], keep_blank_values=True)
        names = [name for name, _value in pairs if name in ORDER]
        wanted = {name: "" for name in ORDER} | dict(pairs)
        for name, missing in (("appid", "no_appid"), ("redirect_uri", "no_redirect")):
            if not wanted[name]:
                raise WrongLink(missing)
        if not wanted["scope"]:
            raise WrongLink("no_scope")
        if names != [name for name in ORDER if name in names] or wanted["response_type"] != "code":
            raise WrongLink("order")
        account = self.desk.accounts.find(wanted["appid"])
        if account is None:
            raise WrongLink("appid")
        if wanted["scope"] not in (BASE, USERINFO):
            raise WrongLink("scope")
        if not STATE.match(wanted["state"]):
            raise WrongLink("state")
        if not _allowed(wanted["redirect_uri"], account.settings["oauth_domains"]):
            raise WrongLink("domain")
        return account, wanted

    def _redirect(self, account: Account, contact: Row, wanted: dict[str, str]) -> Answer:
        snapshot = contact["snapshot"] or bool(
            self.desk.fault("snapshot_user", "oauth_authorize", account, contact["openid"])
        )
        code = word(32)
        self.store.insert(
            "oa_code",
            code=code,
            appid=account.appid,
            openid=virtual_openid(contact["openid"]) if snapshot else contact["openid"],
            scope=wanted["scope"],
            snapshot=int(snapshot),
            expires=self.desk.clock.now() + CODE_SECONDS,
        )
        self.desk.journal("oauth_code", contact["openid"], scope=wanted["scope"])
        parts = urlsplit(wanted["redirect_uri"])
        added = urlencode({"code": code, "state": wanted["state"]})
        query = f"{parts.query}&{added}" if parts.query else added
        return Answer(302, b"", {"Location": urlunsplit(parts._replace(query=query))})

    # --- from the partner's server

    def _token(self, call: Call) -> Answer:
        account = identify(self.desk, call.query, "authorization_code")
        code = call.query.get("code", "")
        if not code:
            raise fail(41008)
        row = self.store.one(
            "SELECT * FROM oa_code WHERE code = ? AND appid = ?", (code, account.appid)
        )
        if row is None or row["expires"] <= self.desk.clock.now():
            raise fail(40029)
        if not self.store.run("UPDATE oa_code SET used = 1 WHERE code = ? AND used = 0", (code,)):
            raise fail(40163)
        refresh = word(64)
        self.store.insert(
            "oa_refresh",
            token=refresh,
            expires=self.desk.clock.now() + REFRESH_SECONDS,
            **{name: row[name] for name in ("appid", "openid", "scope", "snapshot")},
        )
        return self._granted(row, refresh)

    def _refresh(self, call: Call) -> Answer:
        if call.query.get("grant_type") != "refresh_token":
            raise fail(40002)
        account = self.desk.accounts.get(call.query.get("appid", ""))
        token = call.query.get("refresh_token", "")
        if not token:
            raise fail(41003)
        row = self.store.one(
            "SELECT * FROM oa_refresh WHERE token = ? AND appid = ?", (token, account.appid)
        )
        if row is None:
            raise fail(40030)
        if row["expires"] <= self.desk.clock.now():
            raise fail(42002)
        return self._granted(row, token)

    def _granted(self, row: Row, refresh: str) -> Answer:
        token = word(96)
        self.store.insert(
            "oa_web_token",
            token=token,
            refresh=refresh,
            expires=self.desk.clock.now() + TOKEN_SECONDS,
            **{name: row[name] for name in ("appid", "openid", "scope", "snapshot")},
        )
        found: dict[str, Any] = {
            "access_token": token,
            "expires_in": TOKEN_SECONDS,
            "refresh_token": refresh,
            "openid": row["openid"],
            "scope": row["scope"],
        }
        if row["snapshot"]:
            found["is_snapshotuser"] = 1
        elif row["scope"] == USERINFO:
            found["unionid"] = self._person(row).unionid
        return Answer.json(found)

    def _owner(self, call: Call) -> Row:
        """Return the web token of a call.

        :raise Refusal: 41001, 40001 and 42001 for the token, 41009 and 40003 for the openid.
        """
        token, openid = (call.query.get(name, "") for name in ("access_token", "openid"))
        if not token:
            raise fail(41001)
        if not openid:
            raise fail(41009)
        row = self.store.one("SELECT * FROM oa_web_token WHERE token = ?", (token,))
        if row is None:
            raise fail(40001)
        if row["expires"] <= self.desk.clock.now():
            raise fail(42001)
        if row["openid"] != openid:
            raise fail(40003)
        return row

    def _userinfo(self, call: Call) -> Answer:
        row = self._owner(call)
        if row["scope"] != USERINFO:
            raise fail(48001)
        found: dict[str, Any] = {
            "openid": row["openid"],
            "nickname": "微信用户",
            "sex": 0,
            "language": "",
            "city": "",
            "province": "",
            "country": "",
            "headimgurl": "",
            "privilege": [],
        }
        if row["snapshot"]:
            return Answer.json({**found, "is_snapshotuser": 1})
        person = self._person(row)
        picture = f"{self.desk.world.addresses().get('official', '')}/mmopen/{person.id}/132"
        found |= {"nickname": person.name, "headimgurl": picture, "unionid": person.unionid}
        return Answer.json(found)

    def _auth(self, call: Call) -> Answer:
        self._owner(call)
        return Answer.json(OK)

    def _avatar(self, call: Call) -> Answer:
        """Draw a person's picture: the first character on the person's color."""
        try:
            person = self.desk.people.get(call.parts["person"])
        except KeyError:
            return Answer.text("", 404)
        picture = (
            '<svg xmlns="http://www.w3.org/2000/svg" width="132" height="132">'
            f'<rect width="132" height="132" fill="{html.escape(person.color)}"/>'
            '<text x="66" y="88" font-size="64" text-anchor="middle" fill="#fff">'
            f"{html.escape(person.name[:1])}</text></svg>"
        )
        return Answer.text(picture, kind="image/svg+xml")

    def _person(self, row: Row) -> Person:
        contact = self._contacts.find(self.desk.accounts.get(row["appid"]), row["openid"])
        if contact is None:
            raise fail(40003)
        return self._contacts.person(contact)


def virtual_openid(openid: str) -> str:
    """Return the openid that a snapshot page shows instead of the person's own."""
    return "o" + hashlib.sha256(f"snapshot:{openid}".encode()).hexdigest()[:27]


def _allowed(url: str, domains: list[str]) -> bool:
    """Tell whether a page lies on one of the configured domains, named exactly."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    clean = parts.scheme in ("http", "https") and "\\" not in url
    return clean and (host in domains or parts.netloc in domains)
