"""HL7 messages to facts: parsed by python-hl7, with the addresses that the page names."""

from __future__ import annotations

from typing import Any

from tests_world.foreign_hl7 import limits, rows_of
from tests_world.his_hl7 import page
from tests_world.his_hl7.mllp import value

from .told import WHOLE, Facts, Told, digits_to_iso

TABLE = page.places("standard")
SEX = {"M": "1", "F": "2", "U": "0", "O": "9"}
PAPERS = {"NNCHN": "01", "PPN": "03"}
CARDS = {"MR": "01", "SS": "02", "HC": "03"}
OPENERS = {"results": "OBX", "prescription": "ORC"}
BY_TYPE = {
    "ADT^A28": "patient.created",
    "ADT^A31": "patient.updated",
    "ADT^A40": "patient.merged",
    "MFN^M05": "department.changed",
    "MFN^M02": "doctor.changed",
    "MFN^M04": "drug.changed",
    "SIU^S23": "session.suspended",
    "SIU^S15": "registration.cancelled",
    "SIU^S26": "registration.no_show",
    "ADT^A04": "visit.started",
    "ADT^A01": "admission.admitted",
}
# what tells events of one message type apart: address, and its values
BY_VALUE = {
    "SIU^S24": ("SCH-6.1", {"PUBLISHED": "session.published", "RESUMED": "session.resumed"}),
    "SIU^S14": ("SCH-25.1", {"paid": "registration.paid", "signed": "registration.signed"}),
    "RDS^O13": ("ZRX-2", {"ready": "prescription.ready", "dispensed": "prescription.dispensed"}),
    "ADT^A10": (
        "ZQU-4",
        {"waiting": "queue.entered", "called": "queue.called", "passed": "queue.passed"},
    ),
}
ORDER_TYPES = ("OML^O21", "OMG^O19", "ORM^O01")


def kind_of(message: Any) -> str:
    """Return the kind of event that a message tells of."""
    name = f"{value(message, 'MSH-9.1')}^{value(message, 'MSH-9.2')}"
    if name in BY_TYPE:
        return BY_TYPE[name]
    if name in BY_VALUE:
        place, kinds = BY_VALUE[name]
        return kinds[value(message, place)]
    if name in ORDER_TYPES:
        state = value(message, "ZOR-1")
        return {"cancelled": "order.cancelled", "done": "order.done"}.get(state, "order.created")
    if name == "SIU^S12":
        return "checkup.booked" if value(message, "SCH-8.1") == "CHECKUP" else "registration.booked"
    if name == "ADT^A03":
        return "admission.discharged" if value(message, "PID-18.1") else "visit.ended"
    if name == "ORU^R01":
        report = "lab.reported" if value(message, "OBR-3.1") else "checkup.reported"
        return "exam.reported" if value(message, "OBR-18") else report
    assert name == "DFT^P03", name
    return _money_kind(message)


def _money_kind(message: Any) -> str:
    if value(message, "ZPY-1"):
        paid = value(message, "FT1-6") == "PY"
        return "settlement.paid" if paid else "settlement.refunded"
    if value(message, "ZBL-8"):
        return "inpatient.charged"
    if value(message, "ZBL-7") == "void":
        return "bill.void"
    return "bill.created" if value(message, "ZBL-3") == "1" else "bill.changed"


def _fact(name: str, text: str) -> Any:
    text = text.replace("\r", "\n")  # what python-hl7 makes of \\.br\\
    if not text:
        return ""
    if name.endswith("_fen"):
        yuan, _dot, fen = text.partition(".")
        return int(yuan + fen)
    if name.endswith("_at") or name in ("day", "birth"):
        return digits_to_iso(text.removesuffix("+0800"))
    return int(text) if name in WHOLE else text


def _listed(message: Any, name: str, kind: str, places: dict[str, str]) -> list[Facts]:
    opener = OPENERS.get(name) or OPENERS.get(kind.partition(".")[0], "FT1")
    found = []
    for row in rows_of(message, opener):
        facts = {key: _fact(key, value(row, place)) for key, place in places.items()}
        if name == "results":
            facts |= limits(value(row, "OBX-7"))
        if facts["code"]:
            found.append(facts)
    return found


def _identity(message: Any) -> Facts:
    found: Facts = {"id_type": "", "id_number": "", "cards": []}
    for number in message.segment("PID")(3):
        kind = str(number(5))
        if kind in CARDS:
            found["cards"].append({"kind": CARDS[kind], "card_no": str(number(1))})
        elif kind != "PI":
            found |= {"id_type": PAPERS.get(kind, kind[1:]), "id_number": str(number(1))}
    return found


def read(message: Any) -> Told:
    """Return what a message tells."""
    kind = kind_of(message)
    order_kind = value(message, "ZOR-2") if kind.startswith("order.") else ""
    places = TABLE[kind, order_kind][1]
    lists: dict[str, dict[str, str]] = {}
    facts: Facts = {}
    for name, place in places.items():
        one, _of, whole = name.partition("_of_")
        if whole:
            lists.setdefault(whole, {})[one] = place
        elif place != "OBX-7":
            facts[name] = _fact(name, value(message, place))
    for name, inner in lists.items():
        facts[name] = _listed(message, name, kind, inner)
    if "sex" in facts:
        facts |= {"sex": SEX[facts["sex"]], **_identity(message)}
    if kind.startswith("settlement."):
        facts["kind"] = {"PY": "P", "CD": "R"}[facts["kind"]]
    return Told(kind, facts, value(message, "MSH-10"))
