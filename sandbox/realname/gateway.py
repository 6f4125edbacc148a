"""The port of the verification vendor."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from simulation.gateway import Gateway, Route
from simulation.messages import Answer, Call, Refusal
from simulation.world import World

from ..keys import KeyFolder
from .register import (
    MATCH,
    MISMATCH,
    NO_RECORD,
    UNAVAILABLE,
    Register,
    checked_mobile,
    checked_name,
    checked_number,
)
from .signing import Verifier, signature

NAME = "realname"
APPKEYS = ("RN33110001", "RN33110002")
CALLS = 100_000
LIMIT, LIMIT_SECONDS = 10, 3600
WORDS = {MATCH: "一致", MISMATCH: "不一致", NO_RECORD: "无记录"}
CHARGED = (MATCH, MISMATCH)
DDL = """
CREATE TABLE IF NOT EXISTS realname_account (
    appkey TEXT PRIMARY KEY, calls_left INTEGER NOT NULL CHECK (calls_left >= 0));
CREATE TABLE IF NOT EXISTS realname_call (
    id INTEGER PRIMARY KEY, appkey TEXT NOT NULL, elements INTEGER NOT NULL, at REAL NOT NULL,
    subject TEXT NOT NULL, result TEXT NOT NULL, charged INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS realname_call_subject ON realname_call (subject, at);
CREATE INDEX IF NOT EXISTS realname_call_account ON realname_call (appkey, result, charged);
"""


class RealName(Gateway):
    """Two-element and three-element verification; numbers are never kept, only a keyed digest."""

    name = NAME
    title = "实名核验服务"
    fault_kinds: ClassVar[Mapping[str, str]] = {
        "source_unavailable": "the data source does not answer; nothing is charged",
        "forced_mismatch": "the answer is 不一致 whatever the register says",
        "forced_no_record": "the answer is 无记录 whatever the register says",
    }

    def __init__(self, world: World):
        super().__init__(world)
        keys = KeyFolder(world.folder / "keys")
        self._secrets = {key: keys.word(f"realname-{key}", 40) for key in APPKEYS}
        self._subject_key = keys.word("realname-subject", 32).encode()
        self._verifier = Verifier()

    def prepare(self) -> None:
        """Create tables and the accounts."""
        store = self.world.store
        store.create(DDL)
        self._register = Register(store)
        for key in APPKEYS:
            store.run("INSERT OR IGNORE INTO realname_account VALUES (?, ?)", (key, CALLS))

    def routes(self) -> Iterable[Route]:
        """Return the addresses that partners call."""
        yield Route("POST", "/v1/identity/verify2", "verify2", lambda call: self._verify(call, 2))
        yield Route("POST", "/v1/identity/verify3", "verify3", lambda call: self._verify(call, 3))
        yield Route("POST", "/v1/usage", "usage", self._usage)

    def controls(self) -> Iterable[Route]:
        """Return what tests and demos may ask and change."""
        yield Route("GET", "/usage", "usage", self._control_usage)
        yield Route("POST", "/accounts/{appkey}", "account", self._control_account)

    def credentials(self) -> dict[str, Any]:
        """Return the accounts and their secrets."""
        accounts = [{"appkey": key, "secret": word} for key, word in self._secrets.items()]
        return {"accounts": accounts}

    def facts(self, call: Call) -> Mapping[str, str]:
        """Return whose call it is; the people in it stay out."""
        return {"merchant": call.form.get("appkey", "")}

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        """Return an error; nothing is charged."""
        content = {"code": refusal.code, "message": refusal.text, "charged": False, "data": None}
        return Answer.json(content, refusal.status)

    def too_many(self, call: Call) -> Answer:
        """Return the answer to too many calls of one account."""
        return self.refuse(Refusal("2003", "账号调用过于频繁", 429), call)

    def seal(self, answer: Answer, call: Call, spoiled: bool) -> Answer:
        """Sign the body of an answer with the account's secret."""
        secret = self._secrets.get(call.form.get("appkey", ""))
        if secret:
            sign = signature({"body": answer.body.decode()}, secret)
            answer.headers["X-Sign"] = sign[::-1] if spoiled else sign
        return answer

    def _opened(self, call: Call) -> dict[str, str]:
        form = call.form
        secret = self._secrets.get(form.get("appkey", ""))
        if secret is None:
            raise Refusal("1002", "appkey不存在", 200)
        self._verifier.check(form, secret, self.world.clock.now())
        return form

    def _verify(self, call: Call, elements: int) -> Answer:
        form = self._opened(call)
        name = checked_name(form.get("name", ""))
        number = checked_number(form.get("idNumber", ""))
        mobile = checked_mobile(form.get("mobile", "")) if elements == 3 else ""
        subject = hmac.new(self._subject_key, number.encode(), hashlib.sha256).hexdigest()[:32]
        self._limit(subject)
        operation, facts = f"verify{elements}", self.facts(call)
        result = self._result(operation, facts, name, number, mobile)
        return self._tell(form["appkey"], elements, subject, result)

    def _limit(self, subject: str) -> None:
        """Refuse a number that is asked about too often: somebody is guessing."""
        since = self.world.clock.now() - LIMIT_SECONDS
        row = self.world.store.one(
            "SELECT count(*) AS n FROM realname_call WHERE subject = ? AND at > ?", (subject, since)
        )
        if row and row["n"] >= LIMIT:
            raise Refusal("2001", "该证件号查询过于频繁，请稍后再试", 200)

    def _result(
        self, operation: str, facts: Mapping[str, str], name: str, number: str, mobile: str
    ) -> str:
        struck = self.world.faults.take_any(self.fault_kinds, NAME, operation, facts)
        if "source_unavailable" in struck:
            return UNAVAILABLE
        if "forced_mismatch" in struck:
            return MISMATCH
        if "forced_no_record" in struck:
            return NO_RECORD
        return self._register.compare(name, number, mobile)

    def _tell(self, appkey: str, elements: int, subject: str, result: str) -> Answer:
        charged = result in CHARGED
        if not self.world.store.run(
            "UPDATE realname_account SET calls_left = calls_left - ?"
            " WHERE appkey = ? AND calls_left > 0",
            (int(charged), appkey),
        ):
            raise Refusal("2002", "账户剩余次数不足", 200)
        number = self.world.store.insert(
            "realname_call",
            appkey=appkey,
            elements=elements,
            at=self.world.clock.now(),
            subject=subject,
            result=result,
            charged=int(charged),
        )
        request = f"R{self.world.clock.moment():%Y%m%d%H%M%S}{number:08d}"
        self.world.journal.write(
            NAME, "verified", request, elements=elements, result=result, charged=charged
        )
        if result == UNAVAILABLE:
            content = {"code": "5001", "message": "数据源暂不可用，请稍后再试"}
            return Answer.json({**content, "charged": False, "requestId": request, "data": None})
        return Answer.json(
            {
                "code": "0",
                "message": "成功",
                "charged": charged,
                "requestId": request,
                "data": {"result": result, "desc": WORDS[result]},
            }
        )

    def _usage(self, call: Call) -> Answer:
        appkey = self._opened(call)["appkey"]
        content = {"code": "0", "message": "成功", "charged": False, "data": self._count(appkey)}
        return Answer.json(content)

    def _count(self, appkey: str) -> dict[str, Any]:
        store = self.world.store
        account = store.one("SELECT calls_left FROM realname_account WHERE appkey = ?", (appkey,))
        rows = store.all(
            "SELECT result, count(*) AS n, sum(charged) AS charged FROM realname_call"
            " WHERE appkey = ? GROUP BY result",
            (appkey,),
        )
        return {
            "appkey": appkey,
            "callsLeft": account["calls_left"] if account else 0,
            "charged": sum(row["charged"] for row in rows),
            "results": {row["result"]: row["n"] for row in rows},
        }

    def _control_usage(self, _call: Call) -> Answer:
        return Answer.json({"accounts": [self._count(key) for key in APPKEYS]})

    def _control_account(self, call: Call) -> Answer:
        """Set how many calls an account has left: calls_left."""
        left, appkey = int(call.json()["calls_left"]), call.parts["appkey"]
        if left < 0 or not self.world.store.run(
            "UPDATE realname_account SET calls_left = ? WHERE appkey = ?", (left, appkey)
        ):
            raise ValueError("Name an account, and 0 calls or more.")
        return Answer.json(self._count(appkey))
