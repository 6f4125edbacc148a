"""Pushes of the vendor's JSON interface to facts: the vendor's words, codes, yuan and seconds."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

from tests_world.receiver import Received

from .told import BEIJING, Facts, Told

PERSON = {"patient_id": "patient_no", "patient_name": "name"}
PLACE = {"dept_id": "department_code", "dept_name": "department"}
DOCTOR = {"doctor_id": "doctor_code", "doctor_name": "doctor"}
LINE = {
    "project_code": "code",
    "project_name": "item",
    "term_type_code": "category",
    "count": "quantity",
    "price": "price_fen",
    "money": "amount_fen",
}
SLOT = {
    "schedule_id": "session_id",
    "schedule_date": "day",
    "schedule_noon": "half_day",
    "reg_level_id": "level",
    "reg_fee": "fee_fen",
}
REPORT = {**PERSON, "apply_no": "order_no", "project_name": "item", "report_time": "reported_at"}
# first word of the kind: the vendor's name of each fact that has another name there
WORDS: dict[str, dict[str, str]] = {
    "patient": {
        **PERSON,
        "birthday": "birth",
        "idcard_type": "id_type",
        "idcard": "id_number",
        "to_patient_id": "into_patient_no",
    },
    "department": {
        "dept_id": "code",
        "dept_name": "name",
        "parent_id": "parent_code",
        "dept_type": "kind",
        "department_code": "standard_code",
        "address": "place",
    },
    "doctor": {
        "doctor_id": "code",
        "doctor_name": "name",
        "title_code": "title",
        "dept_id": "department_code",
        "intro": "specialty",
    },
    "drug": {
        "drug_id": "code",
        "drug_name": "name",
        "specs": "spec",
        "price": "price_fen",
        "production_enterprises": "maker",
    },
    "session": {
        **PLACE,
        **DOCTOR,
        **SLOT,
        "reg_count": "free",
        "reg_total": "total",
        "schedule_state": "state",
    },
    "registration": {
        **PERSON,
        **PLACE,
        **DOCTOR,
        **SLOT,
        "register_no": "reg_no",
        "order_no": "partner_no",
        "channel_id": "channel",
        "reg_state_code": "state",
        "see_no": "seq",
        "begin_time": "starts_at",
        "end_time": "ends_at",
    },
    "visit": {**PERSON, **PLACE, **DOCTOR, "register_no": "reg_no"},
    "order": {
        **PERSON,
        **PLACE,
        **DOCTOR,
        "apply_no": "order_no",
        "order_type": "kind",
        "project_code": "code",
        "project_name": "item",
        "recipe_no": "rx_no",
        "order_state": "state",
        "apply_time": "ordered_at",
    },
    "bill": {
        **PERSON,
        "recipe_id": "bill_no",
        "recipe_version": "version",
        "register_no": "reg_no",
        "inhosp_no": "admission_no",
        "should_money": "total_fen",
        "amount_si": "insurance_fen",
        "pay_state": "state",
        "detail_list": "lines",
    },
    "settlement": {
        **PERSON,
        "reconciliation_no": "settlement_no",
        "recipe_id": "bill_no",
        "inhosp_no": "admission_no",
        "channel_id": "channel",
        "his_refund_id": "refund_no",
        "amount": "amount_fen",
        "amount_si": "insurance_fen",
        "invoice_no": "receipt_no",
        "original_reconciliation_no": "original_no",
        "trade_time": "settled_at",
    },
    "lab": {
        **REPORT,
        "sample_id": "report_no",
        "sample_type_name": "specimen",
        "sample_barcode": "barcode",
        "test_time": "collected_at",
        "item_list": "results",
    },
    "exam": {**REPORT, "report_id": "report_no"},
    "prescription": {
        **PERSON,
        "recipe_no": "rx_no",
        "recipe_state": "state",
        "detail_list": "lines",
    },
    "queue": {
        **PERSON,
        "queue_id": "queue",
        "queue_no": "seq",
        "queue_state": "state",
        "call_time": "called_at",
    },
    "admission": {
        **PERSON,
        **DOCTOR,
        "inhosp_no": "admission_no",
        "dept_id": "ward_code",
        "dept_name": "ward",
        "bed_no": "bed",
        "state_code": "state",
        "check_in": "admitted_at",
        "check_out": "discharged_at",
    },
    "inpatient": {
        **PERSON,
        "inhosp_no": "admission_no",
        "fee_date": "day",
        "sum_amount": "amount_fen",
        "detail_list": "lines",
    },
    "checkup": {
        **PERSON,
        "package_id": "package_code",
        "package_name": "package",
        "physical_date": "day",
        "order_state": "state",
    },
}
INSIDE = {
    "lines": LINE,
    "cards": {"card_type": "kind"},
    "results": {
        "item_id": "code",
        "item_name": "name",
        "value_report": "value",
        "value_unit": "unit",
        "range_low": "low",
        "range_high": "high",
        "result_flag": "flag",
    },
}
CHANNELS = {"weixin": "wechat", "client": "kiosk", "siapp": "insurance"}
ORDER_STATES = {"0": "new", "1": "charged", "2": "doing", "3": "done", "9": "cancelled"}
# the vendor's codes, by fact or by kind and fact
CODES: dict[str, Mapping[str, str]] = {
    "level": {"01": "1", "02": "2", "03": "3"},
    "half_day": {"1": "am", "2": "pm", "3": "night"},
    "channel": CHANNELS,
    "business": {
        "register": "registration",
        "charge": "outpatient",
        "prepay": "deposit",
        "leave": "discharge",
        "physical": "checkup",
    },
    "department.kind": {"C": "clinic", "N": "ward", "T": "medtech", "OT": "pharmacy"},
    "session.state": {"1": "open", "0": "suspended"},
    "registration.state": {
        "0": "booked",
        "1": "paid",
        "2": "signed",
        "3": "seen",
        "4": "cancelled",
        "5": "refunded",
        "6": "no_show",
    },
    "bill.state": {"0": "unpaid", "1": "settled", "2": "refunded", "9": "void"},
    "admission.state": {"1": "in", "2": "leaving", "3": "out"},
    "queue.state": {"0": "waiting", "1": "called", "2": "passed", "3": "done"},
    "prescription.state": {**ORDER_STATES, "2": "ready", "3": "dispensed"},
    "order.state": ORDER_STATES,
    "checkup.state": {"0": "booked", "1": "arrived", "2": "reported", "9": "cancelled"},
}
IN_FEN = ("fee_fen",)


def _fact(thing: str, name: str, value: Any) -> Any:
    if name in INSIDE:
        return [_facts(thing, one, INSIDE[name]) for one in value]
    if name.endswith("_fen"):
        return value if name in IN_FEN else _fen(value)
    if name.endswith("_at") and value != "":
        return datetime.datetime.fromtimestamp(value, BEIJING).isoformat()
    codes = CODES.get(f"{thing}.{name}") or CODES.get(name) or {}
    return codes.get(value, value) if isinstance(value, str) else value


def _fen(text: str) -> int:
    yuan, _dot, fen = text.partition(".")
    return int(yuan + fen)


def _facts(thing: str, data: Mapping[str, Any], words: Mapping[str, str]) -> Facts:
    named = {words.get(word, word): value for word, value in data.items()}
    return {name: _fact(thing, name, value) for name, value in named.items()}


def read(received: Received) -> Told:
    """Return what a push tells."""
    content = json.loads(received.body)
    thing = content["event"].partition(".")[0]
    facts = _facts(thing, content["data"], WORDS[thing])
    return Told(content["event"], facts, str(content["event_id"]))
