"""Parsers: whatever comes, a value or the one documented error."""

import contextlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.alipay import fields, money, signing
from sandbox.alipay.bill_files import plain
from sandbox.alipay.bill_service import span_of
from sandbox.alipay.protocol import json_of, moment_of, parameters_of
from simulation.messages import Call, Refusal

from .merchant import Merchant, fetch

# the machine is shared: how long an example takes says nothing
settings.register_profile("alipay", deadline=None)
settings.load_profile("alipay")

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
TEXT = st.text() | st.from_regex(r"[-0-9.e+ :mhdc/]{0,20}", fullmatch=True)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = ("out_trade_no", "subject", "total_amount", "timeout_express", "time_expire")


@given(st.integers(0, money.LARGEST))
def test_yuan_and_fen_are_the_same_money(amount: int) -> None:
    assert money.fen(money.yuan(amount)) == amount
    assert money.yuan(-amount) == ("-" if amount else "") + money.yuan(amount)


@given(TEXT)
def test_a_text_is_an_amount_or_none(text: str) -> None:
    with contextlib.suppress(ValueError):
        found = money.fen(text)
        assert float(text) * 100 == pytest.approx(found)


@given(st.integers(1, 10**11), st.integers(0, 10000))
def test_a_fee_is_never_more_than_the_amount(amount: int, basis_points: int) -> None:
    assert 0 <= money.share(amount, basis_points) <= amount


@given(st.binary(max_size=200), st.text(max_size=60))
def test_any_bytes_are_parameters(body: bytes, query: str) -> None:
    call = Call("POST", "/gateway.do", f"/gateway.do?{query}", {}, body)
    for name, value in parameters_of(call).items():
        (name + value).encode()  # no lone surrogates get further


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_any_member_is_read_or_refused(biz: dict[str, Any]) -> None:
    readers: list[Any] = [
        lambda: fields.number(biz, "out_trade_no"),
        lambda: fields.required(biz, "subject"),
        lambda: fields.total(biz),
        lambda: fields.span(biz, "timeout_express", 60, 0),
        lambda: fields.deadline(biz, 0),
        lambda: fields.options({"query_options": biz.get("subject")}),
    ]
    for reader in readers:
        try:
            reader()
        except Refusal as refusal:
            assert refusal.code.startswith("ACQ.")


@given(TEXT)
def test_any_text_is_json_or_none(text: str) -> None:
    found = json_of(text)
    assert found is None or isinstance(found, dict)


def test_json_keeps_numbers_as_they_were_and_deep_nesting_is_none() -> None:
    assert json_of('{"a": 0.10, "b": 12}') == {"a": "0.10", "b": "12"}
    assert json_of("[" * 100_000) is None


@given(TEXT)
def test_any_text_is_a_moment_or_none(text: str) -> None:
    with contextlib.suppress(ValueError):
        moment_of(text)


@given(TEXT | st.from_regex(r"\d{4}-\d\d(-\d\d)?", fullmatch=True))
def test_any_text_is_a_bill_date_or_none(text: str) -> None:
    with contextlib.suppress(ValueError):
        since, until, made = span_of(text)
        assert 86400 <= until - since <= 31 * 86400 and made > until


@given(st.dictionaries(st.text(min_size=1), st.text()), st.sampled_from(["RSA", "RSA2"]))
@settings(max_examples=30)
def test_what_is_signed_is_right_and_nothing_else(
    parameters: dict[str, str], sign_type: str
) -> None:
    content = signing.request_text(parameters).encode(errors="replace")
    signature = signing.sign(KEY, content, sign_type)
    assert signing.is_signed(KEY.public_key(), content, signature, sign_type)
    assert not signing.is_signed(KEY.public_key(), content + b"x", signature, sign_type)
    assert not signing.is_signed(KEY.public_key(), content, "é" + signature, sign_type)


@given(st.text())
def test_any_text_can_stand_in_a_column(text: str) -> None:
    assert not set(plain(text)) & set(",\t\r\n")


@given(st.binary(max_size=300))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_body_gets_a_json_answer(merchant: Merchant, body: bytes) -> None:
    status, answer, _headers = fetch(merchant.gateway, body)
    assert status == 200 and json.loads(answer)["error_response"]["code"] in ("40001", "40002")


@given(JSON)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_signed_content_gets_a_documented_answer(merchant: Merchant, value: Any) -> None:
    for method in ("alipay.trade.precreate", "alipay.trade.query", "alipay.trade.refund"):
        biz = json.dumps({"out_trade_no": value, "refund_amount": value, "query_options": value})
        code = merchant.ask(method, biz)["code"]
        assert code in ("40002", "40004")
