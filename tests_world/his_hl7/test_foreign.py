"""Software that others wrote talks to the hospital, and is talked to; nothing is lost on a kill."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import hl7
import hl7.mllp

from .foreign import Listener, listener, simple_hl7
from .hospital import Hospital
from .mllp import Answer, Client, control_id, framed, message, value
from .samples import FACTS, PATIENT

PERSON = "PID|1||||魏外来||19900307|F"
FILED = ("patient.created", {**PATIENT, "cards": []})


def create(number: str = "") -> str:
    return message("ADT^A28^ADT_A05", PERSON, number=number)


def test_python_hl7s_client_files_patients(his: Hospital) -> None:
    numbers = [control_id() for _number in range(10)]

    async def talk() -> list[Any]:
        reader, writer = await hl7.mllp.open_hl7_connection("127.0.0.1", his.port, encoding="utf-8")
        answers = []
        for number in numbers:
            writer.writemessage(hl7.parse(create(number)))
            await writer.drain()
            answers.append(await reader.readmessage())
        writer.close()
        return answers

    answers = asyncio.run(talk())
    assert [value(answer, "MSA-2") for answer in answers] == numbers
    assert {value(answer, "MSA-1") for answer in answers} == {"AA"}


def test_simple_hl7s_client_files_patients(his: Hospital) -> None:
    with simple_hl7("client", str(his.port)) as client:
        for _number in range(5):
            number = control_id()
            client.write(create(number))
            assert client.line() == {"ack": "AA", "id": number}
    names = his.sql("SELECT count(*) FROM patient WHERE name = '魏外来'")
    assert names[0][0] >= 5


def test_simple_hl7s_server_is_told_everything(his: Hospital) -> None:
    with simple_hl7("server") as server:
        after = his.follow("node", FACTS, port=server.line())
        got = [server.line() for _event in FACTS]
        his.forget("node")
    assert [item["id"] for item in got] == [f"H{after + n}" for n in range(1, len(FACTS) + 1)]
    assert got[0]["kind"] == "ADT^A28"


def test_what_really_happens_is_told_at_once(his: Hospital, client: Client) -> None:
    with listener() as partner:
        his.partner(
            "live", host="127.0.0.1", port=partner.port, kinds=["patient.*", "session.suspended"]
        )
        filed = client.ask(create())
        (told,) = partner.take(1)
        his.forget("live")
    assert value(told, "PID-3.1") == filed.get("ZPI-1")
    assert value(told, "PID-5.1") == "魏外来"


def test_a_partner_is_told_only_what_it_wants(his: Hospital) -> None:
    wanted = ["patient.merged", "order.*"]
    kinds = [kind for kind, _facts in FACTS]
    expected = [kind == "patient.merged" or kind.startswith("order.") for kind in kinds]
    with listener() as partner:
        after = his.follow("some", FACTS, port=partner.port, kinds=wanted)
        got = [value(item, "MSH-10") for item in partner.take(sum(expected))]
        his.forget("some")
    assert got == [f"H{after + at}" for at, one in enumerate(expected, 1) if one]


def test_a_kill_loses_nothing_and_repeats_only_with_the_same_control_id(his: Hospital) -> None:
    count = 60
    with listener() as partner:
        after = his.follow("killed", [FILED] * count, port=partner.port)
        partner.take(5)
        his.restart()
        wanted = {f"H{after + number}" for number in range(1, count + 1)}
        got = _until(partner, f"H{after + count}")
        his.forget("killed")
    first = [f"H{after + number}" for number in range(1, 6)]
    seen = first + got
    assert set(seen) == wanted
    assert len(seen) <= count + 1  # at most the one whose acknowledgement was under way
    assert [number for at, number in enumerate(seen) if number not in seen[:at]] == sorted(
        wanted, key=lambda number: int(number[1:])
    )


def _until(partner: Listener, last: str) -> list[str]:
    """Return the control ids of all messages up to the last one."""
    got: list[str] = []
    while not got or got[-1] != last:
        got += [value(item, "MSH-10") for item in partner.take(1)]
    return got


def test_a_partner_that_was_away_is_told_when_it_comes_back(his: Hospital) -> None:
    with listener() as gone:
        port = gone.port
    after = his.follow("away", [FILED] * 3, port=port)
    with listener(port=port) as partner:
        got = [value(item, "MSH-10") for item in partner.take(3)]
        his.forget("away")
    assert got == [f"H{after + number}" for number in (1, 2, 3)]


def test_a_replay_tells_the_same_messages_again(his: Hospital) -> None:
    with listener() as partner:
        after = his.follow("again", [FILED] * 3, port=partner.port)
        first = [value(item, "MSH-10") for item in partner.take(3)]
        his.replay("again", after + 1)
        second = [value(item, "MSH-10") for item in partner.take(2)]
        his.forget("again")
    assert second == first[1:]


def cpu_seconds(his: Hospital) -> float:
    """Return the processor time that the hospital's process has used."""
    stat = Path(f"/proc/{his.running.process.pid}/stat").read_text(encoding="utf-8")
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def test_a_message_costs_the_hospital_little(his: Hospital, client: Client) -> None:
    """Processor time, not rates: others use the machine too. Rates are printed for people."""
    count = 300
    numbers = [control_id() for _number in range(count)]
    query = "QPD|Q22^Find^HL70471|T|@PID.3.1^NOBODY"
    spent, start = cpu_seconds(his), time.perf_counter()
    for number in numbers:
        text = message("QBP^Q22^QBP_Q21", query, "RCP|I", number=number)
        client.write(framed(text.encode()))
    assert [Answer(client.read()).get("MSA-2") for _number in numbers] == numbers
    received = count / (time.perf_counter() - start)
    with simple_hl7("server") as server:
        port = server.line()
        start = time.perf_counter()
        his.follow("fast", [FILED] * count, port=port)
        for _number in range(count):
            server.line()
        sent = count / (time.perf_counter() - start)
        his.forget("fast")
    milliseconds = (cpu_seconds(his) - spent) / (2 * count) * 1000
    print(f"received {received:.0f}/s, sent {sent:.0f}/s, {milliseconds:.2f} ms each")
    assert milliseconds < 3
