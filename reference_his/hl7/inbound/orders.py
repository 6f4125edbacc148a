"""ORM, OML and OMG from outside: the platform orders something, or takes it back."""

from typing import Any

from ...refusals import refuse
from ...services import orders
from ..errors import Refused, missing
from ..values import read_quantity
from .request import Reply, Request, numbers_of

DETAILS = ("OBR", "RXO")


def _line(group: Request) -> dict[str, Any]:
    """Return one wanted thing: code, quantity, usage."""
    code = group.get("OBR-4.1") or group.get("RXO-1.1")
    if not code:
        raise missing("OBR-4")
    quantity = group.get("ORC-7.1.1") or group.get("RXO-2")
    return {
        "code": code,
        "quantity": read_quantity(quantity) if quantity else "1",
        "usage": group.get("ORC-7.8") or group.get("RXO-6.2") or group.get("RXO-6.1"),
    }


def post(request: Request) -> Reply:
    """O01, O21, O19: ORC-1 is NW (all new ones are placed together) or CA.

    The answer has an ORC for each: OK or CR, the partner's number in ORC-2, ours in ORC-3.
    """
    groups = [
        Request(request.hospital, request.partner, group) for group in request.message.groups("ORC")
    ]
    if not groups:
        raise missing("ORC")
    new = [group for group in groups if group.get("ORC-1") == "NW"]
    gone = [group for group in groups if group.get("ORC-1") in ("CA", "OC")]
    if len(new) + len(gone) < len(groups):
        raise Refused("103", "只接受 NW 和 CA", "ORC-1", "FIELD_INVALID")
    done = [(group, "OK", order) for group, order in zip(new, _placed(request, new), strict=True)]
    done += [(group, "CR", _cancelled(request, group)) for group in gone]
    patient = request.message.first("PID")
    reply = Reply([patient] if patient else [])
    for position, (group, control, order) in enumerate(done, 1):
        reply.put(f"ORC[{position}]-1", control)
        reply.put(f"ORC[{position}]-2.1", group.get("ORC-2.1"))
        reply.put(f"ORC[{position}]-3.1", order["order_no"])
        # the form of the answer has what was ordered behind each ORC
        reply.segments += [item for item in group.message.segments if item.name in DETAILS][:1]
    return reply


def _placed(request: Request, groups: list[Request]) -> list[dict[str, Any]]:
    if not groups:
        return []
    visit_no = request.need("PV1-19.1")
    placed = orders.place(request.hospital, visit_no, [_line(group) for group in groups])
    for order in placed:
        _check_patient(request, order)
    return placed


def _cancelled(request: Request, group: Request) -> dict[str, Any]:
    number = group.get("ORC-3.1") or group.need("ORC-2.1")
    order = orders.cancel(request.hospital, number)
    _check_patient(request, order)
    return order


def _check_patient(request: Request, order: dict[str, Any]) -> None:
    """Refuse an order whose visit is not the patient's of the message."""
    number = numbers_of(request)["patient_no"] if request.message.first("PID") else ""
    if number and number != order["patient_no"]:
        raise refuse("IDENTITY_MISMATCH", number)
