"""Appointment: a registration, a hold or a proposal."""

from typing import Any

from reference_his.facts import Facts

from .. import codes
from ..build import Json, concept, finish, identifier, own, reference


def resource(given: dict[str, Any]) -> Json:
    """Return a registration; ``state`` ``pending`` is a hold and ``proposed`` an offer."""
    facts = Facts(given)
    state = facts.take("state")
    number, partner_no = facts.take("reg_no"), facts.take("partner_no")
    made: Json = {
        "resourceType": "Appointment",
        "id": number,
        "identifier": [
            identifier(own("registration-no"), number if state in codes.REGISTRATION else ""),
            identifier(own(f"partner-no/{facts.look('channel')}"), partner_no),
        ],
        "status": codes.REGISTRATION.get(state, state),
        "appointmentType": _level(facts),
        "start": facts.take("starts_at"),
        "end": facts.take("ends_at"),
        "slot": [_slot(facts)],
        "participant": _participants(facts),
    }
    if state in codes.REGISTRATION:
        made["extension"] = [{"url": own("StructureDefinition/state"), "valueString": state}]
    return finish(made, facts)


def _level(facts: Facts) -> Json | None:
    level = facts.take("level")
    return concept(own("level"), level, codes.LEVELS.get(level, ""))


def _slot(facts: Facts) -> Json | None:
    return reference("Slot", f"{facts.take('session_id')}-{facts.take('seq')}")


def _participants(facts: Facts) -> list[Json]:
    department = facts.take("department_code")
    actors = (
        reference("Patient", facts.take("patient_no"), facts.take("name")),
        reference("Practitioner", facts.take("doctor_code"), facts.take("doctor")),
        reference("HealthcareService", department, facts.take("department")),
    )
    return [{"actor": actor, "status": "accepted"} for actor in actors if actor]
