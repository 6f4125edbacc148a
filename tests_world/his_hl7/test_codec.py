"""The codec by itself: any bytes are a message or one documented error."""

import re

import hl7
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_his.hl7.codec import (
    SEGMENT_LIMIT,
    CodecError,
    Message,
    Segment,
    address,
    encode,
    parse,
)
from reference_his.hl7.values import ValueRefused, read_day, read_fen, read_time, yuan

HEAD = "MSH|^~\\&|A|B|C|D|20260902||ADT^A04|1|P|2.4"
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
LETTERS = st.text("abc|^~\\&\r\n\x0b\x1c张欧€|E.brX0D", max_size=12)


def message(value: str, charset: str = "UNICODE UTF-8") -> Message:
    made = parse((HEAD + "\r").encode())
    made.charset = charset
    made.put("MSH-18", charset)
    made.put("ZZZ-2[2].3.2", value)
    return made


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_any_bytes_are_a_message_or_the_documented_error(content: bytes) -> None:
    for prefix in (b"", b"MSH", b"MSH|^~\\&|", HEAD.encode() + b"\r"):
        try:
            assert parse(prefix + content).control_id
        except CodecError as error:
            assert error.code in ("100", "101", "102", "103")


@given(LETTERS | TEXT)
@settings(max_examples=200)
def test_any_value_comes_back_as_it_was(value: str) -> None:
    for charset in ("UNICODE UTF-8", "GB 18030-2000"):
        made = message(value, charset)
        content = encode(made)
        assert parse(content).get("ZZZ-2[2].3.2") == value
        assert not re.search(rb"[\x0b\x1c\n]", content)
        assert content.count(b"\r") == 2 if value else True


@given(LETTERS)
def test_python_hl7_reads_the_same_values(value: str) -> None:
    made = message("")
    made.put("ZZZ-1", f"x{value}".replace("\n", "").replace("\r", ""))
    seen = hl7.parse(encode(made).decode()).extract_field("ZZZ", 1, 1, 1, 1, 1)
    # python-hl7 leaves the control characters' names alone where the text looks like one
    assert seen == made.get("ZZZ-1")


@given(st.lists(st.lists(st.lists(st.lists(LETTERS, max_size=3), max_size=3), max_size=3)))
def test_a_message_that_was_read_is_written_and_read_the_same(fields: list) -> None:
    made = Message([*message("x").segments, Segment("ZAB", fields)])
    once = parse(encode(made))
    assert parse(encode(once)) == once


def test_other_separators_are_those_of_the_header() -> None:
    made = parse(b"MSH$:*!%$A$B$C$D$2026$$ADT:A04$7$P$2.4\rPID$1$$12:x%y*13!F!$z\r")
    assert (made.kind, made.control_id) == ("ADT^A04", "7")
    assert (made.get("PID-3.2.2"), made.get("PID-3[2].1")) == ("y", "13!F!".replace("!F!", "$"))


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_segments_end_with_carriage_return_or_line_feed(end: str) -> None:
    made = parse(f"{HEAD}{end}PID|1||2{end}".encode())
    assert [segment.name for segment in made.segments] == ["MSH", "PID"]


@pytest.mark.parametrize(
    ("charset", "codec"),
    [("GB 18030-2000", "gb18030"), ("UNICODE UTF-8", "utf-8"), ("GBK", "gbk"), ("", "utf-8")],
)
def test_the_header_names_the_character_set(charset: str, codec: str) -> None:
    # 匼 holds the byte of a vertical bar in GBK, and stands before MSH-18
    text = f"MSH|^~\\&|匼|{'匼' * 3}|C|D|2026||ADT^A04|1|P|2.4||||||{charset}\rPID|1||||匼张"
    made = parse(text.encode(codec))
    assert (made.get("MSH-3"), made.get("PID-5")) == ("匼", "匼张")


def test_escapes_of_the_standard_are_read() -> None:
    made = parse(
        f"{HEAD}\rNTE|\\F\\\\S\\\\T\\\\R\\\\E\\|\\X41\\\\XE5BCA0\\|a\\.br\\b|\\H\\x".encode()
    )
    got = [made.get(f"NTE-{place}") for place in (1, 2, 3, 4)]
    assert got == ["|^&~\\", "A张", "a\nb", "\\H\\x"]


@pytest.mark.parametrize(
    ("content", "code", "location"),
    [
        (b"", "100", "MSH"),
        (b"PID|1", "100", "MSH"),
        (b"MSH|^~\\&|A|B|C|D|2026|||1|P|2.4", "101", "MSH-9"),
        (b"MSH|^~\\&|A|B|C|D|2026||ADT^A04||P|2.4", "101", "MSH-10"),
        (b"MSH|^^^^|A|B|C|D|2026||ADT^A04|1|P|2.4", "102", "MSH-2"),
        (HEAD.encode() + b"\rpid|1", "100", "pid"),
        (HEAD.encode() + b"\r" + HEAD.encode(), "100", "MSH"),
        (HEAD.encode() + b"\rPID|1||\xd5\xc5", "102", "MSH-18"),
        (HEAD.encode() + b"\rPID" + b"|" * 2000, "102", "PID"),
        (HEAD.encode() + b"\rNTE|1" * (SEGMENT_LIMIT + 1), "102", "MSH"),
        (b"MSH|^~\\&" + b" " * (8 * 2**20), "102", "MSH"),
    ],
)
def test_what_is_no_message_is_refused_with_code_and_place(
    content: bytes, code: str, location: str
) -> None:
    with pytest.raises(CodecError) as caught:
        parse(content)
    assert (caught.value.code, caught.value.location) == (code, location)


@pytest.mark.parametrize("text", ["PID", "PID-0", "pid-3", "PID-3.0", "PID-3[0]", "PID-3-4"])
def test_an_address_counts_from_one(text: str) -> None:
    with pytest.raises(ValueError, match="PID|pid"):
        address(text)


@given(TEXT)
def test_any_text_is_a_value_or_refused(text: str) -> None:
    for reader in (read_time, read_day, read_fen):
        try:
            reader(text)
        except ValueRefused:
            pass


@given(st.integers(0, 10**12))
def test_money_is_written_and_read_to_the_fen(fen: int) -> None:
    assert read_fen(yuan(fen)) == fen


def test_times_are_read_with_their_offset_and_without() -> None:
    expected = "2026-09-02T07:30:00+08:00"
    for text in ("20260902073000", "20260901233000+0000", "20260902073000.000+0800"):
        assert read_time(text).isoformat() == expected
    for text in ("20261302", "2026090225", "20260902073000+9999", "00000000"):
        with pytest.raises(ValueRefused):
            read_time(text)
