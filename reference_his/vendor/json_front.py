"""The signed JSON interface: ``POST /api/<function>``."""

import json
from typing import Any

from simulation.messages import Answer, Call, Refusal

from ..hospital import Hospital
from . import refusal_codes, texts
from .functions import FUNCTIONS, Function, Partner
from .partners import Accounts, decrypt, encrypt
from .perform import perform, wanted
from .words_json import DIALECT

PREFIX = "/api/"
ENCRYPTED = "SM4"


class JsonFront:
    """Reads, performs and answers; signs what it answers."""

    def __init__(self, hospital: Hospital, accounts: Accounts):
        self._hospital, self._accounts = hospital, accounts
        self.charset = "utf-8"

    def paths(self) -> dict[str, str]:
        """Return our name of each function to its path."""
        return {name: PREFIX + DIALECT.functions[name] for name in FUNCTIONS}

    def _charset(self, call: Call) -> str:
        return texts.charset(call.headers.get("content-type", ""), self.charset)

    def _answer_charset(self, call: Call) -> str:
        try:
            return self._charset(call)
        except Refusal:
            return self.charset

    def handle(self, call: Call) -> Answer:
        """Serve one call.

        :raise Refusal: any of this front's.
        """
        text = texts.text_of(call.body, self._charset(call))
        partner = self._accounts.verify(call.headers, text)
        given = texts.json_object(self._opened(call, partner, text))
        function = wanted(DIALECT, call.path.removeprefix(PREFIX))
        return self._write(call, "1", "成功", self._perform(partner, function, given))

    def _perform(self, partner: Partner, function: Function, given: dict[str, Any]) -> Any:
        return perform(self._hospital, partner, DIALECT, function, given)

    def _opened(self, call: Call, partner: Partner, text: str) -> str:
        if call.headers.get("encrypt", "").upper() != ENCRYPTED:
            return text
        key = self._accounts.credentials()[partner.appid]["sm4_key"]
        try:
            return decrypt(key, text.strip().encode()).decode(self._charset(call))
        except ValueError:
            raise texts.unreadable() from None

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        """Return a refusal: HTTP 200 with the vendor's number and sentence."""
        return self._write(call, refusal_codes.number(refusal.code), refusal.text, None)

    def _write(self, call: Call, code: str, message: str, data: Any) -> Answer:
        content = {"code": code, "success": code == "1", "message": message, "node": "his"}
        if data is not None:
            content["data"] = data
        encoding = self._answer_charset(call)
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        body = text.encode(encoding)
        headers = {"Content-Type": f"application/json; charset={encoding.upper()}"}
        secrets = self._accounts.secrets
        appid = call.headers.get("appid", "")
        if call.headers.get("encrypt", "").upper() == ENCRYPTED and appid in secrets:
            body = encrypt(secrets[appid][:16], body)
            headers["encrypt"] = ENCRYPTED
        return Answer(200, body, headers)

    def seal(self, answer: Answer, call: Call, spoiled: bool) -> Answer:
        """Sign an answer to a partner whom the HIS knows."""
        appid = call.headers.get("appid", "")
        if appid in self._accounts.secrets:
            text = answer.body.decode(self._answer_charset(call), errors="replace")
            answer.headers.update(self._accounts.headers(appid, text, spoiled))
        return answer
