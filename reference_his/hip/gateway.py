"""The HIP front: one SOAP operation for partners, and a list of partners that are told."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, ClassVar
from urllib.parse import urlsplit

from reference_his.events import FACTS
from reference_his.feed import Feed
from reference_his.hospital import Hospital
from reference_his.refusals import refuse
from simulation.faults import Fault
from simulation.gateway import Gateway, Route
from simulation.messages import Answer, Call, Refusal
from simulation.world import World

from . import soap, v3
from .answering import Context, Result
from .dialect import Dialect, dialect_of
from .sender import Partner, Sender, partner_of
from .services import SERVICES
from .spoil import spoiled
from .wsdl import wsdl
from .xml import Element, local, parse, write

PATH = "/HIPMessageServer"
ACTION = re.compile(rb"<(?:[\w.-]+:)?action[^>]*>\s*([\w.-]{1,64})")
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
PARTNERS, DIALECT = "hip.partners", "hip.dialect"
NOT_UNDERSTOOD = ("FUNCTION_UNKNOWN", "INTERACTION_MISMATCH")


class Hip(Gateway):
    """WS/T 846: HL7 V3 messages through ``HIPMessageServer``."""

    name = "hip"
    title = "WS/T 846 HIPMessageServer (SOAP)"
    fault_kinds: ClassVar[Mapping[str, str]] = {
        "ack_error": "do nothing and answer AE (text)",
        "ack_wrong_id": "do the work and answer for a message that nobody sent",
        "gbk_bytes": "write GBK where the declaration says something else",
        "unknown_code": "write a code that no table has, in an answer or a message sent",
        "clock_skew": "write a wrong time of creation (seconds: -3600)",
        "slow": "send a message to a partner late (seconds: 2)",
    }

    def __init__(self, world: World, hospital: Hospital, feed: Feed):
        super().__init__(world)
        self._hospital, self._feed = hospital, feed
        self._dialect = Dialect()

    def prepare(self) -> None:
        """Take up the dialect and the partners that were set before."""
        self._dialect = Dialect(**(self.world.store.setting(DIALECT) or {}))
        for wanted in self.world.store.setting(PARTNERS) or []:
            self._subscribe(self._partner(wanted), from_now=True)

    def routes(self) -> Iterable[Route]:
        """Return the operation and its description."""
        yield Route("POST", PATH, soap.OPERATION, self._serve)
        yield Route("GET", PATH, "wsdl", self._describe)

    def controls(self) -> Iterable[Route]:
        """Return how partners and the dialect are set."""
        yield Route("GET", "/partners", "partners", self._partners)
        yield Route("POST", "/partners", "add_partner", self._add_partner)
        yield Route("DELETE", "/partners", "remove_partner", self._remove_partner)
        yield Route("GET", "/dialect", "dialect", self._show_dialect)
        yield Route("PUT", "/dialect", "set_dialect", self._set_dialect)

    def credentials(self) -> dict[str, Any]:
        """Return what a partner must know."""
        return {
            "path": PATH,
            "application": self._dialect.application,
            "organization": self._dialect.organization,
            "services": sorted(SERVICES),
        }

    def facts(self, call: Call) -> Mapping[str, str]:
        """Return the service that is called, so that a fault can concern one of them."""
        found = ACTION.search(call.body[:4096])
        return {"action": found.group(1).decode()} if found else {}

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        """Return a SOAP fault: only what is no SOAP call, or too many of them, comes here."""
        version = refusal.details.get("version", "1.2")
        headers = {"Content-Type": soap.TYPES[version]}
        status = refusal.status if refusal.status != 400 or version == "1.2" else 500
        return Answer(status, soap.fault(version, refusal.text or refusal.code), headers)

    def _describe(self, call: Call) -> Answer:
        host = call.headers.get("host", "127.0.0.1")
        return Answer.text(wsdl(f"http://{host}{PATH}"), kind="text/xml")

    # answers

    def _serve(self, call: Call) -> Answer:
        request = soap.request_of(call.body)
        struck = self._struck(call)
        root = self._answered(request, struck)
        if "unknown_code" in struck:
            spoiled(root)
        text = write(root, types=self._dialect.xsi_types).decode()
        body = soap.response(request.version, text)
        if "gbk_bytes" in struck:
            body = body.decode().encode("GBK", errors="replace")
        return Answer(200, body, {"Content-Type": soap.TYPES[request.version]})

    def _struck(self, call: Call) -> dict[str, Fault]:
        kinds = [kind for kind in self.fault_kinds if kind != "slow"]
        return self.world.faults.take_any(kinds, self.name, soap.OPERATION, self.facts(call))

    def _answered(self, request: soap.Request, struck: Mapping[str, Fault]) -> Element:
        """Return the acknowledgement of a call: done, refused (AE) or not understood (AR)."""
        head = v3.Head("", v3.ACK, "", "")
        wrong_id = v3.new_id(self._dialect) if "ack_wrong_id" in struck else ""
        try:
            root = _message_of(request.message)
            head = v3.head_of(root)
            if fault := struck.get("ack_error"):
                raise Refusal("MAINTENANCE", str(fault.options.get("text", "系统处理异常")))
            result = self._work(request.action, root, head)
            body = [v3.acknowledgement(head, "AA", result.text, wrong_id=wrong_id)]
            body += self._content(result)
        except Refusal as refusal:
            code = "AR" if refusal.code in NOT_UNDERSTOOD else "AE"
            text = refusal.text or refusal.code
            body = [v3.acknowledgement(head, code, text, refusal.code, wrong_id)]
        return v3.message(v3.ACK, body, self._dialect, head.sender, self._created(struck))

    def _created(self, struck: Mapping[str, Fault]) -> datetime.datetime:
        fault = struck.get("clock_skew")
        seconds = fault.number("seconds", -3600) if fault else 0
        return self._hospital.now() + datetime.timedelta(seconds=seconds)

    def _work(self, action: str, root: Element, head: v3.Head) -> Result:
        service = SERVICES.get(action)
        if service is None:
            raise refuse("FUNCTION_UNKNOWN", action[:64])
        if not local(root).startswith(service.interaction):
            raise Refusal("INTERACTION_MISMATCH", f"消息类型与服务不符：{local(root)}")
        return service.answer(Context(self._hospital, self._dialect, head), root)

    def _content(self, result: Result) -> list[Element]:
        if result.query:
            total = len(result.subjects)
            return [v3.found(result.subjects, result.query_id, self._dialect, total)]
        if not result.subjects:
            return []
        return [v3.act(v3.told(one, self._dialect.extra) for one in result.subjects)]

    # partners

    def _partner(self, wanted: Mapping[str, Any]) -> Partner:
        kinds = tuple(wanted.get("kinds", ()))
        if odd := set(kinds) - set(FACTS):
            raise refuse("FIELD_INVALID", f"kinds: {sorted(odd)}")
        if urlsplit(wanted["url"]).scheme not in ("http", "https"):
            raise refuse("FIELD_INVALID", "url")
        return partner_of(dict(wanted), dialect_of(wanted.get("dialect", {})), kinds)

    def _subscribe(self, partner: Partner, from_now: bool) -> None:
        self._feed.subscribe(Sender(self.name, partner, self._hospital), from_now)

    def _kept(self, without: str) -> list[dict[str, Any]]:
        kept = self.world.store.setting(PARTNERS) or []
        return [one for one in kept if one["url"] != without]

    def _partners(self, _call: Call) -> Answer:
        return Answer.json({"partners": self._kept("")})

    def _add_partner(self, call: Call) -> Answer:
        wanted = call.json()
        if odd := set(wanted) - {"url", "application", "kinds", "dialect", "from_start"}:
            raise refuse("FIELD_INVALID", str(sorted(odd)))
        partner = self._partner(wanted)
        self.world.store.keep(PARTNERS, [*self._kept(partner.url), wanted])
        self._subscribe(partner, from_now=not wanted.get("from_start", False))
        return Answer.json({"front": f"{self.name}:{partner.url}"})

    def _remove_partner(self, call: Call) -> Answer:
        url = call.query["url"]
        self.world.store.keep(PARTNERS, self._kept(url))
        self._feed.cancel(f"{self.name}:{url}")
        return Answer.json({})

    def _show_dialect(self, _call: Call) -> Answer:
        return Answer.json(asdict(self._dialect))

    def _set_dialect(self, call: Call) -> Answer:
        wanted = call.json()
        self._dialect = dialect_of(wanted)
        self.world.store.keep(DIALECT, wanted)
        return Answer.json(asdict(self._dialect))


def _message_of(text: str) -> Element:
    """Read the message inside a call; its own declaration of an encoding counts no more.

    :raise Refusal: XML_INVALID.
    """
    return parse(DECLARATION.sub("", text).strip().encode())
