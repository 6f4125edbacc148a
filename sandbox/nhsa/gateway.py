"""The port of the national medical insurance platform."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from simulation.clock import moment
from simulation.gateway import Gateway, Route
from simulation.messages import Answer, Call, Refusal
from simulation.world import World

from .. import sm
from . import envelope
from .bureau import NAME, Bureau, Function, Inbound, Outcome
from .controls import Controls
from .envelope import canonical
from .fields import Node, refuse
from .hospitals import Hospital, Hospitals
from .ledger import Ledger
from .messages import Messages
from .mobile import Mobile
from .orders import Orders
from .persons import Persons
from .refunds import Refunds
from .reversal import Reversal
from .schema import DDL
from .settlements import Settlements
from .signers import Signers, check_cainfo, decrypt, kind_of, portal_answer
from .signin import SignIn
from .statements import Statements
from .visits import Visits

SERVICE = "/fsi/api/rsfComIfsService/callService"
MOBILE = {
    "/org/local/api/hos/uldFeeInfo": "6201",
    "/org/local/api/hos/pay_order": "6202",
    "/org/local/api/hos/refund_Order": "6203",
    "/org/local/api/hos/query_order_info": "6301",
    "/org/local/api/hos/revoke_order": "6401",
}
WITHOUT_SIGN_IN = {"9001", *MOBILE.values()}
FACT_FIELDS = ("mdtrt_id", "psn_no", "payOrdId", "medOrgOrd", "setl_id")


class Nhsa(Gateway):
    """National medical insurance: envelope, functions, three ways of proving who calls."""

    name = NAME
    title = "医疗保障信息平台"
    fault_kinds: ClassVar[Mapping[str, str]] = {
        "settle_slow": "2207 is done later and first answers that it is working (seconds: 30)",
        "statement_difference": "3201, 3202: the platform's books differ in one row"
        " (row: missing, extra or changed; fen: 100)",
        "person_not_found": "1101 does not find the person",
        "account_short": "2207 finds less in the account than 2206 did (left: 0)",
        "refund_exp": "6203 answers EXP; the money went back (done: true) or not (done: false)",
        "order_failed": "6202 ends in ordStas 15",
        "system_busy": "the platform does nothing and answers that it is busy",
    }

    def __init__(self, world: World):
        super().__init__(world)
        bureau = Bureau(world)
        self._bureau = bureau
        self.hospitals = Hospitals(world)
        self._signers = Signers()
        self._messages = Messages(bureau)
        self._sign_in = SignIn(bureau)
        self.persons = Persons(bureau)
        visits = Visits(bureau, self.persons)
        ledger = Ledger(bureau, self.persons, visits)
        settlements = Settlements(bureau, self.persons, visits, ledger)
        orders = Orders(bureau, self.persons)
        self.mobile = Mobile(bureau, self.persons, visits, settlements, ledger, orders)
        world.hear("medical.cash_paid", self.mobile.cash_arrived)
        parts = (
            self._sign_in,
            self.persons,
            visits,
            settlements,
            Reversal(bureau, ledger),
            Statements(bureau),
            self.mobile,
            Refunds(bureau, orders, ledger),
        )
        self._functions: dict[str, Function] = {
            infno: function for part in parts for infno, function in part.functions().items()
        }
        self._controls = Controls(bureau, self.hospitals, self.persons, self.mobile)
        self._last: tuple[Call, _Opened | Refusal] | None = None

    def prepare(self) -> None:
        """Create tables, the demo's hospitals and insured people."""
        self.world.store.create(DDL)
        self.hospitals.prepare()
        self.persons.prepare()

    def routes(self) -> Iterable[Route]:
        """Return the one address of all functions, its other forms, and mobile payment's."""
        yield Route("POST", SERVICE, "callService", self._serve)
        yield Route("POST", "/fsi/api/hsa-fsi-{infno}", "hsa-fsi", self._serve)
        yield Route("POST", "/hsa-fsi-{infno}", "hsa-fsi", self._serve)
        for path, infno in MOBILE.items():
            yield Route("POST", path, infno, self._serve)

    def controls(self) -> Iterable[Route]:
        """Return what tests and demos may change."""
        return self._controls.routes()

    def credentials(self) -> dict[str, Any]:
        """Return the hospitals' keys and the platform's public one."""
        return {
            "hospitals": [one.credentials() for one in self.hospitals.all()],
            "platform_public_key": self.hospitals.bureau_key.public.hex,
        }

    def facts(self, call: Call) -> Mapping[str, str]:
        """Return hospital, function, message and subject of a call."""
        opened = self._open(call)
        return {} if isinstance(opened, Refusal) else opened.facts

    def _open(self, call: Call) -> _Opened | Refusal:
        """Read a call once, for the faults and for the handler."""
        if self._last and self._last[0] is call:
            return self._last[1]
        opened: _Opened | Refusal
        try:
            opened = self._read(call)
        except Refusal as refusal:
            opened = refusal
        self._last = (call, opened)
        return opened

    def _read(self, call: Call) -> _Opened:
        kind, key = kind_of(call)
        hospital = self.hospitals.find(kind, key)
        if hospital is None:
            raise Refusal("-1", "接入账号不存在", 401)
        if hospital.signer != kind:
            raise Refusal("-1", "该医药机构未开通此接入方式", 403)
        content = self._signers.open(call, hospital, self._bureau.clock.now())
        bare = MOBILE.get(call.path) if kind == "portal" and "infno" not in content else None
        if bare:
            return _Opened(hospital, _bare(bare, content, hospital), Node(content), False)
        message = envelope.read(content)
        if message.hospital != hospital.code:
            raise refuse("定点医药机构编号与接入账号不一致")
        wanted = MOBILE.get(call.path, call.parts.get("infno", message.infno))
        if wanted != message.infno:
            raise refuse("交易编号与接口地址不一致")
        data = decrypt(hospital, message.input) if message.encrypted else message.input
        check_cainfo(hospital, message.signature_type, message.signature, data)
        return _Opened(hospital, message, Node(data), True, str(content["opter"]))

    def _serve(self, call: Call) -> Answer:
        opened = self._open(call)
        if isinstance(opened, Refusal):
            raise opened
        inbound = opened.inbound
        self._bureau.strike("system_busy", inbound, "系统繁忙，请稍后再试")
        function = self._functions.get(inbound.infno)
        if function is None:
            raise refuse(f"交易编号【{inbound.infno}】不存在或未开通")
        if opened.enveloped and inbound.infno not in WITHOUT_SIGN_IN:
            self._sign_in.check(inbound.hospital.code, opened.message.sign_no)
        digest = self._messages.digest(inbound)
        known = self._messages.known(inbound, digest)
        if known is not None:
            return self._answer(call, opened, *known)
        outcome = function(inbound)
        if outcome.file is not None:
            return Answer(200, outcome.file, {"Content-Type": "application/octet-stream"})
        self._messages.keep(inbound, digest, outcome)
        return self._answer(call, opened, *_result(outcome))

    def _answer(
        self, call: Call, opened: _Opened | None, infcode: str, error: str, output: Any
    ) -> Answer:
        now = moment(self._bureau.clock.now()).strftime("%Y%m%d%H%M%S%f")[:17]
        if opened and opened.hospital.signer == "portal":
            return self._portal_answer(opened, infcode, error, output, now)
        msgid = opened.message.msgid if opened else ""
        sealed: Any = output
        if opened and opened.message.encrypted:
            text = json.dumps(output, ensure_ascii=False).encode()
            sealed = sm.sm4_encrypt(opened.hospital.sm4_key, text).hex().upper()
        content = envelope.answer(infcode, msgid, now, now, error, sealed)
        if opened and opened.message.signature:
            content |= self._signature(output)
        return Answer.json(content)

    def _signature(self, output: Any) -> dict[str, str]:
        """Return the platform's signature: whoever signs gets a signed answer."""
        signed = self.hospitals.bureau_key.sign(canonical(output).encode())
        return {"signtype": "SM2", "cainfo": signed.hex()}

    def _portal_answer(
        self, opened: _Opened, infcode: str, error: str, output: Any, now: str
    ) -> Answer:
        data = output
        if opened.enveloped:
            data = envelope.answer(infcode, opened.message.msgid, now, now, error, output)
        elif isinstance(output, dict) and isinstance(output.get("data"), dict):
            data = output["data"]
        key, clock = self.hospitals.bureau_key, self._bureau.clock.now()
        return Answer.json(portal_answer(opened.hospital, key, clock, infcode, error, data))

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        """Return an error: infcode -1 and a sentence, in the form of the call."""
        opened = self._open(call)
        known = None if isinstance(opened, Refusal) else opened
        code = refusal.code if refusal.code.lstrip("-").isdigit() else "-1"
        answer = self._answer(call, known, code, refusal.text, {})
        answer.status = refusal.status
        return answer

    def too_many(self, call: Call) -> Answer:
        """Return the answer to too many calls."""
        return self.refuse(Refusal("-1", "请求过于频繁，请稍后再试", 429), call)

    def seal(self, answer: Answer, call: Call, spoiled: bool) -> Answer:
        """Spoil the signature of an answer, when asked; one without gets a wrong one."""
        if not spoiled or not answer.body.startswith(b"{"):
            return answer
        content = json.loads(answer.body)
        if "signData" in content:
            content["signData"] = content["signData"][::-1]
        else:
            signed = self._signature(content["output"])
            content |= {**signed, "cainfo": signed["cainfo"][::-1]}
        return Answer.json(content, answer.status)


class _Opened:
    """A call that was read: its sender is known, its signature right."""

    def __init__(
        self,
        hospital: Hospital,
        message: envelope.Envelope,
        data: Node,
        enveloped: bool,
        opter: str = "",
    ):
        self.hospital, self.message, self.enveloped = hospital, message, enveloped
        self.facts = {
            "merchant": hospital.code,
            "infno": message.infno,
            "msgid": message.msgid,
            **_subjects(data),
        }
        self.inbound = Inbound(hospital, message.infno, message.msgid, opter, data, self.facts)


def _subjects(data: Node) -> dict[str, str]:
    """Return the numbers in a message that a fault can be matched with."""
    nodes = [data.content, *(part for part in data.content.values() if isinstance(part, dict))]
    found = {name: str(node[name]) for node in nodes for name in FACT_FIELDS if node.get(name)}
    key = next((found[name] for name in FACT_FIELDS if name in found), "")
    return {**found, **({"key": key} if key else {})}


def _bare(infno: str, content: dict[str, Any], hospital: Hospital) -> envelope.Envelope:
    """Return an envelope for a mobile message that comes without one.

    The same content is the same message, as the portal has no message numbers.
    """
    digest = hashlib.sha256(canonical(content).encode()).hexdigest()
    msgid = f"{hospital.code}{int(digest[:15], 16) % 10**18:018d}"
    return envelope.Envelope(infno, msgid, hospital.code, "", "", "", False, content)


def _result(outcome: Outcome) -> tuple[str, str, Any]:
    return ("-1", outcome.pending, {}) if outcome.pending else ("0", "", outcome.output)
