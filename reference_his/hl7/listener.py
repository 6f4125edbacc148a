"""The MLLP port: reads frames of many partners, answers each on its own connection."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Mapping

from simulation.faults import Fault, Faults

from . import damage
from .codec import CodecError, Message
from .errors import Problem, problem_of
from .framing import FrameReader, FramingError, framed
from .inbound.processor import Outcome, Processor
from .partners import Partner
from .recent import Recent

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
IDLE_SECONDS = 300.0
SILENCE_SECONDS = 60


class Listener:
    """Serves partners that send to us.

    :param float idle_seconds: real seconds without a message after which we hang up.
    """

    def __init__(
        self,
        processor: Processor,
        faults: Faults,
        recent: Recent,
        idle_seconds: float = IDLE_SECONDS,
    ):
        self._processor, self._faults, self._recent = processor, faults, recent
        self._server: asyncio.base_events.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._last = b""  # the answer before this one, over all connections
        self.idle_seconds = idle_seconds

    async def start(self, port: int) -> int:
        """Listen on loopback and return the port."""
        self._server = await asyncio.start_server(self._accept, LOOPBACK, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close the port and all connections."""
        if self._server:
            self._server.close()
            await self._server.wait_closed()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            await self._converse(reader, writer)
        except (OSError, asyncio.TimeoutError, FramingError) as error:
            log.info("a connection ended: %r", error)
        except asyncio.CancelledError:
            pass  # the port is being closed
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = FrameReader(reader, idle_seconds=self.idle_seconds)
        while (content := await frames.next()) is not None:
            if not await self._serve(content, writer):
                return

    async def _serve(self, content: bytes, writer: asyncio.StreamWriter) -> bool:
        """Handle one frame; tell whether the connection goes on."""
        partner, message = self._processor.read(content)
        readable = None if isinstance(message, CodecError) else message
        struck = self._struck(partner, readable)
        outcome = self._outcome(partner, message, struck)
        self._recent.add(
            "in",
            partner.name,
            outcome.kind,
            content,
            control_id=readable.control_id if readable else "",
            ack=outcome.ack,
            error=outcome.problem.own or outcome.problem.code if outcome.problem else "",
            repeated=outcome.repeated,
        )
        going_on = await self._answer(outcome, struck, writer)
        self._last = outcome.answer
        return going_on

    def _struck(self, partner: Partner, message: Message | None) -> Mapping[str, Fault]:
        facts = {
            "direction": "in",
            "partner": partner.name,
            "control_id": message.control_id if message else "",
        }
        kind = message.kind if message else "?"
        return self._faults.take_any(damage.IN_KINDS, damage.GATEWAY, kind, facts)

    def _outcome(
        self, partner: Partner, message: Message | CodecError, struck: Mapping[str, Fault]
    ) -> Outcome:
        if isinstance(message, CodecError):
            problem = problem_of(message)
            unreadable = problem or Problem("207", "")
            return self._processor.refuse(partner, None, _rejected(unreadable))
        if "nak" in struck:
            return self._processor.refuse(partner, message, Problem("207", "系统繁忙", again=True))
        if "reject" in struck:
            problem = _rejected(Problem("207", "系统拒绝该消息"))
            return self._processor.refuse(partner, message, problem)
        return self._processor.handle(partner, message)

    async def _answer(
        self, outcome: Outcome, struck: Mapping[str, Fault], writer: asyncio.StreamWriter
    ) -> bool:
        if fault := struck.get("ack_late"):
            await asyncio.sleep(fault.number("seconds", 2))
        if "reset" in struck:
            damage.reset(writer)
            return False
        if "ack_lost" in struck or not outcome.answer:
            return True
        if "truncated_frame" in struck or "half_open" in struck:
            writer.write(damage.half(outcome.answer))
            await writer.drain()
            if fault := struck.get("half_open"):
                await asyncio.sleep(fault.number("seconds", SILENCE_SECONDS))
            return False
        if "stale_ack" in struck and self._last:
            writer.write(framed(self._last))
        content = damage.spoiled(outcome.answer, struck)
        writer.write(framed(damage.GARBAGE if "garbage_frame" in struck else content))
        await writer.drain()
        return True


def _rejected(problem: Problem) -> Problem:
    """Return a problem that is answered with AR: the same bytes will never be taken."""
    return dataclasses.replace(problem, rejected=True)
