"""What in-patients are charged, day by day."""

import datetime
from collections.abc import Sequence

from ..db import Row
from ..hospital import Hospital
from ..refusals import refuse
from . import facts_of
from .bills import Line
from .common import Facts, plain

MONEY = """
SELECT coalesce((SELECT sum(amount_fen) FROM inpatient_charge c
        WHERE c.admission_no = %(no)s), 0)::bigint AS charged_fen,
    coalesce((SELECT sum(CASE kind WHEN 'P' THEN amount_fen ELSE -amount_fen END) FROM settlement
        WHERE admission_no = %(no)s AND business = 'deposit'), 0)::bigint AS deposit_fen
"""


def money(hospital: Hospital, admission_no: str) -> Row:
    """Return ``charged_fen`` and ``deposit_fen``: deposits less what went back of them."""
    return hospital.db.one(MONEY, {"no": admission_no}) or {}


def stay_row(hospital: Hospital, admission_no: str) -> Row:
    """Return a stay that nobody else can change meanwhile. Only inside a transaction.

    :raise Refusal: ADMISSION_UNKNOWN.
    """
    row = hospital.db.one(
        "SELECT * FROM admission WHERE admission_no = %s FOR UPDATE", (admission_no,)
    )
    if row is None:
        raise refuse("ADMISSION_UNKNOWN", admission_no)
    return row


def add(
    hospital: Hospital,
    admission_no: str,
    lines: Sequence[Line],
    day: datetime.date | None = None,
) -> Facts:
    """Charge a stay on a day (today) and tell of it. Only inside a transaction.

    :raise Refusal: ADMISSION_UNKNOWN; ADMISSION_CLOSED when the patient has been discharged.
    """
    stay = facts_of.admission(hospital, admission_no)
    # the lock keeps a discharge from adding up while this is charged
    held = hospital.db.one(
        "SELECT 1 FROM admission WHERE admission_no = %s AND state = 'in' FOR UPDATE",
        (admission_no,),
    )
    if held is None:
        raise refuse("ADMISSION_CLOSED")
    when = day or hospital.today()
    hospital.db.many(
        "INSERT INTO inpatient_charge (admission_no, day, code, name, category, quantity, unit,"
        " price_fen, amount_fen, charged_at) VALUES %s",
        [
            (
                admission_no,
                when,
                line.code,
                line.name,
                line.category,
                line.quantity,
                line.unit,
                line.price_fen,
                line.amount_fen,
                hospital.now(),
            )
            for line in lines
        ],
    )
    told = {
        "admission_no": admission_no,
        "patient_no": stay["patient_no"],
        "name": stay["name"],
        "day": when.isoformat(),
        "amount_fen": sum(line.amount_fen for line in lines),
        "lines": [
            {
                "code": line.code,
                "item": line.name,
                "category": line.category,
                "quantity": plain(line.quantity),
                "unit": line.unit,
                "price_fen": line.price_fen,
                "amount_fen": line.amount_fen,
            }
            for line in lines
        ],
    }
    hospital.emit("inpatient.charged", admission_no, told)
    return told
