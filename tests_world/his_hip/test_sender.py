"""Each event over the wire: every fact is in the message, at its place or in ``extra``."""

import base64
import json
import time
from typing import Any

import pytest
from lxml import etree

from tests_world.his_process import Served
from tests_world.receiver import Received, Receiver, Reply

from .conftest import OID, at

PATIENT_ID = "//v:patient/v:id/v:item[@root='{oid}.2.5.1.4']/@extension"
PERSON_NAME = "//v:patientPerson/v:name/v:item/v:part/@value"
PATIENT = {
    "patient_no": PATIENT_ID,
    "name": PERSON_NAME,
    "sex": "//v:administrativeGenderCode/@code",
    "birth": "//v:birthTime/@value",
    "id_type": "//v:idCategory/@code",
    "id_number": "//v:patientPerson/v:id/v:item/@extension",
    "mobile": "//v:patientPerson/v:telecom/v:item/@value",
    "address": "//v:patientPerson/v:addr/v:item/v:part/@value",
}
SESSION = {
    "session_id": "//v:resourceSlot/v:id/v:item/@extension",
    "day": "//v:timeFrame/v:effectiveTime/v:low/@value",
    "half_day": "//v:timeFrame/v:code/@code",
    "department_code": "//v:deptId/v:item/@extension",
    "doctor_code": "//v:IdentifiedEntity/v:id/v:item/@extension",
    "doctor": "//v:IdentifiedEntity/v:Person/v:name/v:item/v:part/@value",
    "level": "//v:resourceSlot/v:code/@code",
    "total": "//v:totalNumber/@value",
    "free": "//v:remainNumber/@value",
}
REGISTRATION = {
    "reg_no": "//v:encounterAppointment/v:id/v:item/@extension",
    "state": "//v:encounterAppointment/v:statusCode/@code",
    "channel": "//v:assignedDevice/v:id/v:item/@extension",
    "session_id": "//v:transportationIntent/v:id/v:item/@extension",
    "starts_at": "//v:transportationIntent/v:effectiveTime/v:low/@value",
    "ends_at": "//v:transportationIntent/v:effectiveTime/v:high/@value",
    "doctor_code": "//v:performer/v:assignedPerson/v:id/v:item/@extension",
    "patient_no": PATIENT_ID,
    "name": PERSON_NAME,
}
VISIT = {
    "visit_no": "//v:encounterEvent/v:id/v:item[@root='{oid}.2.5.1.9']/@extension",
    "reg_no": "//v:encounterEvent/v:id/v:item[@root='{oid}.1.11']/@extension",
    "patient_no": PATIENT_ID,
    "name": PERSON_NAME,
    "department_code": "//v:location/v:id/v:item/@extension",
    "department": "//v:location/v:name/v:item/v:part/@value",
    "doctor_code": "//v:admitter/v:assignedPerson/v:id/v:item/@extension",
    "doctor": "//v:admitter/v:assignedPerson/v:assignedPerson/v:name/v:item/v:part/@value",
    "diagnosis_code": "//v:observationDx/v:value/@code",
    "diagnosis": "//v:observationDx/v:value/v:displayName/@value",
    "started_at": "//v:encounterEvent/v:effectiveTime/v:low/@value",
    "ended_at": "//v:encounterEvent/v:effectiveTime/v:high/@value",
}
STAY = {
    "admission_no": "//v:encounterEvent/v:id/v:item[@root='{oid}.1.12']/@extension",
    "visit_no": VISIT["visit_no"],
    "patient_no": PATIENT_ID,
    "name": PERSON_NAME,
    "ward_code": "//v:location/v:id/v:item[@root='{oid}.1.27']/@extension",
    "ward": "//v:serviceDeliveryLocation/v:location/v:name/v:item/v:part/@value",
    "bed": "//v:locatedPlace/v:id/v:item/@extension",
    "doctor_code": VISIT["doctor_code"],
    "doctor": VISIT["doctor"],
    "admitted_at": VISIT["started_at"],
    "discharged_at": VISIT["ended_at"],
}
AUTHOR = "//v:author/v:assignedEntity"
PERFORMED = "//v:serviceProviderOrganization"
REQUEST = {
    "order_no": "//v:subject/v:observationRequest/v:id/v:item/@extension",
    "visit_no": "//v:encounter/v:id/v:item/@extension",
    "patient_no": PATIENT_ID,
    "name": PERSON_NAME,
    "code": "//v:component2/v:observationRequest/v:code/@code",
    "item": "//v:component2/v:observationRequest/v:code/v:displayName/@value",
    "doctor_code": f"{AUTHOR}/v:id/v:item/@extension",
    "doctor": f"{AUTHOR}/v:assignedPerson/v:name/v:item/v:part/@value",
    "department_code": f"{PERFORMED}/v:id/v:item/@extension",
    "department": f"{PERFORMED}/v:name/v:item/v:part/@value",
    "ordered_at": "//v:author/v:time/@value",
}
GROUP = {
    **REQUEST,
    "order_no": "//v:substanceAdministrationRequest/v:id/@extension",
    "code": "//v:manufacturedProduct/v:code/@code",
    "item": "//v:substanceAdministrationRequest/v:text/@value",
    "rx_no": "//v:manufacturedProduct1/v:id/@extension",
    "quantity": "//v:supplyRequest/v:quantity/@value",
    "unit": "//v:supplyRequest/v:quantity/@unit",
    "usage": "//v:subjectOf6/v:annotation/v:text/@value",
}
DONE = {
    "order_no": "//v:component2/v:observationRequest/v:id/v:item[@root='{oid}.1.28']/@extension",
    "visit_no": REQUEST["visit_no"],
    "patient_no": PATIENT_ID,
    "name": PERSON_NAME,
    "doctor_code": "//v:transcriber/v:assignedEntity/v:id/v:item/@extension",
    "doctor": "//v:transcriber/v:assignedEntity/v:assignedPerson/v:name/v:item/v:part/@value",
    "department_code": REQUEST["department_code"],
    "department": REQUEST["department"],
}
DOCUMENT = {
    "patient_no": "/v:ClinicalDocument/v:recordTarget/v:patientRole/v:id/@extension",
    "name": "//v:patientRole/v:patient/v:name/text()",
    "order_no": "//v:inFulfillmentOf/v:order/v:id/@extension",
    "visit_no": "//v:encompassingEncounter/v:id/@extension",
    "reporter": "//v:assignedAuthor/v:assignedPerson/v:name/v:item/v:part/@value",
    "reviewer": "//v:legalAuthenticator//v:name/v:item/v:part/@value",
    "reported_at": "/v:ClinicalDocument/v:effectiveTime/@value",
}
SAID = "//v:observation[v:code/@code='{name}']/v:value/text()"
LAB = {
    **DOCUMENT,
    **{
        n: SAID.replace("{name}", n)
        for n in ("report_no", "item", "specimen", "barcode", "collected_at")
    },
}
EXAM = {
    **DOCUMENT,
    **{
        n: SAID.replace("{name}", n)
        for n in (
            "report_no",
            "item",
            "modality",
            "body_part",
            "accession_no",
            "study_uid",
            "done_at",
        )
    },
    "findings": SAID.replace("{name}", "DE04.50.131.00"),
    "impression": SAID.replace("{name}", "DE04.50.132.00"),
}
# event: (service, places of its facts)
PLACES: dict[str, tuple[str, dict[str, str]]] = {
    "patient.created": ("PatientInfoRegister", PATIENT),
    "patient.updated": ("PatientInfoUpdate", PATIENT),
    "patient.merged": (
        "PatientInfoMerge",
        {
            "patient_no": "//v:priorRegisteredRole/v:id/v:item/@extension",
            "into_patient_no": PATIENT_ID,
            "name": PERSON_NAME,
        },
    ),
    "department.changed": (
        "OrganizationInfoUpdate",
        {
            "code": "//v:subject1/v:assignedEntity/v:id/v:item/@extension",
            "name": "//v:subject1/v:assignedEntity/v:name/v:item/v:part/@value",
            "standard_code": "//v:subject1/v:assignedEntity/v:code/@code",
            "place": "//v:subject1/v:assignedEntity/v:addr/v:item/v:part/@value",
            "parent_code": "//v:scoper2/v:id/v:item/@extension",
        },
    ),
    "doctor.changed": (
        "ProviderInfoUpdate",
        {
            "code": "//v:healthCareProvider/v:id/v:item/@extension",
            "name": "//v:healthCarePrincipalPerson/v:name/v:item/v:part/@value",
            "department_code": "//v:affiliatedPrincipalOrganization/v:id/v:item/@extension",
        },
    ),
    "session.published": ("SourceAndScheduleInfoAdd", SESSION),
    "session.suspended": ("SourceAndScheduleInfoUpdate", SESSION),
    "session.resumed": ("SourceAndScheduleInfoUpdate", SESSION),
    "registration.booked": ("OutPatientAppointStatusInfoAdd", REGISTRATION),
    "registration.paid": ("OutPatientAppointStatusInfoUpdate", REGISTRATION),
    "registration.signed": ("OutPatientAppointStatusInfoUpdate", REGISTRATION),
    "registration.cancelled": ("OutPatientAppointStatusInfoUpdate", REGISTRATION),
    "registration.no_show": ("OutPatientAppointStatusInfoUpdate", REGISTRATION),
    "visit.started": ("OutPatientInfoAdd", VISIT),
    "visit.ended": ("OutPatientInfoUpdate", VISIT),
    "admission.admitted": ("InPatientInfoAdd", STAY),
    "admission.discharged": ("DischargeInfoAdd", STAY),
    "order.done": ("OrderFillerStatusInfoUpdate", DONE),
    "lab.reported": ("DocumentRegister", LAB),
    "exam.reported": ("DocumentRegister", EXAM),
}
ORDERS = {"lab": ("ExamAppInfo", REQUEST), "exam": ("CheckAppInfo", REQUEST)}
# facts whose form in the message is not their text
TITLES = {"1": "231"}
CLASSES = {"O": "1", "I": "3"}
STATES = {"charged": "02", "done": "04"}
KINDS = {"drug": "01", "exam": "02", "lab": "03", "treatment": "05"}


def accept(received: Received) -> tuple[int, bytes]:
    """Answer as a platform does that took the message in."""
    number = at(message_of(received), "/*/v:id/@extension")[0]
    ack = (
        '<MCCI_IN000002UV01 xmlns="urn:hl7-org:v3"><acknowledgement typeCode="AA">'
        f"<targetMessage>"
        f'<id root="{OID}.2.5.1.1" extension="{number}"/></targetMessage><acknowledgementDetail>'
        '<text value="成功"/></acknowledgementDetail></acknowledgement></MCCI_IN000002UV01>'
    )
    body = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
        '<HIPMessageServerResponse xmlns="urn:hl7-org:v3"><HIPMessageServerResult><![CDATA['
        f"{ack}]]></HIPMessageServerResult></HIPMessageServerResponse></s:Body></s:Envelope>"
    )
    return 200, body.encode()


def action_of(received: Received) -> str:
    return str(etree.fromstring(received.body).xpath("//*[local-name() = 'action']/text()")[0])


def message_of(received: Received) -> etree._Element:
    [text] = etree.fromstring(received.body).xpath("//*[local-name() = 'message']/text()")
    return etree.fromstring(str(text).partition("?>")[2].encode())


@pytest.fixture(scope="module")
def his(evening: Served) -> Served:
    return evening


@pytest.fixture(scope="module")
def told(his: Served) -> list[tuple[str, etree._Element]]:
    """All messages of the day as (service, message), in order."""
    expected = sum(len(services_of(one)) for one in his.events())
    with Receiver(accept) as partner:
        his.running.post("/hip/partners", url=partner.url, from_start=True)
        got = partner.wait(expected)
        his.running.ask("DELETE", f"/hip/partners?url={partner.url}")
    return [(action_of(one), message_of(one)) for one in got]


def services_of(event: dict[str, Any]) -> list[str]:
    """Return the services that tell of an event, by hand from the documents."""
    kind, facts = event["kind"], event["facts"]
    if kind in ("order.created", "order.cancelled"):
        base = ORDERS.get(facts["kind"], ("OrderInfo", GROUP))[0]
        return [base + ("Add" if kind == "order.created" else "Update")]
    if kind == "lab.reported":
        return ["ExamStatusInfoUpdate", "DocumentRegister"]
    if kind == "exam.reported":
        return ["CheckStatusInfoUpdate", "DocumentRegister"]
    if kind == "visit.ended":
        return ["OutPatientInfoUpdate", "DocumentRegister"]
    return [PLACES[kind][0]] if kind in PLACES else []


def test_every_event_of_the_day_is_told_in_order(
    his: Served, told: list[tuple[str, etree._Element]]
) -> None:
    expected = [service for event in his.events() for service in services_of(event)]
    assert [service for service, _message in told] == expected
    numbers = [at(message, "/*/v:id/@extension")[0] for _service, message in told]
    assert len(set(numbers)) == len(numbers)


def in_message(fact: Any, name: str) -> str:
    """Return a fact as the standard writes it."""
    text = str(fact)
    if name.endswith("_at") or name == "day":
        digits = "".join(letter for letter in text[:19] if letter.isdigit())
        return digits.ljust(14, "0") if digits else ""
    return text.replace("-", "") if name == "birth" else text


def assert_told(facts: dict[str, Any], places: dict[str, str], message: etree._Element) -> None:
    beside = at(message, "/*/v:extra/@value")
    extra = json.loads(beside[0]) if beside else {}
    inside = message
    if at(message, "/*/v:controlActProcess/v:subject/v:clinicalDocument"):
        inside = etree.fromstring(
            base64.b64decode(at(message, "//v:storageCode/v:originalText/@value")[0])
        )
    for name, fact in facts.items():
        if name in ("cards", "results"):
            assert_listed(name, fact, inside)
        elif name in extra:
            assert extra[name] == fact, name
        elif name in places:
            found = [str(one) for one in at(inside, places[name].replace("{oid}", OID))]
            wanted = [in_message(fact, name), str(fact)]
            assert found[:1] == [""] or found[:1] == [] if fact == "" else found[0] in wanted, (
                name,
                found,
            )
        else:
            assert_coded(name, fact, inside)


def assert_listed(name: str, fact: list[dict[str, str]], message: etree._Element) -> None:
    if name == "cards":
        roots = {"01": f"{OID}.1.6", "02": f"{OID}.1.15", "03": f"{OID}.1.19"}
        items = at(message, "//v:asOtherIDs/v:id/v:item")
        found = [(one.get("root"), one.get("extension")) for one in items]
        assert found == [(roots[one["kind"]], one["card_no"]) for one in fact]
        return
    for result in fact:
        one = f"//v:observation[v:code/@code='{result['code']}']"
        read_back = {
            "code": result["code"],
            "name": at(message, f"{one}/v:code/@displayName")[0],
            "value": at(message, f"{one}/v:value/@value")[0],
            "unit": at(message, f"{one}/v:value/@unit")[0],
            "low": at(message, f"{one}//v:observationRange/v:value/v:low/@value")[0],
            "high": at(message, f"{one}//v:observationRange/v:value/v:high/@value")[0],
            "flag": at(message, f"{one}/v:interpretationCode/@code")[0],
        }
        assert read_back == result


def assert_coded(name: str, fact: str, message: etree._Element) -> None:
    """Compare what the message says in another code than the hospital's."""
    coded = {
        "title": ("//v:healthCareProvider/v:code/@code", TITLES),
        "kind": (
            "//v:encounterEvent/v:code/@code | //v:substanceAdministrationRequest/v:code/@code"
            " | //v:component2/v:observationRequest/v:code/@code",
            {**CLASSES, **KINDS},
        ),
        "state": ("//v:processStep/v:code/@code", STATES),
    }
    path, table = coded[name]
    assert at(message, path)[:1] == [table[fact]], name


def test_every_fact_of_every_event_is_in_its_message(
    his: Served, told: list[tuple[str, etree._Element]]
) -> None:
    messages = iter(told)
    compared = set()
    for event in his.events():
        for service in services_of(event):
            name, message = next(messages)
            places = places_of(event, service)
            if places is not None:
                assert name == service
                assert_told(event["facts"], places, message)
                compared.add(event["kind"])
    assert compared >= set(PLACES) | {"order.created", "order.cancelled"}


def places_of(event: dict[str, Any], service: str) -> dict[str, str] | None:
    """Return the table for a message, or nothing for the message beside it that says less."""
    kind, facts = event["kind"], event["facts"]
    if kind.startswith("order.") and kind != "order.done":
        return ORDERS.get(facts["kind"], ("", GROUP))[1]
    wanted, places = PLACES[kind]
    return places if service == wanted else None


def test_a_partner_gets_only_the_kinds_it_asked_for_in_its_dialect(his: Served) -> None:
    dialect = {
        "soap": "1.1",
        "encoding": "GB18030",
        "id_length": 32,
        "xsi_types": False,
        "extra": False,
    }
    with Receiver(accept) as partner:
        his.running.post(
            "/hip/partners",
            url=partner.url,
            kinds=["visit.started"],
            dialect=dialect,
            from_start=True,
        )
        [got] = partner.wait(1)
        his.running.ask("DELETE", f"/hip/partners?url={partner.url}")
    assert got.headers["content-type"] == "text/xml; charset=gb18030"
    assert got.body.startswith(b'<?xml version="1.0" encoding="GB18030"?>')
    message = message_of(got)
    assert len(at(message, "/*/v:id/@extension")[0]) == 32
    assert b"xsi:type" not in etree.tostring(message)
    assert at(message, "//v:extra") == []
    assert his.running.get("/hip/partners") == {"partners": []}


def refuse(received: Received) -> tuple[int, bytes]:
    status, body = accept(received)
    return status, body.replace(b'typeCode="AA"', b'typeCode="AE"')


def test_a_refused_message_is_noted_and_not_sent_again(his: Served) -> None:
    with Receiver(refuse) as partner:
        his.running.post(
            "/hip/partners",
            url=partner.url,
            kinds=["visit.started", "visit.ended"],
            from_start=True,
        )
        partner.wait(3)
        his.running.ask("DELETE", f"/hip/partners?url={partner.url}")
    noted = his.running.get("/journal?source=hip&kind=refused")["facts"]
    assert {one["action"] for one in noted} >= {"OutPatientInfoAdd"}
    assert all(one["ack"] == "AE" for one in noted)


def test_what_is_not_confirmed_is_sent_again_with_the_same_number(his: Served) -> None:
    answers = iter([(500, b""), (200, b"garbage"), "wrong"])

    def grudging(received: Received) -> tuple[int, bytes]:
        answer = next(answers, None)
        if answer == "wrong":
            number = at(message_of(received), "/*/v:id/@extension")[0]
            status, body = accept(received)
            return status, body.replace(number.encode(), b"another")
        return answer if isinstance(answer, tuple) else accept(received)

    with Receiver(grudging) as partner:
        his.running.post("/hip/partners", url=partner.url, kinds=["visit.started"], from_start=True)
        got = partner.wait(4)
        his.running.ask("DELETE", f"/hip/partners?url={partner.url}")
    assert len({at(message_of(one), "/*/v:id/@extension")[0] for one in got}) == 1


def spoiled(his: Served, kind: str, event: str, reply: Reply = accept) -> tuple[Received, float]:
    """Return what arrives first under a fault, and after how many seconds."""
    his.running.fault(kind, gateway="hip", options={"seconds": 1})
    since = time.monotonic()
    with Receiver(reply) as partner:
        his.running.post("/hip/partners", url=partner.url, kinds=[event], from_start=True)
        got = partner.wait(1)[0]
        passed = time.monotonic() - since
        his.running.ask("DELETE", f"/hip/partners?url={partner.url}")
    his.running.ask("DELETE", "/faults")
    return got, passed


def test_fault_slow_lets_a_partner_wait(his: Served) -> None:
    _got, passed = spoiled(his, "slow", "patient.merged")
    assert 1 <= passed < 8


def test_fault_gbk_bytes_breaks_what_is_sent(his: Served) -> None:
    got, _passed = spoiled(his, "gbk_bytes", "patient.merged", lambda _received: (200, b""))
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(got.body)
    assert "患者三" in got.body.decode("GBK")


def test_fault_clock_skew_sends_a_wrong_time(his: Served) -> None:
    got, _passed = spoiled(his, "clock_skew", "patient.merged")
    assert at(message_of(got), "/*/v:creationTime/@value") == ["20260302073001"]


def test_fault_unknown_code_sends_a_code_without_a_table(his: Served) -> None:
    got, _passed = spoiled(his, "unknown_code", "patient.updated")
    assert at(message_of(got), "//@code[. = 'Z99']") == ["Z99"]
