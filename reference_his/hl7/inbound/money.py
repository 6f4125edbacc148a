"""DFT from outside: a platform took money for a bill or a stay, or gave it back."""

from collections.abc import Mapping
from typing import Any

from ...refusals import refuse
from ...services import billing, inpatients
from ..errors import Refused, missing
from ..messages.money import TRADE
from .request import Reply, Request, numbers_of

PAYMENT, REFUND = "PY", "CD"


def post(request: Request) -> Reply:
    """P03: each FT1 with its ZPY is one payment or refund; all are taken in, or none.

    The answer has one ZPY for each: receipt in ZPY-5, settlement in ZPY-8.
    """
    reply = Reply()
    for group in request.message.groups("FT1"):
        part = Request(request.hospital, request.partner, group)
        settled = _settled(part, request)
        _check_patient(request, settled)
        draft = next(TRADE.written(settled, ""))
        draft.put("ZPY-8", str(settled["settlement_no"]))
        reply.segments += draft.segments
    if not reply.segments:
        raise missing("FT1")
    return reply


def _settled(part: Request, whole: Request) -> Mapping[str, Any]:
    kind = part.need("FT1-6")
    if kind == REFUND:
        return billing.refund(
            part.hospital,
            part.need("ZPY-6"),
            part.need("ZPY-3"),
            part.fen("FT1-11.1.1"),
            operator=_operator(part),
        )
    if kind != PAYMENT:
        raise Refused("103", f"交易类型不在值域内：{kind[:10]}", "FT1-6", "FIELD_INVALID")
    if part.get("FT1-7.1") == "deposit":
        return inpatients.deposit(
            part.hospital,
            whole.need("PID-18.1"),
            part.need("ZPY-2"),
            part.need("ZPY-1"),
            part.fen("FT1-11.1.1"),
            operator=_operator(part),
        )
    bill_no = part.need("ZPY-7")
    version = part.integer("ZBL-3")
    if version is None:
        version = int(billing.details(part.hospital, bill_no)["version"])
    return billing.settle(
        part.hospital,
        bill_no,
        version,
        part.need("ZPY-2"),
        part.need("ZPY-1"),
        part.fen("FT1-11.1.1"),
        part.fen("ZPY-4") if part.get("ZPY-4") else 0,
        operator=_operator(part),
    )


def _operator(part: Request) -> str:
    return part.get("FT1-20.1") or part.partner.name


def _check_patient(request: Request, settled: Mapping[str, Any]) -> None:
    """Refuse money for a bill of somebody else than the patient of the message."""
    number = numbers_of(request)["patient_no"] if request.message.first("PID") else ""
    if number and number != settled["patient_no"]:
        raise refuse("IDENTITY_MISMATCH", number)
