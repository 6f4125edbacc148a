"""Patients, cards, departments and doctors over the SOAP operation, by zeep."""

import pytest

from tests_world.his_fixture import id_number
from tests_world.his_process import Served

from .conftest import OID, Platform, at, code_of, detail_of, patient_query

PATIENT = "//v:controlActProcess/v:subject/v:registrationEvent/v:subject1/v:patient"


def registration(name: str, number: str, card: str = "", patient_no: str = "") -> str:
    held = (
        f'<asOtherIDs classCode="ROL"><id><item root="{OID}.1.6" extension="{card}"/></id>'
        "</asOtherIDs>"
        if card
        else ""
    )
    return (
        '<subject typeCode="SUBJ"><registrationRequest classCode="REG" moodCode="RQO">'
        '<statusCode code="active"/><subject1 typeCode="SBJ"><patient classCode="PAT">'
        f'<id><item root="{OID}.2.5.1.4" extension="{patient_no}"/></id>'
        f'<statusCode code="active"/>'
        f'<patientPerson><id><item root="{OID}.1.3" extension="{number}"/></id>'
        '<idCategory code="01" codeSystem=""/><name xsi:type="DSET_EN"><item>'
        f'<part value="{name}"/></item></name>'
        '<telecom xsi:type="BAG_TEL"><item value="13700000009"/></telecom>'
        f"{held}</patientPerson></patient></subject1></registrationRequest></subject>"
    )


def test_a_patient_is_found_by_number_with_all_that_is_known(platform: Platform) -> None:
    answer = platform.call("PatientInfoQuery", "PRPA_IN201305UV02", patient_query("P00000001"))
    assert code_of(answer) == "AA"
    assert at(answer, "//v:targetMessage/v:id/@extension") == [platform.sent]
    person = f"{PATIENT}/v:patientPerson"
    assert at(answer, f"{PATIENT}/v:id/v:item/@extension") == ["P00000001"]
    assert at(answer, f"{person}/v:name/v:item/v:part/@value") == ["患者一"]
    assert at(answer, f"{person}/v:id/v:item[@root='{OID}.1.3']/@extension") == [
        id_number("33252219800101111")
    ]
    assert at(answer, f"{person}/v:administrativeGenderCode/@code") == ["1"]
    assert at(answer, f"{person}/v:birthTime/@value") == ["19800101"]
    assert at(answer, f"{person}/v:telecom/v:item/@value") == ["13800000001"]
    assert at(answer, f"{person}/v:asOtherIDs/v:id/v:item/@extension") == ["C0001"]
    assert at(answer, "//v:queryAck/v:queryId/@extension") == ["Q1"]
    assert at(answer, "//v:queryAck/v:queryResponseCode/@code") == ["OK"]
    assert at(answer, "//v:queryAck/v:resultTotalQuantity/@value") == ["1"]


def test_a_patient_whom_nobody_knows_is_not_found(platform: Platform) -> None:
    answer = platform.call("PatientInfoQuery", "PRPA_IN201305UV02", patient_query("P9"))
    assert code_of(answer) == "AA"
    assert at(answer, "//v:queryResponseCode/@code") == ["NF"]
    assert at(answer, PATIENT) == []


def test_a_wrong_name_to_an_identity_number_is_refused(platform: Platform) -> None:
    number = id_number("33252219800101111")
    answer = platform.call(
        "PatientInfoQuery", "PRPA_IN201305UV02", patient_query(id_number=number, name="别人")
    )
    assert code_of(answer) == "AE"
    assert detail_of(answer) == ("IDENTITY_MISMATCH", "姓名与证件号码不一致")


def test_a_new_patient_gets_a_number_once_and_keeps_the_card(
    platform: Platform, his: Served
) -> None:
    number = id_number("33252219901231111")
    body = registration("新人", number, card="C7001")
    answer = platform.call("PatientInfoRegister", "PRPA_IN201311UV02", body)
    assert code_of(answer) == "AA"
    patient_no = at(answer, f"{PATIENT}/v:id/v:item/@extension")[0]
    again = platform.call("PatientInfoRegister", "PRPA_IN201311UV02", body)
    assert detail_of(again)[0] == "PATIENT_EXISTS"
    found = platform.call("EncounterCardInfoQuery", "PRPA_IN201305UV02", patient_query("C7001"))
    assert at(found, "//v:patientPerson/v:name//v:part/@value") == ["新人"]
    told = [one for one in his.events() if one["patient_no"] == patient_no]
    assert [one["kind"] for one in told] == ["patient.created", "patient.updated"]
    assert told[-1]["facts"]["cards"] == [{"kind": "01", "card_no": "C7001"}]


def test_two_records_of_one_person_become_one(platform: Platform) -> None:
    made = platform.call(
        "PatientInfoRegister",
        "PRPA_IN201311UV02",
        registration("重复", id_number("33252219901230111")),
    )
    old = at(made, f"{PATIENT}/v:id/v:item/@extension")[0]
    body = (
        '<subject typeCode="SUBJ"><registrationEvent classCode="REG" moodCode="EVN">'
        '<subject1 typeCode="SBJ">'
        f'<patient classCode="PAT"><id><item root="{OID}.2.5.1.4" extension="P00000006"/></id>'
        f"</patient></subject1>"
        '<replacementOf typeCode="RPLC"><priorRegistration><subject1>'
        '<priorRegisteredRole classCode="PAT">'
        f'<id><item root="{OID}.2.5.1.4" extension="{old}"/></id></priorRegisteredRole>'
        f"</subject1>"
        "</priorRegistration></replacementOf></registrationEvent></subject>"
    )
    assert code_of(platform.call("PatientInfoMerge", "PRPA_IN201304UV02", body)) == "AA"
    found = platform.call("PatientInfoQuery", "PRPA_IN201305UV02", patient_query(old))
    assert at(found, f"{PATIENT}/v:id/v:item/@extension") == ["P00000006"]
    again = platform.call("PatientInfoMerge", "PRPA_IN201304UV02", body)
    assert detail_of(again)[0] == "PATIENT_MERGED"


def test_an_update_changes_only_what_it_tells(platform: Platform) -> None:
    number = id_number("33252219800103131")
    body = registration("患者三改", number, patient_no="P00000003")
    assert code_of(platform.call("PatientInfoUpdate", "PRPA_IN201314UV02", body)) == "AA"
    found = platform.call("PatientInfoQuery", "PRPA_IN201305UV02", patient_query("P00000003"))
    assert at(found, "//v:patientPerson/v:name//v:part/@value") == ["患者三改"]
    assert at(found, "//v:patientPerson/v:telecom/v:item/@value") == ["13700000009"]
    assert at(found, "//v:patientPerson/v:birthTime/@value") == ["19800103"]


@pytest.mark.parametrize(("status", "cards"), [("disable", []), ("active", ["C0001"])])
def test_a_lost_card_no_longer_finds_its_patient(
    platform: Platform, status: str, cards: list[str]
) -> None:
    body = registration("患者一", "", patient_no="C0001").replace(
        '<statusCode code="active"/><patientPerson>',
        f'<statusCode code="{status}"/><patientPerson>',
    )
    assert code_of(platform.call("EncounterCardInfoUpdate", "PRPA_IN201314UV02", body)) == "AA"
    found = platform.call("EncounterCardInfoQuery", "PRPA_IN201305UV02", patient_query("C0001"))
    assert at(found, f"{PATIENT}/v:id/v:item/@extension") == cards


def test_a_card_of_somebody_else_cannot_be_bound(platform: Platform) -> None:
    body = registration("患者二", id_number("33252219800102121"), patient_no="C0001").replace(
        f"{OID}.2.5.1.4", f"{OID}.1.6"
    )
    answer = platform.call("EncounterCardInfoAdd", "PRPA_IN201311UV02", body)
    assert (code_of(answer), detail_of(answer)[0]) == ("AE", "CARD_TAKEN")


def test_departments_and_doctors_are_listed_and_changed(platform: Platform) -> None:
    query = (
        '<queryByParameterPayload><organizationID><value root="" extension="{}"/>'
        "</organizationID>"
        "</queryByParameterPayload>"
    )
    listed = platform.call("OrganizationInfoQuery", "PRPM_IN406010UV01", query.format(""))
    assert len(at(listed, "//v:subject1/v:assignedEntity")) >= 7
    change = (
        '<subject><registrationRequest><subject1><assignedEntity classCode="ASSIGNED">'
        f'<id><item root="{OID}.1.26" extension="W9"/></id><code code="A04.01" codeSystem=""/>'
        '<name xsi:type="DSET_EN"><item><part value="普外科"/></item></name></assignedEntity>'
        "</subject1>"
        "</registrationRequest></subject>"
    )
    assert code_of(platform.call("OrganizationInfoRegister", "PRPM_IN401030UV01", change)) == "AA"
    one = platform.call("OrganizationInfoQuery", "PRPM_IN406010UV01", query.format("W9"))
    assert at(one, "//v:subject1/v:assignedEntity/v:code/@code") == ["A04.01"]
    assert at(one, "//v:subject1/v:assignedEntity/v:name//v:part/@value") == ["普外科"]
    doctor = (
        '<subject><registrationRequest><subject1><healthCareProvider classCode="PROV">'
        f'<id><item root="{OID}.1.4" extension="D9"/></id><code code="232" codeSystem=""/>'
        '<healthCarePrincipalPerson><name><item><part value="郑医生"/></item></name><asAffiliate>'
        f'<affiliatedPrincipalOrganization><id><item root="{OID}.1.26" extension="{{}}"/></id>'
        "</affiliatedPrincipalOrganization></asAffiliate></healthCarePrincipalPerson>"
        "</healthCareProvider></subject1></registrationRequest></subject>"
    )
    lost = platform.call("ProviderInfoRegister", "PRPM_IN301010UV01", doctor.format("X1"))
    assert detail_of(lost)[0] == "DEPARTMENT_UNKNOWN"
    assert (
        code_of(platform.call("ProviderInfoRegister", "PRPM_IN301010UV01", doctor.format("W9")))
        == "AA"
    )
    query = (
        '<queryByParameterPayload><providerID><value root="" extension="D9"/></providerID>'
        "</queryByParameterPayload>"
    )
    found = platform.call("ProviderInfoQuery", "PRPM_IN306010UV01", query)
    assert at(found, "//v:healthCareProvider/v:code/@code") == ["232"]
    assert at(found, "//v:affiliatedPrincipalOrganization/v:id/v:item/@extension") == ["W9"]
