"""The FHIR front: reads, searches, patients, scheduling, and partners that are told."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from reference_his.events import FACTS
from reference_his.feed import Feed
from reference_his.hospital import Hospital
from reference_his.refusals import refuse
from simulation.gateway import Gateway, Handler, Route
from simulation.messages import Answer, Call, Refusal
from simulation.world import World

from . import bodies, metadata, offers, patients, scheduling, search, spoil, versions
from .build import Json
from .errors import answer_of, error, resource_answer
from .kind import Kind
from .kinds import KINDS
from .push import Hook, Subscription

BASE = "/fhir"
TOKEN, SUBSCRIPTIONS = "fhir.token", "fhir.subscriptions"
OPERATIONS = {
    "$find": offers.find,
    "$hold": scheduling.hold,
    "$book": scheduling.book,
}
FORMATS = ("json", "application/json", "application/fhir+json", "")


class Fhir(Gateway):
    """FHIR R4 of the reference hospital."""

    name = "fhir"
    title = "FHIR R4 (4.0.1)"
    fault_kinds: ClassVar[Mapping[str, str]] = {
        "version_conflict": "answer 412 to a change as if the resource had changed meanwhile",
        "partial_bundle": "leave out the second half of a page and its next link",
        "outcome_500": "do nothing and answer 500 with an OperationOutcome",
        "unknown_code": "write a code that no system has, in an answer or a push",
        "clock_skew": "write wrong times of the last change (seconds: -3600)",
    }

    def __init__(self, world: World, hospital: Hospital, feed: Feed):
        super().__init__(world)
        self._hospital, self._feed = hospital, feed
        self._token = ""

    def prepare(self) -> None:
        """Make the token once, and take up the subscriptions that were set before."""
        self._token = self.world.store.setting(TOKEN) or secrets.token_hex(20)
        self.world.store.keep(TOKEN, self._token)
        for wanted in self.world.store.setting(SUBSCRIPTIONS) or []:
            self._subscribe(_subscription(wanted), from_now=True)

    def routes(self) -> Iterable[Route]:
        """Return all addresses; what is left over is answered with an OperationOutcome too."""
        appointment = f"{BASE}/Appointment"
        yield Route("GET", f"{BASE}/metadata", "metadata", self._open(self._metadata))
        for name in OPERATIONS:
            for method in ("GET", "POST"):
                handler = self._closed(self._operation(name))
                yield Route(method, f"{appointment}/{name}", name, handler)
        yield Route("GET", f"{BASE}/{{type}}", "search", self._closed(self._search))
        yield Route("POST", f"{BASE}/{{type}}/_search", "search", self._closed(self._search))
        yield Route("GET", f"{BASE}/{{type}}/{{id}}", "read", self._closed(self._read))
        yield Route("POST", f"{BASE}/Patient", "create", self._closed(self._create))
        yield Route("PUT", f"{BASE}/Patient/{{id}}", "update", self._closed(self._update))
        yield Route("PUT", f"{appointment}/{{id}}", "update", self._closed(self._replace))
        yield Route("PATCH", f"{appointment}/{{id}}", "patch", self._closed(self._patch))
        yield Route("*", "/{rest:.*}", "unknown", self._closed(self._unknown))

    def controls(self) -> Iterable[Route]:
        """Return how partners subscribe."""
        yield Route("GET", "/subscriptions", "subscriptions", self._subscriptions)
        yield Route("POST", "/subscriptions", "subscribe", self._add_subscription)
        yield Route("DELETE", "/subscriptions", "unsubscribe", self._remove_subscription)

    def credentials(self) -> dict[str, Any]:
        """Return what a client must know."""
        return {"base": BASE, "token": self._token}

    def facts(self, call: Call) -> Mapping[str, str]:
        """Return type and id of the resource, so that a fault can concern one of them."""
        return {"type": call.parts.get("type", ""), "id": call.parts.get("id", "")}

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        """Return an OperationOutcome."""
        return answer_of(refusal)

    def too_many(self, call: Call) -> Answer:
        """Return 429 with the time to wait."""
        return answer_of(error(429, "Too many calls", headers={"Retry-After": "1"}))

    # what every call goes through

    def _open(self, handler: Handler) -> Handler:
        """Return a handler with the gateway's own faults."""

        def handle(call: Call) -> Answer:
            facts = self.facts(call)
            if self.world.faults.take("outcome_500", self.name, facts=facts):
                raise error(500, "Something went wrong in the hospital's server")
            _check_format(call)
            if any("\x00" in part for part in call.parts.values()):
                raise error(404, "There is nothing at such an address")
            return handler(call)

        return handle

    def _closed(self, handler: Handler) -> Handler:
        """Return a handler that only clients with the token reach."""
        opened = self._open(handler)

        def handle(call: Call) -> Answer:
            scheme, _space, token = call.headers.get("authorization", "").partition(" ")
            known = hmac.compare_digest(token.strip().encode(), self._token.encode())
            if scheme.lower() != "bearer" or not known:
                raise error(401, "A valid bearer token is needed", headers=CHALLENGE)
            return opened(call)

        return handle

    def _answer(
        self, call: Call, content: Json, status: int = 200, location: bool = False
    ) -> Answer:
        """Return a resource with its version, damaged on demand."""
        headers: dict[str, str] = {}
        if "meta" in content:
            headers["ETag"] = versions.etag(content)
        if location:
            path = f"{_base(call)}/{content['resourceType']}/{content['id']}"
            headers["Location"] = f"{path}/_history/{content['meta']['versionId']}"
        facts = self.facts(call)
        if self.world.faults.take("unknown_code", self.name, facts=facts):
            spoil.unknown_code(content)
        if fault := self.world.faults.take("clock_skew", self.name, facts=facts):
            spoil.skew(content, fault.number("seconds", -3600))
        return resource_answer(content, status, headers)

    # interactions

    def _metadata(self, call: Call) -> Answer:
        date = self._hospital.now().isoformat()
        return self._answer(call, metadata.statement(_base(call), date))

    def _search(self, call: Call) -> Answer:
        kind = _kind(call)
        pairs = search.pairs_of(call.target.partition("?")[2])
        if call.method == "POST":
            pairs += search.pairs_of(call.body.decode(errors="replace"))
        lenient = "handling=lenient" in call.headers.get("prefer", "")
        wish = search.wish_of(kind, pairs, lenient)
        bundle = search.search(self._hospital, kind, wish, _base(call), pairs)
        if self.world.faults.take("partial_bundle", self.name, facts=self.facts(call)):
            spoil.partial(bundle)
        return self._answer(call, bundle)

    def _read(self, call: Call) -> Answer:
        kind, number = _kind(call), call.parts["id"]
        if kind.name == "Appointment":
            return self._answer(call, scheduling.get(self._hospital, number))
        found = search.read(self._hospital, kind, number)
        if found is None:
            raise error(404, f"There is no {kind.name}/{number[:64]}")
        if call.headers.get("if-none-match") == versions.etag(found):
            return Answer(304, b"", {"ETag": versions.etag(found)})
        return self._answer(call, found)

    def _create(self, call: Call) -> Answer:
        content = bodies.body_of(call, "Patient")
        condition = call.headers.get("if-none-exist", "")
        made, new = patients.create(self._hospital, content, condition)
        return self._answer(call, made, 201 if new else 200, location=True)

    def _conflict(self, call: Call) -> None:
        if self.world.faults.take("version_conflict", self.name, facts=self.facts(call)):
            raise error(412, "The resource has changed since it was read", "conflict")

    def _update(self, call: Call) -> Answer:
        content = bodies.body_of(call, "Patient")
        self._conflict(call)
        if_match = call.headers.get("if-match", "")
        kept = patients.update(self._hospital, call.parts["id"], content, if_match)
        return self._answer(call, kept)

    def _replace(self, call: Call) -> Answer:
        content = bodies.body_of(call, "Appointment")
        if content.get("id", call.parts["id"]) != call.parts["id"]:
            raise error(400, "The id in the body is not the one in the address", "value")
        return self._set_status(call, str(content.get("status", "")))

    def _patch(self, call: Call) -> Answer:
        return self._set_status(call, bodies.patched_status(call))

    def _set_status(self, call: Call, status: str) -> Answer:
        self._conflict(call)
        number = call.parts["id"]
        now = scheduling.get(self._hospital, number)
        versions.check(call.headers.get("if-match", ""), now)
        return self._answer(call, scheduling.set_status(self._hospital, number, status))

    def _operation(self, name: str) -> Handler:
        work: Callable[[Hospital, dict[str, list[Any]], str], Json] = OPERATIONS[name]

        def handle(call: Call) -> Answer:
            asked: dict[str, list[Any]] = {}
            if call.method == "POST":
                asked = bodies.parameters(bodies.body_of(call, "Parameters"))
            elif name != "$find":
                raise error(405, f"{name} changes something: use POST")
            for key, value in search.pairs_of(call.target.partition("?")[2]):
                asked.setdefault(key, []).append(value)
            return self._answer(call, work(self._hospital, asked, _base(call)))

        return handle

    def _unknown(self, call: Call) -> Answer:
        first = call.path.removeprefix(f"{BASE}/").partition("/")[0]
        if call.path.startswith(f"{BASE}/") and first in KINDS:
            raise error(405, f"{call.method} is not supported for {first}")
        raise error(404, f"There is nothing at {call.path[:80]}")

    # partners

    def _subscribe(self, subscription: Subscription, from_now: bool) -> None:
        self._feed.subscribe(Hook(self.name, subscription, self._hospital), from_now)

    def _kept(self, without: str) -> list[dict[str, Any]]:
        kept = self.world.store.setting(SUBSCRIPTIONS) or []
        return [one for one in kept if one["url"] != without]

    def _subscriptions(self, _call: Call) -> Answer:
        return Answer.json({"subscriptions": self._kept("")})

    def _add_subscription(self, call: Call) -> Answer:
        wanted = call.json()
        subscription = _subscription(wanted)
        self.world.store.keep(SUBSCRIPTIONS, [*self._kept(subscription.url), wanted])
        self._subscribe(subscription, from_now=not wanted.get("from_start", False))
        return Answer.json({"front": f"{self.name}:{subscription.url}"})

    def _remove_subscription(self, call: Call) -> Answer:
        url = call.query["url"]
        self.world.store.keep(SUBSCRIPTIONS, self._kept(url))
        self._feed.cancel(f"{self.name}:{url}")
        return Answer.json({})


CHALLENGE = {"WWW-Authenticate": 'Bearer realm="fhir"'}


def _base(call: Call) -> str:
    return f"http://{call.headers.get('host', '127.0.0.1')}{BASE}"


def _kind(call: Call) -> Kind:
    found = KINDS.get(call.parts["type"])
    if found is None:
        raise error(404, f"There is no resource type {call.parts['type'][:60]}", "not-supported")
    return found


def _check_format(call: Call) -> None:
    """Refuse clients that want something else than JSON.

    :raise Refusal: 406.
    """
    wanted = call.query.get("_format", "").partition(";")[0]
    accepted = call.headers.get("accept", "*/*")
    if wanted not in FORMATS or not any(
        one in accepted for one in ("json", "*/*", "application/*")
    ):
        raise error(406, "This server speaks application/fhir+json only")


def _subscription(wanted: Mapping[str, Any]) -> Subscription:
    """Read a subscription.

    :raise Refusal: FIELD_INVALID, naming the field.
    """
    if odd := set(wanted) - {"url", "kinds", "headers", "from_start"}:
        raise refuse("FIELD_INVALID", str(sorted(odd)))
    kinds = tuple(wanted.get("kinds", ()))
    if odd := set(kinds) - set(FACTS):
        raise refuse("FIELD_INVALID", f"kinds: {sorted(odd)}")
    if urlsplit(wanted["url"]).scheme not in ("http", "https"):
        raise refuse("FIELD_INVALID", "url")
    return Subscription(wanted["url"], kinds, dict(wanted.get("headers", {})))
