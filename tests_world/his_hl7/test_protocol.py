"""What holds for every message: once, in order, in its character set, or refused by the header."""

import pytest

from .hospital import Hospital
from .mllp import Answer, Client, control_id, framed, message
from .strict import violations

PERSON = "PID|1||||韩协议||19900307|F"


def create(number: str, **how: str) -> str:
    return message("ADT^A28^ADT_A05", PERSON, number=number, **how)


def people(his: Hospital) -> int:
    return int(his.sql("SELECT count(*) FROM patient WHERE name = '韩协议'")[0][0])


def test_a_message_that_comes_again_gets_the_stored_answer_and_no_second_effect(
    his: Hospital, client: Client
) -> None:
    number, before = control_id(), people(his)
    first = client.ask(create(number))
    with Client(his.port) as other:
        # the time of sending may differ
        again = other.ask(create(number).replace("20260902073000", "20260902073100"))
    assert again.content == first.content
    assert people(his) == before + 1
    elsewhere = client.ask(create(number, sender="OTHER"))
    assert elsewhere.get("ZPI-1") != first.get("ZPI-1")


def test_a_control_id_cannot_be_used_for_two_messages(his: Hospital, client: Client) -> None:
    number = control_id()
    client.ask(create(number))
    before = people(his)
    answer = client.ask(message("ADT^A28^ADT_A05", PERSON + "|x", number=number))
    assert (answer.get("MSA-1"), answer.get("ERR-3")) == ("AE", "205")
    assert people(his) == before


def test_a_refusal_is_kept_like_any_answer(his: Hospital, client: Client) -> None:
    number, patient = control_id(), "A8888888"
    text = message("ADT^A31^ADT_A05", f"PID|1||{patient}||新名", number=number)
    first = client.ask(text)
    his.sql(
        "INSERT INTO patient (patient_no, name, sex, birth, created_at, updated_at)"
        " VALUES (%s, '旧名', '1', '1990-01-01', now(), now())",
        patient,
    )
    assert client.ask(text).content == first.content


def test_a_killed_process_remembers_what_it_did(his: Hospital, client: Client) -> None:
    number, before = control_id(), people(his)
    first = client.ask(create(number))
    his.restart()
    with Client(his.port) as fresh:
        assert fresh.ask(create(number)).content == first.content
    assert people(his) == before + 1


@pytest.mark.parametrize(
    ("kind", "how", "ack", "code"),
    [
        ("ADT^A99", {}, "AR", "201"),
        ("XYZ^A01", {}, "AR", "200"),
        ("ADT^A28", {"version": "3.0"}, "AR", "203"),
        ("ADT^A28", {"processing": "X"}, "AR", "202"),
        ("ADT^A28", {}, "AE", "101"),
    ],
)
def test_what_is_not_understood_is_rejected_by_the_header(
    client: Client, kind: str, how: dict[str, str], ack: str, code: str
) -> None:
    answer = client.ask(message(kind, "PID|1", **how))
    assert (answer.get("MSA-1"), answer.get("ERR-3")) == (ack, code)


@pytest.mark.parametrize("content", [b"nonsense", b"", b"MSH|^~\\&|A", b"\xff\xfe\x00"])
def test_what_is_no_message_is_rejected(client: Client, content: bytes) -> None:
    client.write(framed(content))
    answer = Answer(client.read())
    assert (answer.get("MSH-9"), answer.get("MSA-1"), answer.get("MSA-2")) == ("ACK", "AR", "")
    # the connection goes on
    assert client.ask(create(control_id())).get("MSA-1") == "AA"


def test_chinese_in_gb18030_is_read_and_answered_in_gb18030(his: Hospital, client: Client) -> None:
    text = create(control_id(), charset="GB 18030-2000").replace("韩协议", "㐂匼𠮷")
    client.write(framed(text.encode("gb18030")))
    answer = Answer(client.read(), "gb18030")
    number = answer.get("ZPI-1")
    name = his.sql("SELECT name FROM patient WHERE patient_no = %s", number)
    assert name == [("㐂匼𠮷",)]
    bad = message("ADT^A31", "PID|1||T7777777||匼", charset="GB 18030-2000")
    client.write(framed(bad.encode("gb18030")))
    answer = Answer(client.read(), "gb18030")
    assert answer.get("MSA-3") == "没有找到该患者：T7777777"


def test_a_partners_own_character_set_holds_where_the_header_names_none(
    his: Hospital, client: Client
) -> None:
    his.partner("old", application="OLDHIS", charset="GB 18030-2000")
    text = create(control_id(), sender="OLDHIS", charset="").replace("|CHN|", "|")
    before = people(his)
    client.write(framed(text.encode("gb18030")))
    answer = Answer(client.read(), "gb18030")
    assert (answer.get("MSA-1"), answer.get("MSH-18")) == ("AA", "GB 18030-2000")
    assert people(his) == before + 1


def test_gbk_bytes_declared_as_utf_8_are_rejected(client: Client) -> None:
    client.write(framed(create(control_id()).encode("gbk")))
    answer = Answer(client.read())
    assert (answer.get("MSA-1"), answer.get("ERR-3"), answer.get("ERR-2.1")) == ("AR", "102", "MSH")


def test_a_sentence_that_ascii_cannot_say_comes_in_utf_8(client: Client) -> None:
    answer = client.ask(message("ADT^A31", "PID|1||T7777777||Han", charset="ASCII"))
    assert (answer.get("MSH-18"), answer.get("ERR-5.1")) == ("UNICODE UTF-8", "PATIENT_UNKNOWN")


def test_many_messages_in_one_packet_and_one_byte_at_a_time(client: Client) -> None:
    numbers = [control_id() for _number in range(20)]
    client.write(b"noise".join(framed(create(number).encode()) for number in numbers))
    assert [Answer(client.read()).get("MSA-2") for _number in numbers] == numbers
    number = control_id()
    for byte in framed(create(number).encode()):
        client.write(bytes([byte]))
    assert Answer(client.read()).get("MSA-2") == number


def test_the_stream_ends_when_a_message_is_too_long(client: Client) -> None:
    try:
        client.write(b"\x0b" + b"x" * (9 * 2**20))
        assert client.read() == b""
    except ConnectionError:
        pass  # it was closed while we wrote


def test_a_silent_connection_is_closed(his: Hospital) -> None:
    his.running.post("/mllp/idle", seconds=0.05)
    with Client(his.port) as client:
        assert client.read() == b""
    his.running.post("/mllp/idle", seconds=300)


def test_enhanced_mode_gets_what_it_asks_for(his: Hospital, client: Client) -> None:
    both = client.ask(create(control_id(), accept="AL", application="AL"))
    assert both.get("MSA-1") == "AA"
    commit = client.ask(create(control_id(), accept="AL", application="NE"))
    assert commit.get("MSA-1") == "CA"
    before = people(his)
    client.write(framed(create(control_id(), accept="NE", application="NE").encode()))
    marker = client.ask(create(control_id()))
    assert marker.get("MSA-1") == "AA"
    assert people(his) == before + 2


def test_the_answer_keeps_the_version_and_is_valid(client: Client) -> None:
    for version in ("2.4", "2.5.1"):
        answer = client.ask(create(control_id(), version=version))
        assert answer.get("MSH-12") == version
        assert violations(answer.text) == []


def test_the_control_port_shows_what_was_received_and_logs_hold_nobody(
    his: Hospital, client: Client
) -> None:
    number = control_id()
    client.ask(message("ADT^A31", "PID|1||T7777777||韩日志", number=number))
    shown = his.running.get(f"/mllp/messages?control_id={number}")["messages"]
    assert [(item["kind"], item["ack"], item["error"]) for item in shown] == [
        ("ADT^A31", "AE", "PATIENT_UNKNOWN")
    ]
    assert "韩日志" in shown[0]["message"]
    assert "韩" not in (his.folder / "log").read_text(encoding="utf-8")
