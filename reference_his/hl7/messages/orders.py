"""OML, OMG, ORM and RDS: what was ordered, cancelled, done and dispensed."""

from collections.abc import Mapping

from ..codec import Message
from .layout import AT, Facts, Layout, Part
from .people import PID, visit_of

# HL7 table 0038; the hospital's own word stands in ZOR-1
STATUS = {"new": "SC", "charged": "SC", "doing": "IP", "done": "CM", "cancelled": "CA"}
CONTROL = {"order.created": "NW", "order.cancelled": "CA", "order.done": "SC"}


def _status(draft: Message, facts: Facts) -> None:
    draft.put("ORC-5", STATUS[facts["state"]])


def _common(control: str) -> Part:
    return Part(
        ("ORC",),
        {"ORC-1": control},
        {
            "order_no": "ORC-2.1",
            "rx_no": "ORC-4.1",
            "quantity": "ORC-7.1.1",
            "unit": "ORC-7.1.2",
            "usage": "ORC-7.8",
            "ordered_at": "ORC-9",
            "doctor_code": "ORC-12.1",
            "doctor": "ORC-12.2",
        },
        fill=_status,
    )


SERVICE = Part(
    ("OBR",),
    {"OBR-1": "1"},
    {"order_no": "OBR-2.1", "code": "OBR-4.1", "item": "OBR-4.2"},
)
DRUG = Part(
    ("RXO",),
    {},
    {
        "code": "RXO-1.1",
        "item": "RXO-1.2",
        "quantity": "RXO-2",
        "unit": "RXO-4.2",
    },
)
OWN = Part(
    ("ZOR",),
    places={
        "state": "ZOR-1",
        "kind": "ZOR-2",
        "department_code": "ZOR-3.1",
        "department": "ZOR-3.2",
    },
)
# what an order is about decides the message
FORMS: Mapping[str, tuple[str, str, str, Part]] = {
    "lab": ("OML", "O21", "OML_O21", SERVICE),
    "exam": ("OMG", "O19", "OMG_O19", SERVICE),
    "treatment": ("ORM", "O01", "ORM_O01", SERVICE),
    "drug": ("ORM", "O01", "ORM_O01", DRUG),
}


def order(event: str, kind: str) -> Layout:
    """Return the layout of an order: ``kind`` is what the order is about."""
    code, trigger, structure, detail = FORMS[kind]
    parts = (PID, visit_of(), _common(CONTROL[event]), detail, OWN)
    return Layout(code, trigger, structure, parts)


ORDERS = {(event, kind): order(event, kind) for event in CONTROL for kind in FORMS}


def _prescription(status: str) -> Layout:
    line = Part(
        ("ORC", "RXD", "RXR"),
        {"ORC-1": "RE", "ORC-5": status, "RXR-1.2": "遵医嘱"},
        {
            "order_no": "ORC-2.1",
            "code": "RXD-2.1",
            "drug": "RXD-2.2",
            AT: "RXD-3",
            "quantity": "RXD-4",
            "unit": "RXD-5.2",
            "rx_no": "RXD-7",
            "usage": "RXD-9",
        },
        rows="lines",
        shared=("rx_no",),
        number="RXD-1",
    )
    own = Part(
        ("ZRX",),
        places={"kind": "ZRX-1", "state": "ZRX-2", "window": "ZRX-3", "rx_no": "ZRX-4"},
    )
    return Layout("RDS", "O13", "RDS_O13", (PID, visit_of(), line, own))


STANDARD = {
    "prescription.ready": _prescription("IP"),
    "prescription.dispensed": _prescription("CM"),
}
