"""The official account as one gateway: its parts tied together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from sandbox.keys import KeyFolder
from sandbox.people import People
from simulation.gateway import Gateway, Route
from simulation.messages import Answer, Call, Refusal
from simulation.outgoing import Delivery
from simulation.world import World

from . import contacts, errors
from .accounts import Account
from .base import Base
from .callbacks import Callbacks
from .chat import Chat
from .controls import Controls
from .customer import Customer
from .desk import NAME, Desk
from .drafts import Drafts
from .follower import Parts
from .jssdk import JsSdk
from .mass import Mass
from .media import Media
from .menu import Menu
from .oauth import OAuth
from .phonebook import Phonebook
from .qrcodes import QrCodes
from .subscriptions import Subscriptions
from .tags import Tags
from .templates import Templates, TemplateStore
from .users import Users

TO_USER = re.compile(rb'"touser"\s*:\s*"([\w-]{1,64})"')


class OfficialAccount(Gateway):
    """api.weixin.qq.com, open.weixin.qq.com and mp.weixin.qq.com of made-up accounts."""

    name: ClassVar[str] = NAME
    title: ClassVar[str] = "WeChat official account"
    fault_kinds: ClassVar[Mapping[str, str]] = {
        "token_expired_early": "the access token ends before its time: 42001",
        "token_conflict": "somebody else fetched a token, so this one is not the latest: 40001",
        "quota_used_up": "the day's calls of this operation are used up: 45009",
        "system_busy": "the call is refused with -1; trying again works",
        "event_duplicate": "a message or event is pushed twice although it was taken",
        "ticket_wrong": "getticket answers with a ticket that the phone does not accept",
        "user_blocked": "a template message is taken, then fails with failed:user block",
        "send_failed": "a template message is taken, then fails with failed: system failed",
        "snapshot_user": "the authorised page is a snapshot: virtual openid, is_snapshotuser 1",
        "template_disabled": "the template is banned: 43116, for notices 43107",
    }
    # three tries in all, five seconds each
    callback_plan: ClassVar[tuple[float, ...]] = (0, 0)

    def __init__(self, world: World):
        super().__init__(world)
        desk = Desk(world, KeyFolder(world.folder / "keys"))
        met = contacts.Contacts(desk)
        chat = Chat(world.store, world.clock)
        callbacks = Callbacks(desk, chat)
        kept, tags, media = TemplateStore(desk), Tags(desk, met), Media(desk)
        drafts = Drafts(desk, media, callbacks)
        menu, qrcodes, jssdk = Menu(desk), QrCodes(desk), JsSdk(desk)
        notices = Subscriptions(desk, kept, met, chat, callbacks)
        templates = Templates(desk, kept, met, chat, callbacks)
        self._desk, self._callbacks, self._kept = desk, callbacks, kept
        self._welcomed = (templates, notices, tags)
        self._parts = (
            Base(desk),
            jssdk,
            OAuth(desk, met),
            templates,
            notices,
            Customer(desk, met, chat, media),
            menu,
            qrcodes,
            Users(desk, met, tags),
            tags,
            media,
            drafts,
            Mass(desk, met, chat, callbacks, drafts, media, tags),
        )
        self.phonebook = Phonebook(
            Parts(desk, met, chat, callbacks, menu, tags, qrcodes, notices, jssdk)
        )
        self._controls = Controls(desk.accounts, callbacks, self.phonebook, self._welcome)

    def prepare(self) -> None:
        """Create the demo hospital's account with its templates."""
        People(self.world.store)  # a reset took the people away
        self._desk.accounts.prepare()
        for account in self._desk.accounts.all():
            self._welcome(account)

    def _welcome(self, account: Account) -> None:
        for part in self._welcomed:
            part.prepare(account)

    def routes(self) -> Iterable[Route]:
        """Return the addresses of all parts; any other is an invalid url."""
        found = [route for part in self._parts for route in part.routes()]
        return [*found, Route("*", "/{unknown:.*}", "unknown", self._unknown)]

    @staticmethod
    def _unknown(_call: Call) -> Answer:
        raise errors.fail(40066)

    def controls(self) -> Iterable[Route]:
        """Return the addresses of the console and of the person's side."""
        return self._controls.routes()

    def credentials(self) -> dict[str, Any]:
        """Return numbers, secrets and template ids of all accounts."""
        found = {}
        for account in self._desk.accounts.all():
            once, always = (self._kept.purposes(account, kind) for kind in ("once", "long"))
            found[account.appid] = {
                "appid": account.appid,
                "secret": account.secret,
                "original_id": account.original_id,
                "name": account.name,
                "templates": self._kept.purposes(account, "template"),
                "notices": {**once, **always},
            }
        return {"accounts": found}

    def facts(self, call: Call) -> Mapping[str, str]:
        """Return the account as merchant and the receiver's openid as key."""
        query = call.query
        token = query.get("access_token", "")
        owner = self._desk.tokens.peek(token) if token else ""
        receiver = TO_USER.search(call.body)
        key = receiver.group(1).decode() if receiver else query.get("openid", "")
        return {"merchant": owner or query.get("appid", ""), "key": key}

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        """Return an error as WeChat writes it."""
        return self._desk.refuse(refusal)

    def too_many(self, call: Call) -> Answer:
        """Return the answer to too many calls a minute."""
        return self._desk.refuse(errors.fail(45011))

    def seal(self, answer: Answer, call: Call, spoiled: bool) -> Answer:
        """Return the answer as it is: WeChat signs none of them."""
        return answer

    def request(self, delivery: Delivery, damage: str) -> tuple[str, dict[str, str], bytes]:
        """Return URL, headers and body of a callback."""
        return self._callbacks.request(delivery, damage)

    def accepted(self, delivery: Delivery, status: int, body: bytes) -> bool:
        """Take in what the partner's server replied."""
        return self._callbacks.accepted(delivery, status, body)

    def gave_up(self, delivery: Delivery) -> None:
        """Tell the person that the account is out of service."""
        self._callbacks.gave_up(delivery)
