"""Whatever bytes come: a value or the one documented refusal, never another exception."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_his.events import FACTS
from reference_his.vendor import (
    calls_care,
    calls_directory,
    calls_money,
    calls_registration,
    soap,
    texts,
)
from reference_his.vendor.dialect import Dialect, fen, yuan
from reference_his.vendor.functions import FUNCTIONS
from reference_his.vendor.partners import decrypt, encrypt
from reference_his.vendor.push import THINGS
from reference_his.vendor.words_json import DIALECT as JSON
from reference_his.vendor.words_soap import DIALECT as SOAP
from reference_his.vendor.words_xml import DIALECT as XML
from simulation.messages import Refusal

CALLS = (calls_care, calls_directory, calls_money, calls_registration)
DIALECTS = (JSON, SOAP, XML)
EXAMPLES = 100
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = (
    scalars
    | st.lists(scalars, max_size=2)
    | st.dictionaries(st.text(max_size=5), scalars, max_size=2)
)


def refused(code: str, function: Any, *arguments: Any) -> Any:
    """Return the value; or ``None`` for the one refusal."""
    try:
        return function(*arguments)
    except Refusal as refusal:
        assert refusal.code == code
        return None


@given(st.binary() | st.text().map(str.encode))
@settings(max_examples=EXAMPLES, deadline=None)
def test_bytes_become_a_json_object_or_are_refused(body: bytes) -> None:
    for encoding in ("utf-8", "gb18030"):
        text = refused("MESSAGE_INVALID", texts.text_of, body, encoding)
        found = None if text is None else refused("MESSAGE_INVALID", texts.json_object, text)
        assert found is None or isinstance(found, dict)


@given(st.dictionaries(st.text(max_size=10), values, max_size=4))
@settings(max_examples=EXAMPLES, deadline=None)
def test_json_objects_are_read_as_written(content: dict[str, Any]) -> None:
    text = json.dumps(content)
    assert json.dumps(texts.json_object(text)) == text


@given(st.text() | st.from_regex(r"<(\w+:)?(Envelope|a)( xmlns:\w=\"\w+\")?>.*</a>"))
@settings(max_examples=EXAMPLES, deadline=None)
def test_texts_become_a_soap_call_or_are_refused(text: str) -> None:
    found = refused("MESSAGE_INVALID", soap.read, text)
    assert found is None or isinstance(found[0], str)


@given(st.text(), st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"])))
@settings(max_examples=EXAMPLES, deadline=None)
def test_soap_strings_arrive_as_they_were_sent(odd: str, text: str) -> None:
    call = soap.answer("lockReg", text, "utf-8").decode()
    method, (found,) = soap.read(call)
    assert (method, found) == ("lockRegResponse", text)
    refused("MESSAGE_INVALID", soap.read, call.replace("lockReg", odd))


fields = st.dictionaries(
    st.sampled_from(["PatientID", "Name", "Fee", "Code"]),
    st.text("ab1<&>'中文𠮷-", max_size=12),
    min_size=1,
)


@given(
    st.dictionaries(st.sampled_from(["List", "Rows"]), st.lists(fields, min_size=1, max_size=3)),
    fields,
)
@settings(max_examples=EXAMPLES, deadline=None)
def test_kiosk_texts_are_read_as_written(lists: dict[str, Any], plain: dict[str, str]) -> None:
    content = {**plain, **lists}
    assert texts.fields_of(texts.xml_root(texts.xml_text("Request", content))) == content


@given(st.text())
@settings(max_examples=EXAMPLES, deadline=None)
def test_any_text_is_fields_or_refused(text: str) -> None:
    root = refused("MESSAGE_INVALID", texts.xml_root, text)
    if root is not None:
        assert isinstance(texts.fields_of(root), dict)


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(Refusal, match="MESSAGE_INVALID"):
        texts.fields_of(texts.xml_root("<a>" * 50 + "x" + "</a>" * 50))
    with pytest.raises(Refusal, match="MESSAGE_INVALID"):
        texts.json_object("[" * 100_000)


@given(st.sampled_from(sorted(FUNCTIONS)), st.sampled_from(DIALECTS), st.data())
@settings(max_examples=EXAMPLES, deadline=None)
def test_any_fields_are_decoded_or_refused(name: str, dialect: Dialect, data: Any) -> None:
    function = FUNCTIONS[name]
    words = [dialect.asked_word(name, function.thing, one.rstrip("!")) for one in function.takes]
    content = data.draw(
        st.fixed_dictionaries({}, optional=dict.fromkeys(words, values | st.just("1")))
    )
    try:
        found = dialect.decode(name, function.thing, function.takes, content)
    except Refusal as refusal:
        assert refusal.code in ("FIELD_MISSING", "FIELD_INVALID")
    else:
        assert set(found) <= {one.rstrip("!") for one in function.takes}


@given(st.integers(min_value=0, max_value=10**13))
@settings(max_examples=EXAMPLES, deadline=None)
def test_yuan_are_fen(amount: int) -> None:
    assert fen(yuan(amount)) == amount


@given(st.binary(max_size=200))
@settings(max_examples=EXAMPLES, deadline=None)
def test_sm4_opens_what_it_closed_and_refuses_the_rest(plain: bytes) -> None:
    key = "0123456789abcdef"
    assert decrypt(key, encrypt(key, plain)) == plain
    try:
        decrypt(key, plain)
    except ValueError:
        pass


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
def test_every_function_has_a_name_and_no_two_facts_share_a_word(dialect: Dialect) -> None:
    assert set(dialect.functions) == set(FUNCTIONS)
    assert len(set(dialect.functions.values())) == len(FUNCTIONS)
    for kind, facts in FACTS.items():
        thing = kind.partition(".")[0]
        thing = THINGS.get(thing, thing)
        words = [dialect.word(thing, name) for name in facts]
        assert len(set(words)) == len(words), (kind, sorted(words))
        assert not [word for word in words if word.endswith("_fen")]
    for name, function in FUNCTIONS.items():
        takes = [one.rstrip("!") for one in function.takes]
        asked = [dialect.asked_word(name, function.thing, one) for one in takes]
        assert len(set(asked)) == len(asked), (name, asked)


def test_codes_go_both_ways() -> None:
    for dialect in DIALECTS:
        for name, table in dialect.codes.items():
            lost = {"9"} if name == "sex" and dialect is JSON else set()
            assert len(set(table.values())) == len(table) - len(lost), (dialect.name, name)
