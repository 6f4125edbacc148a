"""MLLP frames: cut right however the bytes arrive."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_his.hl7.framing import GARBAGE_LIMIT, FrameReader, FramingError, framed

CONTENT = st.binary(max_size=40).map(
    lambda content: content.replace(b"\x0b", b"").replace(b"\x1c\r", b"").rstrip(b"\x1c")
)


def frames(chunks: list[bytes], limit: int = 1000) -> list[bytes]:
    """Return the messages that a reader cuts out of a stream that comes in these pieces."""

    async def read() -> list[bytes]:
        stream = asyncio.StreamReader()
        reader = FrameReader(stream, limit)
        found = []

        async def feed() -> None:
            for chunk in chunks:
                stream.feed_data(chunk)
                await asyncio.sleep(0)
            stream.feed_eof()

        feeding = asyncio.create_task(feed())
        try:
            while (content := await reader.next()) is not None:
                found.append(content)
        finally:
            await feeding
        return found

    return asyncio.run(read())


@given(st.lists(CONTENT, max_size=5), st.integers(1, 50))
def test_messages_are_cut_the_same_however_they_arrive(contents: list[bytes], size: int) -> None:
    stream = b"".join(framed(content) for content in contents)
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert frames(pieces) == contents


@given(st.binary(max_size=300), st.integers(1, 50))
def test_any_stream_is_cut_or_refused(stream: bytes, size: int) -> None:
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    for content in frames(pieces, limit=2000):
        assert b"\x1c\r" not in content


def test_garbage_between_frames_is_skipped() -> None:
    assert frames([b"\r\nxx" + framed(b"a") + b"junk\x1c\r" + framed(b"b")]) == [b"a", b"b"]


def test_a_frame_that_begins_inside_an_unfinished_one_replaces_it() -> None:
    assert frames([b"\x0bhalf of", framed(b"whole")]) == [b"whole"]


@pytest.mark.parametrize("stream", [framed(b"x" * 1001), b"\x0b" + b"x" * 1100])
def test_a_message_above_the_limit_ends_the_stream(stream: bytes) -> None:
    with pytest.raises(FramingError):
        frames([stream])


def test_too_much_garbage_ends_the_stream() -> None:
    with pytest.raises(FramingError):
        frames([b"x" * (GARBAGE_LIMIT + 1)])
