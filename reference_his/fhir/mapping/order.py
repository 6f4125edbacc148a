"""ServiceRequest and MedicationRequest: orders, check-ups, prescriptions; Task: waiting lists."""

from typing import Any

from reference_his.facts import Facts

from .. import codes
from ..build import Json, concept, finish, identifier, own, patient, quantity, reference

CATEGORIES = {"lab": "检验", "exam": "检查", "treatment": "治疗", "checkup": "体检"}


def service(given: dict[str, Any]) -> Json:
    """Return a laboratory, imaging or treatment order."""
    facts = Facts(given)
    number, kind, state = facts.take("order_no"), facts.take("kind"), facts.take("state")
    doctor = reference("Practitioner", facts.take("doctor_code"), facts.take("doctor"))
    department = facts.take("department_code")
    made: Json = {
        "resourceType": "ServiceRequest",
        "id": number,
        "identifier": [identifier(own("order-no"), number)],
        "status": codes.ORDER[state],
        "intent": "order",
        "category": [concept(own("order-kind"), kind, CATEGORIES.get(kind, ""))],
        "code": concept(own("item"), facts.take("code"), facts.take("item")),
        "quantityQuantity": quantity(facts.take("quantity"), facts.take("unit")),
        "subject": patient(facts),
        "encounter": reference("Encounter", facts.take("visit_no")),
        "authoredOn": facts.take("ordered_at"),
        "requester": doctor,
        "performer": [reference("Organization", department, facts.take("department"))],
        "patientInstruction": facts.take("usage"),
        "extension": [_state(state)],
    }
    return finish(made, facts)


def _state(state: str) -> Json:
    return {"url": own("StructureDefinition/state"), "valueString": state}


def checkup(given: dict[str, Any]) -> Json:
    """Return a booked check-up package."""
    facts = Facts(given)
    number, state = facts.take("order_no"), facts.take("state")
    made: Json = {
        "resourceType": "ServiceRequest",
        "id": number,
        "identifier": [identifier(own("order-no"), number)],
        "status": codes.CHECKUP[state],
        "intent": "order",
        "category": [concept(own("order-kind"), "checkup", CATEGORIES["checkup"])],
        "code": concept(own("checkup-package"), facts.take("package_code"), facts.take("package")),
        "subject": patient(facts),
        "occurrenceDateTime": facts.take("day"),
        "note": [{"text": facts.take("summary")}],
        "extension": [_state(state)],
    }
    return finish(made, facts)


def medication(given: dict[str, Any]) -> Json:
    """Return an order for a drug; the prescription is its group."""
    facts = Facts(given)
    number, state = facts.take("order_no"), facts.take("state")
    department = facts.take("department_code")
    facts.take("kind")
    made: Json = {
        "resourceType": "MedicationRequest",
        "id": number,
        "identifier": [identifier(own("order-no"), number)],
        "status": codes.DRUG_ORDER[state],
        "intent": "order",
        "medicationReference": reference("Medication", facts.take("code"), facts.take("item")),
        "subject": patient(facts),
        "encounter": reference("Encounter", facts.take("visit_no")),
        "authoredOn": facts.take("ordered_at"),
        "requester": reference("Practitioner", facts.take("doctor_code"), facts.take("doctor")),
        "performer": reference("Organization", department, facts.take("department")),
        "groupIdentifier": identifier(own("prescription-no"), facts.take("rx_no")),
        "dosageInstruction": [{"text": facts.take("usage")}],
        "dispenseRequest": {"quantity": quantity(facts.take("quantity"), facts.take("unit"))},
        "extension": [_state(state)],
    }
    return finish(made, facts)


def prescription(given: dict[str, Any]) -> list[Json]:
    """Return the drugs of a prescription that is ready or handed out."""
    facts = Facts(given)
    whole = {name: facts.take(name) for name in ("rx_no", "visit_no", "kind", "state", "window")}
    who = {name: facts.take(name) for name in ("patient_no", "name")}
    return [_drug(line, whole, who) for line in facts.objects("lines")]


def _drug(line: dict[str, Any], whole: dict[str, str], who: dict[str, str]) -> Json:
    facts = Facts(line)
    number = facts.take("order_no")
    made: Json = {
        "resourceType": "MedicationRequest",
        "id": number,
        "identifier": [identifier(own("order-no"), number)],
        "status": codes.PRESCRIPTION[whole["state"]],
        "intent": "order",
        "category": [concept(own("prescription-kind"), whole["kind"])],
        "medicationReference": reference("Medication", facts.take("code"), facts.take("drug")),
        "subject": reference("Patient", who["patient_no"], who["name"]),
        "encounter": reference("Encounter", whole["visit_no"]),
        "groupIdentifier": identifier(own("prescription-no"), whole["rx_no"]),
        "dosageInstruction": [{"text": facts.take("usage")}],
        "dispenseRequest": {
            "quantity": quantity(facts.take("quantity"), facts.take("unit")),
            "performer": {"display": whole["window"]} if whole["window"] else None,
        },
        "extension": [_state(whole["state"])],
    }
    return finish(made, facts)


def waiting(given: dict[str, Any]) -> Json:
    """Return somebody's place in a waiting list."""
    facts = Facts(given)
    queue, seq, state = facts.take("queue"), facts.take("seq"), facts.take("state")
    called = facts.take("called_at")
    made: Json = {
        "resourceType": "Task",
        "identifier": [identifier(own(f"queue/{queue}"), seq)],
        "groupIdentifier": identifier(own("queue"), queue),
        "status": codes.QUEUE[state],
        "intent": "order",
        "code": concept(own("task"), "queue", "候诊"),
        "focus": {"identifier": identifier(own("reference"), facts.take("reference"))},
        "for": patient(facts),
        "executionPeriod": {"start": called} if called else None,
        "location": {"display": facts.take("room")} if facts.look("room") else None,
    }
    facts.take("room")
    return finish(made, facts)
