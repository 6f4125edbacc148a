"""Every fault, as the other side sees it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import hl7
import pytest

from . import page
from .foreign import Listener, listener
from .hospital import Hospital
from .mllp import Answer, Client, control_id, framed, message, value
from .samples import PATIENT

PERSON = "PID|1||||秦故障||19900307|F"


def create(number: str) -> str:
    return message("ADT^A28^ADT_A05", PERSON, number=number)


def people(his: Hospital) -> int:
    return int(his.sql("SELECT count(*) FROM patient WHERE name = '秦故障'")[0][0])


def silent(client: Client, seconds: float = 0.3) -> bool:
    """Tell whether nothing comes."""
    client.socket.settimeout(seconds)
    try:
        return client.socket.recv(1) is None
    except TimeoutError:
        return True
    finally:
        client.socket.settimeout(10)


@pytest.mark.parametrize(("kind", "ack"), [("nak", "AE"), ("reject", "AR")])
def test_a_refusal_on_demand_does_nothing(
    his: Hospital, client: Client, kind: str, ack: str
) -> None:
    his.running.fault(kind, gateway="mllp", operation="ADT^A28")
    number, before = control_id(), people(his)
    answer = client.ask(create(number))
    assert (answer.get("MSA-1"), answer.get("ERR-3"), answer.get("MSA-2")) == (ack, "207", number)
    assert people(his) == before
    assert client.ask(create(number)).get("MSA-1") == "AA"


def test_a_lost_acknowledgement_leaves_the_work_done(his: Hospital, client: Client) -> None:
    his.running.fault("ack_lost", gateway="mllp")
    number, before = control_id(), people(his)
    client.write(framed(create(number).encode()))
    assert silent(client)
    assert people(his) == before + 1
    assert client.ask(create(number)).get("MSA-2") == number
    assert people(his) == before + 1


def test_an_acknowledgement_of_nobody(his: Hospital, client: Client) -> None:
    his.running.fault("ack_wrong_id", gateway="mllp")
    number = control_id()
    answer = client.ask(create(number))
    assert (answer.get("MSA-1"), answer.get("MSA-2")) == ("AA", "00000000")
    assert client.ask(create(number)).get("MSA-2") == number


def test_a_late_acknowledgement(his: Hospital, client: Client) -> None:
    his.running.fault("ack_late", gateway="mllp", options={"seconds": 0.5})
    client.write(framed(create(control_id()).encode()))
    assert silent(client, 0.2)
    assert Answer(client.read()).get("MSA-1") == "AA"


@pytest.mark.parametrize("kind", ["truncated_frame", "half_open"])
def test_half_an_acknowledgement(his: Hospital, client: Client, kind: str) -> None:
    his.running.fault(kind, gateway="mllp", options={"seconds": 0.4})
    before = people(his)
    client.write(framed(create(control_id()).encode()))
    got = client.socket.recv(65536)
    assert got.startswith(b"\x0bMSH|")
    assert b"\x1c" not in got
    if kind == "half_open":
        assert silent(client, 0.1)
    assert client.read() == b""  # and then the end
    assert people(his) == before + 1


def test_a_reset_after_the_work(his: Hospital, client: Client) -> None:
    his.running.fault("reset", gateway="mllp")
    number, before = control_id(), people(his)
    client.write(framed(create(number).encode()))
    with pytest.raises(ConnectionResetError):
        client.read()
    assert people(his) == before + 1


def test_an_old_acknowledgement_comes_first(his: Hospital, client: Client) -> None:
    old, new = control_id(), control_id()
    client.ask(create(old))
    his.running.fault("stale_ack", gateway="mllp")
    assert client.ask(create(new)).get("MSA-2") == old
    assert Answer(client.read()).get("MSA-2") == new


def test_an_unreadable_acknowledgement(his: Hospital, client: Client) -> None:
    his.running.fault("garbage_frame", gateway="mllp")
    number = control_id()
    client.write(framed(create(number).encode()))
    with pytest.raises((UnicodeDecodeError, hl7.ParseException)):
        Answer(client.read())
    assert client.ask(create(number)).get("MSA-1") == "AA"


def test_an_answer_in_another_character_set_than_it_says(his: Hospital, client: Client) -> None:
    his.running.fault("wrong_charset", gateway="mllp")
    client.write(framed(message("ADT^A31", "PID|1||T7||秦").encode()))
    content = client.read()
    with pytest.raises(UnicodeDecodeError):
        Answer(content)
    answer = Answer(content, "gb18030")
    assert (answer.get("MSH-18"), answer.get("MSA-3")) == ("UNICODE UTF-8", "没有找到该患者：T7")


def test_an_answer_of_yesterday(his: Hospital, client: Client) -> None:
    his.running.fault("clock_skew", gateway="mllp")
    assert client.ask(create(control_id())).get("MSH-7") == "20260901073000+0800"


class Told:
    """A partner that is told of some events under faults."""

    def __init__(self, his: Hospital, partner: Listener):
        self.his, self.partner = his, partner
        his.running.ask("DELETE", "/faults")

    def tell(self, count: int = 1) -> list[str]:
        """Let some patients be filed; return the control ids of their messages."""
        facts = {**PATIENT, "cards": []}
        events = [("patient.created", facts)] * count
        after = self.his.follow("peer", events, port=self.partner.port, ack_seconds=1)
        return [f"H{after + number}" for number in range(1, count + 1)]

    def ids(self, count: int) -> list[str]:
        """Return the control ids of the next messages."""
        return [value(item, "MSH-10") for item in self.partner.take(count)]


@pytest.fixture
def told(his: Hospital) -> Iterator[Told]:
    with listener() as partner:
        yield Told(his, partner)
        his.forget("peer")


def out(told: Told, kind: str, **rule: object) -> None:
    told.his.running.fault(kind, gateway="mllp", match={"direction": "out"}, **rule)


def test_a_message_sent_twice_has_one_control_id(told: Told) -> None:
    out(told, "duplicate")
    (number,) = told.tell()
    assert told.ids(2) == [number, number]


def test_two_messages_change_places(told: Told) -> None:
    out(told, "reorder")
    first, second, third = told.tell(3)
    assert told.ids(3) == [second, first, third]


@pytest.mark.parametrize("kind", ["truncated_frame", "reset", "garbage_frame"])
def test_a_broken_message_is_told_again(told: Told, kind: str) -> None:
    out(told, kind)
    # python-hl7 cannot read the garbage and hangs up: the message comes over a new connection
    numbers = told.tell(2)
    assert told.ids(2) == numbers


def test_a_message_of_yesterday(told: Told) -> None:
    out(told, "clock_skew", options={"seconds": -3600})
    told.tell()
    assert value(told.partner.take(1)[0], "MSH-7") == "20260902063000+0800"


def test_a_code_that_is_in_no_table(told: Told) -> None:
    out(told, "unknown_code")
    told.tell()
    assert value(told.partner.take(1)[0], "PID-8") == "Z99"


def test_a_message_in_another_character_set_than_it_says(his: Hospital) -> None:
    his.running.ask("DELETE", "/faults")
    with listener(encoding="gb18030") as partner:
        told = Told(his, partner)
        out(told, "wrong_charset")
        told.tell()
        (got,) = partner.take(1)
        his.forget("peer")
    assert value(got, "MSH-18") == "UNICODE UTF-8"
    assert value(got, "PID-5") == PATIENT["name"]


def test_what_is_not_accepted_comes_again_and_what_is_rejected_does_not(told: Told) -> None:
    answers = iter(["AE", "AE", "AA", "AR", "AA"])
    told.partner.judge = lambda _message: next(answers)
    first, second, third = told.tell(3)
    assert told.ids(5) == [first, first, first, second, third]
    rejected = told.his.running.get("/journal?kind=hl7.rejected")["facts"]
    assert [fact["control_id"] for fact in rejected] == [second]
    shown = told.his.running.get(f"/mllp/messages?direction=out&control_id={first}")["messages"]
    assert [item["ack"] for item in shown][:2] == ["AE", "AE"]


def acknowledgement(code: str, number: str) -> bytes:
    return framed(message("ACK^A28^ACK", f"MSA|{code}|{number}").encode())


def test_an_answer_to_another_message_is_skipped(his: Hospital) -> None:
    his.running.ask("DELETE", "/faults")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        events = [("patient.created", {**PATIENT, "cards": []})] * 2
        after = his.follow("stale", events, port=server.getsockname()[1])
        link, _address = server.accept()
        with link:
            first, second = f"H{after + 1}", f"H{after + 2}"
            link.settimeout(10)
            assert f"|{first}|".encode() in link.recv(65536)
            link.sendall(acknowledgement("AR", "H0") + framed(b"\xff"))
            link.sendall(acknowledgement("AA", first))
            assert f"|{second}|".encode() in link.recv(65536)
            link.sendall(acknowledgement("AA", first) + acknowledgement("AR", second))
            rejected = []
            while not rejected:
                facts = his.running.get("/journal?kind=hl7.rejected&limit=10000")["facts"]
                rejected = [fact for fact in facts if fact["partner"] == "stale"]
        his.forget("stale")
    assert [fact["control_id"] for fact in rejected] == [second]


def test_every_fault_is_on_the_page_and_was_seen_here(his: Hospital) -> None:
    kinds = his.running.get("/faults")["kinds"]["mllp"]
    source = Path(__file__).read_text(encoding="utf-8")
    for kind in kinds:
        assert f'"{kind}"' in source
        assert f"| `{kind}` |" in page.text()
