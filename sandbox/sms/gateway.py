"""Two vendors' short message APIs on one port: the request's headers tell them apart."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from sandbox.constants import HOSPITAL_NAME
from sandbox.keys import KeyFolder
from simulation.gateway import Gateway, Route
from simulation.messages import Answer, Call, Refusal
from simulation.outgoing import Delivery
from simulation.world import World

from . import reports
from .aliyun import Aliyun
from .centre import ALIYUN, NAME, TENCENT, Centre
from .handset import Handset
from .tencent import Tencent
from .texts import TEMPLATES

ALIYUN_ID = "LTAI5tSandboxHospital001"
TENCENT_ID = "AKIDsandboxhospital0000000000000001"
TENCENT_APP = "1400006666"
NUMBER = re.compile(rb"1[3-9]\d{9}")


class Sms(Gateway):
    """Short messages, in the style of Aliyun and of Tencent Cloud."""

    name: ClassVar[str] = NAME
    title: ClassVar[str] = "Short messages"
    fault_kinds: ClassVar[Mapping[str, str]] = {
        "sms_lost": "a message is taken, but never arrives and is never reported",
        "sms_undelivered": "a message fails at the carrier (code: MK:0001)",
        "sms_late": "a message arrives late (seconds: 600, virtual)",
        "report_duplicate": "a delivery report is pushed twice",
        "no_balance": "the call is refused: no money left",
    }
    # Aliyun's plan; Tencent's is not published
    callback_plan: ClassVar[tuple[float, ...]] = (60, 300, 600)

    def __init__(self, world: World):
        super().__init__(world)
        keys = KeyFolder(world.folder / "keys")
        self.centre = Centre(world)
        self.handset = Handset(self.centre)
        self._secrets = {name: keys.word(f"sms-{name}") for name in (ALIYUN, TENCENT)}
        self._aliyun = Aliyun(self.centre, ALIYUN_ID, self._secrets[ALIYUN], HOSPITAL_NAME)
        self._tencent = Tencent(
            self.centre, TENCENT_ID, self._secrets[TENCENT], TENCENT_APP, HOSPITAL_NAME
        )

    def routes(self) -> Iterable[Route]:
        """Return the one address of both vendors."""
        return (Route("GET", "/", "rpc", self._handle), Route("POST", "/", "rpc", self._handle))

    def _handle(self, call: Call) -> Answer:
        call = with_readable_headers(call)
        return (self._tencent if is_tencent(call) else self._aliyun).handle(call)

    def controls(self) -> Iterable[Route]:
        """Return the addresses of the person's side and of the console."""
        return (
            Route("GET", "/inbox/{mobile}", "inbox", self._inbox),
            Route("POST", "/inbox/{mobile}/read", "inbox_read", self._read),
            Route("POST", "/inbox/{mobile}/reply", "inbox_reply", self._reply),
            Route("POST", "/lines/{mobile}", "line", self._line),
            Route("POST", "/settings", "settings", self._settings),
        )

    def _inbox(self, call: Call) -> Answer:
        return Answer.json({"messages": self.handset.inbox(call.parts["mobile"])})

    def _read(self, call: Call) -> Answer:
        """Return what arrived as it was, and mark it as seen."""
        mobile = call.parts["mobile"]
        messages = self.handset.inbox(mobile)
        self.handset.read(mobile, [one["id"] for one in messages])
        return Answer.json({"messages": messages})

    def _reply(self, call: Call) -> Answer:
        return Answer.json(self.handset.reply(call.parts["mobile"], str(call.json()["text"])))

    def _line(self, call: Call) -> Answer:
        self.centre.set_line(call.parts["mobile"], str(call.json()["state"]))
        return Answer.json({})

    def _settings(self, call: Call) -> Answer:
        self.centre.change(**call.json())
        return Answer.json({})

    def credentials(self) -> dict[str, Any]:
        """Return keys, signature name and template numbers for both vendors."""
        return {
            ALIYUN: {
                "access_key_id": ALIYUN_ID,
                "access_key_secret": self._secrets[ALIYUN],
                "sign_name": HOSPITAL_NAME,
                "templates": {one.purpose: one.aliyun for one in TEMPLATES},
            },
            TENCENT: {
                "secret_id": TENCENT_ID,
                "secret_key": self._secrets[TENCENT],
                "sms_sdk_app_id": TENCENT_APP,
                "sign_name": HOSPITAL_NAME,
                "templates": {one.purpose: one.tencent for one in TEMPLATES},
            },
        }

    def facts(self, call: Call) -> Mapping[str, str]:
        """Return the vendor as merchant, the first mobile as key, and the action."""
        found = NUMBER.search(call.target.encode() + b" " + call.body)
        if is_tencent(call):
            vendor, action = TENCENT, call.headers.get("x-tc-action", "")
        else:
            vendor, action = ALIYUN, call.headers.get("x-acs-action", "")
            action = action or call.query.get("Action") or call.form.get("Action", "")
        return {"merchant": vendor, "key": found[0].decode() if found else "", "action": action}

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        """Return an error in the vendor's form."""
        if is_tencent(call):
            return self._tencent.refuse(refusal)
        return self._aliyun.refuse(refusal, call)

    def too_many(self, call: Call) -> Answer:
        """Return the vendor's answer to too many calls."""
        if is_tencent(call):
            text = "Your current request times exceed the limit of the API."
            return self._tencent.refuse(Refusal("RequestLimitExceeded", text))
        text = "Request was denied due to user flow control."
        return self._aliyun.refuse(Refusal("Throttling.User", text, 400), call)

    def callback(self, delivery: Delivery, damage: str) -> tuple[dict[str, str], bytes]:
        """Return a report or a reply in the vendor's form; neither vendor signs it."""
        number = int(delivery.content["id"])
        if delivery.operation == "report":
            content: Any = reports.report(self.centre.get(number))
        else:
            content = reports.reply(self.handset.got_reply(number))
        body = json.dumps(content, ensure_ascii=False).encode()
        return {"Content-Type": "application/json; charset=utf-8"}, body

    def accepted(self, delivery: Delivery, status: int, body: bytes) -> bool:
        """Tell whether the sender's server took the push in."""
        return reports.is_taken(delivery.merchant, status, body)


def with_readable_headers(call: Call) -> Call:
    """Return a call whose headers can be signed: bytes that are no text become ``?``."""
    if "".join(call.headers.values()).isascii():
        return call
    clean = {
        name: value.encode("utf-8", "replace").decode() for name, value in call.headers.items()
    }
    return replace(call, headers=clean)


def is_tencent(call: Call) -> bool:
    """Tell whether a call is meant for the Tencent-like front."""
    return "x-tc-action" in call.headers or call.headers.get("authorization", "")[:3] == "TC3"
