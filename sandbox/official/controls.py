"""Control endpoints: the owner's console, and the person's side for tests and demos."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from simulation.gateway import Route
from simulation.messages import Answer, Call

from .accounts import Account, Accounts
from .callbacks import Callbacks
from .follower import Follower
from .phonebook import Phonebook

Deed = Callable[[Follower, dict[str, Any]], Any]

# what a person does, by the last word of the address
DEEDS: dict[str, Deed] = {
    "follow": lambda one, given: one.follow(str(given.get("qr", ""))),
    "unfollow": lambda one, given: one.unfollow(),
    "block": lambda one, given: one.block(bool(given.get("blocked", True))),
    "text": lambda one, given: {"MsgId": one.send_text(str(given["text"]))},
    "image": lambda one, given: {"MsgId": one.send_image(str(given["url"]))},
    "location": lambda one, given: {
        "MsgId": one.send_location(
            float(given["latitude"]), float(given["longitude"]), str(given.get("label", ""))
        )
    },
    "click": lambda one, given: one.click(list(given["button"]), str(given.get("result", ""))),
    "notices": lambda one, given: one.answer_notices(
        dict(given["answers"]), str(given.get("scene", "1"))
    ),
    "refuse": lambda one, given: one.refuse_notice(str(given["template_id"])),
    "consent": lambda one, given: one.consent(bool(given.get("given", True))),
    "snapshot": lambda one, given: one.snapshot(bool(given.get("on", True))),
    "read": lambda one, given: one.read(int(given["last"])),
    "wxconfig": lambda one, given: one.check_page(given),
}
VIEWS: dict[str, Callable[[Follower], Any]] = {
    "history": lambda one: one.history(),
    "menu": lambda one: one.menu(),
    "notices": lambda one: one.notices(),
    "summary": lambda one: one.summary(),
}


class Controls:
    """Addresses below ``/official`` of the control port."""

    def __init__(
        self,
        accounts: Accounts,
        callbacks: Callbacks,
        phonebook: Phonebook,
        welcome: Callable[[Account], None],
    ):
        self._accounts, self._callbacks, self._phonebook = accounts, callbacks, phonebook
        self._welcome = welcome

    def routes(self) -> Iterable[Route]:
        """Return the addresses."""
        return (
            Route("GET", "/accounts", "accounts", self._listed),
            Route("POST", "/accounts", "account_add", self._add),
            Route("POST", "/accounts/{appid}", "account_change", self._change),
            Route("POST", "/accounts/{appid}/server", "server_set", self._server),
            Route("POST", "/accounts/{appid}/rotate", "server_rotate", self._rotate),
            Route("GET", "/people/{person}/chats", "chats", self._chats),
            Route("POST", "/people/{person}/scan", "scan", self._scan),
            Route("GET", "/people/{person}/{appid}/{view}", "person_view", self._view),
            Route("POST", "/people/{person}/{appid}/{deed}", "person_deed", self._deed),
        )

    def _listed(self, _call: Call) -> Answer:
        return Answer.json({"accounts": [_described(one) for one in self._accounts.all()]})

    def _add(self, call: Call) -> Answer:
        given = call.json()
        account = self._accounts.add(given["appid"], given["name"], given["original_id"])
        self._welcome(account)
        return Answer.json({**_described(account), "secret": account.secret})

    def _change(self, call: Call) -> Answer:
        given = call.json()
        if {"server", "previous_key", "switch_at"} & set(given):
            raise ValueError("Set the server with its own address, which makes the handshake.")
        return Answer.json(_described(self._accounts.change(call.parts["appid"], **given)))

    def _server(self, call: Call) -> Answer:
        given, account = call.json(), self._accounts.get(call.parts["appid"])
        if not given:
            return Answer.json(_described(self._accounts.change(account.appid, server=None)))
        names = ("url", "token", "key", "mode")
        values = [str(given[name]) for name in names]
        return Answer.json({"handshake": self._callbacks.configure(account, *values)})

    def _rotate(self, call: Call) -> Answer:
        given, account = call.json(), self._accounts.get(call.parts["appid"])
        self._callbacks.rotate(account, str(given["key"]), float(given.get("after", 0)))
        return Answer.json({})

    def _chats(self, call: Call) -> Answer:
        return Answer.json({"chats": self._phonebook.chats(call.parts["person"])})

    def _scan(self, call: Call) -> Answer:
        text = str(call.json()["text"])
        return Answer.json(self._phonebook.scan(call.parts["person"], text))

    def _follower(self, call: Call) -> Follower:
        return self._phonebook.follower(call.parts["person"], call.parts["appid"])

    def _view(self, call: Call) -> Answer:
        name = call.parts["view"]
        return Answer.json({name: VIEWS[name](self._follower(call))})

    def _deed(self, call: Call) -> Answer:
        given = call.json() if call.body else {}
        return Answer.json(DEEDS[call.parts["deed"]](self._follower(call), given) or {})


def _described(account: Account) -> dict[str, Any]:
    return {
        "appid": account.appid,
        "name": account.name,
        "original_id": account.original_id,
        "settings": dict(account.settings),
    }
