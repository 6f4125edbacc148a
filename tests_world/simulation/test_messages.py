"""Bodies that clients send: what can be kept, and what is refused at once."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.messages import Call


def call(body):
    return Call("POST", "/", "/", {}, body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
        lambda kids: st.lists(kids) | st.dictionaries(st.text(), kids),
    )
)
def test_what_json_can_say_is_read(content):
    assert call(json.dumps(content).encode()).json() == content


@given(st.binary())
def test_any_bytes_are_read_or_refused_as_a_value(body):
    try:
        json.dumps(call(body).json(), ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        assert error


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "\\ud800"}',
        b'{"a": 9223372036854775808}',
        b'{"a": -9223372036854775809}',
        b"1" * 5000,
        b"\xff",
        b"",
    ],
)
def test_what_no_database_keeps_is_refused(body):
    with pytest.raises(ValueError):
        call(body).json()


def test_query_and_form_are_read():
    asked = Call("POST", "/a", "/a?x=1&y=%E4%B8%AD", {}, b"z=2&w=")
    assert asked.query == {"x": "1", "y": "中"}
    assert asked.form == {"z": "2", "w": ""}
