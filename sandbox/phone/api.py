"""The interface between the phone's page and the systems behind it: JSON, one person per path."""

from __future__ import annotations

import base64
import io
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

import qrcode
import qrcode.image.svg
from aiohttp import web

from simulation.messages import Refusal
from simulation.world import World

from ..people import People, Person
from .alipay_app import AlipayApp
from .apps import PayApp
from .hosts import APPS, into_view
from .sms_app import SmsApp
from .wechat_app import WeChatApp

Answering = Callable[[Person, dict[str, Any]], Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def svg_of(text: str) -> str:
    """Return a QR code as SVG in base64."""
    made = qrcode.make(text, image_factory=qrcode.image.svg.SvgPathImage, border=2)
    stream = io.BytesIO()
    made.save(stream)
    return base64.b64encode(stream.getvalue()).decode()


class Api:
    """Handlers of one phone page."""

    def __init__(self, world: World):
        self._world = world
        self._people = People(world.store)
        self._wechat = WeChatApp(world)
        self._sms = SmsApp(world)
        self._apps: dict[str, PayApp] = {"wx": self._wechat, "ali": AlipayApp(world)}
        self.port = 0  # of the phone; known when it listens

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Name the addresses."""
        router.add_get("/api/people", self._everybody)
        router.add_post("/api/people", self._add_person)
        router.add_get("/api/p/{person}", self._reading(self._news))
        router.add_get("/api/p/{person}/around", self._reading(self._around))
        posts: dict[str, Answering] = {
            "wechat/follow": self._follow,
            "wechat/unfollow": self._unfollow,
            "wechat/send": self._send,
            "wechat/menu": self._menu,
            "wechat/read": self._read_chat,
            "sms/read": self._read_sms,
            "subscribe": self._subscribe,
            "scan": self._scan,
            "pay": self._pay,
            "code": self._code,
            "confirm": self._confirm,
            "open": self._open,
            "bridge": self._bridge,
        }
        for path, answering in posts.items():
            router.add_post(f"/api/p/{{person}}/{path}", self._writing(answering))

    def person(self, request: web.Request) -> Person:
        """Return whose phone a request is about.

        :raise web.HTTPNotFound: when there is nobody of this name.
        """
        try:
            return self._people.get(request.match_info["person"])
        except KeyError:
            raise web.HTTPNotFound(text="There is nobody of this name.") from None

    def _reading(self, answering: Answering) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            return web.json_response(answering(self.person(request), dict(request.query)))

        return handle

    def _writing(self, answering: Answering) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            person, content = self.person(request), await request.json()
            with self._world.store.transaction():
                return web.json_response(answering(person, content) or {})

        return handle

    async def _everybody(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response([_told(one) for one in self._people.all()])

    async def _add_person(self, request: web.Request) -> web.StreamResponse:
        wanted = await request.json()
        person = self._people.newcomer(wanted["name"], wanted["mobile"], wanted["id_number"])
        return web.json_response(_told(person))

    def _news(self, person: Person, _query: dict[str, Any]) -> dict[str, Any]:
        """Return what the phone shows by itself: chats, messages, questions."""
        asked = [sheet.told() for app in self._apps.values() for sheet in app.confirmations(person)]
        return {
            "now": self._world.clock.moment().isoformat(timespec="minutes"),
            "name": person.name,
            "wechat": self._wechat.news(person),
            "sms": self._sms.inbox(person),
            "confirmations": asked,
        }

    def _around(self, _person: Person, query: dict[str, Any]) -> list[dict[str, Any]]:
        return self._app(query).around()

    def _app(self, content: dict[str, Any]) -> PayApp:
        """Return the app a call is about.

        :raise ValueError: when the phone has none of this name.
        """
        app = self._apps.get(content.get("app", ""))
        if app is None:
            raise ValueError("The phone's apps are called wx and ali.")
        return app

    def _follow(self, person: Person, _content: dict[str, Any]) -> None:
        self._wechat.follow(person)

    def _unfollow(self, person: Person, _content: dict[str, Any]) -> None:
        self._wechat.unfollow(person)

    def _send(self, person: Person, content: dict[str, Any]) -> None:
        self._wechat.send(person, content["text"])

    def _menu(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        return self._wechat.choose(person, content["position"])

    def _read_chat(self, person: Person, content: dict[str, Any]) -> None:
        self._wechat.read(person, int(content["last"]))

    def _read_sms(self, person: Person, content: dict[str, Any]) -> None:
        self._sms.read(person, [int(number) for number in content["seen"]])

    def _subscribe(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        return self._wechat.subscribe(person, content["asked"], content["accepted"])

    def _scan(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        """Tell what scanning does: pay, open a page, meet the account, or just a text."""
        text = content["text"].strip()
        found = self._app(content).scan(person, text)
        if found is not None:
            return found
        return {"open": text} if text.startswith(("http://", "https://")) else {"text": text}

    def _pay(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        try:
            return asdict(self._app(content).act(person, content["token"], content["outcome"]))
        except Refusal as refusal:
            return {"paid": False, "text": refusal.text}

    def _code(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        code = self._app(content).code(person)
        return {"code": code, "qr": svg_of(code)}

    def _confirm(self, person: Person, content: dict[str, Any]) -> None:
        self._app(content).confirm(person, content["token"], bool(content["yes"]))

    def _open(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        if content["app"] not in APPS:
            raise ValueError("The phone's apps are called wx, ali and web.")
        return {"address": into_view(content["url"], content["app"], person.id, self.port)}

    def _bridge(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        return self._app(content).bridge(
            person, content["kind"], content["content"], content["url"]
        )


def _told(person: Person) -> dict[str, Any]:
    """Return a person as the phone's page, and whoever writes a test, wants to know one."""
    return {**asdict(person), "alipay_id": person.alipay_id}
