"""Which messages are understood, who handles them, and which message answers them."""

from collections.abc import Mapping
from dataclasses import dataclass

from . import appointments, directory, money, orders, patients
from .request import Handler


@dataclass(frozen=True)
class Form:
    """How a message is handled and answered.

    :param str code: MSH-9.1 of the answer; ACK keeps the trigger of what it answers.
    """

    handler: Handler
    code: str = "ACK"
    trigger: str = ""
    structure: str = "ACK"


def _schedule(handler: Handler, trigger: str) -> Form:
    return Form(handler, "SRR", trigger, "SRR_S01")


def _master(trigger: str) -> Form:
    return Form(directory.post, "MFK", trigger, "MFK_M01")


FORMS: Mapping[str, Form] = {
    "ADT^A04": Form(patients.register),
    "ADT^A28": Form(patients.register),
    "ADT^A08": Form(patients.update),
    "ADT^A31": Form(patients.update),
    "ADT^A40": Form(patients.merge),
    "QRY^A19": Form(patients.query_a19, "ADR", "A19", "ADR_A19"),
    "QBP^Q22": Form(patients.query_q22, "RSP", "K22", "RSP_K22"),
    "SRM^S01": _schedule(appointments.book, "S01"),
    "SRM^S03": _schedule(appointments.modify, "S03"),
    "SRM^S04": _schedule(appointments.cancel, "S04"),
    "SIU^S12": Form(appointments.follow_new),
    "SIU^S13": Form(appointments.follow_change),
    "SIU^S14": Form(appointments.follow_change),
    "SIU^S15": Form(appointments.follow_cancelled),
    "SIU^S26": Form(appointments.follow_no_show),
    "DFT^P03": Form(money.post),
    "ORM^O01": Form(orders.post, "ORR", "O02", "ORR_O02"),
    "OML^O21": Form(orders.post, "ORL", "O22", "ORL_O22"),
    "OMG^O19": Form(orders.post, "ORG", "O20", "ORG_O20"),
    "MFN^M01": _master("M01"),
    "MFN^M02": _master("M02"),
    "MFN^M04": _master("M04"),
    "MFN^M05": _master("M05"),
}
CODES = frozenset(kind.partition("^")[0] for kind in FORMS)
