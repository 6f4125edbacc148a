"""Visits, orders, states, imaging appointments and documents of a day, over the operation."""

import base64

import pytest
from lxml import etree

from tests_world.his_process import Served

from .conftest import OID, Platform, at, code_of, detail_of


@pytest.fixture(scope="module")
def his(evening: Served) -> Served:
    return evening


def one_event(his: Served, kind: str) -> dict[str, object]:
    found: dict[str, object] = next(one["facts"] for one in his.events() if one["kind"] == kind)
    return found


def encounter_query(number: str = "", patient_no: str = "") -> str:
    return (
        f'<queryByParameter><careEventID><value><item root="{OID}.1.11" extension="{number}"/>'
        f"</value>"
        f'</careEventID><patientId><value><item root="{OID}.2.5.1.4" extension="{patient_no}"/>'
        f"</value>"
        "</patientId></queryByParameter>"
    )


def order_query(number: str = "", patient_no: str = "") -> str:
    return (
        "<queryByParameter><queryByParameterPayload>"
        f'<actId><value><item root="{OID}.1.28" extension="{number}"/></value></actId>'
        f'<patientId><value><item root="{OID}.2.5.1.4" extension="{patient_no}"/></value>'
        f"</patientId>"
        "</queryByParameterPayload></queryByParameter>"
    )


def test_visits_and_stays_are_told_apart(platform: Platform, his: Served) -> None:
    visit = one_event(his, "visit.ended")
    answer = platform.call(
        "OutPatientInfoQuery", "PRPA_IN900300UV", encounter_query(patient_no="P00000001")
    )
    event = "//v:encounterEvent"
    assert at(answer, f"{event}/v:code/@code") == ["1"]
    assert at(answer, f"{event}/v:id/v:item/@extension") == [visit["reg_no"], visit["visit_no"]]
    assert at(answer, f"{event}/v:reason//v:value/@code") == ["J06.900"]
    assert at(answer, f"{event}/v:admitter//v:name/v:item/v:part/@value") == ["陈医生"]
    stay = one_event(his, "admission.discharged")
    number = str(stay["admission_no"])
    answer = platform.call("InPatientInfoQuery", "PRPA_IN900300UV", encounter_query(number))
    assert at(answer, f"{event}/v:code/@code") == ["3"]
    assert at(answer, f"{event}//v:locatedPlace/v:id/v:item/@extension") == ["01"]
    nothing = platform.call("OutPatientInfoQuery", "PRPA_IN900300UV", encounter_query())
    assert detail_of(nothing)[0] == "FIELD_MISSING"


@pytest.mark.parametrize(
    ("service", "tag", "count"),
    [
        ("OrderInfoQuery", "placerGroup", 4),
        ("ExamAppInfoQuery", "component2", 1),
        ("CheckAppInfoQuery", "component2", 3),
    ],
)
def test_orders_are_found_by_kind(platform: Platform, service: str, tag: str, count: int) -> None:
    query = order_query(patient_no="P00000001")
    answer = platform.call(service, "QUMT_IN020030UV01", query)
    assert code_of(answer) == "AA"
    assert len(at(answer, f"//v:subject/*[local-name() = '{tag}' or v:{tag}]")) == count


def test_a_laboratory_moves_an_order_and_cannot_move_an_unpaid_one(
    platform: Platform, his: Served
) -> None:
    report = (
        '<subject><observationReport><id><item root="{oid}.1.24" extension="{order}"/></id>'
        "<specimen><specimen><subjectOf1><specimenProcessStep><verifier>"
        '<modeCode code="SE03"><displayName value="{text}"/></modeCode></verifier>'
        "</specimenProcessStep></subjectOf1></specimen></specimen></observationReport></subject>"
    )
    order = str(one_event(his, "order.cancelled")["order_no"])
    body = report.format(oid=OID, order=order, text="标本采集")
    answer = platform.call("ExamStatusInfoUpdate", "POLB_IN224000UV01", body)
    assert detail_of(answer)[0] == "ORDER_STATE"
    lab = str(one_event(his, "lab.reported")["order_no"])
    body = report.format(oid=OID, order=lab, text="已出报告")
    answer = platform.call("ExamStatusInfoUpdate", "POLB_IN224000UV01", body)
    assert code_of(answer) == "AA"
    assert at(answer, "//v:processStep/v:code/@code") == ["04"]
    body = report.format(oid=OID, order="O-0", text="已出报告")
    answer = platform.call("ExamStatusInfoUpdate", "POLB_IN224000UV01", body)
    assert detail_of(answer)[0] == "ORDER_UNKNOWN"
    states = platform.call("OrderFillerStatusInfoQuery", "QUMT_IN020030UV01", order_query(lab))
    assert at(states, "//v:processStep/v:code/v:displayName/@value") == ["已完成"]


def document_query(kind: str, number: str = "", patient_no: str = "") -> str:
    return (
        f'<queryByParameter><clinicalDocument.code><value code="{kind}"/></clinicalDocument.code>'
        f'<clinicalDocument.id><value root="{OID}.2.5.1.24" extension="{number}"/>'
        f"</clinicalDocument.id>"
        f'<patient.id><value><item root="{OID}.2.5.1.4" extension="{patient_no}"/></value>'
        f"</patient.id>"
        "</queryByParameter>"
    )


def documents(answer: etree._Element) -> list[etree._Element]:
    contents = at(answer, "//v:clinicalDocument/v:storageCode/v:originalText/@value")
    return [etree.fromstring(base64.b64decode(one)) for one in contents]


def test_a_laboratory_report_is_fetched_with_all_results(platform: Platform, his: Served) -> None:
    report = one_event(his, "lab.reported")
    query = document_query("C0007", patient_no="P00000001")
    answer = platform.call("DocumentRetrieve", "RCMR_IN000031UV01", query)
    [document] = documents(answer)
    assert at(document, "/v:ClinicalDocument/v:code/@code") == ["C0007"]
    result = "//v:observation[v:code/@code = 'WBC']"
    assert at(document, f"{result}/v:value/@value") == ["11.2"]
    assert at(document, f"{result}/v:value/@unit") == ["10^9/L"]
    assert at(document, f"{result}/v:interpretationCode/@code") == ["H"]
    limits = f"{result}/v:referenceRange/v:observationRange/v:value"
    assert at(document, f"{limits}/*/@value") == ["3.5", "9.5"]
    assert at(document, "//v:observation[v:code/@code = 'HCV']/v:value/@value") == ["阴性"]
    number = at(answer, "//v:clinicalDocument/v:id/v:item/@extension")[0]
    assert len(number) == 32 and number.endswith(str(report["report_no"]))
    again = platform.call("DocumentRetrieve", "RCMR_IN000031UV01", document_query("", number))
    assert len(documents(again)) == 1


def test_an_imaging_report_and_a_visit_are_fetched(platform: Platform) -> None:
    query = document_query("C0006", patient_no="P00000001")
    [document] = documents(platform.call("DocumentRetrieve", "RCMR_IN000031UV01", query))
    said = at(document, "//v:observation[v:code/@code = 'DE04.50.131.00']/v:value/text()")
    assert said == ["两肺纹理清晰。\n未见<异常>。"]
    query = document_query("C0002", patient_no="P00000001")
    [document] = documents(platform.call("DocumentRetrieve", "RCMR_IN000031UV01", query))
    assert at(document, "//v:observation[v:code/@code = 'complaint']/v:value/text()") == [
        "咳嗽三天"
    ]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (document_query("C0007"), "FIELD_MISSING"),
        (document_query("C0099", patient_no="P00000001"), "FIELD_INVALID"),
        (document_query("", "C0007".ljust(31, "-") + "X"), "REPORT_UNKNOWN"),
    ],
)
def test_documents_that_are_not_there_are_refused(
    platform: Platform, query: str, code: str
) -> None:
    answer = platform.call("DocumentRetrieve", "RCMR_IN000031UV01", query)
    assert (code_of(answer), detail_of(answer)[0]) == ("AE", code)


def appointment(number: str, order: str, device: str = "CT-1", state: str = "active") -> str:
    return (
        f'<subject><actAppointment classCode="ACT" moodCode="APT"><id extension="{number}"/>'
        f'<statusCode code="{state}"/><effectiveTime><low value="20260303090000"/>'
        f"</effectiveTime>"
        f'<reusableDevice><manufacturedDevice><manufacturedDevice><id extension="{device}"/>'
        "</manufacturedDevice></manufacturedDevice></reusableDevice>"
        f'<referencedOrder><actOrder><id root="{OID}.1.24" extension="{order}"/></actOrder>'
        f"</referencedOrder>"
        "</actAppointment></subject>"
    )


def test_imaging_is_appointed_only_for_orders_that_wait(platform: Platform, his: Served) -> None:
    done = str(one_event(his, "exam.reported")["order_no"])

    def keep(*words: str, **more: str) -> tuple[str, str]:
        body = appointment(*words, **more)
        answer = platform.call("CheckAppointStatusInfoAdd", "PRSC_IN010101UV01", body)
        return code_of(answer), (detail_of(answer)[0])

    assert keep("A-1", done) == ("AE", "ORDER_STATE")
    assert keep("A-1", "O-0") == ("AE", "ORDER_UNKNOWN")
    assert keep("A-1", "") == ("AE", "FIELD_MISSING")
    assert keep("A-1", done, state="inactive") == ("AE", "APPOINTMENT_UNKNOWN")
    first, second = (
        str(one["facts"]["order_no"])
        for one in his.events()
        if one["kind"] == "order.created" and one["facts"]["code"] == "CT1"
        if one["facts"]["order_no"] != done
    )
    assert keep("A-1", first)[0] == "AA"
    assert keep("A-2", first) == ("AE", "APPOINTMENT_TAKEN")
    assert keep("A-2", second) == ("AE", "APPOINTMENT_TAKEN")
    assert keep("A-2", second, device="CT-2")[0] == "AA"
    assert keep("A-1", first, state="inactive")[0] == "AA"
    answer = platform.call(
        "CheckAppointStatusInfoQuery", "QUMT_IN020030UV01", order_query(patient_no="P00000001")
    )
    assert at(answer, "//v:actAppointment/v:id/@extension") == ["A-2", "A-1"]
    assert at(answer, "//v:actAppointment/v:statusCode/@code") == ["active", "inactive"]
    assert at(answer, "//v:actAppointment/v:effectiveTime/v:low/@value") == ["20260303090000"] * 2
