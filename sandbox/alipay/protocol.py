"""The envelope of gateway.do: reading and checking a request, naming and signing an answer."""

import json
import re
import time
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from simulation.clock import SHANGHAI
from simulation.messages import Answer, Call

from . import signing
from .accounts import Accounts, Application
from .errors import refusal

# Python's GB18030 reads and writes all that Alipay calls GBK
CHARSETS = {"utf-8": "utf-8", "utf8": "utf-8", "gbk": "gb18030", "gb2312": "gb18030"}
REQUIRED = (
    ("app_id", "isv.missing-app-id"),
    ("timestamp", "isv.missing-timestamp"),
    ("version", "isv.missing-version"),
    ("sign_type", "isv.missing-signature-type"),
    ("sign", "isv.missing-signature"),
)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
# a client's clock may be in another time zone (python-alipay-sdk sends the machine's local time)
WINDOW_SECONDS = 24 * 3600
MANY = 100
KIND = {"Content-Type": "text/html;charset=utf-8"}


@dataclass(frozen=True)
class Request:
    """A request whose signature is right.

    :param dict biz: the members of ``biz_content``; numbers are kept as the text they were.
    """

    method: str
    app: Application
    parameters: Mapping[str, str]
    biz: Mapping[str, Any]
    charset: str
    sign_type: str
    with_certificate: bool


@dataclass
class Node(Answer):
    """An answer of gateway.do before it is signed.

    :param Application signer: ``None`` leaves the signature away, as Alipay does for an
        application that it does not know.
    """

    name: str = "error_response"
    content: str = "{}"
    signer: Application | None = None
    sign_type: str = "RSA2"
    charset: str = "utf-8"
    with_certificate: bool = False
    headers: dict[str, str] = field(default_factory=lambda: dict(KIND))


def parameters_of(call: Call) -> Mapping[str, str]:
    """Return the parameters of query and form together; never fails."""
    return _parameters(call.target.partition("?")[2], call.body)


@lru_cache(maxsize=64)
def _parameters(query: str, body: bytes) -> Mapping[str, str]:
    """Read once what fault rules, handler and seal all look at."""
    found = _pairs(query, body, "utf-8")
    charset = charset_of(found)
    return found if charset == "utf-8" else _pairs(query, body, charset)


def _pairs(query: str, body: bytes, charset: str) -> dict[str, str]:
    found: dict[str, str] = {}
    # bytes that are no text must not get further than here
    clean = query.encode(errors="replace").decode()
    for text in (clean, body.decode(charset, errors="replace")):
        try:
            pairs = parse_qsl(text, keep_blank_values=True, encoding=charset, max_num_fields=MANY)
        except ValueError:  # more fields than any request has
            continue
        found.update(pairs)
    return found


def charset_of(parameters: Mapping[str, str]) -> str:
    """Return the codec of a request; UTF-8 when it names none that we know."""
    return CHARSETS.get(parameters.get("charset", "").lower(), "utf-8")


def read(call: Call, accounts: Accounts, now: float, methods: Container[str]) -> Request:
    """Return a request whose common parameters, signature and rights are in order.

    The application is looked at first and the signature last, as at the real gateway.

    :param float now: the virtual time.
    :raise Refusal: with the documented error.
    """
    parameters = parameters_of(call)
    method = parameters.get("method", "")
    if not method:
        raise refusal("isv.missing-method")
    if method not in methods:
        raise refusal("isv.invalid-method")
    if not parameters.get("app_id"):
        raise refusal("isv.missing-app-id")
    app = accounts.get(parameters["app_id"])
    if app is None:
        raise refusal("isv.invalid-app-id")
    _check_common(parameters, now)
    with_certificate = _check_certificates(parameters, app, accounts)
    _check_signature(parameters, app)
    if method in app.forbidden:
        raise refusal("isv.insufficient-isv-permissions")
    return Request(
        method=method,
        app=app,
        parameters=parameters,
        biz=_biz_content(parameters.get("biz_content", "")),
        charset=charset_of(parameters),
        sign_type=parameters["sign_type"],
        with_certificate=with_certificate,
    )


def _check_common(parameters: Mapping[str, str], now: float) -> None:
    for name, sub_code in REQUIRED:
        if not parameters.get(name):
            raise refusal(sub_code)
    if parameters.get("charset", "utf-8").lower() not in CHARSETS:
        raise refusal("isv.invalid-charset")
    if parameters.get("format", "json").lower() != "json":
        raise refusal("isv.invalid-format")
    if parameters["version"] != "1.0":
        raise refusal("isv.invalid-version")
    if parameters["sign_type"] not in signing.SIGN_TYPES:
        raise refusal("isv.invalid-signature-type")
    _check_timestamp(parameters["timestamp"], now)


def _check_timestamp(text: str, now: float) -> None:
    try:
        at = moment_of(text)
    except ValueError:
        raise refusal("isv.invalid-timestamp") from None
    if all(abs(at - clock) > WINDOW_SECONDS for clock in (now, time.time())):
        raise refusal("isv.invalid-timestamp")


def moment_of(text: str) -> float:
    """Return a Beijing time ``yyyy-MM-dd HH:mm:ss`` as seconds since 1970.

    :raise ValueError: when it has another form, or there is no such time.
    """
    if not MOMENT.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp()


def _check_certificates(
    parameters: Mapping[str, str], app: Application, accounts: Accounts
) -> bool:
    """Check the certificate mode; return whether the request uses it."""
    serial, root = parameters.get("app_cert_sn"), parameters.get("alipay_root_cert_sn")
    if app.mode == "key" or (app.mode == "any" and not serial):
        return False
    if not serial:
        raise refusal("isv.missing-app-cert-sn")
    if not root:
        raise refusal("isv.missing-alipay-root-cert-sn")
    if serial != app.app_cert_sn:
        raise refusal("isv.app-cert-not-exist")
    if root != accounts.root_cert_sn:
        raise refusal("isv.invalid-alipay-root-cert-sn")
    return True


def _check_signature(parameters: Mapping[str, str], app: Application) -> None:
    if app.merchant_key is None:
        raise refusal("isv.missing-signature-config")
    text = signing.request_text(parameters)
    content = text.encode(charset_of(parameters), errors="replace")
    if not signing.is_signed(
        app.merchant_key, content, parameters["sign"], parameters["sign_type"]
    ):
        raise refusal("isv.invalid-signature")


def _biz_content(text: str) -> Mapping[str, Any]:
    found = json_of(text) if text else {}
    if found is None:
        raise refusal("isv.illegal-json")
    return found


@lru_cache(maxsize=64)
def json_of(text: str) -> Mapping[str, Any] | None:
    """Return a JSON object whose numbers are kept as text; ``None`` when it is none."""
    try:
        found = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def node_text(content: Mapping[str, Any]) -> str:
    r"""Return JSON as Alipay writes it: no blanks, and ``/`` written as ``\/``."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")


def sealed(node: Node, spoiled: bool) -> Answer:
    """Return the signed answer: the signature covers the node's raw text."""
    body = f'{{"{node.name}":{node.content}'
    if node.signer:
        covered = node.content.encode(node.charset, errors="replace")
        signature = signing.sign(node.signer.alipay_key, covered + b" " * spoiled, node.sign_type)
        if node.with_certificate:
            body += f',"alipay_cert_sn":"{node.signer.alipay_cert_sn}"'
        body += f',"sign":"{signature}"'
    return Answer(
        node.status, (body + "}").encode(node.charset, errors="replace"), dict(node.headers)
    )
