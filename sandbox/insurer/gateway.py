"""The port of the commercial insurer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from simulation.gateway import Gateway, Route
from simulation.messages import Answer, Call, Refusal
from simulation.outgoing import Delivery
from simulation.world import World

from ..keys import KeyFolder
from .books import Books
from .claims import NAME, Claims
from .fields import DAY, Node, wrong
from .policies import Policies
from .schema import DDL
from .signing import Verifier, signature

APPS = ("hosp-331100-01", "hosp-331100-02")
STALE_SECONDS = 3 * 86400
Work = Callable[[str, Call], dict[str, Any]]


class Insurer(Gateway):
    """Commercial health insurance with direct payment."""

    name = NAME
    title = "商业健康险直赔平台"
    fault_kinds: ClassVar[Mapping[str, str]] = {
        "manual_review": "a person decides on the case (outcome: approve or refuse; seconds: 600)",
        "decision_late": "the decision comes later (seconds: 86400)",
        "reconcile_missing": "the day's list lacks its first row",
        "reconcile_extra": "the day's list holds a row that never happened",
        "reconcile_changed": "the first row's amount differs (fen: 100)",
        "policy_lapsed": "the report is refused as if the policy were over",
    }

    def __init__(self, world: World):
        super().__init__(world)
        self._keys = KeyFolder(world.folder / "keys")
        self._secrets = {app: self._keys.word(f"insurer-{app}", 40) for app in APPS}
        self._verifier = Verifier()
        self._policies = Policies(world)
        self._claims = Claims(world, self._policies)
        self._books = Books(world)

    def prepare(self) -> None:
        """Create tables and the demo's policies."""
        self.world.store.create(DDL)
        self._policies.prepare()

    def routes(self) -> Iterable[Route]:
        """Return the addresses that hospitals call."""
        claims = "/api/v1/cases/{claim}"
        table: tuple[tuple[str, str, str, Work], ...] = (
            ("POST", "/api/v1/coverage/recognise", "recognise", self._recognise),
            ("POST", "/api/v1/cases", "report", self._report),
            ("GET", "/api/v1/cases", "find", self._find),
            ("GET", claims, "query", self._query),
            ("POST", f"{claims}/fees", "fees", self._fees),
            ("POST", f"{claims}/calculate", "calculate", self._calculate),
            ("POST", f"{claims}/pay", "pay", self._pay),
            ("POST", f"{claims}/cancel", "cancel", self._cancel),
            ("GET", "/api/v1/reconciliation", "reconcile", self._reconcile),
            ("GET", "/api/v1/products/loss-ratio", "loss_ratio", self._loss_ratio),
        )
        for method, path, operation, work in table:
            yield Route(method, path, operation, self._signed(work))

    def _signed(self, work: Work) -> Callable[[Call], Answer]:
        def handle(call: Call) -> Answer:
            app = call.headers.get("x-app-id", "")
            secret = self._secrets.get(app)
            if secret is None:
                raise Refusal("APP_NOT_FOUND", "应用不存在", 401)
            self._verifier.check(call, app, secret, self.world.clock.now())
            return Answer.json({"code": "OK", "message": "成功", "data": work(app, call)})

        return handle

    def _recognise(self, _app: str, call: Call) -> dict[str, Any]:
        return self._policies.recognise(Node.of(call))

    def _report(self, app: str, call: Call) -> dict[str, Any]:
        return self._claims.report(app, Node.of(call))

    def _find(self, app: str, call: Call) -> dict[str, Any]:
        return self._claims.seen(self._claims.find(app, call.query.get("caseNo", "")))

    def _query(self, app: str, call: Call) -> dict[str, Any]:
        return self._claims.seen(self._claims.get(app, call.parts["claim"]))

    def _fees(self, app: str, call: Call) -> dict[str, Any]:
        return self._claims.list_fees(app, call.parts["claim"], Node.of(call))

    def _calculate(self, app: str, call: Call) -> dict[str, Any]:
        return self._claims.calculate(app, call.parts["claim"])

    def _pay(self, app: str, call: Call) -> dict[str, Any]:
        return self._claims.pay(app, call.parts["claim"], Node.of(call))

    def _cancel(self, app: str, call: Call) -> dict[str, Any]:
        return self._claims.cancel(app, call.parts["claim"], Node.of(call))

    def _reconcile(self, app: str, call: Call) -> dict[str, Any]:
        day = _day(call, "date")
        if day >= self.world.clock.moment().strftime("%Y-%m-%d"):
            raise Refusal("NOT_READY", "当日对账单次日生成", 409)
        return self._books.day(app, day)

    def _loss_ratio(self, _app: str, call: Call) -> dict[str, Any]:
        since, until = _day(call, "from"), _day(call, "to")
        return {"from": since, "to": until, "products": self._books.loss_ratios(since, until)}

    def controls(self) -> Iterable[Route]:
        """Return what tests and demos may ask and change."""
        yield Route("GET", "/policies", "policies", self._control_policies)
        yield Route("POST", "/policies", "insure", self._control_insure)
        yield Route("POST", "/cases/{claim}/decision", "decide", self._control_decide)

    def _control_policies(self, _call: Call) -> Answer:
        return Answer.json({"policies": self._policies.all()})

    def _control_insure(self, call: Call) -> Answer:
        """Insure a person or change a policy: person, product, state, since, until."""
        wanted = call.json()
        names = ("state", "since", "until")
        values = {name: str(wanted[name]) for name in names if name in wanted}
        if values.get("state", "active") not in ("active", "lapsed"):
            raise ValueError("A policy is active or lapsed.")
        number = self._policies.insure(wanted["person"], wanted["product"], **values)
        return Answer.json({"policyNo": number})

    def _control_decide(self, call: Call) -> Answer:
        return Answer.json(self._claims.decide(call.parts["claim"], bool(call.json()["approve"])))

    def credentials(self) -> dict[str, Any]:
        """Return the applications and their secrets."""
        return {"apps": [{"appId": app, "secret": key} for app, key in self._secrets.items()]}

    def facts(self, call: Call) -> Mapping[str, str]:
        """Return application and case of a call."""
        found = {"merchant": call.headers.get("x-app-id", "")}
        if claim := call.parts.get("claim"):
            found["key"] = claim
        return found

    def seal(self, answer: Answer, call: Call, spoiled: bool) -> Answer:
        """Sign an answer over its time and body."""
        secret = self._secrets.get(call.headers.get("x-app-id", ""))
        if secret is None:
            return answer
        stamp = str(int(self.world.clock.now()))
        sign = signature(secret, stamp, body=answer.body)
        answer.headers |= {"X-Timestamp": stamp, "X-Signature": sign[::-1] if spoiled else sign}
        return answer

    def callback(self, delivery: Delivery, damage: str) -> tuple[dict[str, str], bytes]:
        """Return a decision, signed like a request."""
        stamp = int(self.world.clock.now()) - (STALE_SECONDS if damage == "stale" else 0)
        content = {"eventId": f"E{delivery.id:08d}", **delivery.content}
        body = json.dumps(content, ensure_ascii=False).encode()
        url = urlsplit(delivery.url)
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        nonce = f"{delivery.id}-{delivery.attempts}-{stamp}"
        secret = self._secrets[delivery.merchant]
        sign = signature(secret, "POST", target, str(stamp), nonce, body=body)
        if damage == "tampered":
            body = body.replace(b'"payable": ', b'"payable": 9')
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-App-Id": delivery.merchant,
            "X-Timestamp": str(stamp),
            "X-Nonce": nonce,
            "X-Signature": sign[::-1] if damage == "bad_signature" else sign,
        }
        return headers, body


def _day(call: Call, name: str) -> str:
    value = call.query.get(name, "")
    if not DAY.fullmatch(value):
        raise wrong(name, "应为yyyy-MM-dd")
    return value
