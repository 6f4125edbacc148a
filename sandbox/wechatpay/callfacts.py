"""What a call says about itself before it is checked: faults are matched with it."""

import re

from simulation.messages import Call

V2_PATHS = ("/pay/", "/secapi/")
V3_MCHID = re.compile(r'mchid="(\d+)"')
V2_MCHID = re.compile(rb"<mch_id>(?:<!\[CDATA\[)?(\d+)")
NUMBER = re.compile(rb"(?:out_refund_no|out_trade_no)\"?\s*[:>]\s*(?:\"|<!\[CDATA\[)?([\w\-|*@]+)")


def is_v2(path: str) -> bool:
    """Tell whether an address belongs to the old interface."""
    return path.startswith(V2_PATHS)


def claimed_mchid(call: Call) -> str:
    """Return the merchant number that a call claims, unchecked."""
    if is_v2(call.path):
        found = V2_MCHID.search(call.body)
        return found[1].decode() if found else ""
    claimed = V3_MCHID.search(call.headers.get("authorization", ""))
    return claimed[1] if claimed else ""


def facts(call: Call) -> dict[str, str]:
    """Return ``merchant`` and ``key``: the order's, refund's or bill's number, if it is there."""
    key = call.parts.get("number", "") or call.query.get("bill_date", "")
    if not key and (found := NUMBER.search(call.body)):
        key = found[1].decode(errors="replace")
    return {"merchant": claimed_mchid(call), "key": key}
