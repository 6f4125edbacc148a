"""ADT and queries from a partner."""

from .hospital import Hospital
from .mllp import Client, message
from .strict import violations


def pid(number: str = "", name: str = "周测试", paper: str = "", rest: str = "") -> str:
    """Return a PID line."""
    numbers = "~".join(filter(None, [f"{number}^^^HIS^PI" if number else "", paper]))
    return f"PID|1||{numbers}||{name}||19900307|F|||解放路 1 号||13905781111{rest}"


def identity(his: Hospital, patient_no: str) -> tuple[object, ...]:
    rows = his.sql(
        "SELECT name, sex, birth::text, id_type, id_number, mobile, address FROM patient"
        " WHERE patient_no = %s",
        patient_no,
    )
    return tuple(rows[0])


def test_a28_files_a_patient_and_names_the_new_number(his: Hospital, client: Client) -> None:
    paper = "E1234567^^^^PPN~C7001^^^^MR"
    answer = client.ask(message("ADT^A28^ADT_A05", pid(paper=paper), "PV1|1|N", number="N1"))
    assert (answer.get("MSA-1"), answer.get("MSA-2")) == ("AA", "N1")
    assert answer.get("MSH-9.2") == "A28"
    number = answer.get("ZPI-1")
    expected = ("周测试", "2", "1990-03-07", "03", "E1234567", "13905781111", "解放路 1 号")
    assert identity(his, number) == expected
    assert his.sql("SELECT card_no, kind FROM card WHERE card_no = 'C7001'") == [("C7001", "01")]
    assert violations(answer.text) == []


def test_a_second_file_for_the_same_paper_is_refused_with_code_and_sentence(
    his: Hospital, client: Client
) -> None:
    paper = "E7654321^^^^PPN"
    client.ask(message("ADT^A28^ADT_A05", pid(paper=paper)))
    before = his.sql("SELECT count(*) FROM patient")
    answer = client.ask(message("ADT^A28^ADT_A05", pid(paper=paper)))
    assert answer.get("MSA-1") == "AE"
    assert answer.get("ERR-3.1") == "205"
    assert answer.get("ERR-5.1") == "PATIENT_EXISTS"
    assert answer.get("ERR-8") == "该证件号码已建档"
    assert his.sql("SELECT count(*) FROM patient") == before
    assert violations(answer.text) == []


def test_version_2_4_says_a_refusal_in_the_fields_that_it_has(client: Client) -> None:
    answer = client.ask(message("ADT^A08", pid("T9999999"), version="2.4"))
    assert answer.get("MSA-1") == "AE"
    assert answer.get("MSA-3") == "没有找到该患者：T9999999"
    assert answer.get("MSA-6.1") == "PATIENT_UNKNOWN"
    assert answer.get("ERR-1.4.1") == "204"
    assert answer.get("MSH-12") == "2.4"
    assert violations(answer.text) == []


def test_a31_changes_what_is_there_and_clears_what_is_explicitly_nothing(
    his: Hospital, client: Client
) -> None:
    number = his.patient()
    line = f'PID|1||{number}||||||||""||13800000000'
    assert client.ask(message("ADT^A31^ADT_A05", line)).get("MSA-1") == "AA"
    expected = ("孙测试", "2", "1990-05-06", "01", None, "13800000000", "")
    assert identity(his, number) == expected


def test_a40_moves_everything_to_the_survivor(his: Hospital, client: Client) -> None:
    old, new = his.patient(), his.patient()
    visit = his.visit(old)
    answer = client.ask(message("ADT^A40^ADT_A39", f"PID|1||{new}||孙测试", f"MRG|{old}"))
    assert answer.get("MSA-1") == "AA"
    owner = his.sql(
        "SELECT patient_no FROM visit JOIN patient p ON p.id = patient_id WHERE visit_no = %s",
        visit,
    )
    assert owner == [(new,)]
    again = client.ask(message("ADT^A08", f"PID|1||{old}||孙测试"))
    assert again.get("ERR-5.1") == "PATIENT_MERGED"


def test_q22_finds_by_card_and_mobile_and_says_when_there_is_nobody(
    his: Hospital, client: Client
) -> None:
    client.ask(message("ADT^A28^ADT_A05", pid(name="郑查询", paper="C7002^^^^MR")))
    query = "QPD|Q22^Find^HL7|TAG1|@PID.3.1^C7002~@PID.3.5^MR"
    answer = client.ask(message("QBP^Q22^QBP_Q21", query, "RCP|I"))
    assert (answer.get("MSH-9.1"), answer.get("MSH-9.2")) == ("RSP", "K22")
    assert (answer.get("QAK-1"), answer.get("QAK-2")) == ("TAG1", "OK")
    assert answer.get("PID-5.1") == "郑查询"
    # hl7apy's QPD has one parameter only, and it knows RSP_K22 in 2.4 only
    query = f"QPD|Q22^Find^HL70471|TAG2|@PID.3.1^{answer.get('PID-3.1')}"
    answer = client.ask(message("QBP^Q22^QBP_Q21", query, "RCP|I", version="2.4"))
    assert answer.get("PID-5.1") == "郑查询"
    assert violations(answer.text) == []
    query = "QPD|Q22^Find^HL7|TAG2|@PID.5.1^无此人~@PID.13.1^13905781111"
    answer = client.ask(message("QBP^Q22^QBP_Q21", query, "RCP|I"))
    assert (answer.get("MSA-1"), answer.get("QAK-2"), answer.count("PID")) == ("AA", "NF", 0)
    answer = client.ask(message("QBP^Q22^QBP_Q21", "QPD|Q22^Find^HL7|TAG3", "RCP|I"))
    assert (answer.get("MSA-1"), answer.get("ERR-3.1")) == ("AE", "101")


def test_a19_is_answered_with_adr(his: Hospital, client: Client) -> None:
    number = his.patient("冯查询")
    query = f"QRD|20260902073000|R|I|Q1|||1^RD|{number}|DEM|ALL"
    answer = client.ask(message("QRY^A19", query, version="2.4"))
    assert (answer.get("MSH-9.1"), answer.get("QAK-2")) == ("ADR", "OK")
    assert (answer.get("PID-3.1"), answer.get("PID-5.1")) == (number, "冯查询")
    assert violations(answer.text) == []


def test_a_number_that_is_not_a_date_or_a_sex_is_refused(client: Client) -> None:
    answer = client.ask(message("ADT^A28^ADT_A05", "PID|1||||周||1990-03-07|F"))
    assert (answer.get("MSA-1"), answer.get("ERR-3.1")) == ("AE", "102")
    answer = client.ask(message("ADT^A28^ADT_A05", "PID|1||||周||19900307|X"))
    assert (answer.get("MSA-1"), answer.get("ERR-3.1")) == ("AE", "103")
