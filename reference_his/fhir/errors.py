"""Errors as FHIR has them: an HTTP status and an OperationOutcome."""

from __future__ import annotations

from typing import Any

from simulation.messages import Answer, Refusal

from .build import Json

CONTENT = "application/fhir+json; charset=utf-8"
# refusals of the hospital that are no plain rule of business: status, issue code
STATUS = {
    "PATIENT_EXISTS": (409, "duplicate"),
    "PATIENT_MERGED": (409, "conflict"),
    "CARD_TAKEN": (409, "duplicate"),
    "NUMBER_GONE": (409, "not-found"),
    "SESSION_FULL": (409, "not-found"),
    "SESSION_SUSPENDED": (409, "not-found"),
    "SESSION_OVER": (409, "not-found"),
    "ALREADY_REGISTERED": (409, "duplicate"),
    "LOCK_EXPIRED": (410, "not-found"),
    "LOCK_UNKNOWN": (404, "not-found"),
    "FIELD_MISSING": (422, "required"),
    "FIELD_INVALID": (422, "value"),
    "MAINTENANCE": (503, "transient"),
}
BUSINESS_RULE = (422, "business-rule")
DEFAULTS = {
    400: "invalid",
    401: "login",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    410: "deleted",
    412: "conflict",
    415: "not-supported",
    429: "throttled",
    500: "exception",
}


def error(status: int, text: str, issue: str = "", **details: Any) -> Refusal:
    """Return an error of the protocol, ready to be raised."""
    return Refusal("FHIR", text, status, issue=issue or DEFAULTS[status], **details)


def outcome(issue: str, text: str, severity: str = "error", code: str = "") -> Json:
    """Return an OperationOutcome with one issue.

    :param str code: the hospital's own code of the refusal.
    """
    told: Json = {"severity": severity, "code": issue, "diagnostics": text}
    if code:
        system = "https://his.example.org/fhir/refusal"
        told["details"] = {"coding": [{"system": system, "code": code}], "text": text}
    return {"resourceType": "OperationOutcome", "issue": [told]}


def answer_of(refusal: Refusal) -> Answer:
    """Return a refusal as an HTTP answer."""
    severity = refusal.details.get("severity", "error")
    if refusal.code == "FHIR":
        status, issue, code = refusal.status, refusal.details["issue"], ""
    else:
        code = refusal.code
        unknown = (404, "not-found") if code.endswith("_UNKNOWN") else BUSINESS_RULE
        status, issue = STATUS.get(code, unknown)
    content = outcome(issue, refusal.text or refusal.code, severity, code)
    headers = dict(refusal.details.get("headers", {}))
    return resource_answer(content, status, headers)


def resource_answer(
    content: Json, status: int = 200, headers: dict[str, str] | None = None
) -> Answer:
    """Return a resource as an HTTP answer."""
    answer = Answer.json(content, status)
    answer.headers = {"Content-Type": CONTENT, **(headers or {})}
    return answer
