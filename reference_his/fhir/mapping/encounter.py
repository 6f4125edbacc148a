"""Encounter: visits and stays."""

from typing import Any

from reference_his.facts import Facts

from .. import codes
from ..build import Json, concept, finish, identifier, own, patient, period, reference


def visit(given: dict[str, Any]) -> Json:
    """Return an outpatient or emergency visit."""
    facts = Facts(given)
    number, reg_no, kind = facts.take("visit_no"), facts.take("reg_no"), facts.take("kind")
    ended = facts.take("ended_at")
    code, display = codes.CLASSES[kind]
    department, name = facts.take("department_code"), facts.take("department")
    made: Json = {
        "resourceType": "Encounter",
        "id": number,
        "identifier": [identifier(own("visit-no"), number)],
        "status": "finished" if ended else "in-progress",
        "class": {"system": codes.ACT_CODE, "code": code, "display": display},
        "subject": patient(facts),
        "participant": [_doctor(facts)],
        "appointment": [reference("Appointment", reg_no)],
        "period": period(facts.take("started_at"), ended),
        "reasonCode": [
            concept(codes.DIAGNOSIS, facts.take("diagnosis_code"), facts.take("diagnosis")),
            concept("", "", facts.take("complaint")),
        ],
        "location": [{"location": reference("Location", department, name)}],
        "serviceProvider": reference("Organization", department),
    }
    return finish(made, facts)


def stay(given: dict[str, Any]) -> Json:
    """Return an in-patient stay with ward and bed; its id is that of the visit."""
    facts = Facts(given)
    number, state = facts.take("visit_no"), facts.take("state")
    ward = facts.take("ward_code")
    code, display = codes.CLASSES["I"]
    made: Json = {
        "resourceType": "Encounter",
        "id": number,
        "identifier": [
            identifier(own("visit-no"), number),
            identifier(own("admission-no"), facts.look("admission_no")),
        ],
        "status": codes.STAY[state],
        "class": {"system": codes.ACT_CODE, "code": code, "display": display},
        "subject": patient(facts),
        "participant": [_doctor(facts)],
        "period": period(facts.take("admitted_at"), facts.take("discharged_at")),
        "account": [reference("Account", facts.take("admission_no"))],
        "location": [
            {
                "location": reference("Location", ward, facts.take("ward")),
                "physicalType": concept(own("bed"), facts.take("bed")),
            }
        ],
        "serviceProvider": reference("Organization", ward),
        "extension": [{"url": own("StructureDefinition/state"), "valueString": state}],
    }
    return finish(made, facts)


def _doctor(facts: Facts) -> Json:
    doctor = reference("Practitioner", facts.take("doctor_code"), facts.take("doctor"))
    return {"individual": doctor}
