"""DFT: what is owed, and what was paid and given back."""

from ..codec import Message
from ..values import SETTLEMENT_KINDS
from .layout import AT, Facts, Layout, Part
from .people import STAY_PID, evn, visit_of

CURRENCY = "CNY"


def _kind(draft: Message, facts: Facts) -> None:
    draft.put("FT1-6", SETTLEMENT_KINDS[facts["kind"]])


PAYMENT = Part(
    ("FT1",),
    {"FT1-1": "1", "FT1-11.1.2": CURRENCY},
    {
        "settlement_no": "FT1-2",
        "settled_at": "FT1-4",
        "business": "FT1-7.1",
        "amount_fen": "FT1-11.1.1",
    },
    fill=_kind,
)
TRADE = Part(
    ("ZPY",),
    places={
        "channel": "ZPY-1",
        "trade_no": "ZPY-2",
        "refund_no": "ZPY-3",
        "insurance_fen": "ZPY-4",
        "receipt_no": "ZPY-5",
        "original_no": "ZPY-6",
        "bill_no": "ZPY-7",
    },
)
CHARGES = Part(
    ("FT1",),
    {"FT1-6": "CG", "FT1-7.3": "L"},
    {
        AT: "FT1-4",
        "code": "FT1-7.1",
        "item": "FT1-7.2",
        "unit": "FT1-9",
        "quantity": "FT1-10",
        "amount_fen": "FT1-11.1.1",
        "price_fen": "FT1-12.1.1",
        "category": "FT1-17",
    },
    rows="lines",
    number="FT1-1",
)
BILL = Part(
    ("ZBL",),
    places={
        "bill_no": "ZBL-1",
        "business": "ZBL-2",
        "version": "ZBL-3",
        "reg_no": "ZBL-4",
        "total_fen": "ZBL-5",
        "insurance_fen": "ZBL-6",
        "state": "ZBL-7",
    },
)
DAY = Part(("ZBL",), places={"amount_fen": "ZBL-5", "day": "ZBL-8"})


def _dft(*parts: Part) -> Layout:
    return Layout("DFT", "P03", "DFT_P03", (evn("P03"), STAY_PID, *parts))


STANDARD = {
    "bill.created": _dft(visit_of(), CHARGES, BILL),
    "bill.changed": _dft(visit_of(), CHARGES, BILL),
    "bill.void": _dft(visit_of(), CHARGES, BILL),
    "settlement.paid": _dft(PAYMENT, TRADE),
    "settlement.refunded": _dft(PAYMENT, TRADE),
    "inpatient.charged": _dft(CHARGES, DAY),
}
