"""Invoice, ChargeItem, Account, PaymentNotice and Coverage."""

from typing import Any

from reference_his.facts import Facts

from .. import codes
from ..build import Json, concept, finish, identifier, money, own, patient, quantity, reference
from .organization import HOSPITAL


def invoice(given: dict[str, Any]) -> Json:
    """Return a bill with its lines."""
    facts = Facts(given)
    number, state = facts.take("bill_no"), facts.take("state")
    lines = facts.objects("lines")
    total, fund = facts.number("total_fen"), facts.number("insurance_fen")
    business = facts.take("business")
    made: Json = {
        "resourceType": "Invoice",
        "id": number,
        "identifier": [identifier(own("bill-no"), number)],
        "status": codes.BILL[state],
        "type": concept(own("business"), business),
        "subject": patient(facts),
        "date": facts.take("created_at"),
        "issuer": reference("Organization", HOSPITAL),
        "account": reference("Account", facts.take("admission_no")),
        "lineItem": [_line(one, place) for place, one in enumerate(lines, 1)],
        "totalPriceComponent": [
            {"type": "deduction", "code": {"text": "医保支付"}, "amount": money(fund)}
        ],
        "totalGross": money(total),
        "totalNet": money(total - fund),
        "extension": [{"url": own("StructureDefinition/state"), "valueString": state}],
    }
    return finish(made, facts)


def _line(given: dict[str, Any], place: int) -> Json:
    facts = Facts(given)
    made = {
        "sequence": place,
        "chargeItemCodeableConcept": concept(own("item"), facts.take("code"), facts.take("item")),
        "priceComponent": [
            {
                "type": "base",
                "code": concept(own("fee-category"), facts.take("category")),
                "factor": quantity(facts.take("quantity"), "").get("value"),  # type: ignore[union-attr]
                "amount": money(facts.number("amount_fen")),
            }
        ],
    }
    return finish(made, facts)


def charge(given: dict[str, Any]) -> Json:
    """Return one line of a bill, or one charge of a stay."""
    facts = Facts(given)
    admission = facts.take("admission_no")
    day = facts.take("day") or facts.take("created_at")
    bill_no = facts.take("bill_no")
    made: Json = {
        "resourceType": "ChargeItem",
        "id": facts.take("charge_id"),
        "identifier": [identifier(own("bill-no"), bill_no)],
        "status": "billed" if facts.take("state") in ("settled", "out") else "billable",
        "code": concept(own("item"), facts.take("code"), facts.take("item")),
        "subject": patient(facts),
        "context": reference("Encounter", facts.take("visit_no")),
        "occurrenceDateTime": day,
        "quantity": quantity(facts.take("quantity"), facts.take("unit")),
        "priceOverride": money(facts.number("amount_fen")),
        "account": [reference("Account", admission)],
        "service": [reference("ServiceRequest", facts.take("order_no"))],
    }
    return finish(made, facts)


def account(given: dict[str, Any]) -> Json:
    """Return the account of a stay: what was charged and paid in advance is in extensions."""
    facts = Facts(given)
    number, state = facts.take("admission_no"), facts.take("state")
    ward, name = facts.take("ward_code"), facts.take("ward")
    for told in ("bed", "doctor_code", "doctor", "visit_no"):
        facts.take(told)  # of the encounter
    made: Json = {
        "resourceType": "Account",
        "id": number,
        "identifier": [identifier(own("admission-no"), number)],
        "status": "inactive" if state == "out" else "active",
        "type": {"text": "住院预交金"},
        "subject": [patient(facts)],
        "servicePeriod": {"start": facts.take("admitted_at"), "end": facts.take("discharged_at")},
        "owner": reference("Organization", ward, name),
    }
    return finish(made, facts)


def payment(given: dict[str, Any]) -> Json:
    """Return a settlement: a payment that came in, or was given back (``cleared``)."""
    facts = Facts(given)
    number, kind, at = facts.take("settlement_no"), facts.take("kind"), facts.take("settled_at")
    channel, trade_no = facts.take("channel"), facts.take("trade_no")
    made: Json = {
        "resourceType": "PaymentNotice",
        "id": number,
        "identifier": [
            identifier(own("settlement-no"), number),
            identifier(own("receipt-no"), facts.take("receipt_no")),
        ],
        "status": "active",
        "request": reference("Invoice", facts.take("bill_no"))
        or reference("Account", facts.look("admission_no")),
        "created": at,
        "payment": {"identifier": identifier(own(f"trade-no/{channel}"), trade_no)},
        "paymentDate": at[:10],
        "recipient": reference("Organization", HOSPITAL),
        "amount": money(facts.number("amount_fen")),
        "paymentStatus": concept(
            "http://terminology.hl7.org/CodeSystem/paymentstatus",
            "paid" if kind == "P" else "cleared",
        ),
    }
    return finish(made, facts)


def coverage(given: dict[str, Any]) -> Json:
    """Return who pays for a patient."""
    facts = Facts(given)
    number, kind = facts.take("patient_no"), facts.take("insurance")
    beneficiary = reference("Patient", number, facts.take("name"))
    payor = beneficiary if kind == "07" else {"display": "医疗保障局"}
    made: Json = {
        "resourceType": "Coverage",
        "id": number,
        "status": "active",
        "type": concept(own("insurance"), kind, codes.INSURANCES.get(kind, "其他")),
        "beneficiary": beneficiary,
        "payor": [payor],
    }
    return finish(made, facts)
