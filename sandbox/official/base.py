"""Tokens, callback addresses and quotas: the calls that every partner begins with."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from typing import Any

from simulation.gateway import Route
from simulation.messages import Answer, Call
from simulation.serving import LOOPBACK

from .accounts import Account
from .desk import OK, Ask, Desk, Part, Reply, json_object, plain
from .errors import fail


class Base(Part):
    """``/cgi-bin/token`` and its kin."""

    def routes(self) -> Iterable[Route]:
        """Return the addresses of this part."""
        api = self.desk.api
        return (
            plain("GET", "/cgi-bin/token", "token", self._token),
            plain("POST", "/cgi-bin/stable_token", "stable_token", self._stable_token),
            api("GET", "/cgi-bin/getcallbackip", "getcallbackip", self._addresses),
            api("GET", "/cgi-bin/get_api_domain_ip", "get_api_domain_ip", self._addresses),
            api("POST", "/cgi-bin/clear_quota", "clear_quota", self._clear),
            api("POST", "/cgi-bin/openapi/quota/get", "quota_get", self._quota),
        )

    def _token(self, call: Call) -> Answer:
        account = identify(self.desk, call.query)
        self.desk.quota.use(account, "token")
        token, seconds = self.desk.tokens.plain(account.appid)
        return Answer.json({"access_token": token, "expires_in": seconds})

    def _stable_token(self, call: Call) -> Answer:
        body = json_object(call.body)
        account = identify(self.desk, body)
        force = body.get("force_refresh", False)
        if not isinstance(force, bool):
            raise fail(47001)
        self.desk.quota.use(account, "stable_token")
        token, seconds = self.desk.tokens.stable(account.appid, force)
        return Answer.json({"access_token": token, "expires_in": seconds})

    def _addresses(self, _ask: Ask) -> Reply:
        return {"ip_list": [LOOPBACK]}

    def _clear(self, ask: Ask) -> Reply:
        if ask.text("appid", 41002) != ask.account.appid:
            raise fail(40013)
        self.desk.quota.clear(ask.account)
        return OK

    def _quota(self, ask: Ask) -> Reply:
        path = ask.text("cgi_path")
        routes = self.desk.world.gateways["official"].routes()
        name = next((route.operation for route in routes if route.path == path), None)
        if name is None:
            raise fail(40066)
        limit, used = (
            self.desk.quota.limit(ask.account, name),
            self.desk.quota.used(ask.account, name),
        )
        return {**OK, "quota": {"daily_limit": limit, "used": used, "remain": limit - used}}


def identify(
    desk: Desk, given: Mapping[str, Any], grant: str | None = "client_credential"
) -> Account:
    """Return the account whose appid and secret were given.

    :param grant: the grant type that must be named; ``None`` asks for none.
    :raise Refusal: 40002 grant type, 41002 and 40013 appid, 41004 and 40125 secret.
    """
    if grant is not None and given.get("grant_type") != grant:
        raise fail(40002)
    appid, secret = (str(given.get(name, "")) for name in ("appid", "secret"))
    if not appid:
        raise fail(41002)
    account = desk.accounts.get(appid)
    if not secret:
        raise fail(41004)
    if not hmac.compare_digest(secret.encode(), account.secret.encode()):
        raise fail(40125)
    return account
