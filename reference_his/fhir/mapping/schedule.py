"""Schedule and Slot: sessions and their numbers."""

from typing import Any

from reference_his.facts import Facts

from .. import codes
from ..build import Json, concept, finish, own, reference


def resource(given: dict[str, Any]) -> Json:
    """Return a session; a suspended one is not active."""
    facts = Facts(given)
    level, day = facts.take("level"), facts.take("day")
    department, name = facts.take("department_code"), facts.take("department")
    made: Json = {
        "resourceType": "Schedule",
        "id": facts.take("session_id"),
        "active": facts.take("state") == "open",
        "serviceType": [concept(own("level"), level, codes.LEVELS.get(level, ""))],
        "actor": [
            reference("Practitioner", facts.take("doctor_code"), facts.take("doctor")),
            reference("HealthcareService", department, name),
        ],
        "planningHorizon": {"start": day, "end": day},
    }
    return finish(made, facts)


def slot(given: dict[str, Any]) -> Json:
    """Return one number."""
    facts = Facts(given)
    session, seq = facts.take("session_id"), facts.take("seq")
    for told in ("day", "half_day", "department_code", "doctor_code", "session_state"):
        facts.take(told)  # of the schedule
    state = codes.NUMBER[facts.take("state")]
    made: Json = {
        "resourceType": "Slot",
        "id": f"{session}-{seq}",
        "schedule": reference("Schedule", session),
        "status": "busy-unavailable" if _stopped(given, state) else state,
        "start": facts.take("starts_at"),
        "end": facts.take("ends_at"),
        "comment": f"{seq}号",
    }
    return finish(made, facts)


def _stopped(given: dict[str, Any], state: str) -> bool:
    return given.get("session_state") == "suspended" and state == "free"
