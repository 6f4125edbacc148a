"""ADT: patients, visits, stays and the waiting lists."""

from ..codec import Message
from ..values import CARDS, SEX, id_type_written
from .layout import AT, Facts, Layout, Part

AUTHORITY = "HIS"


def evn(trigger: str) -> Part:
    """Return the event segment."""
    return Part(("EVN",), {"EVN-1": trigger}, {AT: "EVN-2"})


def _identify(draft: Message, facts: Facts) -> None:
    """Write the patient's numbers: hospital number, identity paper, cards."""
    found = [(facts["patient_no"], "PI")]
    if facts.get("id_number"):
        found.append((facts["id_number"], id_type_written(facts["id_type"])))
    for card in facts.get("cards") or []:
        found.append((card["card_no"], CARDS.get(card["kind"], card["kind"])))
    for position, (number, kind) in enumerate(found, 1):
        draft.put(f"PID-3[{position}].1", number)
        draft.put(f"PID-3[{position}].4", AUTHORITY)
        draft.put(f"PID-3[{position}].5", kind)
    if facts.get("sex"):
        draft.put("PID-8", SEX[facts["sex"]])


# every message about somebody; the full one only when the person is the subject
PID = Part(
    ("PID",),
    {"PID-1": "1"},
    {"patient_no": "PID-3.1", "name": "PID-5.1"},
    fill=_identify,
)
PERSON = PID.with_places(birth="PID-7", address="PID-11.1", mobile="PID-13.1")
STAY_PID = PID.with_places(admission_no="PID-18.1")
NO_VISIT = Part(("PV1",), {"PV1-1": "1", "PV1-2": "N"})


def visit_of(kind: str = "O") -> Part:
    """Return the visit segment of messages that only name the visit."""
    return Part(("PV1",), {"PV1-1": "1", "PV1-2": kind}, {"visit_no": "PV1-19.1"})


VISIT = Part(
    ("PV1",),
    {"PV1-1": "1"},
    {
        "kind": "PV1-2",
        "department_code": "PV1-3.1",
        "department": "PV1-3.9",
        "reg_no": "PV1-5.1",
        "doctor_code": "PV1-7.1",
        "doctor": "PV1-7.2",
        "visit_no": "PV1-19.1",
        "started_at": "PV1-44",
        "ended_at": "PV1-45",
    },
)
DIAGNOSIS = Part(
    ("DG1",),
    {"DG1-1": "1", "DG1-3.3": "I10", "DG1-6": "F"},
    {"diagnosis_code": "DG1-3.1", "diagnosis": "DG1-3.2"},
    optional=True,
)
STAY = Part(
    ("PV1",),
    {"PV1-1": "1", "PV1-2": "I"},
    {
        "ward_code": "PV1-3.1",
        "bed": "PV1-3.3",
        "ward": "PV1-3.9",
        "doctor_code": "PV1-7.1",
        "doctor": "PV1-7.2",
        "visit_no": "PV1-19.1",
        "state": "PV1-41",
        "admitted_at": "PV1-44",
        "discharged_at": "PV1-45",
    },
)
WAITING = (
    Part(("PV1",), {"PV1-1": "1", "PV1-2": "O"}, {"room": "PV1-3.2"}),
    Part(
        ("ZQU",),
        places={
            "queue": "ZQU-1",
            "seq": "ZQU-2",
            "reference": "ZQU-3",
            "state": "ZQU-4",
            "called_at": "ZQU-5",
        },
    ),
)
MERGE = Part(
    ("PID", "MRG"),
    {"PID-1": "1", "PID-3.4": AUTHORITY, "PID-3.5": "PI", "MRG-1.4": AUTHORITY, "MRG-1.5": "PI"},
    {"into_patient_no": "PID-3.1", "name": "PID-5.1", "patient_no": "MRG-1.1"},
)


def _adt(trigger: str, structure: str, *parts: Part) -> Layout:
    return Layout("ADT", trigger, structure, (evn(trigger), *parts))


STANDARD = {
    "patient.created": _adt("A28", "ADT_A05", PERSON, NO_VISIT),
    "patient.updated": _adt("A31", "ADT_A05", PERSON, NO_VISIT),
    "patient.merged": _adt("A40", "ADT_A39", MERGE),
    "visit.started": _adt("A04", "ADT_A01", PID, VISIT, DIAGNOSIS),
    "visit.ended": _adt("A03", "ADT_A03", PID, VISIT, DIAGNOSIS),
    "admission.admitted": _adt("A01", "ADT_A01", STAY_PID, STAY),
    "admission.discharged": _adt("A03", "ADT_A03", STAY_PID, STAY),
    "queue.entered": _adt("A10", "ADT_A09", PID, *WAITING),
    "queue.called": _adt("A10", "ADT_A09", PID, *WAITING),
    "queue.passed": _adt("A10", "ADT_A09", PID, *WAITING),
}
LOCAL = {
    **STANDARD,
    "patient.created": _adt("A04", "ADT_A01", PERSON, NO_VISIT),
    "patient.updated": _adt("A08", "ADT_A01", PERSON, NO_VISIT),
}
