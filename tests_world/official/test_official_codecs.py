"""Pure codecs: any bytes give a value or the one documented error."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from wechatpy.crypto import PrpCrypto

from sandbox.official import crypto, fields, xml
from sandbox.official.desk import json_object
from sandbox.official.media import upload_of
from simulation.messages import Call, Refusal

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
PLAIN = some.text(alphabet=some.characters(min_codepoint=0x20, max_codepoint=0xD7FF))


@given(some.dictionaries(some.from_regex(r"[A-Za-z]{1,9}", fullmatch=True), PLAIN, min_size=1))
def test_what_is_written_is_read_back(values):
    found = xml.read(xml.write(values))
    assert found == {name: value.strip() for name, value in values.items()}


@given(some.binary(max_size=200))
def test_any_bytes_are_a_message_or_none(content):
    for body in (content, b"<xml><a>" + content + b"</a></xml>"):
        try:
            assert isinstance(xml.read(body), dict)
        except xml.NoMessage:
            pass


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE xml [<!ENTITY a "b">]><xml><a>&a;</a></xml>',
        b"<!DOCTYPE xml><xml><a>1</a></xml>",
        b"<xml>" + b"<a>" * 40 + b"</a>" * 40 + b"</xml>",
        b"<?xml version='1.0' encoding='x-unknown'?><xml><a>1</a></xml>",
    ],
)
def test_declarations_and_depth_are_refused(body):
    with pytest.raises(xml.NoMessage):
        xml.read(body)


@settings(deadline=None)
@given(PLAIN, some.binary(min_size=16, max_size=16))
def test_both_sides_open_what_the_other_sealed(text, salt):
    message = text.encode()
    sealed = crypto.encrypt(KEY, "wx1", salt, message)
    assert crypto.decrypt(KEY, "wx1", sealed) == message
    other = PrpCrypto(base64.b64decode(KEY + "="))
    assert other.decrypt(sealed, "wx1") == text
    with pytest.raises(crypto.Unreadable):
        crypto.decrypt(KEY, "wx2", sealed)


@given(some.one_of(some.text(max_size=100), some.binary(max_size=128).map(lambda b: b.hex())))
def test_no_text_opens_without_being_sealed(text):
    with pytest.raises(crypto.Unreadable):
        crypto.decrypt(KEY, "wx1", text)


@given(some.text(max_size=40), some.sampled_from(sorted(fields.RULES)))
def test_any_value_of_a_field_is_good_or_named(value, kind):
    content = f"x:{{{{{kind}1.DATA}}}}\n"
    found = fields.problem(content, {f"{kind}1": {"value": value}}, {})
    assert found in (None, f"data.{kind}1.value invalid", f"data.{kind}1.value is empty")


@given(some.one_of(some.binary(max_size=80), some.text(max_size=40).map(str.encode)))
def test_any_body_is_an_object_or_a_refusal(body):
    for content in (body, b'{"a":"' + body + b'"}', b'{"a":"\\ud8' + body + b'"}'):
        try:
            found = json_object(content)
        except Refusal as refusal:
            assert refusal.code in ("44002", "47001")
        else:
            json.dumps(found, ensure_ascii=False).encode()


@given(
    some.binary(max_size=120),
    some.text(alphabet=some.characters(codec="ascii"), max_size=30),
    some.booleans(),
)
def test_any_upload_is_a_file_or_a_refusal(content, name, framed):
    head = f'--x\r\nContent-Disposition: form-data; name="media"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + b"\r\n--x--\r\n" if framed else content
    kind = {"content-type": "multipart/form-data; boundary=x"}
    try:
        found = upload_of(Call("POST", "/", "/", kind, body))
    except Refusal as refusal:
        assert refusal.code in ("41005", "44001")
    else:
        assert isinstance(found[0], str) and isinstance(found[1], bytes)


def test_an_upload_keeps_its_bytes():
    body = (
        b'--x\r\nContent-Disposition: form-data; name="media"; filename="a.png"\r\n'
        b"Content-Type: image/png\r\n\r\n" + bytes(range(256)) + b"\r\n--x--\r\n"
    )
    kind = {"content-type": "multipart/form-data; boundary=x"}
    assert upload_of(Call("POST", "/", "/", kind, body)) == ("a.png", bytes(range(256)))
