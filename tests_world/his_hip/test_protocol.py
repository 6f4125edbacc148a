"""SOAP, acknowledgements, dialects and faults, seen from the client's side."""

import json
import urllib.error
from xml.sax.saxutils import quoteattr

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from reference_his.hip.services import SERVICES
from tests_world.his_process import Served

from .conftest import OID, Platform, at, code_of, detail_of, message, patient_query

SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
QUERY = message("PRPA_IN201305UV02", patient_query("P00000001"), "M-1")


def envelope(action: str, text: str, namespace: str = SOAP_12, encoding: str = "UTF-8") -> bytes:
    body = (
        f'<?xml version="1.0" encoding="{encoding}"?><s:Envelope xmlns:s="{namespace}"><s:Body>'
        f'<h:HIPMessageServer xmlns:h="urn:hl7-org:v3"><h:action>{action}</h:action>'
        f"<h:message><![CDATA[{text}]]></h:message></h:HIPMessageServer></s:Body></s:Envelope>"
    )
    return body.encode(encoding)


def post(his: Served, body: bytes, kind: str = "application/soap+xml") -> requests.Response:
    return requests.post(
        f"{his.url('hip')}/HIPMessageServer",
        data=body,
        headers={"Content-Type": kind},
        timeout=10,
    )


def inner(answer: requests.Response) -> etree._Element:
    """Return the message in the CDATA of an answer."""
    root = etree.fromstring(answer.content)
    [text] = root.xpath("//*[local-name() = 'HIPMessageServerResult']/text()")
    return etree.fromstring(str(text).encode())


@pytest.mark.parametrize(
    ("namespace", "kind"), [(SOAP_12, "application/soap+xml"), (SOAP_11, "text/xml")]
)
def test_both_versions_of_soap_are_answered_in_kind(his: Served, namespace: str, kind: str) -> None:
    answer = post(his, envelope("PatientInfoQuery", QUERY, namespace), kind)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(kind)
    assert etree.QName(etree.fromstring(answer.content)).namespace == namespace
    assert b"<![CDATA[" in answer.content
    assert code_of(inner(answer)) == "AA"


def test_a_client_that_writes_gb18030_is_understood(his: Served) -> None:
    query = message("PRPA_IN201305UV02", patient_query("P00000001", name="患者一"), "M-2")
    text = f'<?xml version="1.0" encoding="GBK"?>{query}'
    answer = post(his, envelope("PatientInfoQuery", text, encoding="GB18030"))
    assert at(inner(answer), "//v:queryResponseCode/@code") == ["OK"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"<a/>", 400),
        (b"not xml", 400),
        (envelope("A", "").replace(b"h:message", b"h:m"), 400),
    ],
)
def test_what_is_no_call_gets_a_fault(his: Served, body: bytes, status: int) -> None:
    answer = post(his, body)
    assert answer.status_code == status
    assert etree.fromstring(answer.content).xpath("//*[local-name() = 'Fault']")


@pytest.mark.parametrize(
    ("action", "text", "code", "detail"),
    [
        ("PatientInfoDestroy", QUERY, "AR", "FUNCTION_UNKNOWN"),
        ("PatientInfoMerge", QUERY, "AR", "INTERACTION_MISMATCH"),
        ("PatientInfoQuery", "<broken", "AE", "XML_INVALID"),
        ("PatientInfoQuery", "", "AE", "XML_INVALID"),
        ("PatientInfoQuery", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "AE", "XML_INVALID"),
        ("PatientInfoQuery", QUERY.replace('"M-1"', '""'), "AE", "FIELD_MISSING"),
        ("PatientInfoQuery", QUERY.replace("PLATFORM1", ""), "AE", "FIELD_MISSING"),
        ("PatientInfoQuery", QUERY.replace("P00000001", ""), "AE", "FIELD_MISSING"),
    ],
)
def test_a_message_that_cannot_be_worked_on_is_refused(
    platform: Platform, action: str, text: str, code: str, detail: str
) -> None:
    answer = platform.raw(action, text)
    assert (code_of(answer), detail_of(answer)[0]) == (code, detail)


def test_no_file_of_the_machine_gets_into_an_answer(his: Served) -> None:
    attack = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
    body = envelope("PatientInfoQuery", QUERY).replace(b"?>", b"?>" + attack, 1)
    answer = post(his, body.replace(b"PatientInfoQuery", b"&b;"))
    assert answer.status_code == 400
    assert b"root:" not in answer.content


def test_the_answer_names_who_asked_and_carries_the_hospitals_time(platform: Platform) -> None:
    answer = platform.call("PatientInfoQuery", "PRPA_IN201305UV02", patient_query("P00000001"))
    assert at(answer, "/*/v:receiver/v:device/v:id/v:item/@extension") == ["PLATFORM1"]
    assert at(answer, "/*/v:sender/v:device/v:id/v:item/@extension") == ["REFHIS01"]
    assert at(answer, "/*/v:creationTime/@value") == ["20260302073000"]
    assert at(answer, "/*/v:interactionId/@extension") == ["MCCI_IN000002UV01"]


def test_a_site_sets_its_dialect(platform: Platform, faults: Served) -> None:
    ask = faults.running.ask
    ask(
        "PUT",
        "/hip/dialect",
        {"xsi_types": False, "application": "HIS-7", "oids": {f"{OID}.2.5.1.4": "1.2.3"}},
    )
    answer = platform.call("PatientInfoQuery", "PRPA_IN201305UV02", patient_query("P00000001"))
    ask("PUT", "/hip/dialect", {})
    assert b"xsi:type" not in etree.tostring(answer)
    assert at(answer, "/*/v:sender/v:device/v:id/v:item/@extension") == ["HIS-7"]
    assert at(answer, "//v:subject1/v:patient/v:id/v:item/@root") == ["1.2.3"]
    normal = platform.call("PatientInfoQuery", "PRPA_IN201305UV02", patient_query("P00000001"))
    assert b"xsi:type" in etree.tostring(normal)
    for wrong in ({"colour": 1}, {"soap": "2.0"}, {"xsi_types": "yes"}):
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask("PUT", "/hip/dialect", wrong)
        assert json.loads(refused.value.read())["code"] == "FIELD_INVALID"


# faults


def test_fault_ack_error_refuses_without_doing_anything(platform: Platform, faults: Served) -> None:
    faults.running.fault("ack_error", gateway="hip", match={"action": "PatientInfoQuery"})
    answer = platform.call("PatientInfoQuery", "PRPA_IN201305UV02", patient_query("P00000001"))
    assert (code_of(answer), detail_of(answer)) == ("AE", ("MAINTENANCE", "系统处理异常"))
    answer = platform.call("PatientInfoQuery", "PRPA_IN201305UV02", patient_query("P00000001"))
    assert code_of(answer) == "AA"


def test_fault_ack_wrong_id_answers_another_message(platform: Platform, faults: Served) -> None:
    faults.running.fault("ack_wrong_id", gateway="hip")
    answer = platform.call("PatientInfoQuery", "PRPA_IN201305UV02", patient_query("P00000001"))
    assert code_of(answer) == "AA"
    assert at(answer, "//v:targetMessage/v:id/@extension") != [platform.sent]


def test_fault_gbk_bytes_breaks_the_declared_encoding(his: Served, faults: Served) -> None:
    faults.running.fault("gbk_bytes", gateway="hip")
    answer = post(his, envelope("PatientInfoQuery", QUERY))
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(answer.content)
    assert "患者一" in answer.content.decode("GBK")


def test_fault_unknown_code_puts_one_into_the_answer(platform: Platform, faults: Served) -> None:
    faults.running.fault("unknown_code", gateway="hip")
    answer = platform.call("PatientInfoQuery", "PRPA_IN201305UV02", patient_query("P00000001"))
    assert at(answer, "//@code[. = 'Z99']") == ["Z99"]


def test_fault_clock_skew_writes_a_wrong_time(platform: Platform, faults: Served) -> None:
    faults.running.fault("clock_skew", gateway="hip", options={"seconds": 7200})
    answer = platform.call("PatientInfoQuery", "PRPA_IN201305UV02", patient_query("P00000001"))
    assert at(answer, "/*/v:creationTime/@value") == ["20260302093000"]


def test_fault_rate_limit_is_a_soap_fault(his: Served, faults: Served) -> None:
    faults.running.fault("rate_limit", gateway="hip")
    answer = post(his, envelope("PatientInfoQuery", QUERY))
    assert answer.status_code == 429
    assert etree.fromstring(answer.content).xpath("//*[local-name() = 'Fault']")


WORDS = st.sampled_from(
    [
        "subject",
        "registrationRequest",
        "subject1",
        "patient",
        "patientPerson",
        "id",
        "item",
        "name",
        "queryByParameter",
        "queryByParameterPayload",
        "parameterList",
        "patientId",
        "value",
        "actId",
        "encounterAppointment",
        "schedule",
        "resourceSlot",
        "placerGroup",
        "actAppointment",
    ]
)
VALUES = st.text(st.characters(blacklist_categories=("Cc", "Cs")), max_size=12)


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """Return elements in elements, with attributes that services read."""
    made = ""
    for name in draw(st.lists(WORDS, max_size=9)):
        value = quoteattr(draw(VALUES))
        made = f"<{name} extension={value} value={value} code={value} root={value}>{made}</{name}>"
    return made


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(bodies(), st.data())
def test_any_content_is_answered_with_an_acknowledgement(
    platform: Platform, body: str, data: st.DataObject
) -> None:
    action, known = data.draw(st.sampled_from(sorted(SERVICES.items())))
    answer = platform.call(action, f"{known.interaction or 'QUMT_IN020030'}UV01", body)
    assert code_of(answer) in ("AA", "AE")
