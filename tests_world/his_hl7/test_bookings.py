"""SRM and SIU from a platform: hold, register, move, give back; both dialects."""

from .hospital import Hospital
from .mllp import Client, message
from .strict import violations

LOCAL = {"sender": "LOCALWX"}


def arq(number: str, own: str = "", session: str = "", wanted: str = "", start: str = "") -> str:
    """Return the request's line: the platform's number, ours, the session, the reason, a time."""
    return f"ARQ|{number}|{own}|||{session}|BOOK|{wanted}||||{start}||||||||WX"


def srm(event: str, line: str, patient: str = "", *more: str, **how: str) -> str:
    """Return a scheduling request."""
    people = [f"PID|1||{patient}^^^HIS^PI||孙测试"] if patient else []
    return message(f"SRM^{event}^SRM_S01", line, *people, "RGS|1|A", *more, **how)


def state(his: Hospital, reg_no: str) -> str:
    return str(his.sql("SELECT state FROM registration WHERE reg_no = %s", reg_no)[0][0])


def number_state(his: Hospital, session: str, seq: int) -> str:
    rows = his.sql("SELECT state FROM number WHERE session_id = %s AND seq = %s", session, seq)
    return str(rows[0][0])


def test_s01_registers_and_the_answer_shows_the_appointment(his: Hospital, client: Client) -> None:
    session, patient = his.session(), his.patient()
    answer = client.ask(srm("S01", arq("B1", session=session), patient, "ZAI|||||3"))
    assert (answer.get("MSH-9.1"), answer.get("MSA-1")) == ("SRR", "AA")
    assert (answer.get("SCH-1"), answer.get("SCH-25")) == ("B1", "booked")
    assert (answer.get("SCH-5"), answer.get("ZAI-5"), answer.get("ZAI-7")) == (
        session,
        "3",
        "15.00",
    )
    assert answer.get("AIP-3.2") == "赵测试"
    assert number_state(his, session, 3) == "taken"
    assert violations(answer.text) == []


def test_a_time_names_the_number(his: Hospital, client: Client) -> None:
    session, patient = his.session(), his.patient()
    (day,) = his.sql("SELECT to_char(day, 'YYYYMMDD') FROM session WHERE id = %s", session)[0]
    line = arq("B2", session=session, start=f"{day}134000")
    assert client.ask(srm("S01", line, patient)).get("ZAI-5") == "2"
    line = arq("B3", session=session, start=f"{day}134100")
    answer = client.ask(srm("S01", line, his.patient()))
    assert (answer.get("MSA-1"), answer.get("ERR-5")) == ("AE", "NUMBER_GONE")


def test_the_last_number_is_given_once(his: Hospital, client: Client) -> None:
    session = his.session(total=1)
    first = client.ask(srm("S01", arq("B4", session=session), his.patient()))
    second = client.ask(srm("S01", arq("B5", session=session), his.patient(), version="2.4"))
    assert first.get("MSA-1") == "AA"
    assert (second.get("MSA-1"), second.get("MSA-6")) == ("AE", "SESSION_FULL")
    assert second.count("SCH") == 0
    assert violations(second.text) == []


def test_hold_then_commit_with_payment(his: Hospital, client: Client) -> None:
    session, patient = his.session(), his.patient()
    held = client.ask(srm("S01", arq("B6", session=session, wanted="HOLD"), patient))
    assert (held.get("MSA-1"), held.get("SCH-25")) == ("AA", "locked")
    assert held.get("ZAI-10") == "20260902074500+0800"
    assert violations(held.text) == []
    assert number_state(his, session, 1) == "locked"
    pay = ("ZAI|||||||15.00", "ZPY|wechat|T6")
    answer = client.ask(srm("S01", arq("B6", held.get("SCH-2")), patient, *pay))
    assert (answer.get("MSA-1"), answer.get("SCH-25")) == ("AA", "paid")
    assert state(his, answer.get("SCH-2")) == "paid"
    refund = srm("S04", arq("B6", answer.get("SCH-2")), "", "ZPY||T6|RF6")
    answer = client.ask(refund)
    assert (answer.get("MSA-1"), answer.get("SCH-25")) == ("AA", "refunded")
    assert number_state(his, session, 1) == "free"


def test_a_hold_is_given_back(his: Hospital, client: Client) -> None:
    session = his.session()
    held = client.ask(srm("S01", arq("B7", session=session, wanted="HOLD"), his.patient()))
    answer = client.ask(srm("S04", arq("B7", held.get("SCH-2"), wanted="HOLD")))
    assert answer.get("MSA-1") == "AA"
    assert number_state(his, session, 1) == "free"


def test_s03_moves_all_or_nothing(his: Hospital, client: Client) -> None:
    here, there, full = his.session(), his.session(), his.session(total=1)
    patient = his.patient()
    client.ask(srm("S01", arq("B8", session=full), his.patient()))
    old = client.ask(srm("S01", arq("B9", session=here), patient)).get("SCH-2")
    refused = client.ask(srm("S03", arq("B9", session=full)))
    assert refused.get("ERR-5") == "SESSION_FULL"
    assert state(his, old) == "booked"
    assert number_state(his, here, 1) == "taken"
    journal = his.running.get("/journal?source=his&kind=registration.cancelled")["facts"]
    assert old not in [fact["key"] for fact in journal]
    moved = client.ask(srm("S03", arq("B9", session=there)))
    assert (moved.get("MSA-1"), moved.get("SCH-1"), moved.get("SCH-5")) == ("AA", "B9", there)
    assert (state(his, old), number_state(his, here, 1)) == ("cancelled", "free")
    gone = client.ask(srm("S04", arq("B9")))
    assert (gone.get("SCH-2"), gone.get("SCH-25")) == (moved.get("SCH-2"), "cancelled")


def test_the_local_dialect_files_holds_and_registers_in_one_message_type(
    his: Hospital, client: Client
) -> None:
    his.partner("local", application="LOCALWX", dialect="local", channel="province")
    session = his.session()
    person = "PID|1||E5550001^^^^PPN||吴地方||19900101|M"
    answer = client.ask(message("SRM^S01", arq("X", wanted="APPRA"), person, "RGS|1", **LOCAL))
    assert (answer.get("MSA-1"), answer.get("MSH-14")) == ("AA", "H0001")
    patient = answer.get("ZPI-1")
    group = f"RGS|1|A|{session}"
    pid = f"PID|1||{patient}||吴地方"
    line = arq("B10", wanted="APP_REG")
    held = client.ask(message("SRM^S01", line, pid, group, "ZAI|||||2", **LOCAL))
    assert (held.get("SCH-25"), held.get("ZAI-5")) == ("locked", "2")
    line = arq("B10", held.get("SCH-2"), wanted="APPT_REG")
    pay = ("ZAI|||||||15.00", "ZPY|wechat|T10")
    answer = client.ask(message("SRM^S01", line, pid, group, *pay, **LOCAL))
    assert (answer.get("MSA-1"), answer.get("RGS-3"), answer.get("SCH-5")) == ("AA", session, "")
    assert answer.get("ZAI-3").endswith("134000+0800")
    channel = "SELECT channel FROM registration WHERE reg_no = %s"
    assert his.sql(channel, answer.get("SCH-2")) == [("province",)]
    assert violations(answer.text) == []


def test_where_the_platform_owns_the_numbers_a_hold_is_refused_and_siu_is_followed(
    his: Hospital, client: Client
) -> None:
    session, patient = his.session("T02"), his.patient()
    held = client.ask(srm("S01", arq("B11", session=session, wanted="HOLD"), patient))
    assert held.get("ERR-5") == "NOT_POOL_OWNER"

    def siu(event: str, status: str = "", *more: str) -> str:
        sch = f"SCH|B11||||{session}|BOOKED||||||||||HIS||||HIS|||||{status}"
        return message(f"SIU^{event}^SIU_S12", sch, f"PID|1||{patient}", "RGS|1|A", *more)

    booked = client.ask(siu("S12", "booked", "ZAI|||||4"))
    assert (booked.get("MSH-9.1"), booked.get("MSA-1"), booked.get("ZAI-5")) == ("ACK", "AA", "4")
    assert violations(booked.text) == []
    number = booked.get("ZAI-11")
    assert (state(his, number), number_state(his, session, 4)) == ("booked", "taken")
    moved = client.ask(siu("S13", "booked", "ZAI|||||5"))
    assert (moved.get("ZAI-5"), state(his, number)) == ("5", "cancelled")
    assert client.ask(siu("S26")).get("MSA-1") == "AA"
    assert state(his, moved.get("ZAI-11")) == "no_show"
    refused = client.ask(siu("S15"))
    assert (refused.get("MSA-1"), refused.get("ERR-5")) == ("AE", "REGISTRATION_STATE")


def test_s15_takes_a_booking_back_and_s14_signs(his: Hospital, client: Client) -> None:
    session, patient = his.session("T02"), his.patient()
    head = f"SCH|B12||||{session}|BOOKED||||||||||HIS||||HIS|||||"
    book = message("SIU^S12", head, f"PID|1||{patient}", "RGS|1")
    number = client.ask(book).get("ZAI-11")
    signed = client.ask(message("SIU^S14", head + "signed", "RGS|1"))
    # it is not paid and not of today
    assert (signed.get("MSA-1"), signed.get("ERR-5")) == ("AE", "REGISTRATION_STATE")
    assert client.ask(message("SIU^S15", head, "RGS|1")).get("MSA-1") == "AA"
    assert state(his, number) == "cancelled"
