"""The HIS vendor's port: signed JSON, single-string SOAP, and pushes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from simulation.gateway import Gateway, Route
from simulation.messages import Answer, Call, Refusal
from simulation.outgoing import Delivery
from simulation.world import World

from ..feed import Feed
from ..hospital import Hospital
from . import faults, soap, staff, texts
from .json_front import PREFIX, JsonFront
from .partners import Accounts
from .push import Pushes
from .soap_front import PATH, SoapFront

CHARSET = "vendor_charset"


class Vendor(Gateway):
    """Three dialects over the same services."""

    name: ClassVar[str] = faults.GATEWAY
    title: ClassVar[str] = "HIS 厂商接口"
    fault_kinds: ClassVar[Mapping[str, str]] = faults.KINDS
    callback_plan: ClassVar[tuple[float, ...]] = (5, 30, 60, 300, 600)

    def __init__(self, world: World, hospital: Hospital, feed: Feed):
        super().__init__(world)
        self._hospital = hospital
        self._accounts = Accounts(world.store, world.clock)
        self._json = JsonFront(hospital, self._accounts)
        self._soap = SoapFront(hospital)
        self._pushes = Pushes(world, feed, self._accounts, self.name)

    def prepare(self) -> None:
        """Take over the settings, and go on with the pushes."""
        self._use_charset(self.world.store.setting(CHARSET) or "utf-8")
        self._pushes.prepare()

    def _use_charset(self, charset: str) -> None:
        self._json.charset = self._soap.charset = charset

    def routes(self) -> Iterable[Route]:
        """Return one path for each JSON function, and the SOAP address."""
        for name, path in self._json.paths().items():
            yield Route("POST", path, name, self._json.handle)
        yield Route("POST", PREFIX + "{function:.*}", "unknown", self._json.handle)
        yield Route("GET", PATH, "wsdl", self._soap.describe)
        yield Route("POST", PATH, "soap", self._soap.handle)

    def controls(self) -> Iterable[Route]:
        """Return pushes, settings and what staff does."""
        yield Route("GET", "/subscriptions", "subscriptions", self._list)
        yield Route("POST", "/subscriptions", "subscribe", self._subscribe)
        yield Route("DELETE", "/subscriptions/{number}", "unsubscribe", self._unsubscribe)
        yield Route("POST", "/settings", "settings", self._settings)
        yield Route("POST", "/staff/{action}", "staff", self._staff)

    def _list(self, _call: Call) -> Answer:
        return Answer.json({"subscriptions": self._pushes.listed()})

    def _subscribe(self, call: Call) -> Answer:
        wanted = call.json()
        row = self._pushes.add(wanted["appid"], wanted["url"], wanted.get("kinds", ()))
        return Answer.json(row)

    def _unsubscribe(self, call: Call) -> Answer:
        return Answer.json({"removed": self._pushes.remove(int(call.parts["number"]))})

    def _settings(self, call: Call) -> Answer:
        named = str(call.json()["charset"]).lower()
        if named not in texts.CHARSETS:
            raise ValueError(f"The HIS writes {sorted(texts.CHARSETS)}, not '{named}'.")
        self.world.store.keep(CHARSET, texts.CHARSETS[named])
        self._use_charset(texts.CHARSETS[named])
        return Answer.json({"charset": texts.CHARSETS[named]})

    def _staff(self, call: Call) -> Answer:
        return staff.act(self._hospital, call)

    def credentials(self) -> dict[str, Any]:
        """Return the partners of the JSON interface with their secrets."""
        return self._accounts.credentials()

    def facts(self, call: Call) -> Mapping[str, str]:
        """Return ``merchant`` (the appid) and, of SOAP, ``method``."""
        if call.path == PATH:
            return {"method": soap.method_in(call.body)}
        return {"merchant": call.headers.get("appid", "")}

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        """Return a refusal in the dialect of the call."""
        front = self._soap if call.path == PATH else self._json
        return front.refuse(refusal, call)

    def too_many(self, call: Call) -> Answer:
        """Return the refusal of too many calls."""
        return self.refuse(Refusal("FREQUENCY_LIMITED", "请求过于频繁，请稍后再试"), call)

    def seal(self, answer: Answer, call: Call, spoiled: bool) -> Answer:
        """Sign answers of the JSON interface; SOAP has no signatures."""
        if call.path == PATH:
            return answer
        return self._json.seal(answer, call, spoiled)

    def callback(self, delivery: Delivery, damage: str) -> tuple[dict[str, str], bytes]:
        """Return headers and body of a push."""
        return self._pushes.request(delivery, damage)

    def accepted(self, delivery: Delivery, status: int, body: bytes) -> bool:
        """Tell whether the partner answered ``{"code": "1"}``."""
        try:
            return status == 200 and texts.json_object(body.decode()).get("code") == "1"
        except (Refusal, UnicodeDecodeError):
            return False
