"""The message centre in a process of its own, and a sender that signs by the public documents.

The signatures are written anew here, from the vendors' descriptions, to be an independent check.
"""

import base64
import hashlib
import hmac
import itertools
import json
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
import requests

from simulation import launch

NONCES = itertools.count(int(time.time() * 1000))
LI, WANG = "13800000001", "13800000002"


def special(text: str) -> str:
    """Aliyun: URL encoding, then + as %20, * as %2A, %7E as ~."""
    return quote_plus(text).replace("+", "%20").replace("*", "%2A").replace("%7E", "~")


class Aliyun:
    """Calls in Aliyun's style, signature 1.0."""

    def __init__(self, base: str, given: dict[str, Any]):
        self.base, self.id, self.secret = base, given["access_key_id"], given["access_key_secret"]
        self.sign, self.templates = given["sign_name"], given["templates"]
        self.http = requests.Session()

    def common(self, action: str, **change: str) -> dict[str, str]:
        return {
            "AccessKeyId": self.id,
            "Action": action,
            "Format": "JSON",
            "RegionId": "cn-hangzhou",
            "SignatureMethod": "HMAC-SHA1",
            "SignatureNonce": str(next(NONCES)),
            "SignatureVersion": "1.0",
            "Timestamp": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Version": "2017-05-25",
            **change,
        }

    def signed(self, method: str, values: dict[str, str]) -> dict[str, str]:
        pairs = sorted((special(name), special(value)) for name, value in values.items())
        text = "&".join("=".join(pair) for pair in pairs)
        text = "&".join((method, special("/"), special(text)))
        made = hmac.new((self.secret + "&").encode(), text.encode(), "sha1").digest()
        return {**values, "Signature": base64.b64encode(made).decode()}

    def raw(self, values: dict[str, str], method: str = "GET") -> requests.Response:
        if method == "GET":
            return self.http.get(f"{self.base}/?{urlencode(values)}", timeout=5)
        return self.http.post(f"{self.base}/", data=values, timeout=5)

    def call(self, action: str, method: str = "GET", **values: str) -> dict[str, Any]:
        return self.raw(self.signed(method, self.common(action, **values)), method).json()

    def send(self, mobile: str, purpose: str = "verification", **change: Any) -> dict[str, Any]:
        values = {
            "PhoneNumbers": mobile,
            "SignName": self.sign,
            "TemplateCode": self.templates[purpose],
            "TemplateParam": json.dumps(change.pop("param", {"code": "123456"})),
            **change,
        }
        return self.call("SendSms", **values)

    def new_style(self, action: str, params: dict[str, str], **heads: str) -> requests.Response:
        """Signature 3.0 with all parameters in the query."""
        query = "&".join(f"{special(key)}={special(params[key])}" for key in sorted(params))
        empty = hashlib.sha256(b"").hexdigest()
        headers = {
            "host": self.base.removeprefix("http://"),
            "x-acs-action": action,
            "x-acs-content-sha256": empty,
            "x-acs-date": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": str(next(NONCES)),
            "x-acs-version": "2017-05-25",
            **heads,
        }
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        canonical = f"POST\n/\n{query}\n{lines}\n{names}\n{empty}"
        text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
        made = hmac.new(self.secret.encode(), text.encode(), "sha256").hexdigest()
        headers["Authorization"] = (
            f"ACS3-HMAC-SHA256 Credential={self.id},SignedHeaders={names},Signature={made}"
        )
        return requests.post(f"{self.base}/?{query}", headers=headers, timeout=5)


class Tencent:
    """Calls in Tencent Cloud's style."""

    def __init__(self, base: str, given: dict[str, Any]):
        self.base, self.id, self.secret = base, given["secret_id"], given["secret_key"]
        self.app, self.sign = given["sms_sdk_app_id"], given["sign_name"]
        self.templates = given["templates"]
        self.http = requests.Session()

    def headers(self, body: bytes, action: str, **change: Any) -> dict[str, str]:
        at = int(change.get("at", time.time()))
        date = datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%d")
        host, kind = self.base.removeprefix("http://"), "application/json; charset=utf-8"
        canonical = (
            f"POST\n/\n\ncontent-type:{kind}\nhost:{host}\n\ncontent-type;host\n"
            + hashlib.sha256(body).hexdigest()
        )
        scope = f"{date}/sms/tc3_request"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        text = f"TC3-HMAC-SHA256\n{at}\n{scope}\n{digest}"

        def mac(key: bytes, word: str) -> bytes:
            return hmac.new(key, word.encode(), hashlib.sha256).digest()

        secret = change.get("secret", self.secret)
        key = mac(mac(mac(f"TC3{secret}".encode(), date), "sms"), "tc3_request")
        made = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        return {
            "Authorization": f"TC3-HMAC-SHA256 Credential={change.get('id', self.id)}/{scope}, "
            f"SignedHeaders=content-type;host, Signature={made}",
            "Content-Type": kind,
            "Host": host,
            "X-TC-Action": action,
            "X-TC-Timestamp": str(at),
            "X-TC-Version": change.get("version", "2021-01-11"),
            "X-TC-Region": "ap-guangzhou",
        }

    def call(self, action: str, content: Any, **change: Any) -> dict[str, Any]:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        heads = self.headers(body, action, **change)
        return self.http.post(f"{self.base}/", data=body, headers=heads, timeout=5).json()[
            "Response"
        ]

    def content(self, *mobiles: str, **change: Any) -> dict[str, Any]:
        return {
            "PhoneNumberSet": [f"+86{mobile}" for mobile in mobiles],
            "SmsSdkAppId": self.app,
            "SignName": self.sign,
            "TemplateId": self.templates[change.pop("purpose", "verification")],
            "TemplateParamSet": ["123456"],
            **change,
        }

    def send(self, *mobiles: str, **change: Any) -> list[dict[str, Any]]:
        return list(self.call("SendSms", self.content(*mobiles, **change))["SendStatusSet"])


class Sender:
    """A hospital's server that takes reports and replies."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.answer: tuple[int, str] = (200, '{"code": 0, "result": 0, "msg": "接收成功"}')
        sender = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_args: Any) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sender.got.append((self.path, json.loads(body)))
                status, text = sender.answer
                self.send_response(status)
                self.end_headers()
                self.wfile.write(text.encode())

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        serve = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        serve.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def on(self, path: str) -> list[Any]:
        return [content for at, content in self.got if at == path]


class Centre:
    """What a test holds in its hands."""

    def __init__(self, world: launch.Running):
        self.world = world
        given = world.get("/credentials")["sms"]
        base = world.addresses["sms"]
        self.aliyun, self.tencent = (
            Aliyun(base, given["aliyun"]),
            Tencent(base, given["tencent"]),
        )

    def inbox(self, mobile: str) -> list[dict[str, Any]]:
        self.settle()
        return list(self.world.get(f"/sms/inbox/{mobile}")["messages"])

    def settle(self) -> None:
        self.world.post("/settle")

    def advance(self, seconds: float) -> None:
        self.world.post("/clock", advance=seconds)
        self.settle()

    def connect(self, sender: Sender) -> None:
        self.world.post(
            "/sms/settings",
            report_urls={name: f"{sender.url}/{name}/report" for name in ("aliyun", "tencent")},
            reply_urls={name: f"{sender.url}/{name}/reply" for name in ("aliyun", "tencent")},
        )

    def facts(self, kind: str) -> list[dict[str, Any]]:
        return list(self.world.get(f"/journal?source=sms&kind={kind}")["facts"])


@pytest.fixture(scope="session")
def sms_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[launch.Running]:
    folder = tmp_path_factory.mktemp("sms")
    running = launch.start("sandbox", "--state", str(folder), "--base-port", "0", "--only", "sms")
    yield running
    running.stop()


@pytest.fixture
def centre(sms_world: launch.Running) -> Centre:
    """A fresh centre at ten in the morning of a Thursday; its clock stands still."""
    sms_world.post("/reset")
    sms_world.post("/clock", at="2026-11-26T10:00:00", speed=0)
    return Centre(sms_world)


@pytest.fixture
def sender() -> Iterator[Sender]:
    found = Sender()
    yield found
    found.server.shutdown()
    found.server.server_close()
