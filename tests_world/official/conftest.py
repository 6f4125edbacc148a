"""One official account in a process of its own, driven by wechatpy, and a partner's server."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from wechatpy import WeChatClient, WeChatOAuth, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatClientException
from wechatpy.utils import check_signature

from simulation import launch

TOKEN = "hospitaltoken"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


class Client(WeChatClient):
    """wechatpy against our address, with the stable token."""

    base = ""

    def __init__(self, base: str, appid: str, secret: str):
        super().__init__(appid, secret, auto_retry=False)
        self.base = base
        self.API_BASE_URL = f"{base}/cgi-bin/"

    def fetch_access_token(self) -> Any:
        content = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self.secret,
        }
        found = requests.post(f"{self.base}/cgi-bin/stable_token", json=content, timeout=5).json()
        self.session.set(self.access_token_key, found["access_token"], found["expires_in"])
        self.expires_at = int(time.time()) + found["expires_in"]
        return found

    def call(self, path: str, content: Any = None, **params: str) -> dict[str, Any]:
        """Call an address that wechatpy does not know; return the JSON answer."""
        query = {"access_token": self.access_token, **params}
        if content is None:
            return requests.get(self.base + path, params=query, timeout=5).json()
        return requests.post(self.base + path, params=query, json=content, timeout=5).json()


class Partner:
    """A partner's server: it verifies as wechatpy does, and replies what a test wants."""

    def __init__(self) -> None:
        self.token, self.key, self.appid = TOKEN, AES_KEY, ""
        self.got: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], tuple[int, str]] = lambda _got: (200, "success")
        self.shakes = True
        partner = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_args: Any) -> None:
                pass

            def do_GET(self) -> None:
                query = dict(parse_qsl(urlsplit(self.path).query))
                names = ("signature", "timestamp", "nonce")
                check_signature(partner.token, *(query[name] for name in names))
                self._say(200, query["echostr"] if partner.shakes else "no")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                got = {"query": dict(parse_qsl(urlsplit(self.path).query)), "body": body}
                partner.got.append(got)
                self._say(*partner.answer(got))

            def _say(self, status: int, text: str) -> None:
                content = text.encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(content)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/wx"

    def open(self, got: dict[str, Any], key: str | None = None) -> str:
        """Return the XML inside a secure message; wechatpy raises when it is forged."""
        query = got["query"]
        crypto = WeChatCrypto(self.token, key or self.key, self.appid)
        names = ("msg_signature", "timestamp", "nonce")
        return crypto.decrypt_message(got["body"], *(query[name] for name in names))

    def messages(self) -> list[Any]:
        """Return all secure messages so far, parsed by wechatpy."""
        return [parse_message(self.open(got)) for got in self.got]


class Account:
    """What a test holds in its hands."""

    def __init__(self, world: launch.Running):
        self.world = world
        given = next(iter(world.get("/credentials")["official"]["accounts"].values()))
        self.appid, self.secret = given["appid"], given["secret"]
        self.original_id = given["original_id"]
        self.templates, self.notices = given["templates"], given["notices"]
        self.base = world.addresses["official"]
        self.client = Client(self.base, self.appid, self.secret)

    def do(self, person: str, deed: str, **content: Any) -> Any:
        return self.world.post(f"/official/people/{person}/{self.appid}/{deed}", **content)

    def see(self, person: str, view: str) -> Any:
        return self.world.get(f"/official/people/{person}/{self.appid}/{view}")[view]

    def openid(self, person: str) -> str:
        return str(self.see(person, "summary")["openid"])

    def change(self, **settings: Any) -> None:
        self.world.post(f"/official/accounts/{self.appid}", **settings)

    def facts(self, kind: str, key: str = "") -> list[dict[str, Any]]:
        path = f"/journal?source=official&kind={kind}&key={key}"
        return list(self.world.get(path)["facts"])

    def advance(self, seconds: float) -> None:
        self.world.post("/clock", advance=seconds)

    def settle(self) -> None:
        self.world.post("/settle")

    def connect(self, partner: Partner, mode: str = "secure") -> None:
        partner.appid = self.appid
        self.world.post(
            f"/official/accounts/{self.appid}/server",
            url=partner.url,
            token=partner.token,
            key=partner.key,
            mode=mode,
        )
        self.settle()

    def booking(self, person: str = "li", **more: Any) -> dict[str, Any]:
        values = {
            "name1": "李建国",
            "thing2": "心血管内科",
            "thing3": "王医生",
            "time4": "2026年11月26日 09:30",
            "character_string5": "A012",
            "thing6": "门诊楼3楼A区",
        }
        return {
            "touser": self.openid(person),
            "template_id": self.templates["booking_success"],
            "data": {name: {"value": value} for name, value in values.items()},
            **more,
        }


@pytest.fixture(scope="session")
def official_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[launch.Running]:
    folder = tmp_path_factory.mktemp("official")
    running = launch.start(
        "sandbox", "--state", str(folder), "--base-port", "0", "--only", "official"
    )
    yield running
    running.stop()


@pytest.fixture
def account(official_world: launch.Running) -> Account:
    """The demo hospital's account in a fresh world whose clock stands still."""
    official_world.post("/reset")
    official_world.post("/clock", speed=0)
    return Account(official_world)


@pytest.fixture
def partner() -> Iterator[Partner]:
    found = Partner()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def refused() -> Callable[..., Any]:
    """Return a context manager that expects one error code from wechatpy."""

    @contextlib.contextmanager
    def expect(code: int, text: str = "") -> Iterator[None]:
        with pytest.raises(WeChatClientException) as caught:
            yield
        assert caught.value.errcode == code
        assert text in str(caught.value.errmsg)
        assert " rid: " in str(caught.value.errmsg)

    return expect


@pytest.fixture
def oauth(account: Account) -> Callable[..., WeChatOAuth]:
    def make(scope: str = "snsapi_base", state: str = "s1", page: str = "") -> WeChatOAuth:
        page = page or "http://127.0.0.1/wx/cb?a=1"
        found = WeChatOAuth(account.appid, account.secret, page, scope, state)
        found.API_BASE_URL = f"{account.base}/"
        found.OAUTH_BASE_URL = f"{account.base}/connect/"
        return found

    return make
