"""One process of the reference HIS with the vendor's port, on a tiny hospital."""

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from reference_his.db import Database
from simulation import launch
from tests_world import his_fixture


class Client:
    """A platform that calls the HIS: written from the documents, not from the HIS."""

    counter = itertools.count(1)

    def __init__(self, running: launch.Running, appid: str = "hospital-wechat"):
        self.running, self.appid = running, appid
        self.url = running.addresses["vendor"]
        account = running.get("/credentials")["vendor"][appid]
        self.secret, self.sm4_key = account["secret"], account["sm4_key"]
        self.time = int(datetime.fromisoformat(his_fixture.MORNING).timestamp())
        self.session = requests.Session()
        self.session.trust_env = False

    def signature(self, values: dict[str, str], method: str = "HMAC-SHA256") -> str:
        named = {**values, "secret": self.secret}
        text = "|".join(value for _name, value in sorted(named.items())).encode()
        if method == "MD5":
            return hashlib.md5(text).hexdigest().upper()
        return hmac.new(self.secret.encode(), text, hashlib.sha256).hexdigest().upper()

    def headers(self, body: str, method: str = "HMAC-SHA256", **odd: str) -> dict[str, str]:
        values = {
            "appid": self.appid,
            "timestamp": str(self.time),
            "nonce": f"{time.time_ns()}-{next(self.counter)}",
        }
        values.update({name: odd[name] for name in values if name in odd})
        signed = self.signature({**values, "body": body}, method)
        return {**values, "sign_type": method, "sign": odd.get("sign", signed)}

    def post(self, path: str, content: Any = None, **odd: Any) -> requests.Response:
        body = odd.pop("body", None)
        if body is None:
            body = json.dumps(content or {}, ensure_ascii=False)
        charset = odd.pop("charset", "utf-8")
        more = odd.pop("more", {})
        timeout = odd.pop("timeout", 10)
        kind = {"Content-Type": f"application/json; charset={charset}"}
        return self.session.post(
            f"{self.url}/api/{path}",
            data=body.encode(charset),
            headers={**kind, **self.headers(body, **odd), **more},
            timeout=timeout,
        )

    def call(self, path: str, **content: Any) -> Any:
        """Call a function and return the whole answer, whose signature is checked."""
        answer = self.post(path, content)
        assert answer.status_code == 200
        got = answer.headers
        signed = {"appid": self.appid, "body": answer.content.decode()}
        values = {**signed, "timestamp": got["timestamp"], "nonce": got["nonce"]}
        assert got["sign"] == self.signature(values)
        return answer.json()

    def data(self, path: str, **content: Any) -> Any:
        """Call a function that must succeed and return its data."""
        answer = self.call(path, **content)
        assert answer["code"] == "1", answer
        return answer["data"]

    def refused(self, path: str, **content: Any) -> str:
        """Call a function that must be refused and return the sentence."""
        answer = self.call(path, **content)
        assert (answer["success"], "data" in answer) == (False, False), answer
        return str(answer["message"])

    def staff(self, action: str, **content: Any) -> Any:
        """Let the hospital's staff do something."""
        return self.running.post(f"/vendor/staff/{action}", **content)["result"]


def start(dsn: str, folder: Path) -> launch.Running:
    """Start the process; its clock stands still in the morning."""
    words = ("--state", str(folder), "--db", dsn, "--base-port", "0", "--only", "vendor")
    return launch.start("reference_his", *words, "--now", his_fixture.MORNING)


@pytest.fixture(scope="session")
def dsn() -> Iterator[str]:
    with his_fixture.filled() as name:
        yield name


@pytest.fixture(scope="session")
def running(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[launch.Running]:
    found = start(dsn, tmp_path_factory.mktemp("his"))
    yield found
    found.stop()


@pytest.fixture
def client(running: launch.Running, dsn: str) -> Iterator[Client]:
    """A platform; the hospital is as new, and faults and time of a test end with it."""
    database = Database(dsn)
    database.run(his_fixture.RESTORE)
    database.close()
    yield Client(running)
    running.ask("DELETE", "/faults")
    running.post("/clock", at=his_fixture.MORNING, speed=0)
