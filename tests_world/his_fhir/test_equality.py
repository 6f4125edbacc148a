"""One change, seen over SOAP, FHIR and SQL: the same everywhere, whichever front made it."""

from collections.abc import Iterator
from typing import Any

import psycopg2
import psycopg2.extras
import pytest
from lxml import etree

from tests_world import his_process
from tests_world.his_hip.conftest import Platform, at, code_of
from tests_world.his_hip.test_bookings import booking
from tests_world.his_process import Served

from .conftest import OID, Client


@pytest.fixture(scope="module")
def his(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with his_process.served(tmp_path_factory.mktemp("equality"), "fhir", "hip") as served:
        yield served


@pytest.fixture(scope="module")
def platform(his: Served) -> Platform:
    return Platform(his.url("hip"))


def over_sql(his: Served, view: str, key: str, number: str) -> dict[str, Any]:
    told = his.reader
    connection = psycopg2.connect(
        dbname=told["database"], user=told["role"], password=told["password"]
    )
    with connection, connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
        cursor.execute(f"SELECT * FROM {view} WHERE {key} = %s", (number,))
        row = dict(cursor.fetchone() or {})
    connection.close()
    return row


def booking_over_soap(platform: Platform, patient_no: str, reg_no: str) -> etree._Element:
    query = (
        f"<queryByParameter><patientId><value><item root='{OID[8:]}.2.5.1.4'"
        f" extension='{patient_no}'/></value></patientId></queryByParameter>"
    )
    answer = platform.call("OutPatientAppointStatusInfoQuery", "PRPA_IN900300UV", query)
    path = f"//v:encounterAppointment[v:id/v:item/@extension = '{reg_no}']"
    found: etree._Element = at(answer, path)[0]
    return found


def compare(his: Served, client: Client, platform: Platform, reg_no: str) -> str:
    """Compare a booking over all three, and return its state."""
    row = over_sql(his, "v_registration", "reg_no", reg_no)
    resource = client.get(f"Appointment/{reg_no}")
    soap = booking_over_soap(platform, row["patient_no"], reg_no)
    digits = row["starts_at"].strftime("%Y%m%d%H%M%S")
    assert resource["start"] == row["starts_at"].isoformat()
    assert at(soap, "v:arrivedBy//v:effectiveTime/v:low/@value") == [digits]
    session = str(row["session_id"])
    assert resource["slot"][0]["reference"] == f"Slot/{session}-{row['seq']}"
    assert at(soap, "v:arrivedBy/v:transportationIntent/v:id/v:item/@extension") == [session]
    states = {
        one["url"].rpartition("/")[2]: one.get("valueString") for one in resource["extension"]
    }
    assert states["state"] == row["state"] == at(soap, "v:statusCode/@code")[0]
    who = f"Patient/{row['patient_no']}"
    assert who in [one["actor"]["reference"] for one in resource["participant"]]
    assert at(soap, "v:subject/v:patient/v:id/v:item/@extension") == [row["patient_no"]]
    return str(row["state"])


def test_a_booking_over_fhir_is_the_same_over_soap_and_sql(
    his: Served, client: Client, platform: Platform
) -> None:
    answer = client.operation(
        "book",
        appointment_reference={"reference": "Appointment/F-1-2"},
        patient_reference={"reference": "Patient/P00000001"},
    )
    reg_no = answer.json()["entry"][0]["resource"]["id"]
    assert compare(his, client, platform, reg_no) == "booked"
    client.call("PATCH", f"Appointment/{reg_no}", {"status": "cancelled"})
    assert compare(his, client, platform, reg_no) == "cancelled"


def test_a_booking_over_soap_is_the_same_over_fhir_and_sql(
    his: Served, client: Client, platform: Platform
) -> None:
    body = booking("PT-1", "P00000002", "2", seq="4")
    answer = platform.call("OutPatientAppointStatusInfoAdd", "PRPA_IN410001UV", body)
    assert code_of(answer) == "AA"
    reg_no = at(answer, "//v:encounterAppointment/v:id/v:item/@extension")[0]
    assert compare(his, client, platform, reg_no) == "booked"
    assert client.get("Slot/2-4")["status"] == "busy"
    body = booking("PT-1", "P00000002", "2", code="1")
    platform.call("OutPatientAppointStatusInfoUpdate", "PRPA_IN410002UV", body)
    assert compare(his, client, platform, reg_no) == "cancelled"
    assert client.get("Slot/2-4")["status"] == "free"


def test_a_number_held_over_fhir_cannot_be_booked_over_soap(
    his: Served, client: Client, platform: Platform
) -> None:
    client.operation("hold", appointment_reference={"reference": "Appointment/F-1-5"})
    body = booking("PT-2", "P00000003", "1", seq="5")
    answer = platform.call("OutPatientAppointStatusInfoAdd", "PRPA_IN410001UV", body)
    assert code_of(answer) == "AE"
    assert at(answer, "//v:acknowledgementDetail/v:code/@code") == ["NUMBER_GONE"]
    row = over_sql(his, "v_number", "session_id = 1 AND seq", "5")
    assert row["state"] == "locked"


def test_a_patient_created_over_fhir_is_the_same_over_soap_and_sql(
    his: Served, client: Client, platform: Platform
) -> None:
    person = {
        "resourceType": "Patient",
        "identifier": [{"system": "https://his.example.org/fhir/card", "value": "C5500"}],
        "name": [{"text": "欧阳修"}],
        "telecom": [{"system": "phone", "value": "13711112222"}],
        "gender": "male",
        "birthDate": "1977-08-06",
    }
    number = client.call("POST", "Patient", person).json()["id"]
    row = over_sql(his, "v_patient", "patient_no", number)
    assert (row["name"], row["sex"], row["cards"]) == ("欧阳修", "1", "01:C5500")
    query = (
        "<queryByParameter><parameterList><id root='' extension='C5500'/></parameterList>"
        "</queryByParameter>"
    )
    answer = platform.call("EncounterCardInfoQuery", "PRPA_IN201305UV02", query)
    person_path = "//v:patientPerson"
    assert at(answer, f"{person_path}/v:name//v:part/@value") == ["欧阳修"]
    assert at(answer, f"{person_path}/v:birthTime/@value") == ["19770806"]
    assert at(answer, f"{person_path}/v:telecom/v:item/@value") == ["13711112222"]
