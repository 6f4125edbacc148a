"""FHIR resources to facts: plain JSON, elements of R4 first, extensions for what R4 lacks.

The same functions read what is posted to a rest-hook and what a search finds.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests_world.receiver import Received

from .told import Facts, Told

Json = dict[str, Any]
OWN = "https://his.example.org/fhir"
OID = "urn:oid:2.16.156.10011"
CARDS = {f"{OWN}/card": "01", f"{OID}.1.15": "02", f"{OID}.1.19": "03"}
PAPERS = {f"{OID}.1.3": "01", f"{OID}.1.7": "03"}
GENDERS = {"unknown": "0", "male": "1", "female": "2", "other": "9"}
CLASSES = {"AMB": "O", "EMER": "E", "IMP": "I"}
QUEUES = {"requested": "waiting", "in-progress": "called", "on-hold": "passed", "completed": "done"}


def number_of(reference: Json | None) -> str:
    """Return the number in a reference such as ``Patient/P1``."""
    return str((reference or {}).get("reference", "")).partition("/")[2]


def shown(reference: Json | None) -> str:
    """Return the name beside a reference."""
    return str((reference or {}).get("display", ""))


def extensions(resource: Json) -> Facts:
    """Return the facts in a resource's own extensions."""
    head = f"{OWN}/StructureDefinition/"
    return {
        one["url"].removeprefix(head): next(one[name] for name in one if name != "url")
        for one in resource.get("extension", [])
    }


def fen(money: Json) -> int:
    """Return an amount of yuan as fen."""
    return round(money["value"] * 100)


def _identifiers(resource: Json) -> dict[str, str]:
    return {one["system"]: one["value"] for one in resource.get("identifier", [])}


def _code(concept: Json | None) -> str:
    return str(((concept or {}).get("coding") or [{}])[0].get("code", ""))


def _text(concept: Json | None) -> str:
    return str((concept or {}).get("text", ""))


def _first(items: list[Any] | None) -> Any:
    return items[0] if items else {}


def _person(reference: Json | None) -> Facts:
    return {"patient_no": number_of(reference), "name": shown(reference)}


def _doctor(reference: Json | None) -> Facts:
    return {"doctor_code": number_of(reference), "doctor": shown(reference)}


def _actor(actors: list[Json], kind: str) -> Json:
    found = [one for one in actors if one["reference"].startswith(f"{kind}/")]
    return found[0] if found else {}


def _amount(quantity: Json) -> Facts:
    return {"quantity": str(quantity["value"]), "unit": quantity.get("unit", "")}


def patient(made: Json) -> Facts:
    """Read a Patient."""
    facts: Facts = {"id_type": "", "id_number": "", "cards": []}
    for one in made["identifier"]:
        system, number = one["system"], one["value"]
        if system in CARDS:
            facts["cards"].append({"kind": CARDS[system], "card_no": number})
        elif not system.startswith(OWN):
            kind = PAPERS.get(system) or system.removeprefix(f"{OID}.1.3.")
            facts |= {"id_type": kind, "id_number": number}
    return {
        **facts,
        "patient_no": made["id"],
        "name": _first(made.get("name")).get("text", ""),
        "sex": GENDERS.get(made.get("gender", ""), ""),
        "birth": made.get("birthDate", ""),
        "mobile": _first(made.get("telecom")).get("value", ""),
        "address": _first(made.get("address")).get("text", ""),
    }


def merged(made: Json) -> Facts:
    """Read a Patient that lives on as another."""
    into = number_of(_first(made["link"])["other"])
    return {"patient_no": made["id"], "name": made["name"][0]["text"], "into_patient_no": into}


def department(made: Json) -> Facts:
    """Read an Organization."""
    kinds = {one["coding"][0]["system"]: _code(one) for one in made["type"]}
    parent = number_of(made.get("partOf"))
    return {
        "code": made["id"],
        "name": made["name"],
        "parent_code": "" if parent == "hospital" else parent,
        "kind": kinds[f"{OWN}/organization-kind"],
        "standard_code": kinds.get(f"{OID}.2.3.3.14", ""),
        "place": _first(made.get("address")).get("text", ""),
    }


def doctor(person: Json, role: Json) -> Facts:
    """Read a Practitioner with the PractitionerRole."""
    return {
        "code": person["id"],
        "name": person["name"][0]["text"],
        "title": _code(_first(role["code"])),
        "department_code": number_of(role["organization"]),
        "specialty": _text(_first(role.get("specialty"))),
    }


def drug(made: Json) -> Facts:
    """Read a Medication."""
    return {
        "code": made["id"],
        "name": _text(made["code"]),
        "maker": shown(made.get("manufacturer")),
        **extensions(made),
    }


def session(made: Json) -> Facts:
    """Read a Schedule."""
    place = _actor(made["actor"], "HealthcareService")
    return {
        "session_id": made["id"],
        "state": "open" if made["active"] else "suspended",
        "level": _code(_first(made["serviceType"])),
        "day": made["planningHorizon"]["start"],
        "department_code": number_of(place),
        "department": shown(place),
        **_doctor(_actor(made["actor"], "Practitioner")),
        **extensions(made),
    }


def registration(made: Json) -> Facts:
    """Read an Appointment."""
    extra = extensions(made)
    actors = [one["actor"] for one in made["participant"]]
    place = _actor(actors, "HealthcareService")
    session_id, _dash, seq = number_of(made["slot"][0]).rpartition("-")
    return {
        "reg_no": made["id"],
        "partner_no": _identifiers(made).get(f"{OWN}/partner-no/{extra['channel']}", ""),
        "session_id": session_id,
        "seq": int(seq),
        "starts_at": made["start"],
        "ends_at": made["end"],
        "level": _code(made["appointmentType"]),
        "department_code": number_of(place),
        "department": shown(place),
        "room": "",
        **_doctor(_actor(actors, "Practitioner")),
        **_person(_actor(actors, "Patient")),
        **extra,
    }


def visit(made: Json) -> Facts:
    """Read the Encounter of a visit."""
    diagnosis = next((one for one in made.get("reasonCode", []) if "coding" in one), None)
    place = made["location"][0]["location"]
    return {
        "visit_no": made["id"],
        "reg_no": number_of(_first(made.get("appointment"))),
        "kind": CLASSES[made["class"]["code"]],
        "department_code": number_of(place),
        "department": shown(place),
        "diagnosis_code": _code(diagnosis),
        "diagnosis": _text(diagnosis),
        "started_at": made["period"]["start"],
        "ended_at": made["period"].get("end", ""),
        **_doctor(made["participant"][0]["individual"]),
        **_person(made["subject"]),
    }


def stay(made: Json) -> Facts:
    """Read the Encounter of a stay."""
    place = made["location"][0]
    return {
        "visit_no": made["id"],
        "admission_no": number_of(_first(made["account"])),
        "ward_code": number_of(place["location"]),
        "ward": shown(place["location"]),
        "bed": _code(place["physicalType"]),
        "admitted_at": made["period"]["start"],
        "discharged_at": made["period"].get("end", ""),
        **_doctor(made["participant"][0]["individual"]),
        **_person(made["subject"]),
        **extensions(made),
    }


def order(made: Json) -> Facts:
    """Read a ServiceRequest or MedicationRequest."""
    facts = {
        "order_no": made["id"],
        "visit_no": number_of(made["encounter"]),
        "ordered_at": made["authoredOn"],
        **_person(made["subject"]),
        **_doctor(made["requester"]),
        **extensions(made),
    }
    if made["resourceType"] == "ServiceRequest":
        facts |= {
            "kind": _code(made["category"][0]),
            "code": _code(made["code"]),
            "item": _text(made["code"]),
            "rx_no": "",
            "usage": made.get("patientInstruction", ""),
            **_amount(made["quantityQuantity"]),
        }
        performer = made["performer"][0]
    else:
        facts |= {"kind": "drug", "item": shown(made["medicationReference"]), **_drug(made)}
        performer = made["performer"]
    return {
        **facts,
        "department_code": number_of(performer),
        "department": shown(performer),
    }


def _drug(made: Json) -> Facts:
    return {
        "code": number_of(made["medicationReference"]),
        "rx_no": made["groupIdentifier"]["value"],
        "usage": _first(made.get("dosageInstruction")).get("text", ""),
        **_amount(made["dispenseRequest"]["quantity"]),
    }


def prescription(drugs: list[Json]) -> Facts:
    """Read the MedicationRequests of a prescription."""
    first, lines = drugs[0], []
    for made in drugs:
        line = {**_drug(made), "drug": shown(made["medicationReference"])}
        line.pop("rx_no")
        lines.append({"order_no": made["id"], **line})
    return {
        "rx_no": first["groupIdentifier"]["value"],
        "visit_no": number_of(first["encounter"]),
        "kind": _code(first["category"][0]),
        "window": shown(first["dispenseRequest"].get("performer")),
        "lines": lines,
        **_person(first["subject"]),
        **extensions(first),
    }


def bill(made: Json) -> Facts:
    """Read an Invoice."""
    total = fen(made["totalGross"])
    return {
        "visit_no": "",
        "reg_no": "",
        "bill_no": made["id"],
        "business": _code(made["type"]),
        "admission_no": number_of(made.get("account")),
        "total_fen": total,
        "insurance_fen": total - fen(made["totalNet"]),
        "lines": [_line(one) for one in made.get("lineItem", [])],
        **_person(made["subject"]),
        **extensions(made),
    }


def _line(made: Json) -> Facts:
    price = made["priceComponent"][0]
    return {
        "code": _code(made["chargeItemCodeableConcept"]),
        "item": _text(made["chargeItemCodeableConcept"]),
        "category": _code(price["code"]),
        "quantity": str(price["factor"]),
        "amount_fen": fen(price["amount"]),
        **extensions(made),
    }


def charges(items: list[Json]) -> Facts:
    """Read the ChargeItems of a day of a stay."""
    total, lines = 0, []
    for made in items:
        extra = extensions(made)
        total = extra.pop("day-amount_fen", total)
        lines.append(
            {
                "code": _code(made["code"]),
                "item": _text(made["code"]),
                "amount_fen": fen(made["priceOverride"]),
                **_amount(made["quantity"]),
                **extra,
            }
        )
    return {
        "admission_no": number_of(items[0]["account"][0]),
        "day": items[0]["occurrenceDateTime"],
        "amount_fen": total,
        "lines": lines,
        **_person(items[0]["subject"]),
    }


def settlement(made: Json) -> Facts:
    """Read a PaymentNotice."""
    paid = made["payment"]["identifier"]
    on_bill = made["request"]["reference"].startswith("Invoice/")
    number = number_of(made["request"])
    return {
        "settlement_no": made["id"],
        "receipt_no": _identifiers(made)[f"{OWN}/receipt-no"],
        "kind": {"paid": "P", "cleared": "R"}[_code(made["paymentStatus"])],
        "bill_no": number if on_bill else "",
        "admission_no": "" if on_bill else number,
        "channel": paid["system"].rpartition("/")[2],
        "trade_no": paid["value"],
        "refund_no": "",
        "original_no": "",
        "amount_fen": fen(made["amount"]),
        "settled_at": made["created"],
        **extensions(made),
    }


def _report(made: Json) -> Facts:
    return {
        "report_no": made["id"],
        "order_no": number_of(made["basedOn"][0]),
        "visit_no": number_of(made["encounter"]),
        "item": made["code"]["text"],
        "reported_at": made["issued"],
        "reporter": shown(_first(made.get("performer"))),
        "reviewer": shown(_first(made.get("resultsInterpreter"))),
        **_person(made["subject"]),
    }


def laboratory(report: Json, observations: list[Json]) -> Facts:
    """Read a DiagnosticReport with its Observations."""
    specimen = report["specimen"][0]
    return {
        **_report(report),
        "collected_at": report["effectiveDateTime"],
        "specimen": shown(specimen),
        "barcode": specimen["identifier"]["value"],
        "results": [result(one) for one in observations],
    }


def result(made: Json) -> Facts:
    """Read an Observation."""
    measured = made.get("valueQuantity")
    unit = measured.get("unit", "") if measured else extensions(made).get("unit", "")
    limits = _first(made.get("referenceRange")).get("text", "～")
    return {
        "code": _code(made["code"]),
        "name": _text(made["code"]),
        "value": str(measured["value"]) if measured else made["valueString"],
        "unit": unit,
        "low": limits.partition("～")[0],
        "high": limits.partition("～")[2],
        "flag": _code(made["interpretation"][0]),
    }


def imaging(report: Json, study: Json) -> Facts:
    """Read a DiagnosticReport with its ImagingStudy."""
    return {
        **_report(report),
        "done_at": report["effectiveDateTime"],
        "impression": report.get("conclusion", ""),
        "findings": extensions(report).get("findings", ""),
        "modality": study["modality"][0]["code"],
        "body_part": study.get("description", ""),
        "accession_no": study["id"],
        "study_uid": _identifiers(study)["urn:dicom:uid"].removeprefix("urn:oid:"),
    }


def waiting(made: Json) -> Facts:
    """Read a Task."""
    return {
        "queue": made["groupIdentifier"]["value"],
        "seq": int(made["identifier"][0]["value"]),
        "reference": made["focus"]["identifier"]["value"],
        "room": shown(made.get("location")),
        "state": QUEUES[made["status"]],
        "called_at": made.get("executionPeriod", {}).get("start", ""),
        **_person(made["for"]),
    }


def checkup(made: Json) -> Facts:
    """Read the ServiceRequest of a check-up."""
    facts = {
        "order_no": made["id"],
        "package_code": _code(made["code"]),
        "package": _text(made["code"]),
        "day": made["occurrenceDateTime"],
        **_person(made["subject"]),
        **extensions(made),
    }
    if facts["state"] == "reported":
        facts["summary"] = made["note"][0]["text"]
    return facts


READERS: dict[str, Callable[[list[Json]], Facts]] = {
    "patient": lambda made: patient(made[0]),
    "department": lambda made: department(made[0]),
    "doctor": lambda made: doctor(made[0], made[1]),
    "drug": lambda made: drug(made[0]),
    "session": lambda made: session(made[0]),
    "registration": lambda made: registration(made[0]),
    "visit": lambda made: visit(made[0]),
    "admission": lambda made: stay(made[0]),
    "order": lambda made: order(made[0]),
    "bill": lambda made: bill(made[0]),
    "settlement": lambda made: settlement(made[0]),
    "lab": lambda made: laboratory(made[0], made[1:]),
    "exam": lambda made: imaging(made[0], made[1]),
    "prescription": prescription,
    "queue": lambda made: waiting(made[0]),
    "inpatient": charges,
    "checkup": lambda made: checkup(made[0]),
}


def read(received: Received) -> Told:
    """Return what a rest-hook was told."""
    content = json.loads(received.body)
    bundled = content["resourceType"] == "Bundle"
    made = [one["resource"] for one in content["entry"]] if bundled else [content]
    kind = received.headers["x-event-kind"]
    facts = merged(made[0]) if kind == "patient.merged" else READERS[kind.partition(".")[0]](made)
    return Told(kind, facts, received.headers["x-event-id"])
