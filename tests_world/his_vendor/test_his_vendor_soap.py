"""Single-string SOAP, called by zeep; the kiosks' XML strings, read by the standard library."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import zeep

from tests_world.his_fixture import DAY
from tests_world.his_vendor.conftest import Client
from tests_world.his_vendor.helpers import billed


class Soap:
    """A WeChat service and a kiosk behind one WSDL."""

    def __init__(self, url: str):
        self.url = f"{url}/soap"
        self.service = zeep.Client(f"{self.url}?wsdl").service

    def call(self, method: str, **fields: Any) -> tuple[str, Any]:
        """Return the state and the data or sentence of a method."""
        answer = getattr(self.service, method)(param=json.dumps(fields, ensure_ascii=False))
        state, _, rest = answer.partition("|")
        if state != "0":
            return state, rest
        return state, json.loads(rest.partition("|")[2])

    def data(self, method: str, **fields: Any) -> Any:
        state, found = self.call(method, **fields)
        assert state == "0", found
        return found

    def kiosk(self, name: str, **fields: str) -> ET.Element:
        """Return the answer of a kiosk's function."""
        root = ET.Element("Request")
        for key, value in fields.items():
            ET.SubElement(root, key).text = value
        text = ET.tostring(root, encoding="unicode")
        return ET.fromstring(self.service.InvokeXml(func_id=name, xml=text))


@pytest.fixture
def soap(client: Client) -> Iterator[Soap]:
    yield Soap(client.url)


def test_a_number_is_locked_paid_signed_and_called_over_soap(client: Client, soap: Soap) -> None:
    sessions = soap.data("getSchInfo", dateWork=DAY, codeDept="N1")
    assert (sessions[0]["codeDateslot"], sessions[0]["amtReg"]) == ("0101", "12.00")
    number = sessions[0]["pkSch"]
    tickets = soap.data("getTickets", pkSch=number)
    assert [one["flagUsed"] for one in tickets] == ["0"] * 6
    held = soap.data("lockReg", pkSch=number, codePi="P00000001", ticketNo=2)
    made = soap.data(
        "saveRegister",
        pkLock=held["pkLock"],
        orderNo="W1",
        tradeNo="T1",
        dtPaymode="7",
        amount="12.00",
    )
    assert (made["ticketNo"], made["euStatus"], made["dtApptype"]) == (2, "1", "22")
    assert soap.data("signRegister", codePv=made["codePv"])["queueNo"] == 1
    assert soap.data("getPiQueue", codePi="P00000001")[0]["cntBefore"] == 0
    state, sentence = soap.call("lockReg", pkSch=number, codePi="P00000001")
    assert (state, sentence) == ("-1", "当日已挂该科室的号")
    assert soap.data("queryOrderCenterInfo", dtPaymode="7", tradeNo="T1")["codeSt"].startswith("S")


def test_one_bill_is_the_same_in_three_dialects(client: Client, soap: Soap) -> None:
    shown = billed(client, "XCG", "Y1")
    by_soap = soap.data("getUnpaidFeeByOp", codePi="P00000001")[0]
    by_kiosk = soap.kiosk("QueryToPayList", PatientID="P00000001")
    item = by_kiosk.find("List/Item")
    assert item is not None
    assert shown["recipe_id"] == by_soap["codeBill"] == item.findtext("RecipeSEQ")
    assert shown["should_money"] == by_soap["amountSt"] == item.findtext("TotalFee") == "32.80"
    lines = [
        [(line["project_code"], line["money"]) for line in shown["detail_list"]],
        [(line["codeCg"], line["amount"]) for line in by_soap["cgList"]],
        [(one.findtext("Code"), one.findtext("Cash")) for one in item.findall("List/Item")],
    ]
    assert lines[0] == lines[1] == lines[2] == [("XCG", "20.00"), ("Y1", "12.80")]
    paid = soap.kiosk(
        "DoPay",
        RecipeSEQ=shown["recipe_id"],
        Version="1",
        TradeNO="K1",
        PayTypeID="4",
        Amount="32.80",
    )
    assert paid.findtext("ResultCode") == "0"
    checked = client.data("other/trade_check", channel_id="weixin", trade_no="K1")
    assert checked["reconciliation_no"] == paid.findtext("HISTradeNO")


def test_a_kiosk_finds_and_makes_patients_and_registers_them(client: Client, soap: Soap) -> None:
    found = soap.kiosk("QueryCardInfo", CardNO="C0001").find("List/Item")
    assert found is not None and found.findtext("Birthday") == "19800101"
    made = soap.kiosk(
        "CreateCardInfo", PatientName="新人<&>", PatientSexID="2", Birthday="19900501"
    )
    number = made.findtext("PatientID") or ""
    assert made.findtext("PatientName") == "新人<&>"
    session = soap.kiosk("QueryRegDoctorList", DepartmentID="N1", RegDate="20260302")
    source = session.findtext("List/Item/RegSourceID") or ""
    booked = soap.kiosk("DoPreReg", RegSourceID=source, PatientID=number, OrderNO="K9")
    assert booked.findtext("ResultCode") == "0"
    assert soap.kiosk("CancelOrder", OrderNO="K9").findtext("ResultCode") == "0"


@pytest.mark.parametrize(
    ("name", "xml", "code"),
    [
        ("Nothing", "<Request/>", "1041"),
        ("QueryCardInfo", "<Request><PatientID>", "9001"),
        (
            "QueryCardInfo",
            '<!DOCTYPE a [<!ENTITY b "c">]><a><PatientID>&b;</PatientID></a>',
            "9001",
        ),
        ("QueryCardInfo", "", "1007"),
        ("DoPay", "<Request><RecipeSEQ>x</RecipeSEQ></Request>", "1007"),
    ],
)
def test_a_kiosk_is_refused_with_a_number(soap: Soap, name: str, xml: str, code: str) -> None:
    answer = ET.fromstring(soap.service.InvokeXml(func_id=name, xml=xml))
    assert answer.findtext("ResultCode") == code
    assert answer.findtext("ErrorMsg")


def test_what_cannot_be_read_is_a_fault_or_a_minus_one(soap: Soap) -> None:
    for body in (b"", b"<a/>", b"<a", b"\xff\xfe", b'<?xml version="1.0" encoding="ebcdic"?><a/>'):
        answer = requests.post(soap.url, data=body, headers={"Content-Type": "text/xml"})
        assert answer.status_code == 500
        assert ET.fromstring(answer.content).findtext(".//faultstring") == "请求报文格式错误"
    assert soap.service.getUnpaidFeeByOp(param="[") == "-1|请求报文格式错误"
    assert soap.call("getUnpaidFeeByOp") == ("-1", "缺少必填项：codePi")


def test_gb18030_is_spoken_to_who_speaks_it(soap: Soap) -> None:
    text = (
        '<?xml version="1.0" encoding="GB18030"?><e:Envelope'
        ' xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><getPiMasterInfo><param>'
        '{"codePi":"P00000001","namePi":"患者一"}</param></getPiMasterInfo></e:Body></e:Envelope>'
    )
    kind = {"Content-Type": "text/xml"}
    answer = requests.post(soap.url, data=text.encode("gb18030"), headers=kind)
    assert answer.headers["Content-Type"] == "text/xml; charset=GB18030"
    assert "患者一" in answer.content.decode("gb18030")
