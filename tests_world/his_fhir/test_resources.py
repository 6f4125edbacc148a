"""Every type of resource: valid R4, complete, and with references that lead somewhere."""

import importlib
from collections.abc import Iterable
from typing import Any

import psycopg2
import pytest

from tests_world.his_process import Served

from .conftest import OID, OWN, Client

TYPES = (
    "Organization",
    "Location",
    "HealthcareService",
    "Practitioner",
    "PractitionerRole",
    "Patient",
    "Schedule",
    "Slot",
    "Appointment",
    "Encounter",
    "ServiceRequest",
    "MedicationRequest",
    "Medication",
    "MedicationKnowledge",
    "DiagnosticReport",
    "Observation",
    "ImagingStudy",
    "ChargeItem",
    "Invoice",
    "Account",
    "PaymentNotice",
    "Coverage",
    "Task",
)
# the same number by another way: the tables themselves
ROWS = {
    "Organization": "SELECT count(*) + 1 FROM department",
    "Practitioner": "SELECT count(*) FROM doctor",
    "Patient": "SELECT count(*) FROM patient",
    "Slot": "SELECT count(*) FROM number",
    "Appointment": "SELECT count(*) FROM registration",
    "Encounter": "SELECT count(*) FROM visit",
    "ServiceRequest": "SELECT (SELECT count(*) FROM medical_order WHERE kind <> 'drug')"
    " + (SELECT count(*) FROM checkup_order)",
    "MedicationRequest": "SELECT count(*) FROM medical_order WHERE kind = 'drug'",
    "DiagnosticReport": "SELECT (SELECT count(*) FROM lab_report)"
    " + (SELECT count(*) FROM exam_report)",
    "Observation": "SELECT count(*) FROM lab_result",
    # the lines of a discharge bill sum up the charges of its stay
    "ChargeItem": "SELECT (SELECT count(*) FROM bill_line JOIN bill USING (bill_no)"
    " WHERE business <> 'discharge')"
    " + (SELECT count(*) FROM inpatient_charge)",
    "Invoice": "SELECT count(*) FROM bill",
    "PaymentNotice": "SELECT count(*) FROM settlement",
    "Task": "SELECT count(*) FROM queue_entry",
}


def validate(resource: dict[str, Any]) -> None:
    """Let an independent model of FHIR judge a resource."""
    name = resource["resourceType"]
    module = importlib.import_module(f"fhir.resources.R4B.{name.lower()}")
    getattr(module, name).model_validate(resource)


def references(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


def one(his: Served, sql: str) -> int:
    connection = psycopg2.connect(his.dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    connection.close()
    return int(row[0]) if row else 0


@pytest.mark.parametrize("name", TYPES)
def test_every_resource_is_valid_and_read_back_the_same(client: Client, name: str) -> None:
    found = client.all(name)
    assert found
    for resource in found:
        validate(resource)
        assert resource == client.get(f"{name}/{resource['id']}")


def test_every_reference_leads_to_a_resource(client: Client) -> None:
    wanted = {target for name in TYPES for one in client.all(name) for target in references(one)}
    missing = {target for target in wanted if client.call("GET", target).status_code != 200}
    # orders for drugs are MedicationRequests, as charges of them are
    assert {one for one in missing if not one.startswith("ServiceRequest/")} == set()
    for target in missing:
        client.get(f"MedicationRequest/{target.partition('/')[2]}")


@pytest.mark.parametrize("name", ROWS)
def test_pages_hold_every_record_once(client: Client, his: Served, name: str) -> None:
    found = [resource["id"] for resource in client.all(f"{name}?_count=2")]
    assert len(found) == len(set(found)) == one(his, ROWS[name])
    assert client.get(f"{name}?_summary=count")["total"] == len(found)


def test_the_capability_statement_tells_what_is_there(client: Client) -> None:
    statement = client.get("metadata")
    validate(statement)
    assert statement["fhirVersion"] == "4.0.1"
    told = {one["type"]: one for one in statement["rest"][0]["resource"]}
    assert set(told) == set(TYPES)
    assert {one["name"] for one in told["Appointment"]["operation"]} == {"find", "hold", "book"}
    for name, resource in told.items():
        for param in resource["searchParam"]:
            word = {"date": "ge2000-01-01", "reference": "x"}.get(param["type"], "true")
            if name == "Schedule" and param["name"] == "actor":
                word = "Practitioner/D1"
            if param["name"] in ("schedule", "slot"):
                word = "1-1" if param["name"] == "slot" else "1"
            answer = client.call("GET", f"{name}?{param['name']}={word}")
            assert answer.status_code == 200, (name, param["name"], answer.text)
        for include in resource.get("searchInclude", []):
            client.get(f"{name}?_include={include}")


def test_a_patient_carries_all_numbers(client: Client) -> None:
    patient = client.get("Patient/P00000002")
    systems = {one["system"]: one["value"] for one in patient["identifier"]}
    assert systems[f"{OWN}/patient-no"] == "P00000002"
    assert systems[f"{OID}.1.19"] == "E0002"
    assert patient["gender"] == "male"
    assert patient["address"] == [{"text": "莲都区“解放街”1号"}]
    merged = next(one for one in client.all("Patient") if not one["active"])
    assert merged["link"][0]["other"]["reference"] == "Patient/P00000003"


def test_a_laboratory_report_has_its_results(client: Client) -> None:
    bundle = client.get("DiagnosticReport?category=LAB&_include=DiagnosticReport:result")
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert kinds == ["DiagnosticReport", "Observation", "Observation"]
    assert [entry["search"]["mode"] for entry in bundle["entry"]] == ["match", "include", "include"]
    number, text = (entry["resource"] for entry in bundle["entry"][1:])
    assert number["valueQuantity"] == {"value": 11.2, "unit": "10^9/L"}
    assert number["referenceRange"][0]["high"]["value"] == 9.5
    assert number["interpretation"][0]["coding"][0]["code"] == "H"
    assert text["valueString"] == "阴性"


def test_money_adds_up(day: Served, client: Client) -> None:
    bills = [event["facts"] for event in day.events() if event["kind"] == "bill.created"]
    stays = {bill["bill_no"] for bill in bills if bill["business"] == "discharge"}
    assert len(stays) == 1
    for invoice in client.all("Invoice"):
        lines = [line["priceComponent"][0]["amount"]["value"] for line in invoice["lineItem"]]
        assert round(sum(lines), 2) == invoice["totalGross"]["value"]
        charges = client.all(f"ChargeItem?invoice={invoice['id']}")
        values = [charge["priceOverride"]["value"] for charge in charges]
        assert values == ([] if invoice["id"] in stays else lines)
    of_stays = client.all(f"ChargeItem?account={client.all('Account')[0]['id']}")
    summed = round(sum(charge["priceOverride"]["value"] * 100 for charge in of_stays))
    assert summed == one(
        day, "SELECT sum(total_fen)::bigint FROM bill WHERE business = 'discharge'"
    )
    paid = client.all("PaymentNotice?payment-status=paid")
    back = client.all("PaymentNotice?payment-status=cleared")
    account = client.all("Account")[0]
    extensions = {
        one["url"].rpartition("/")[2]: one["valueInteger"]
        for one in account["extension"]
        if "valueInteger" in one
    }
    of_stay = [one for one in [*paid, *back] if one["request"]["reference"].startswith("Account/")]
    sums = sum((1 if one in paid else -1) * round(one["amount"]["value"] * 100) for one in of_stay)
    assert extensions["paid_fen"] == sums
    assert extensions["charged_fen"] == 4000 + 2 * 1500


def test_a_drug_has_price_stock_and_leaflet(client: Client) -> None:
    knowledge = client.get("MedicationKnowledge/Y1")
    assert knowledge["cost"][0]["cost"] == {"value": 13.0, "currency": "CNY"}
    assert "适应症" in knowledge["text"]["div"]
    medication = client.get("Medication/Y1")
    stock = next(one for one in medication["extension"] if one["url"].endswith("/stock"))
    assert stock["valueString"] == "98"
