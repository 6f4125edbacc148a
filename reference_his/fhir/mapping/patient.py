"""Patient."""

from typing import Any

from reference_his.facts import Facts

from .. import codes
from ..build import Json, finish, identifier, reference


def resource(given: dict[str, Any]) -> Json:
    """Return a patient; a merged one is inactive and names who lives on."""
    facts = Facts(given)
    number = facts.take("patient_no")
    into = facts.take("into_patient_no")
    made: Json = {
        "resourceType": "Patient",
        "id": number,
        "identifier": [
            identifier(codes.PATIENT_NO, number, "official"),
            _identity(facts),
            *(
                identifier(codes.CARDS[one["kind"]], one["card_no"])
                for one in facts.objects("cards")
            ),
        ],
        "active": not into,
        "name": [{"use": "official", "text": facts.take("name")}],
        "telecom": [_mobile(facts.take("mobile"))],
        "gender": codes.GENDERS.get(facts.take("sex")),
        "birthDate": facts.take("birth"),
        "address": [{"text": facts.take("address")}],
    }
    if into:
        made["link"] = [{"other": reference("Patient", into), "type": "replaced-by"}]
    return finish(made, facts)


def _identity(facts: Facts) -> Json | None:
    number = facts.take("id_number")
    if not number:
        return None  # the kind of a document that nobody has seen stays a fact of its own
    id_type = facts.take("id_type")
    return identifier(codes.id_system(id_type), number, "secondary")


def _mobile(number: str) -> Json | None:
    return {"system": "phone", "value": number, "use": "mobile"} if number else None
