"""What goes wrong in a HIS itself, beyond what sockets do."""

from typing import Any

from simulation.faults import Fault

from ..refusals import refuse
from ..services import bills, numbers, orders, registrations
from .functions import Asked

GATEWAY = "vendor"
KINDS = {
    "trade_lost": "trade_check says notfound although the trade was settled",
    "unknown_code": "coded fields carry ZZ, which is in no table",
    "partial_page": "a list ends in the middle, although its total says more",
    "clock_skew": "all times in answers are wrong (seconds: 7200)",
    "maintenance": "every function is refused: the system is being maintained",
    "bill_changes": "a line joins the bill after it was shown, so its version is old",
    "lock_stolen": "the window gives a number away after it was locked",
    "slow_query": "the database takes long, and everybody waits (seconds: 0.5, at most 10)",
}
SLOWEST_SECONDS = 10.0


def struck(asked: Asked, kind: str, operation: str) -> Fault | None:
    """Return the rule that strikes this call; fields of the call can be matched by our names."""
    rules = asked.hospital.faults
    if not rules.listed():
        return None
    facts = {name: str(value) for name, value in asked.values.items()}
    return rules.take(kind, GATEWAY, operation, {"merchant": asked.partner.appid, **facts})


def before(asked: Asked, operation: str) -> None:
    """Act out what happens before the work.

    :raise Refusal: MAINTENANCE.
    """
    if struck(asked, "maintenance", operation):
        raise refuse("MAINTENANCE")
    if slow := struck(asked, "slow_query", operation):
        seconds = min(slow.number("seconds", 0.5), SLOWEST_SECONDS)
        asked.hospital.db.run("SELECT pg_sleep(%s)", (seconds,))


def after(asked: Asked, operation: str, found: Any) -> Any:
    """Act out what happens after the work; return what is answered."""
    if operation == "lock" and struck(asked, "lock_stolen", operation):
        _steal(asked, found["lock_id"])
    if operation in ("unpaid", "details", "presettle") and struck(asked, "bill_changes", operation):
        _change(asked, found)
    if struck(asked, "partial_page", operation):
        return _half(found)
    return found


def _half(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: _half(value) for name, value in found.items()}
    return found[: len(found) // 2] if isinstance(found, list) else found


def _steal(asked: Asked, lock_id: str) -> None:
    """Register somebody else for the locked number, at the window."""
    hospital = asked.hospital
    row = hospital.db.one("SELECT * FROM number_lock WHERE lock_id = %s", (lock_id,)) or {}
    other = hospital.db.one(
        "SELECT p.patient_no FROM patient p WHERE p.merged_into IS NULL AND p.id <> %s"
        " AND NOT EXISTS (SELECT 1 FROM registration r JOIN session s ON s.id = %s"
        " WHERE r.patient_id = p.id AND r.day = s.day) ORDER BY p.id LIMIT 1",
        (row["patient_id"], row["session_id"]),
    )
    numbers.unlock(hospital, lock_id)
    if other:
        registrations.book(
            hospital, row["session_id"], other["patient_no"], "window", seq=row["seq"]
        )


def _change(asked: Asked, found: Any) -> None:
    """Let the doctor order one more thing for the visit that the bill is of."""
    shown = next(iter(found), None) if isinstance(found, list) else found
    item = asked.hospital.db.one(
        "SELECT code FROM item WHERE kind = 'treatment' ORDER BY price_fen, code LIMIT 1"
    )
    if not (shown and item):
        return
    bill = bills.get(asked.hospital, shown["bill_no"])
    if bill["state"] == "unpaid" and bill["visit_no"]:
        orders.place(asked.hospital, bill["visit_no"], [{"code": item["code"]}])


def skew(asked: Asked, operation: str) -> float:
    """Return how many seconds the times in this answer are wrong by."""
    rule = struck(asked, "clock_skew", operation)
    return rule.number("seconds", 7200) if rule else 0.0


def unknown_codes(asked: Asked, operation: str) -> bool:
    """Tell whether this answer's codes are unknown ones."""
    return struck(asked, "unknown_code", operation) is not None
