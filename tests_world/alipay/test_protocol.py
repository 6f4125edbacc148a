"""The envelope: parameters, signatures, certificates, and each documented refusal."""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from alipay import AliPay
from alipay.exceptions import AliPayException
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from simulation.launch import Running

from .merchant import Merchant, fetch

QUERY = "alipay.trade.query"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"method": None}, ("40001", "isv.missing-method")),
        ({"app_id": None}, ("40001", "isv.missing-app-id")),
        ({"timestamp": None}, ("40001", "isv.missing-timestamp")),
        ({"version": None}, ("40001", "isv.missing-version")),
        ({"sign_type": None}, ("40001", "isv.missing-signature-type")),
        ({"sign": ""}, ("40001", "isv.missing-signature")),
        ({"method": "alipay.trade.steal"}, ("40002", "isv.invalid-method")),
        ({"app_id": "2021999999999999"}, ("40002", "isv.invalid-app-id")),
        ({"app_id": "2021999999999999", "sign": ""}, ("40002", "isv.invalid-app-id")),
        ({"charset": "latin-1"}, ("40002", "isv.invalid-charset")),
        ({"format": "XML"}, ("40002", "isv.invalid-format")),
        ({"version": "2.0"}, ("40002", "isv.invalid-version")),
        ({"sign_type": "MD5"}, ("40002", "isv.invalid-signature-type")),
        ({"timestamp": "2026-11-26T10:00:00"}, ("40002", "isv.invalid-timestamp")),
        ({"timestamp": "2026-13-26 10:00:00"}, ("40002", "isv.invalid-timestamp")),
        ({"timestamp": "2020-01-01 10:00:00"}, ("40002", "isv.invalid-timestamp")),
        ({"sign": "bm90aGluZw=="}, ("40002", "isv.invalid-signature")),
        ({"sign": "not base64!"}, ("40002", "isv.invalid-signature")),
        ({"biz_content": "{"}, ("40002", "isv.illegal-json")),
        ({"biz_content": "[1]"}, ("40002", "isv.illegal-json")),
        ({"biz_content": "{}"}, ("40004", "ACQ.INVALID_PARAMETER")),
        ({"biz_content": None}, ("40004", "ACQ.INVALID_PARAMETER")),
    ],
)
def test_each_wrong_envelope_gets_its_documented_error(
    merchant: Merchant, changed: dict[str, str | None], expected: tuple[str, str]
) -> None:
    assert merchant.refused(**{"method": QUERY, "biz": {"out_trade_no": "x"}, **changed}) == (
        expected
    )


@pytest.mark.parametrize(
    ("biz", "sub_code"),
    [
        ({"total_amount": "1.001"}, "ACQ.INVALID_PARAMETER"),
        ({"total_amount": "1,00"}, "ACQ.INVALID_PARAMETER"),
        ({"total_amount": "１.00"}, "ACQ.INVALID_PARAMETER"),
        ({"total_amount": ["1"]}, "ACQ.INVALID_PARAMETER"),
        ({"total_amount": "0"}, "ACQ.TOTAL_FEE_EXCEED"),
        ({"total_amount": "100000000.01"}, "ACQ.TOTAL_FEE_EXCEED"),
        ({"subject": ""}, "ACQ.INVALID_PARAMETER"),
        ({"subject": "x" * 257}, "ACQ.INVALID_PARAMETER"),
        ({"subject": "a\nb"}, "ACQ.INVALID_PARAMETER"),
        ({"subject": "\ud800"}, "ACQ.INVALID_PARAMETER"),
        ({"out_trade_no": "号"}, "ACQ.INVALID_PARAMETER"),
        ({"out_trade_no": "x" * 65}, "ACQ.INVALID_PARAMETER"),
        ({"timeout_express": "16d"}, "ACQ.INVALID_PARAMETER"),
        ({"timeout_express": "0m"}, "ACQ.INVALID_PARAMETER"),
        ({"time_expire": "tomorrow"}, "ACQ.INVALID_PARAMETER"),
        ({"time_expire": "2020-01-01 00:00:00"}, "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR"),
    ],
)
def test_each_wrong_order_gets_its_documented_error(
    merchant: Merchant, biz: dict[str, Any], sub_code: str
) -> None:
    order = {"out_trade_no": "o", "subject": "x", "total_amount": "1.00", **biz}
    assert merchant.refused("alipay.trade.precreate", order) == ("40004", sub_code)
    assert merchant.facts() == []


def test_numbers_may_be_json_numbers(merchant: Merchant) -> None:
    order = '{"out_trade_no":"n1","subject":"x","total_amount":0.1,"timeout_express":"1c"}'
    assert merchant.ask("alipay.trade.precreate", order)["code"] == "10000"
    assert merchant.world.get("/alipay/codes")["codes"][0]["amount"] == 10


def test_post_and_get_and_both_together_are_read(merchant: Merchant) -> None:
    signed = merchant.signed(QUERY, {"out_trade_no": "x"})
    for post in (False, True):
        assert b"ACQ.TRADE_NOT_EXIST" in merchant.raw(signed, post)
    biz = {"biz_content": signed.pop("biz_content")}
    import urllib.parse

    url = f"{merchant.gateway}?{urllib.parse.urlencode(signed)}"
    body = fetch(url, urllib.parse.urlencode(biz).encode())[1]
    assert b"ACQ.TRADE_NOT_EXIST" in body


def test_a_changed_request_is_not_believed(merchant: Merchant) -> None:
    signed = merchant.signed("alipay.trade.precreate", {"out_trade_no": "x"})
    signed["biz_content"] = signed["biz_content"].replace("x", "y")
    assert b"isv.invalid-signature" in merchant.raw(signed)


def test_another_merchants_key_opens_nothing(world: Running, merchant: Merchant) -> None:
    made = world.post(
        "/alipay/applications", app_id="2021000000000002", seller_id="2088000000000256"
    )
    other = Merchant(world, made)
    assert other.order("own")
    other.given["app_id"] = merchant.given["app_id"]
    assert other.refused(QUERY, {"out_trade_no": "own"})[1] == "isv.invalid-signature"


def test_sellers_do_not_see_each_others_trades(world: Running, merchant: Merchant) -> None:
    made = world.post(
        "/alipay/applications", app_id="2021000000000002", seller_id="2088000000000256"
    )
    trade_no = merchant.sell("private")
    other = Merchant(world, made).usual
    for name in ({"out_trade_no": "private"}, {"trade_no": trade_no}):
        assert other.api_alipay_trade_query(**name)["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    refund = other.api_alipay_trade_refund("1.00", trade_no=trade_no)
    assert refund["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_an_application_without_key_or_right_is_told_so(world: Running, merchant: Merchant) -> None:
    app = {"app_id": merchant.given["app_id"], "seller_id": merchant.given["seller_id"]}
    world.post("/alipay/applications", **app, forbidden=["alipay.trade.refund"])
    refused = merchant.refused("alipay.trade.refund", {"out_trade_no": "x"})
    assert refused == ("40006", "isv.insufficient-isv-permissions")
    world.post("/alipay/applications", **app, public_key="")
    refused = merchant.refused(QUERY, {"out_trade_no": "x"})
    assert refused == ("40003", "isv.missing-signature-config")


# -- the answer's signature --------------------------------------------------------------------


def test_openssl_finds_the_signature_right_over_the_nodes_raw_text(
    merchant: Merchant, tmp_path: Path
) -> None:
    raw = merchant.raw(
        merchant.signed(
            "alipay.trade.precreate",
            {"out_trade_no": "s1", "subject": "挂号", "total_amount": "1.00"},
        )
    ).decode()
    start = raw.index("{", 1)
    node = raw[start : raw.index('},"sign":') + 1]
    assert r"https:\/\/qr.alipay.com\/" in node
    (tmp_path / "node").write_bytes(node.encode())
    (tmp_path / "sign").write_bytes(base64.b64decode(json.loads(raw)["sign"]))
    (tmp_path / "key").write_text(merchant.given["alipay_public_key"])
    command = ["openssl", "dgst", "-sha256", "-verify", "key", "-signature", "sign", "node"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "Verified OK\n"


def test_gbk_goes_in_and_comes_out(merchant: Merchant) -> None:
    order = {"out_trade_no": "g1", "subject": "挂号费", "total_amount": "1.00"}
    biz = json.dumps(order, ensure_ascii=False)
    signed = merchant.signed("alipay.trade.precreate", biz, charset="GBK")
    assert b'"code":"10000"' in merchant.raw(signed, charset="gbk")
    assert merchant.world.get("/alipay/codes")["codes"][0]["title"] == "挂号费"
    wrong = merchant.signed(QUERY, {"out_trade_no": "no"}, charset="GBK")
    raw = merchant.raw(wrong, charset="gbk")
    assert "交易不存在".encode("gbk") in raw
    text = raw.decode("gbk")
    node = text[text.index("{", 1) : text.index('},"sign":') + 1]
    merchant.alipay_key.verify(
        base64.b64decode(json.loads(text)["sign"]),
        node.encode("gbk"),
        padding.PKCS1v15(),
        hashes.SHA256(),
    )


def test_the_old_signature_type_works(merchant: Merchant) -> None:
    old = merchant.sdk(sign_type="RSA")
    merchant.order("rsa1", client=old)
    assert old.api_alipay_trade_query("rsa1")["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_an_unknown_application_gets_no_signature(merchant: Merchant) -> None:
    stranger = Merchant(merchant.world, {"app_id": "2021999999999999"}).sdk()
    with pytest.raises(AliPayException, match="isv.invalid-app-id"):
        stranger.api_alipay_trade_query("x")


# -- certificates ------------------------------------------------------------------------------


def test_the_certificate_mode_goes_the_whole_way(world: Running, merchant: Merchant) -> None:
    client = merchant.certified()
    merchant.sell("cert1", "5.00", client)
    assert client.api_alipay_trade_query("cert1")["trade_status"] == "TRADE_SUCCESS"
    assert client.api_alipay_trade_refund("5.00", "cert1")["fund_change"] == "Y"
    signed = merchant.signed(
        QUERY,
        {"out_trade_no": "cert1"},
        app_cert_sn=client.app_cert_sn,
        alipay_root_cert_sn=client.alipay_root_cert_sn,
    )
    answer = json.loads(merchant.raw(signed))
    assert answer["alipay_cert_sn"] == client.get_cert_sn(merchant.given["alipay_cert"])
    assert "_" in client.alipay_root_cert_sn  # two roots


def test_openssl_trusts_the_chain(merchant: Merchant, tmp_path: Path) -> None:
    for name in ("alipay_root_cert", "alipay_cert", "app_cert"):
        (tmp_path / name).write_text(merchant.given[name])
    for name in ("alipay_cert", "app_cert"):
        command = ["openssl", "verify", "-partial_chain", "-CAfile", "alipay_root_cert", name]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.stdout == f"{name}: OK\n", done.stderr


def test_certificate_numbers_are_checked(world: Running, merchant: Merchant) -> None:
    client = merchant.certified()
    right = {
        "app_cert_sn": client.app_cert_sn,
        "alipay_root_cert_sn": client.alipay_root_cert_sn,
    }
    app = {"app_id": merchant.given["app_id"], "seller_id": merchant.given["seller_id"]}
    world.post("/alipay/applications", **app, mode="cert")
    for changed, sub_code in (
        ({"app_cert_sn": None}, "isv.missing-app-cert-sn"),
        ({"alipay_root_cert_sn": None}, "isv.missing-alipay-root-cert-sn"),
        ({"app_cert_sn": "0" * 32}, "isv.app-cert-not-exist"),
        ({"alipay_root_cert_sn": "0" * 32}, "isv.invalid-alipay-root-cert-sn"),
        ({}, "ACQ.TRADE_NOT_EXIST"),
    ):
        parameters = {**right, **changed}
        assert merchant.refused(QUERY, {"out_trade_no": "x"}, **parameters)[1] == sub_code


# -- who is it ---------------------------------------------------------------------------------


def authorize(merchant: Merchant, headers: dict[str, str], scope: str = "auth_base") -> Any:
    query = (
        f"app_id={merchant.given['app_id']}&scope={scope}&state=s1"
        "&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcb%3Fa%3D1"
    )
    return fetch(f"{merchant.given['authorize']}?{query}", headers=headers)


def exchange(sdk: AliPay, code: str) -> dict[str, Any]:
    answer = sdk.server_api("alipay.system.oauth.token", grant_type="authorization_code", code=code)
    return dict(answer)


def test_the_authorisation_is_silent_for_the_base_scope(merchant: Merchant, sdk: AliPay) -> None:
    status, _body, headers = authorize(merchant, {"X-Phone-Person": "li"})
    assert status == 302 and headers["Location"].startswith("http://127.0.0.1:9/cb?a=1&app_id=")
    assert headers["Location"].endswith("&state=s1")
    code = headers["Location"].partition("auth_code=")[2].partition("&")[0]
    token = exchange(sdk, code)
    assert token["user_id"].startswith("2088") and "code" not in token
    with pytest.raises(AliPayException, match="isv.code-invalid"):
        exchange(sdk, code)
    again = sdk.server_api(
        "alipay.system.oauth.token",
        grant_type="refresh_token",
        refresh_token=token["refresh_token"],
    )
    assert again["user_id"] == token["user_id"]


def test_the_authorisation_asks_otherwise(merchant: Merchant) -> None:
    assert "王秀英" in authorize(merchant, {})[1].decode()
    asked = authorize(merchant, {"X-Phone-Person": "li"}, "auth_user")[1].decode()
    assert "同意" in asked and "王秀英" not in asked
    query = f"app_id={merchant.given['app_id']}&scope=auth_user&redirect_uri=http%3A%2F%2Fh%2Fcb"
    url = f"{merchant.given['authorize']}?{query}"
    assert fetch(url, b"do=yes&person=wang")[0] == 302
    assert "授权已取消" in fetch(url, b"do=no&person=wang")[1].decode()


@pytest.mark.parametrize(
    "query",
    [
        "app_id=2021999999999999&scope=auth_base&redirect_uri=http%3A%2F%2Fh%2Fcb",
        "app_id={app}&scope=everything&redirect_uri=http%3A%2F%2Fh%2Fcb",
        "app_id={app}&scope=auth_base&redirect_uri=javascript%3Aalert(1)",
        "app_id={app}&scope=auth_base&redirect_uri=http%3A%2F%2F%5B",
    ],
)
def test_a_wrong_authorisation_leads_nowhere(merchant: Merchant, query: str) -> None:
    url = f"{merchant.given['authorize']}?{query.format(app=merchant.given['app_id'])}"
    status, body, headers = fetch(url, headers={"X-Phone-Person": "li"})
    assert status == 200 and "错误代码" in body.decode("gbk") and "Location" not in headers


def test_wrong_grants_get_their_errors(sdk: AliPay) -> None:
    for words, sub_code in (
        ({"grant_type": "password"}, "isv.grant-type-invalid"),
        ({"grant_type": "authorization_code", "code": "x"}, "isv.code-invalid"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "isv.refresh-token-invalid"),
    ):
        with pytest.raises(AliPayException, match=sub_code):
            sdk.server_api("alipay.system.oauth.token", **words)
