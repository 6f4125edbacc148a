"""Which messages tell of which event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import directory, document, encounter, order, patient, status
from .appointment import booked
from .dialect import Dialect
from .schedule import slot
from .v3 import Subject

Make = Callable[[Mapping[str, Any], Dialect], Subject]
BOOKING_ADDED = ("OutPatientAppointStatusInfoAdd", "PRPA_IN410001UV")
BOOKING_CHANGED = ("OutPatientAppointStatusInfoUpdate", "PRPA_IN410002UV")
SCHEDULE_CHANGED = ("SourceAndScheduleInfoUpdate", "PRSC_IN030102UV")
ADDED, CHANGED = "POOR_IN200901UV", "POOR_IN200902UV"


@dataclass(frozen=True)
class Message:
    """One message to send.

    :param str action: name of the service, e.g. ``PatientInfoRegister``.
    :param str interaction: name of the root element.
    """

    action: str
    interaction: str
    subject: Subject


# event: (service, interaction, what makes it)
TABLE: dict[str, tuple[str, str, Make]] = {
    "patient.created": ("PatientInfoRegister", "PRPA_IN201311UV02", patient.registered),
    "patient.updated": ("PatientInfoUpdate", "PRPA_IN201314UV02", patient.registered),
    "patient.merged": ("PatientInfoMerge", "PRPA_IN201304UV02", patient.merged),
    "department.changed": (
        "OrganizationInfoUpdate",
        "PRPM_IN403010UV01",
        directory.organization,
    ),
    "doctor.changed": ("ProviderInfoUpdate", "PRPM_IN303010UV01", directory.provider),
    "session.published": ("SourceAndScheduleInfoAdd", "PRSC_IN030101UV", slot),
    "session.suspended": (*SCHEDULE_CHANGED, slot),
    "session.resumed": (*SCHEDULE_CHANGED, slot),
    "registration.booked": (*BOOKING_ADDED, booked),
    "registration.paid": (*BOOKING_CHANGED, booked),
    "registration.cancelled": (*BOOKING_CHANGED, booked),
    "registration.signed": (*BOOKING_CHANGED, booked),
    "registration.no_show": (*BOOKING_CHANGED, booked),
    "visit.started": ("OutPatientInfoAdd", "PRPA_IN400001UV", encounter.outpatient),
    "visit.ended": ("OutPatientInfoUpdate", "PRPA_IN400002UV", encounter.outpatient),
    "admission.admitted": ("InPatientInfoAdd", "PRPA_IN400001UV", encounter.inpatient),
    "admission.discharged": ("DischargeInfoAdd", "PRPA_IN400001UV", encounter.inpatient),
    "order.done": ("OrderFillerStatusInfoUpdate", "POOR_IN200901UV", status.filled),
    "lab.reported": ("ExamStatusInfoUpdate", "POLB_IN224000UV01", status.lab_reported),
    "exam.reported": ("CheckStatusInfoUpdate", "POOR_IN200902UV", status.exam_reported),
}
# event: the document that is registered with it
DOCUMENTS = {
    "lab.reported": ("C0007", "report_no"),
    "exam.reported": ("C0006", "report_no"),
    "visit.ended": ("C0002", "visit_no"),
}
KINDS = (*TABLE, "order.created", "order.cancelled")


def messages(kind: str, facts: Mapping[str, Any], dialect: Dialect) -> list[Message]:
    """Return what is sent for an event; nothing for kinds that this interface does not know."""
    if kind in ("order.created", "order.cancelled"):
        return [_order(kind, facts, dialect)]
    if kind not in TABLE:
        return []
    action, interaction, make = TABLE[kind]
    sent = [Message(action, interaction, make(facts, dialect))]
    if kind in DOCUMENTS:
        document_kind, key = DOCUMENTS[kind]
        subject = document.registered(document_kind, str(facts[key]), facts, dialect)
        sent.append(Message("DocumentRegister", "RCMR_IN000002UV02", subject))
    return sent


def _order(kind: str, facts: Mapping[str, Any], dialect: Dialect) -> Message:
    service = order.SERVICES.get(str(facts["kind"]), "OrderInfo")
    created = kind == "order.created"
    action = f"{service}{'Add' if created else 'Update'}"
    return Message(action, ADDED if created else CHANGED, order.requested(facts, dialect))
