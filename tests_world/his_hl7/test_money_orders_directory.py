"""DFT, orders and master data from a partner."""

import pytest

from .hospital import Hospital
from .mllp import Answer, Client, message
from .strict import violations


def ordered(client: Client, patient: str, visit: str, *groups: str, kind: str) -> Answer:
    """Send an order message of this kind and return the answer."""
    people = (f"PID|1||{patient}||孙测试", f"PV1|1|O|{'|' * 15}|{visit}")
    return client.ask(message(kind, *people, *groups))


def bill_of(his: Hospital, visit: str) -> tuple[str, int, int, str]:
    row = his.sql("SELECT bill_no, version, total_fen, state FROM bill WHERE visit_no = %s", visit)
    return tuple(row[0])


def dft(patient: str, *lines: str) -> str:
    return message("DFT^P03^DFT_P03", "EVN|P03|20260902", f"PID|1||{patient}", *lines)


def ft1(kind: str, amount: str, code: str = "outpatient") -> str:
    return f"FT1|1|||20260902080000|20260902|{kind}|{code}||||{amount}&CNY"


@pytest.mark.parametrize(
    ("kind", "answer", "detail", "unit"),
    [
        ("OML^O21^OML_O21", "ORL", "OBR|1|W1||TL1^血常规", 2000),
        ("OMG^O19^OMG_O19", "ORG", "OBR|1|W1||TE1^胸部 CT", 28000),
        ("ORM^O01^ORM_O01", "ORR", "RXO|TY1^阿司匹林|2|2|盒", 3198),
    ],
)
def test_an_order_is_placed_charged_and_taken_back(
    his: Hospital, client: Client, kind: str, answer: str, detail: str, unit: int
) -> None:
    patient = his.patient()
    visit = his.visit(patient)
    placed = ordered(client, patient, visit, "ORC|NW|W1", detail, kind=kind)
    assert (placed.get("MSH-9.1"), placed.get("MSA-1")) == (answer, "AA")
    assert (placed.get("ORC-1"), placed.get("ORC-2")) == ("OK", "W1")
    assert violations(placed.text) == []
    assert bill_of(his, visit)[2:] == (unit, "unpaid")
    number = placed.get("ORC-3")
    gone = ordered(client, patient, visit, f"ORC|CA|W1|{number}", kind=kind)
    assert (gone.get("MSA-1"), gone.get("ORC-1")) == ("AA", "CR")
    state = his.sql("SELECT state FROM medical_order WHERE order_no = %s", number)
    assert state == [("cancelled",)]


def test_several_orders_are_placed_together_or_not_at_all(his: Hospital, client: Client) -> None:
    patient = his.patient()
    visit = his.visit(patient)
    groups = ["ORC|NW|A", "OBR|1|A||TL1", "ORC|NW|B", "OBR|2|B||TE1"]
    both = ordered(client, patient, visit, *groups, kind="OML^O21")
    assert (both.get("MSA-1"), both.count("ORC")) == ("AA", 2)
    groups[3] = "OBR|2|B||NOTHING"
    refused = ordered(client, patient, visit, *groups, kind="OML^O21")
    assert (refused.get("MSA-1"), refused.get("ERR-5")) == ("AE", "ORDER_UNKNOWN")
    count = his.sql("SELECT count(*) FROM medical_order WHERE visit_no = %s", visit)
    assert count == [(2,)]


def test_an_order_for_somebody_elses_visit_is_refused(his: Hospital, client: Client) -> None:
    visit = his.visit(his.patient())
    groups = ("ORC|NW|A", "OBR|1|A||TL1")
    refused = ordered(client, his.patient(), visit, *groups, kind="OML^O21")
    assert (refused.get("MSA-1"), refused.get("ERR-5")) == ("AE", "IDENTITY_MISMATCH")
    assert his.sql("SELECT 1 FROM medical_order WHERE visit_no = %s", visit) == []
    odd = ordered(client, "", visit, "ORC|XO|A", "OBR|1|A||TL1", kind="OML^O21")
    assert (odd.get("MSA-1"), odd.get("ERR-3")) == ("AE", "103")


def test_a_bill_is_settled_once_and_refunded(his: Hospital, client: Client) -> None:
    patient = his.patient()
    visit = his.visit(patient)
    ordered(client, patient, visit, "ORC|NW|A", "OBR|1|A||TL1", kind="OML^O21")
    bill, version, _total, _state = bill_of(his, visit)
    zbl = f"ZBL|||{version}"
    wrong = client.ask(dft(patient, ft1("PY", "19.99"), f"ZPY|wechat|D1|||||{bill}", zbl))
    assert (wrong.get("MSA-1"), wrong.get("ERR-5")) == ("AE", "AMOUNT_MISMATCH")
    old = client.ask(dft(patient, ft1("PY", "20.00"), f"ZPY|wechat|D1|||||{bill}", "ZBL|||99"))
    assert old.get("ERR-5") == "BILL_CHANGED"
    foreign = client.ask(dft(his.patient(), ft1("PY", "20.00"), f"ZPY|wechat|D1|||||{bill}"))
    assert foreign.get("ERR-5") == "IDENTITY_MISMATCH"
    assert bill_of(his, visit)[3] == "unpaid"
    paid = client.ask(dft(patient, ft1("PY", "20.00"), f"ZPY|wechat|D1|||||{bill}", zbl))
    assert (paid.get("MSA-1"), bill_of(his, visit)[3]) == ("AA", "settled")
    assert violations(paid.text) == []
    settlement, receipt = paid.get("ZPY-8"), paid.get("ZPY-5")
    again = client.ask(dft(patient, ft1("PY", "20.00"), f"ZPY|wechat|D1|||||{bill}", zbl))
    assert again.get("ZPY-5") == receipt
    back = client.ask(dft(patient, ft1("CD", "20.00"), f"ZPY|wechat|D1|R1|||{settlement}"))
    assert back.get("MSA-1") == "AA"
    books = his.sql(
        "SELECT kind, amount_fen FROM settlement WHERE trade_no = 'D1' ORDER BY settled_at, kind"
    )
    assert books == [("P", 2000), ("R", 2000)]
    more = client.ask(dft(patient, ft1("CD", "0.01"), f"ZPY|wechat|D1|R2|||{settlement}"))
    assert more.get("ERR-5") == "REFUND_EXCEEDS"


def test_money_that_is_no_money_is_refused(client: Client) -> None:
    for amount in ("20.001", "-1", "1e3", "abc"):
        answer = client.ask(dft("T1", ft1("PY", amount), "ZPY|wechat|D2|||||F1", "ZBL|||1"))
        assert (answer.get("MSA-1"), answer.get("ERR-3")) == ("AE", "102"), amount
    answer = client.ask(dft("T1", ft1("AJ", "1.00")))
    assert (answer.get("MSA-1"), answer.get("ERR-3")) == ("AE", "103")
    assert client.ask(dft("T1")).get("ERR-3") == "101"


def test_a_deposit_is_taken_for_a_stay(his: Hospital, client: Client) -> None:
    patient = his.patient()
    visit = his.visit(patient)
    his.sql(
        "INSERT INTO admission (admission_no, patient_id, visit_no, ward_code, bed, doctor_code,"
        " state, admitted_at) SELECT 'ZYT1', id, %s, 'T05', '99', 'TD1', 'in', now() FROM patient"
        " WHERE patient_no = %s",
        visit,
        patient,
    )
    pid = f"PID|1||{patient}{'|' * 15}ZYT1"
    text = message("DFT^P03", "EVN|P03", pid, ft1("PY", "500.00", "deposit"), "ZPY|alipay|D3")
    assert client.ask(text).get("MSA-1") == "AA"
    book = his.sql("SELECT business, amount_fen FROM settlement WHERE trade_no = 'D3'")
    assert book == [("deposit", 50000)]


def test_master_data_is_taken_in_by_the_standards_files(his: Hospital, client: Client) -> None:
    lines = ("MFI|LOC||UPD|||AL", "MFE|MAD|1||M01|PL", "LOC|M01|主文件科", "ZDP||clinic|A03|2 层")
    answer = client.ask(message("MFN^M05^MFN_M05", *lines))
    assert (answer.get("MSH-9.1"), answer.get("MSA-1")) == ("MFK", "AA")
    assert (answer.get("MFA-4"), answer.get("MFA-5")) == ("S", "M01")
    assert violations(answer.text) == []
    found = his.sql("SELECT name, kind, standard_code, place FROM department WHERE code = 'M01'")
    assert found == [("主文件科", "clinic", "A03", "2 层")]
    staff = ("STF|MD1||主医生|||||M01||||||||||2", "PRA|MD1||||心内")
    text = message("MFN^M02^MFN_M02", "MFI|STF||UPD|||AL", "MFE|MAD|1||MD1|CE", *staff)
    assert client.ask(text).get("MSA-1") == "AA"
    found = his.sql("SELECT name, title, specialty FROM doctor WHERE code = 'MD1'")
    assert found == [("主医生", "2", "心内")]
    price = ("CDM|TY1", "PRC|TY1||||17.50")
    text = message("MFN^M04^MFN_M04", "MFI|CDM||UPD|||AL", "MFE|MUP|1||TY1|CE", *price)
    assert client.ask(text).get("MSA-1") == "AA"
    assert his.sql("SELECT price_fen, name FROM drug WHERE code = 'TY1'") == [
        (1750, "阿司匹林肠溶片")
    ]
    his.sql("UPDATE drug SET price_fen = 1599 WHERE code = 'TY1'")


def test_the_local_dialects_m01_takes_several_entries_or_none(
    his: Hospital, client: Client
) -> None:
    head = "MFI|DEPT||UPD|||AL"
    good = ("MFE|MAD|1||M11|CE", "ZDP||clinic|||甲科")
    bad = ("MFE|MAD|2||M12|CE", "ZDP||nonsense|||乙科")
    refused = client.ask(message("MFN^M01", head, *good, *bad))
    assert (refused.get("MSA-1"), refused.get("ERR-3")) == ("AE", "102")
    assert violations(refused.text) == []
    assert his.sql("SELECT 1 FROM department WHERE code = 'M11'") == []
    answer = client.ask(message("MFN^M01", head, *good))
    assert answer.get("MSA-1") == "AA"
    assert his.sql("SELECT name FROM department WHERE code = 'M11'") == [("甲科",)]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (("MFI|NIX||UPD", "MFE|MAD|1||M1|CE"), "103"),
        (("MFI|LOC||UPD", "MFE|MDL|1||M01|CE"), "103"),
        (("MFI|LOC||UPD",), "101"),
        (("MFI|STF||UPD", "MFE|MAD|1||MD9|CE", "STF|MD9||名|||||NODEPT||||||||||2"), "204"),
        (("MFI|STF||UPD", "MFE|MAD|1||MD9|CE", "STF|MD9||名"), "101"),
        (("MFI|CDM||UPD", "MFE|MUP|1||TY1|CE", "PRC|TY1||||abc"), "102"),
    ],
)
def test_master_data_that_cannot_be_kept_is_refused(
    client: Client, lines: tuple[str, ...], code: str
) -> None:
    answer = client.ask(message("MFN^M02", *lines))
    assert (answer.get("MSA-1"), answer.get("ERR-3")) == ("AE", code)
