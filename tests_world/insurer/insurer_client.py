"""A hospital's client of the insurer, written from its page."""

import hashlib
import hmac
import json
import uuid
from datetime import datetime

import requests

from ..receiver import Receiver

CHECK_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PEOPLE = {
    "li": ("李建国", "33252219580312101"),
    "wang": ("王秀英", "33252219840725202"),
    "zhang": ("张伟", "33252219930102301"),
    "chen": ("陈小雨", "33252220180918402"),
}


class Refused(Exception):
    """The answer's code, sentence and status."""

    def __init__(self, status, content):
        super().__init__(f"{content['code']} {content['message']}")
        self.status, self.code = status, content["code"]


def digest_of(name):
    """SHA-256 of identity number, bar and name."""
    chinese, seventeen = PEOPLE[name]
    total = sum(int(a) * b for a, b in zip(seventeen, CHECK_WEIGHTS, strict=True))
    number = seventeen + "10X98765432"[total % 11]
    return hashlib.sha256(f"{number}|{chinese}".encode()).hexdigest()


def sign(secret, *lines, body):
    text = "\n".join([*lines, hashlib.sha256(body).hexdigest()])
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


class Hospital:
    """One application at the insurer."""

    def __init__(self, world, ear=None, place=0):
        given = world.get("/credentials")["insurer"]["apps"][place]
        self.world, self.ear = world, ear
        self.app, self.secret = given["appId"], given["secret"]
        self.url = world.addresses["insurer"]
        self.session = requests.Session()

    def now(self):
        return int(datetime.fromisoformat(self.world.get("/clock")["now"]).timestamp())

    def send(self, method, target, content=None, timeout=20, **changes):
        body = b"" if content is None else json.dumps(content, ensure_ascii=False).encode()
        stamp = str(changes.get("at", self.now()))
        nonce = changes.get("nonce", uuid.uuid4().hex)
        secret = changes.get("secret", self.secret)
        headers = {
            "X-App-Id": changes.get("app", self.app),
            "X-Timestamp": stamp,
            "X-Nonce": nonce,
            "X-Signature": sign(secret, method, target, stamp, nonce, body=body),
            "Content-Type": "application/json",
        }
        return self.session.request(
            method, self.url + target, data=body, headers=headers, timeout=timeout
        )

    def ask(self, method, target, content=None, **changes):
        """Call and return the data of the answer, after checking its signature."""
        answer = self.send(method, target, content, **changes)
        found = answer.json()
        if answer.status_code != 200:
            raise Refused(answer.status_code, found)
        assert self.signed(answer)
        return found["data"]

    def signed(self, answer):
        stamp = answer.headers["X-Timestamp"]
        return answer.headers["X-Signature"] == sign(self.secret, stamp, body=answer.content)

    def post(self, target, content=None, **changes):
        return self.ask("POST", "/api/v1" + target, content or {}, **changes)

    def get(self, target, **changes):
        return self.ask("GET", "/api/v1" + target, **changes)

    def recognise(self, name, visit="outpatient", day="2026-03-02"):
        content = {"idHash": digest_of(name), "visitType": visit, "visitDate": day}
        return self.post("/coverage/recognise", {**content, "consent": {"consentNo": "A1"}})

    def policy(self, name="wang", product="CORP-OP"):
        found = self.recognise(name)["policies"]
        return next(one["policyNo"] for one in found if one["productCode"] == product)

    def case(self, name="wang", product="CORP-OP", **changes):
        """The content of a report."""
        return {
            "caseNo": f"CASE{uuid.uuid4().hex[:16]}",
            "policyNo": self.policy(name, product),
            "idHash": digest_of(name),
            "consent": {"consentNo": "A1"},
            "visit": {"visitNo": "MZ1", "visitType": "outpatient", "visitDate": "2026-03-02"},
            "notifyUrl": self.ear.url if self.ear else "",
            **changes,
        }

    def report(self, name="wang", **changes):
        return self.post("/cases", self.case(name, **changes))["claimNo"]

    def fees(self, claim, amounts=(60000, 40000), levels=("01", "02"), fund=30000, **changes):
        rows = [
            {"sn": f"{place}", "code": f"XJ{place}", "name": "药品", "level": level, "amount": fen}
            for place, (fen, level) in enumerate(zip(amounts, levels, strict=True))
        ]
        total = sum(amounts)
        parts = {"total": total, "fund": fund, "account": 0, "cash": total - fund}
        content = {
            "items": rows,
            "diagnoses": [{"code": "J06.900", "name": "急性上呼吸道感染"}],
            "nationalSettlement": {"setlId": "S1", **parts},
        }
        return self.post(f"/cases/{claim}/fees", {**content, **changes})

    def calculated(self, name="wang", **options):
        claim = self.report(name)
        self.fees(claim, **options)
        return self.post(f"/cases/{claim}/calculate")

    def pay(self, seen, number=None, amount=None):
        content = {
            "payNo": number or f"P{uuid.uuid4().hex[:16]}",
            "amount": seen["payable"] if amount is None else amount,
        }
        return self.post(f"/cases/{seen['claimNo']}/pay", content)

    def cancel(self, claim, number=None):
        number = number or f"X{uuid.uuid4().hex[:16]}"
        return self.post(f"/cases/{claim}/cancel", {"cancelNo": number, "reason": "患者退费"})


class Ear(Receiver):
    """A port that hears callbacks; ``statuses`` holds the next answers, 200 when empty."""

    def __init__(self):
        self.statuses = []
        super().__init__(lambda _received: (self.statuses.pop(0) if self.statuses else 200, b""))
        self.url += "decision?from=insurer"

    def contents(self):
        return [json.loads(one.body) for one in self.got]

    def right(self, secret, place=-1):
        one = self.got[place]
        stamp, nonce = one.headers["x-timestamp"], one.headers["x-nonce"]
        wanted = sign(secret, "POST", one.path, stamp, nonce, body=one.body)
        return one.headers["x-signature"] == wanted
