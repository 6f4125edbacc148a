"""What is checked before anything happens: signature, time, serial numbers, fields."""

import base64
import json
import secrets
import time

import pytest
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509 import load_pem_x509_certificate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.constants import APPID
from sandbox.wechatpay import signing, xmlv2
from sandbox.wechatpay.errors import V3
from tests_world.wechatpay.kit import number, openid

NATIVE = "/v3/pay/transactions/native"
AGENT = {"User-Agent": "test", "Accept": "application/json"}


class Caller:
    """Signs requests by its own code, so that every part can be wrong."""

    def __init__(self, world, keys):
        self.base, self.keys = world.addresses["wechatpay"], keys
        pem = keys["merchant_private_key"].encode()
        self.key = serialization.load_pem_private_key(pem, None)

    def headers(self, method, target, body, **wrong):
        parts = {
            "mchid": self.keys["mchid"],
            "nonce_str": secrets.token_hex(16),
            "timestamp": str(int(time.time())),
            "serial_no": self.keys["merchant_serial"],
            **wrong,
        }
        message = f"{method}\n{target}\n{parts['timestamp']}\n{parts['nonce_str']}\n".encode()
        signed = self.key.sign(message + body + b"\n", padding.PKCS1v15(), hashes.SHA256())
        parts.setdefault("signature", base64.b64encode(signed).decode())
        text = ",".join(f'{name}="{value}"' for name, value in parts.items())
        return {**AGENT, "Authorization": f"WECHATPAY2-SHA256-RSA2048 {text}"}

    def call(self, method, target, content=None, headers=None, **wrong):
        body = b"" if content is None else json.dumps(content).encode()
        sent = {**self.headers(method, target, body, **wrong), **(headers or {})}
        return requests.request(method, self.base + target, data=body, headers=sent, timeout=10)

    def order(self, **changes):
        """Ask for a native order with some fields changed (``None`` leaves one out)."""
        wanted = {
            "appid": APPID,
            "mchid": self.keys["mchid"],
            "description": "挂号",
            "out_trade_no": number("D"),
            "notify_url": "https://example.com/n",
            "amount": {"total": 100, "currency": "CNY"},
            **changes,
        }
        return self.call("POST", NATIVE, {k: v for k, v in wanted.items() if v is not None})


@pytest.fixture
def caller(world, keys):
    return Caller(world, keys)


def refused(answer):
    return answer.status_code, answer.json()["code"]


def test_an_answer_verifies_with_openssl_in_both_modes(caller, keys):
    public = serialization.load_pem_public_key(keys["public_key"].encode())
    certificate = load_pem_x509_certificate(keys["platform_certificate"].encode())
    serial = f"{certificate.serial_number:X}"
    target = f"/v3/pay/transactions/out-trade-no/{number()}?mchid={keys['mchid']}"
    for asked, key in ((keys["public_key_id"], public), (serial, certificate.public_key())):
        answer = caller.call("GET", target, headers={"Wechatpay-Serial": asked})
        head = answer.headers
        assert refused(answer) == (404, "ORDER_NOT_EXIST")
        assert head["Wechatpay-Serial"] == asked and head["Request-ID"]
        message = f"{head['Wechatpay-Timestamp']}\n{head['Wechatpay-Nonce']}\n".encode()
        signature = base64.b64decode(head["Wechatpay-Signature"])
        content = message + answer.content + b"\n"
        key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"signature": base64.b64encode(b"0" * 256).decode()}, "验签失败"),
        ({"signature": "no base64"}, "验签失败"),
        ({"timestamp": "1500000000"}, "5分钟"),
        ({"timestamp": "soon"}, "格式错误"),
        ({"serial_no": "5A00"}, "序列号有误"),
        ({"unknown": "1"}, "格式错误"),
    ],
)
def test_a_wrong_authorization_is_a_sign_error_and_nothing_happens(caller, world, wrong, words):
    answer = caller.call("POST", NATIVE, {"mchid": "1"}, **wrong)
    assert refused(answer) == (401, "SIGN_ERROR") and words in answer.json()["message"]
    assert answer.json()["detail"]["field"] == "signature"
    assert "Wechatpay-Signature" not in answer.headers


def test_a_signature_of_another_body_or_query_does_not_fit(caller, keys):
    target = f"/v3/pay/transactions/out-trade-no/1234567?mchid={keys['mchid']}"
    headers = caller.headers("GET", target, b"")
    answer = requests.get(caller.base + target + "0", headers=headers, timeout=10)
    assert refused(answer) == (401, "SIGN_ERROR")
    headers = caller.headers("POST", NATIVE, b"{}")
    answer = requests.post(caller.base + NATIVE, b"{ }", headers=headers, timeout=10)
    assert refused(answer) == (401, "SIGN_ERROR")


def test_the_time_may_be_the_machines_or_the_virtual_one(caller, world):
    world.post("/clock", advance=86400)
    virtual = int(time.time()) + 86400
    assert caller.order().status_code == 200
    target = "/v3/certificates"
    assert caller.call("GET", target, timestamp=str(virtual)).status_code == 200
    assert caller.call("GET", target, timestamp=str(virtual + 301)).status_code == 401


def test_an_unknown_merchant_or_platform_serial_is_named(caller):
    assert refused(caller.call("GET", "/v3/certificates", mchid="1999999999")) == (
        400,
        "MCH_NOT_EXISTS",
    )
    answer = caller.call("GET", "/v3/certificates", headers={"Wechatpay-Serial": "PUB_KEY_ID_9"})
    assert refused(answer) == (400, "INVALID_REQUEST")
    headers = {**caller.headers("GET", "/v3/certificates", b""), "User-Agent": ""}
    answer = requests.get(caller.base + "/v3/certificates", headers=headers, timeout=10)
    assert refused(answer) == (400, "PARAM_ERROR")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"out_trade_no": "12345"}, "/out_trade_no"),
        ({"out_trade_no": "1" * 33}, "/out_trade_no"),
        ({"out_trade_no": "1234567 "}, "/out_trade_no"),
        ({"out_trade_no": None}, "/out_trade_no"),
        ({"out_trade_no": 1234567}, "/out_trade_no"),
        ({"description": ""}, "/description"),
        ({"description": "挂" * 43}, "/description"),
        ({"attach": "a" * 129}, "/attach"),
        ({"amount": None}, "/amount"),
        ({"amount": 100}, "/amount"),
        ({"amount": {"total": 0}}, "/amount/total"),
        ({"amount": {"total": -1}}, "/amount/total"),
        ({"amount": {"total": 1.5}}, "/amount/total"),
        ({"amount": {"total": True}}, "/amount/total"),
        ({"amount": {"total": "100"}}, "/amount/total"),
        ({"amount": {"total": 1, "currency": "USD"}}, "/amount/currency"),
        ({"notify_url": "http://example.com/n"}, "/notify_url"),
        ({"notify_url": "https://example.com/n?a=1"}, "/notify_url"),
        ({"notify_url": "https://[::1"}, "/notify_url"),
        ({"time_expire": "2020-01-01T00:00:00+08:00"}, "/time_expire"),
        ({"time_expire": "2020-13-01T00:00:00+08:00"}, "/time_expire"),
        ({"time_expire": "tomorrow"}, "/time_expire"),
    ],
)
def test_a_wrong_field_is_named_in_the_detail(caller, changes, field):
    answer = caller.order(**changes)
    assert refused(answer) == (400, "PARAM_ERROR")
    assert answer.json()["detail"]["field"] == field
    assert set(answer.json()["detail"]) == {"field", "value", "issue", "location"}


def test_numbers_that_do_not_belong_together_are_refused(caller, world, keys):
    assert refused(caller.order(mchid="1900000999")) == (400, "INVALID_REQUEST")
    assert refused(caller.order(appid="wx00000000000000ff")) == (400, "APPID_MCHID_NOT_MATCH")
    world.post("/wechatpay/merchants", mchid="1900000401", appids=["wx00000000000000aa"])

    def jsapi(who):
        content = {
            "appid": APPID,
            "mchid": keys["mchid"],
            "description": "挂号",
            "out_trade_no": number("D"),
            "notify_url": "https://example.com/n",
            "amount": {"total": 1},
            "payer": {"openid": who},
        }
        return caller.call("POST", "/v3/pay/transactions/jsapi", content)

    foreign = jsapi(openid("li", "wx00000000000000aa"))
    assert refused(foreign) == (400, "INVALID_REQUEST") and "openid" in foreign.json()["message"]
    assert refused(jsapi("oNobody")) == (400, "PARAM_ERROR")
    assert jsapi(openid("li", APPID)).status_code == 200


def test_h5_and_code_need_their_scene(caller, keys):
    base = {
        "appid": APPID,
        "mchid": keys["mchid"],
        "description": "挂号",
        "amount": {"total": 1},
        "notify_url": "https://example.com/n",
    }
    for path, more, field in (
        ("h5", {}, "/scene_info"),
        ("h5", {"scene_info": {"payer_client_ip": "1.1.1.1"}}, "/scene_info/h5_info"),
        ("codepay", {"payer": {"auth_code": "1"}}, "/scene_info"),
        ("codepay", {"scene_info": {"device_id": "1"}}, "/payer"),
    ):
        content = {**base, "out_trade_no": number("D"), **more}
        answer = caller.call("POST", "/v3/pay/transactions/" + path, content)
        assert refused(answer) == (400, "PARAM_ERROR")
        assert answer.json()["detail"]["field"] == field


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'"x"', b"[" * 50_000])
def test_a_body_that_is_no_object_is_a_param_error(caller, body):
    headers = caller.headers("POST", NATIVE, body)
    answer = requests.post(caller.base + NATIVE, body, headers=headers, timeout=10)
    assert refused(answer) == (400, "PARAM_ERROR")


@given(st.text(max_size=200))
@settings(max_examples=80, deadline=None)
def test_any_header_is_read_or_refused(text):
    for header in (text, f"{signing.SCHEME} {text}"):
        try:
            signing.parse_authorization(header)
        except ValueError:
            continue


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,12}", fullmatch=True), st.text("a]>&<中\"' 1")))
@settings(max_examples=80, deadline=None)
def test_xml_comes_back_as_it_was_written(fields):
    kept = {name: value for name, value in fields.items() if value}
    assert xmlv2.parse(xmlv2.write(fields)) == kept


@pytest.mark.parametrize(
    "head", [b"<!DOCTYPE xml>", b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x">', b"<!DOCTYPE x []>"]
)
def test_document_types_are_refused_even_without_entities(head):
    with pytest.raises(ValueError, match="document type"):
        xmlv2.parse(head + b"<xml><a>1</a></xml>")


@given(st.binary(max_size=300))
@settings(max_examples=80, deadline=None)
def test_any_bytes_are_xml_or_a_value_error(body):
    for content in (body, b"<xml>" + body + b"</xml>"):
        try:
            xmlv2.parse(content)
        except ValueError:
            continue


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FIELDS = ("mchid", "appid", "description", "out_trade_no", "notify_url", "amount", "time_expire")


@given(st.dictionaries(st.sampled_from(FIELDS + ("attach", "scene_info", "payer")), JSON))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_the_fields_hold_the_answer_is_a_documented_one(caller, keys, fields):
    whole = {"mchid": keys["mchid"], "appid": APPID, "amount": {"total": fields.get("amount")}}
    for path in ("jsapi", "native", "h5", "codepay"):
        for content in (fields, {**fields, **whole}):
            answer = caller.call("POST", f"/v3/pay/transactions/{path}", content)
            assert answer.status_code == 400 and answer.json()["code"] in V3


@pytest.mark.parametrize("number", ["%FF", "%00", "%ED%A0%80", "a%2Fb", "'", "😀"])
def test_odd_numbers_in_the_path_do_not_exist(caller, keys, number):
    for path in (
        f"/v3/pay/transactions/out-trade-no/{number}?mchid={keys['mchid']}",
        f"/v3/refund/domestic/refunds/{number}",
    ):
        target = requests.Request("GET", caller.base + path).prepare().path_url
        assert caller.call("GET", target).status_code == 404
