"""MFN from outside: departments, doctors and drugs."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ...services import directory
from ..codec import NULL
from ..errors import Refused, invalid, missing
from ..messages import directory as layouts
from ..messages.layout import AT
from ..values import ValueRefused, read_fen
from .request import Reply, Request

Setter = Callable[..., Any]
# MFI-1: which facts are read from where, and who takes them in
FILES: Mapping[str, tuple[str, Mapping[str, Any], Setter]] = {
    "LOC": ("department.changed", layouts.STANDARD, directory.set_department),
    "STF": ("doctor.changed", layouts.STANDARD, directory.set_doctor),
    "PRA": ("doctor.changed", layouts.STANDARD, directory.set_doctor),
    "CDM": ("drug.changed", layouts.STANDARD, directory.set_drug),
    "DEPT": ("department.changed", layouts.LOCAL, directory.set_department),
    "DOCT": ("doctor.changed", layouts.LOCAL, directory.set_doctor),
    "DRUG": ("drug.changed", layouts.LOCAL, directory.set_drug),
}
ADD_OR_CHANGE = ("MAD", "MUP")


def post(request: Request) -> Reply:
    """M01, M02, M04, M05: add or change each entry; the answer has an MFA for each."""
    file = request.need("MFI-1.1")
    if file not in FILES:
        raise Refused("103", f"没有该主文件：{file[:20]}", "MFI-1", "FUNCTION_UNKNOWN")
    event, table, setter = FILES[file]
    reply = Reply()
    groups = list(request.message.groups("MFE"))
    if not groups:
        raise missing("MFE")
    for position, group in enumerate(groups, 1):
        entry = Request(request.hospital, request.partner, group)
        if entry.get("MFE-1") not in ADD_OR_CHANGE:
            raise Refused("103", "主文件条目只能新增或修改", f"MFE[{position}]-1", "FIELD_INVALID")
        values = _values(entry, table[event].parts)
        setter(request.hospital, entry.need("MFE-4.1"), **values)
        reply.put(f"MFA[{position}]-1", entry.get("MFE-1"))
        reply.put(f"MFA[{position}]-2", entry.get("MFE-2") or str(position))
        reply.put(f"MFA[{position}]-4.1", "S")
        reply.put(f"MFA[{position}]-5.1", entry.get("MFE-4.1"))
        reply.put(f"MFA[{position}]-6", "CE")
    return reply


def _values(entry: Request, parts: Any) -> dict[str, Any]:
    """Return what an entry says; a field that is not there leaves the record as it is."""
    found: dict[str, Any] = {}
    for part in parts:
        for name, place in part.places.items():
            text = entry.message.get(place)
            if name in (AT, "code") or not text:
                continue
            found[name] = _read(name, place, "" if text == NULL else text)
    if "parent_code" in found:
        found["parent_code"] = found["parent_code"] or None
    return found


def _read(name: str, place: str, text: str) -> Any:
    try:
        if name.endswith("_fen"):
            return read_fen(text)
    except ValueRefused:
        raise invalid(place, text) from None
    if name == "stock" and not re.fullmatch(r"\d{1,10}(\.\d{1,2})?", text):
        raise invalid(place, text)
    return text
