"""A merchant's tools for the tests: the SDK, a client of our own, files and people."""

import base64
import csv
import io
import json
import re
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from datetime import datetime, timedelta, timezone
from functools import cached_property
from typing import Any

from alipay import AliPay, DCAliPay
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from simulation.launch import Running

BEIJING = timezone(timedelta(hours=8))


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_everything: Any) -> None:
        return None


OPENER = urllib.request.build_opener(_Stay)


def fetch(
    url: str, data: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes, Any]:
    """Return status, body and headers; redirects are not followed."""
    request = urllib.request.Request(url, data=data, headers=headers or {})
    try:
        with OPENER.open(request, timeout=20) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers


class Merchant:
    """The demo hospital, or another application of the same process."""

    def __init__(self, world: Running, credentials: dict[str, Any] | None = None):
        self.world = world
        given = world.get("/credentials")["alipay"]
        self.given = {**given, **(credentials or {})}
        self.gateway: str = given["gateway"]
        self._sdk: AliPay | None = None
        self.address = self.gateway.rpartition("/")[0]

    def sdk(self, notify_url: str | None = None, sign_type: str = "RSA2") -> AliPay:
        client = AliPay(
            self.given["app_id"],
            notify_url,
            self.given["app_private_key"],
            self.given["alipay_public_key"],
            sign_type=sign_type,
        )
        client._gateway = self.gateway
        return client

    @property
    def usual(self) -> AliPay:
        """The client that is used when a test names none."""
        self._sdk = self._sdk or self.sdk()
        return self._sdk

    def certified(self, **changed: str) -> DCAliPay:
        given = {**self.given, **changed}
        client = DCAliPay(
            given["app_id"],
            given["app_private_key"],
            given["app_cert"],
            given["alipay_cert"],
            given["alipay_root_cert"],
        )
        client._gateway = self.gateway
        return client

    # -- a client of our own, for what the SDK never sends ---------------------------------

    @cached_property
    def private_key(self) -> RSAPrivateKey:
        key = serialization.load_pem_private_key(self.given["app_private_key"].encode(), None)
        assert isinstance(key, RSAPrivateKey)
        return key

    @cached_property
    def alipay_key(self) -> RSAPublicKey:
        key = serialization.load_pem_public_key(self.given["alipay_public_key"].encode())
        assert isinstance(key, RSAPublicKey)
        return key

    def signed(self, method: str, biz: Any = None, **changed: str | None) -> dict[str, str]:
        """Return signed parameters; ``None`` leaves one away, ``sign`` replaces the signature."""
        parameters: dict[str, str | None] = {
            "app_id": self.given["app_id"],
            "method": method,
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": datetime.now(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
            "biz_content": biz if isinstance(biz, str) else json.dumps(biz or {}),
        }
        parameters.update(changed)
        kept = {name: value for name, value in parameters.items() if value}
        charset = "gb18030" if kept.get("charset", "").lower() == "gbk" else "utf-8"
        text = "&".join(f"{name}={kept[name]}" for name in sorted(kept) if name != "sign")
        kind = hashes.SHA1() if kept.get("sign_type") == "RSA" else hashes.SHA256()
        raw = self.private_key.sign(text.encode(charset), padding.PKCS1v15(), kind)
        if "sign" not in changed:
            kept["sign"] = base64.b64encode(raw).decode()
        return kept

    def raw(self, parameters: dict[str, str], post: bool = False, charset: str = "utf-8") -> bytes:
        """Return the body of the answer to these parameters."""
        encoded = urllib.parse.urlencode(parameters, encoding=charset)
        if post:
            return fetch(self.gateway, encoded.encode())[1]
        return fetch(f"{self.gateway}?{encoded}")[1]

    def ask(self, method: str, biz: Any = None, **changed: str | None) -> dict[str, Any]:
        """Return the node of the answer, whatever its name is."""
        answer = json.loads(self.raw(self.signed(method, biz, **changed)))
        node = next(value for name, value in answer.items() if isinstance(value, dict))
        return dict(node)

    def refused(self, method: str, biz: Any = None, **changed: str | None) -> tuple[str, str]:
        """Return code and sub_code of a refusal."""
        node = self.ask(method, biz, **changed)
        return node["code"], node.get("sub_code", "")

    # -- whole ways ------------------------------------------------------------------------

    def order(self, number: str, amount: str = "1.00", client: AliPay | None = None) -> str:
        """Precreate an order and return its QR code."""
        answer = (client or self.usual).api_alipay_trade_precreate("挂号费", number, amount)
        assert answer["code"] == "10000", answer
        return str(answer["qr_code"])

    def scan(self, number: str, amount: str = "1.00", client: AliPay | None = None) -> str:
        """Let Li scan an order of this number; return the trade's number."""
        code = self.order(number, amount, client)
        return str(self.world.post("/alipay/scan", person="li", code=code)["trade_no"])

    def sell(self, number: str, amount: str = "1.00", client: AliPay | None = None) -> str:
        """Let Li pay an order of this number; return the trade's number."""
        trade_no = self.scan(number, amount, client)
        self.world.post("/alipay/pay", person="li", trade_no=trade_no)
        return trade_no

    def facts(self, kind: str = "", key: str = "") -> list[dict[str, Any]]:
        """Return what the journal knows."""
        path = f"/journal?source=alipay&kind={kind}&key={key}"
        return list(self.world.get(path)["facts"])

    def bill(self, date: str, bill_type: str = "trade", client: AliPay | None = None) -> "Bill":
        """Ask for a bill and download it."""
        return Bill(fetch(self.bill_url(date, bill_type, client))[1])

    def bill_url(self, date: str, bill_type: str = "trade", client: AliPay | None = None) -> str:
        answer = (client or self.usual).server_api(
            "alipay.data.dataservice.bill.downloadurl.query",
            {"bill_type": bill_type, "bill_date": date},
        )
        assert answer["code"] == "10000", answer
        return str(answer["bill_download_url"])


class Bill:
    """A bill read back by header names, as a careful merchant does."""

    def __init__(self, content: bytes):
        self.archive = zipfile.ZipFile(io.BytesIO(content))
        self.names = [info.filename.encode("cp437").decode("gbk") for info in self._infos()]
        texts = [self.archive.read(info).decode("gb18030") for info in self._infos()]
        self.texts = dict(zip(self.names, texts, strict=True))

    def _infos(self) -> list[zipfile.ZipInfo]:
        assert all(not info.flag_bits & 0x800 for info in self.archive.infolist())
        return self.archive.infolist()

    def text(self, ending: str) -> str:
        return next(text for name, text in self.texts.items() if name.endswith(ending))

    def rows(self, ending: str) -> list[dict[str, str]]:
        """Return the rows of one file by header name, without the padding."""
        lines = [line for line in self.text(ending).splitlines() if not line.startswith("#")]
        return [
            {name: value.strip() for name, value in row.items()}
            for row in csv.DictReader(lines, strict=True)
        ]

    def header(self, ending: str) -> list[str]:
        lines = self.text(ending).splitlines()
        return next(line for line in lines if not line.startswith("#")).split(",")

    def footer(self, ending: str, word: str) -> tuple[int, int]:
        """Return number and fen of a total of the footer, such as 交易合计."""
        found = re.search(rf"#{word}：(\d+)笔，\D*?共(-?[\d.]+)元", self.text(ending))
        assert found, self.text(ending)
        return int(found[1]), fen(found[2])


def fen(yuan: str) -> int:
    """Return the fen of yuan with exactly two decimals."""
    whole, _, part = yuan.strip().partition(".")
    assert len(part) == 2, yuan
    return int(whole + part)
