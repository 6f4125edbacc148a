"""Four partners of a hospital, written with other people's software: each keeps what it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from lxml import etree

from tests_world import foreign_hl7
from tests_world.receiver import Received, Receiver

WAIT_SECONDS = 120
DROP = "drop"
OID = "2.16.156.10011"

# what a partner does with its nth message: nothing special, or a word for what goes wrong
Mood = Callable[[int], str]


def calm(_number: int) -> str:
    """Take everything in."""
    return ""


class Inbox:
    """What arrived, in order; others may wait for it."""

    def __init__(self) -> None:
        self.all: list[Any] = []
        self._changed = threading.Condition()

    def put(self, one: Any) -> int:
        """Keep something and return its place, beginning with 1."""
        with self._changed:
            self.all.append(one)
            self._changed.notify_all()
            return len(self.all)

    def wait(self, ready: Callable[[list[Any]], bool], seconds: float = WAIT_SECONDS) -> None:
        """Return when what came is enough."""
        with self._changed:
            assert self._changed.wait_for(lambda: ready(self.all), seconds), (
                f"only {len(self.all)} came"
            )


class Listener(foreign_hl7.Server):
    """A listener of python-hl7; it can say AE, or drop a connection."""

    def __init__(self, mood: Mood = calm):
        self.mood, self.inbox = mood, Inbox()
        super().__init__()

    def take_in(self, message: Any) -> Any:
        """Keep a message and acknowledge it in the mood of its place."""
        mood = self.mood(self.inbox.put(message))
        return None if mood == DROP else message.create_ack(mood or "AA")


def soap_message(body: bytes) -> tuple[str, Any]:
    """Return the service and the message inside a SOAP call."""
    root = etree.fromstring(body)
    action = str(root.xpath("//*[local-name() = 'action']/text()")[0])
    text = str(root.xpath("//*[local-name() = 'message']/text()")[0])
    return action, etree.fromstring(text.partition("?>")[2].encode())


def _soap_answer(received: Received) -> tuple[int, bytes]:
    _action, message = soap_message(received.body)
    number = message.find("{urn:hl7-org:v3}id").get("extension")
    ack = (
        '<MCCI_IN000002UV01 xmlns="urn:hl7-org:v3"><acknowledgement typeCode="AA"><targetMessage>'
        f'<id root="{OID}.2.5.1.1" extension="{number}"/></targetMessage></acknowledgement>'
        "</MCCI_IN000002UV01>"
    )
    body = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
        '<HIPMessageServerResponse xmlns="urn:hl7-org:v3"><HIPMessageServerResult><![CDATA['
        f"{ack}]]></HIPMessageServerResult></HIPMessageServerResponse></s:Body></s:Envelope>"
    )
    return 200, body.encode()


def _json_answer(_received: Received) -> tuple[int, bytes]:
    return 200, json.dumps({"code": "1", "message": "成功"}).encode()


class Desk:
    """An HTTP partner; it can answer 500, or not at all until everything is over."""

    def __init__(self, answer: Callable[[Received], tuple[int, bytes]], mood: Mood = calm):
        self.inbox, self.mood, self.over = Inbox(), mood, threading.Event()
        self._answer = answer
        self.receiver = Receiver(self._reply)

    def _reply(self, received: Received) -> tuple[int, bytes]:
        mood = self.mood(self.inbox.put(received))
        if mood == "silence":
            self.over.wait(WAIT_SECONDS)
        return (500, b"busy") if mood else self._answer(received)


@dataclass
class Partners:
    """One partner on each front that tells by itself."""

    hl7: Listener
    soap: Desk
    fhir: Desk
    push: Desk

    def attach(self, running: Any) -> None:
        """Ask to be told everything from now on, by the documented control endpoints."""
        running.post("/mllp/partners", name="day", host="127.0.0.1", port=self.hl7.port)
        running.post("/hip/partners", url=self.soap.receiver.url)
        running.post("/fhir/subscriptions", url=self.fhir.receiver.url)
        running.post("/vendor/subscriptions", appid="hospital-wechat", url=self.push.receiver.url)


@contextmanager
def partners(**moods: Mood) -> Iterator[Partners]:
    """Four partners, each calm unless a mood of its own is given."""
    with ExitStack() as stack:
        listener = Listener(moods.get("hl7", calm))
        stack.callback(listener.stop)
        answers = {"soap": _soap_answer, "fhir": _json_answer, "push": _json_answer}
        desks = {name: Desk(answers[name], moods.get(name, calm)) for name in answers}
        for desk in desks.values():
            stack.enter_context(desk.receiver)
            stack.callback(desk.over.set)
        yield Partners(hl7=listener, **desks)
