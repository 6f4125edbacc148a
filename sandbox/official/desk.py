"""What all parts of the account's API share: who calls, with which token, how often a day."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.keys import KeyFolder
from sandbox.people import People
from simulation.faults import Fault
from simulation.gateway import Route
from simulation.messages import Answer, Call, Refusal
from simulation.world import World

from .accounts import Account, Accounts
from .errors import fail
from .quota import Quota
from .tokens import Tokens

NAME = "official"


@dataclass(frozen=True)
class Ask:
    """One call of the API by an account that has proven who it is."""

    account: Account
    call: Call
    body: Mapping[str, Any]

    def text(self, name: str, missing: int = 40035) -> str:
        """Return a text of the body.

        :raise Refusal: with the code ``missing`` when it is empty or no text.
        """
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise fail(missing)
        return value

    def inner(self, name: str, missing: int = 47001) -> Mapping[str, Any]:
        """Return an object of the body.

        :raise Refusal: with the code ``missing`` when it is none.
        """
        value = self.body.get(name)
        if not isinstance(value, dict):
            raise fail(missing)
        return value


Reply = Mapping[str, Any] | Answer
Work = Callable[[Ask], Reply]


class Desk:
    """The shared ground of all parts of one gateway."""

    def __init__(self, world: World, keys: KeyFolder):
        self.world, self.store, self.clock = world, world.store, world.clock
        self.people = People(world.store)
        self.accounts = Accounts(world.store, keys)
        self.tokens = Tokens(world.store, world.clock)
        self.quota = Quota(world.store, world.clock)

    def journal(self, kind: str, key: str, **facts: Any) -> None:
        """Write down what happened."""
        self.world.journal.write(NAME, kind, key, **facts)

    def fault(self, kind: str, operation: str, account: Account, key: str = "") -> Fault | None:
        """Return the rule of this kind that strikes now, if any."""
        facts = {"merchant": account.appid, "key": key}
        return self.world.faults.take(kind, NAME, operation, facts)

    def now(self) -> int:
        """Return the virtual time in whole seconds."""
        return int(self.clock.now())

    def rid(self) -> str:
        """Return the request number that WeChat appends to its sentences."""
        return f"{self.now():08x}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"

    def refuse(self, refusal: Refusal) -> Answer:
        """Return an error in WeChat's form."""
        content = {"errcode": int(refusal.code), "errmsg": f"{refusal.text} rid: {self.rid()}"}
        return Answer.json(content)

    def api(self, method: str, path: str, operation: str, work: Work) -> Route:
        """Return the route of a call that needs an access token."""

        def handle(call: Call) -> Answer:
            _require(call, method)
            token = call.query.get("access_token", "")
            account = self.accounts.get(self.tokens.owner(token))
            if lost := self._lost(account, token, operation):
                return self.refuse(lost)
            self._permit(account, operation)
            body = _body(call) if method == "POST" else {}
            try:
                return _answer(work(Ask(account, call, body)))
            except OverflowError as error:  # a number that no table can hold
                raise fail(40035) from error

        return Route("*", path, operation, handle)

    def _lost(self, account: Account, token: str, operation: str) -> Refusal | None:
        """Act out the faults that end a token: the loss stays although the call is refused."""
        for kind, code in (("token_expired_early", 42001), ("token_conflict", 40001)):
            if self.fault(kind, operation, account):
                self.tokens.forget(token)
                return fail(code)
        return None

    def _permit(self, account: Account, operation: str) -> None:
        if operation in account.settings["unauthorized"]:
            raise fail(48001)
        if self.fault("quota_used_up", operation, account):
            raise fail(45009)
        if self.fault("system_busy", operation, account):
            raise fail(-1)
        self.quota.use(account, operation)


def word(length: int) -> str:
    """Return letters and digits that nobody guesses or gets twice: a media id, a code."""
    return secrets.token_urlsafe(length)[:length]


class Part:
    """One subject of the API."""

    def __init__(self, desk: Desk):
        self.desk, self.store = desk, desk.store

    def routes(self) -> Iterable[Route]:
        """Return the addresses of this part."""
        return ()


def plain(method: str, path: str, operation: str, work: Callable[[Call], Answer]) -> Route:
    """Return the route of a call without access token; a wrong method is refused by WeChat."""

    def handle(call: Call) -> Answer:
        _require(call, method)
        return work(call)

    return Route("*", path, operation, handle)


def _require(call: Call, method: str) -> None:
    if call.method != method:
        raise fail(43002 if method == "POST" else 43001)


def json_object(body: bytes) -> dict[str, Any]:
    """Return a JSON object.

    :raise Refusal: 44002 without a body, 47001 when it is none.
    """
    if not body:
        raise fail(44002)
    try:
        found = json.loads(body)
        if b"\\ud" in body.lower():
            json.dumps(found, ensure_ascii=False).encode()  # half a character is no text
    except (ValueError, RecursionError) as error:
        raise fail(47001) from error
    if not isinstance(found, dict):
        raise fail(47001)
    return found


def _body(call: Call) -> dict[str, Any]:
    """Return the JSON body; uploads are read by their part."""
    if call.headers.get("content-type", "").startswith("multipart/"):
        return {}
    return json_object(call.body)


def _answer(reply: Reply) -> Answer:
    return reply if isinstance(reply, Answer) else Answer.json(reply)


OK: Mapping[str, Any] = {"errcode": 0, "errmsg": "ok"}
