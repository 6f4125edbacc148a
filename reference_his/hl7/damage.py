"""Faults of an MLLP partner: how bytes and sockets are broken on demand."""

from __future__ import annotations

import asyncio
import datetime
import socket
import struct
from collections.abc import Mapping

from simulation.faults import Fault

from .charsets import codec_of
from .codec import Message, build, parse
from .framing import framed
from .values import read_time

GATEWAY = "mllp"
KINDS = {
    "nak": "do nothing and answer AE (207)",
    "reject": "do nothing and answer AR (207)",
    "ack_lost": "do the work and never answer; the connection stays open",
    "ack_wrong_id": "do the work and answer with the control id of nobody's message in MSA-2",
    "ack_late": "do the work and answer late (seconds: 2, real)",
    "truncated_frame": "do the work, send half a frame and close; outgoing: half of the message",
    "half_open": "do the work, send half a frame, then stay silent (seconds: 60, real)",
    "reset": "do the work and break the connection without an answer; outgoing: break it before",
    "duplicate": "send an outgoing message twice",
    "reorder": "send an outgoing message after the next one",
    "wrong_charset": "send GB 18030 bytes and declare UTF-8, in answers and messages",
    "clock_skew": "write a wrong time into MSH-7, in answers and messages (seconds: -86400)",
    "stale_ack": "send an acknowledgement of an earlier message before the right one",
    "garbage_frame": "send a frame that nobody can read instead of the answer; outgoing: before it",
    "unknown_code": "put a code into an outgoing message that is in no table",
}
IN_KINDS = tuple(kind for kind in KINDS if kind not in ("duplicate", "reorder", "unknown_code"))
OUT_KINDS = (
    "duplicate",
    "truncated_frame",
    "reset",
    "wrong_charset",
    "clock_skew",
    "garbage_frame",
    "unknown_code",
)
GARBAGE = b"\xff\xfe\x00MSG|garbage\x81"
NOBODY = "00000000"
# coded fields, in the order in which the first that is there is spoiled
CODED = ("PID-8", "SCH-25.1", "OBX-8", "ORC-5", "FT1-7.1", "STF-18", "PV1-2", "MFI-1.1")
UNKNOWN = "Z99"


def spoiled(content: bytes, struck: Mapping[str, Fault]) -> bytes:
    """Return the bytes of a message with the faults that lie in its text."""
    kinds = {"wrong_charset", "clock_skew", "unknown_code", "ack_wrong_id"}
    if not kinds & set(struck):
        return content
    message = parse(content)
    if "ack_wrong_id" in struck:
        message.put("MSA-2", NOBODY)
    if fault := struck.get("clock_skew"):
        _skew(message, fault.number("seconds", -86400))
    if "unknown_code" in struck:
        place = next((place for place in CODED if message.get(place)), "MSH-11")
        message.put(place, UNKNOWN)
    text = build(message)
    if "wrong_charset" in struck:
        message.put("MSH-18", "UNICODE UTF-8")
        return build(message).encode("gb18030")
    return text.encode(codec_of(message.charset) or "utf-8")


def _skew(message: Message, seconds: float) -> None:
    at = read_time(message.get("MSH-7")) + datetime.timedelta(seconds=seconds)
    message.put("MSH-7", at.strftime("%Y%m%d%H%M%S%z"))


def reset(writer: asyncio.StreamWriter) -> None:
    """Cut the connection so that the partner sees a reset, not an orderly end."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def half(content: bytes) -> bytes:
    """Return the first half of a frame."""
    frame = framed(content)
    return frame[: max(len(frame) // 2, 1)]
