"""WS/T 846 messages to facts: lxml and XPath, places written from the standard's messages.

A fact that a message has no place for stands beside its subject in ``extra`` as JSON. Reports and
ended visits are told by two messages; the document that follows holds all facts.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from lxml import etree

from tests_world.receiver import Received

from .partners import OID, soap_message
from .told import WHOLE, Facts, Told, digits_to_iso

NS = {"v": "urn:hl7-org:v3"}
NAME = "v:name/v:item/v:part/@value"
NUMBER = "v:id/v:item/@extension"
PATIENT = {
    "patient_no": f"//v:patient/v:id/v:item[@root='{OID}.2.5.1.4']/@extension",
    "name": f"//v:patientPerson/{NAME}",
}
PERSON = {
    **PATIENT,
    "sex": "//v:administrativeGenderCode/@code",
    "birth": "//v:birthTime/@value",
    "id_type": "//v:idCategory/@code",
    "id_number": f"//v:patientPerson/{NUMBER}",
    "mobile": "//v:patientPerson/v:telecom/v:item/@value",
    "address": "//v:patientPerson/v:addr/v:item/v:part/@value",
}
MERGE = {
    "patient_no": f"//v:priorRegisteredRole/{NUMBER}",
    "into_patient_no": PATIENT["patient_no"],
    "name": PATIENT["name"],
}
ROLE = "//v:subject1/v:assignedEntity"
DEPARTMENT = {
    "code": f"{ROLE}/{NUMBER}",
    "name": f"{ROLE}/{NAME}",
    "standard_code": f"{ROLE}/v:code/@code",
    "place": f"{ROLE}/v:addr/v:item/v:part/@value",
    "parent_code": f"//v:scoper2/{NUMBER}",
}
DOCTOR = {
    "code": f"//v:healthCareProvider/{NUMBER}",
    "name": f"//v:healthCarePrincipalPerson/{NAME}",
    "title": "//v:healthCareProvider/v:code/@code",
    "department_code": f"//v:affiliatedPrincipalOrganization/{NUMBER}",
}
SESSION = {
    "session_id": f"//v:resourceSlot/{NUMBER}",
    "day": "//v:timeFrame/v:effectiveTime/v:low/@value",
    "half_day": "//v:timeFrame/v:code/@code",
    "department_code": "//v:deptId/v:item/@extension",
    "doctor_code": f"//v:IdentifiedEntity/{NUMBER}",
    "doctor": f"//v:IdentifiedEntity/v:Person/{NAME}",
    "level": "//v:resourceSlot/v:code/@code",
    "total": "//v:totalNumber/@value",
    "free": "//v:remainNumber/@value",
}
REGISTRATION = {
    **PATIENT,
    "reg_no": f"//v:encounterAppointment/{NUMBER}",
    "state": "//v:encounterAppointment/v:statusCode/@code",
    "channel": f"//v:assignedDevice/{NUMBER}",
    "session_id": f"//v:transportationIntent/{NUMBER}",
    "starts_at": "//v:transportationIntent/v:effectiveTime/v:low/@value",
    "ends_at": "//v:transportationIntent/v:effectiveTime/v:high/@value",
    "doctor_code": f"//v:performer/v:assignedPerson/{NUMBER}",
}
EVENT = "//v:encounterEvent"
WHO = f"{EVENT}/v:admitter/v:assignedPerson"
VISIT = {
    **PATIENT,
    "visit_no": f"{EVENT}/v:id/v:item[@root='{OID}.2.5.1.9']/@extension",
    "reg_no": f"{EVENT}/v:id/v:item[@root='{OID}.1.11']/@extension",
    "kind": f"{EVENT}/v:code/@code",
    "department_code": f"//v:location/{NUMBER}",
    "department": f"//v:location/{NAME}",
    "doctor_code": f"{WHO}/{NUMBER}",
    "doctor": f"{WHO}/v:assignedPerson/{NAME}",
    "diagnosis_code": "//v:observationDx/v:value/@code",
    "diagnosis": "//v:observationDx/v:value/v:displayName/@value",
    "started_at": f"{EVENT}/v:effectiveTime/v:low/@value",
    "ended_at": f"{EVENT}/v:effectiveTime/v:high/@value",
}
STAY = {
    **PATIENT,
    "admission_no": f"{EVENT}/v:id/v:item[@root='{OID}.1.12']/@extension",
    "visit_no": VISIT["visit_no"],
    "ward_code": f"//v:location/v:id/v:item[@root='{OID}.1.27']/@extension",
    "ward": f"//v:serviceDeliveryLocation/v:location/{NAME}",
    "bed": f"//v:locatedPlace/{NUMBER}",
    "doctor_code": VISIT["doctor_code"],
    "doctor": VISIT["doctor"],
    "admitted_at": VISIT["started_at"],
    "discharged_at": VISIT["ended_at"],
}
AUTHOR, PERFORMED = "//v:author/v:assignedEntity", "//v:serviceProviderOrganization"
INNER = "//v:component2/v:observationRequest"
REQUEST = {
    **PATIENT,
    "order_no": f"{INNER}/{NUMBER}",
    "visit_no": f"//v:encounter/{NUMBER}",
    "code": f"{INNER}/v:code/@code",
    "item": f"{INNER}/v:code/v:displayName/@value",
    "doctor_code": f"{AUTHOR}/{NUMBER}",
    "doctor": f"{AUTHOR}/v:assignedPerson/{NAME}",
    "department_code": f"{PERFORMED}/{NUMBER}",
    "department": f"{PERFORMED}/{NAME}",
    "ordered_at": "//v:author/v:time/@value",
}
DRUG = "//v:substanceAdministrationRequest"
GROUP = {
    **REQUEST,
    "order_no": f"{DRUG}/v:id/@extension",
    "kind": f"{DRUG}/v:code/@code",
    "code": "//v:manufacturedProduct/v:code/@code",
    "item": f"{DRUG}/v:text/@value",
    "rx_no": "//v:manufacturedProduct1/v:id/@extension",
    "quantity": "//v:supplyRequest/v:quantity/@value",
    "unit": "//v:supplyRequest/v:quantity/@unit",
    "usage": "//v:subjectOf6/v:annotation/v:text/@value",
}
CLERK = "//v:transcriber/v:assignedEntity"
DONE = {
    **PATIENT,
    "order_no": f"{INNER}/v:id/v:item[@root='{OID}.1.28']/@extension",
    "visit_no": REQUEST["visit_no"],
    "kind": f"{INNER}/v:code/@code",
    "state": "//v:processStep/v:code/@code",
    "doctor_code": f"{CLERK}/{NUMBER}",
    "doctor": f"{CLERK}/v:assignedPerson/{NAME}",
    "department_code": REQUEST["department_code"],
    "department": REQUEST["department"],
}


def _said(*names: str) -> dict[str, str]:
    return {name: f"//v:observation[v:code/@code='{name}']/v:value/text()" for name in names}


DOCUMENT = {
    "patient_no": "/v:ClinicalDocument/v:recordTarget/v:patientRole/v:id/@extension",
    "name": "//v:patientRole/v:patient/v:name/text()",
    "order_no": "//v:inFulfillmentOf/v:order/v:id/@extension",
    "visit_no": "//v:encompassingEncounter/v:id/@extension",
    "reporter": f"//v:assignedAuthor/v:assignedPerson/{NAME}",
    "reviewer": f"//v:legalAuthenticator//{NAME}",
    "reported_at": "/v:ClinicalDocument/v:effectiveTime/@value",
}
LABORATORY = {
    **DOCUMENT,
    **_said("report_no", "item", "specimen", "barcode", "collected_at"),
}
FINDINGS = _said("DE04.50.131.00", "DE04.50.132.00")
IMAGING = {
    **DOCUMENT,
    **_said(
        "report_no", "item", "modality", "body_part", "accession_no", "study_uid", "done_at"
    ),
    "findings": FINDINGS["DE04.50.131.00"],
    "impression": FINDINGS["DE04.50.132.00"],
}
BY_STATE = {"paid": "paid", "signed": "signed", "no_show": "no_show"}
STEPS = {"01": "new", "02": "charged", "03": "doing", "04": "done", "05": "cancelled"}
ORDER_KINDS = {"01": "drug", "02": "exam", "03": "lab", "05": "treatment"}
TITLES = {"231": "1", "232": "2", "233": "3", "234": "4", "235": "5", "": "6"}
# service: kind of event and places of the facts
SERVICES: dict[str, tuple[str, dict[str, str]]] = {
    "PatientInfoRegister": ("patient.created", PERSON),
    "PatientInfoUpdate": ("patient.updated", PERSON),
    "PatientInfoMerge": ("patient.merged", MERGE),
    "OrganizationInfoUpdate": ("department.changed", DEPARTMENT),
    "ProviderInfoUpdate": ("doctor.changed", DOCTOR),
    "SourceAndScheduleInfoAdd": ("session.published", SESSION),
    "SourceAndScheduleInfoUpdate": ("session.", SESSION),
    "OutPatientAppointStatusInfoAdd": ("registration.booked", REGISTRATION),
    "OutPatientAppointStatusInfoUpdate": ("registration.", REGISTRATION),
    "OutPatientInfoAdd": ("visit.started", VISIT),
    "OutPatientInfoUpdate": ("visit.ended", VISIT),
    "InPatientInfoAdd": ("admission.admitted", STAY),
    "DischargeInfoAdd": ("admission.discharged", STAY),
    "OrderInfoAdd": ("order.created", GROUP),
    "OrderInfoUpdate": ("order.cancelled", GROUP),
    "ExamAppInfoAdd": ("order.created", REQUEST),
    "ExamAppInfoUpdate": ("order.cancelled", REQUEST),
    "CheckAppInfoAdd": ("order.created", REQUEST),
    "CheckAppInfoUpdate": ("order.cancelled", REQUEST),
    "OrderFillerStatusInfoUpdate": ("order.done", DONE),
}
DOCUMENTS = {"C0007": ("lab.reported", LABORATORY), "C0006": ("exam.reported", IMAGING)}
# what comes before its document, and the document of a visit, of which the message came before
FIRST_OF_TWO = ("ExamStatusInfoUpdate", "CheckStatusInfoUpdate")
VISIT_DOCUMENT = "C0002"
# events that two messages tell of
TWICE = ("lab.reported", "exam.reported", "visit.ended")


def _at(root: Any, path: str) -> list[Any]:
    return list(root.xpath(path, namespaces=NS))


def _first(root: Any, path: str) -> str:
    found = _at(root, path)
    return str(found[0]) if found else ""


def _fact(name: str, text: str, thing: str) -> Any:
    if name.endswith("_at"):
        return digits_to_iso(text) if "-" not in text else text
    if name == "day":
        return digits_to_iso(text[:8])
    if name == "birth":
        return digits_to_iso(text)
    if name == "kind":
        return {"1": "O", "2": "E", "3": "I"}[text] if thing == "visit" else ORDER_KINDS[text]
    if name == "title":
        return TITLES[text]
    if name == "state" and thing == "order":
        return STEPS[text]
    return int(text) if name in WHOLE else text


def _cards(root: Any) -> list[Facts]:
    kinds = {f"{OID}.1.6": "01", f"{OID}.1.15": "02", f"{OID}.1.19": "03"}
    items = _at(root, "//v:asOtherIDs/v:id/v:item")
    return [{"kind": kinds[one.get("root")], "card_no": one.get("extension")} for one in items]


def _results(document: Any) -> list[Facts]:
    places = {
        "code": "v:code/@code",
        "name": "v:code/@displayName",
        "value": "v:value/@value",
        "unit": "v:value/@unit",
        "low": ".//v:observationRange/v:value/v:low/@value",
        "high": ".//v:observationRange/v:value/v:high/@value",
        "flag": "v:interpretationCode/@code",
    }
    rows = _at(document, "//v:observation[v:referenceRange]")
    return [{name: _first(row, path) for name, path in places.items()} for row in rows]


def _facts(root: Any, places: dict[str, str], thing: str) -> Facts:
    return {name: _fact(name, _first(root, path), thing) for name, path in places.items()}


def _kind(kind: str, message: Any, facts: Facts) -> str:
    """Return the whole kind of messages that tell of several."""
    if kind == "registration.":
        return kind + BY_STATE.get(facts["state"], "cancelled")
    if kind == "session.":
        return kind + ("resumed" if facts["state"] == "open" else "suspended")
    return kind


def number_of(received: Received) -> str:
    """Return a message's number."""
    return _first(soap_message(received.body)[1], "/*/v:id/@extension")


def beside(received: Received) -> tuple[str, str] | None:
    """Return the service of a message that only accompanies another one, and its key."""
    service, message = soap_message(received.body)
    if service in FIRST_OF_TWO:
        return service, _first(message, "//v:subject//v:id/v:item/@extension")
    if _first(message, "//v:clinicalDocument/v:code/@code") == VISIT_DOCUMENT:
        content = _first(message, "//v:storageCode/v:originalText/@value")
        return service, _first(etree.fromstring(base64.b64decode(content)), DOCUMENT["visit_no"])
    return None


def read(received: Received) -> Told | None:
    """Return what a message tells; nothing when another one of the same event tells it all."""
    service, message = soap_message(received.body)
    number = _first(message, "/*/v:id/@extension")
    if service in FIRST_OF_TWO:
        return None
    if service == "DocumentRegister":
        return _read_document(message, number)
    kind, places = SERVICES[service]
    facts = _facts(message, places, kind.partition(".")[0])
    extra = _first(message, "/*/v:extra/@value")
    facts |= json.loads(extra) if extra else {}
    if places is PERSON:
        facts["cards"] = _cards(message)
    return Told(_kind(kind, message, facts), facts, number)


def _read_document(message: Any, number: str) -> Told | None:
    code = _first(message, "//v:clinicalDocument/v:code/@code")
    if code == VISIT_DOCUMENT:
        return None
    kind, places = DOCUMENTS[code]
    content = _first(message, "//v:storageCode/v:originalText/@value")
    document = etree.fromstring(base64.b64decode(content))
    facts = _facts(document, places, "")
    if kind == "lab.reported":
        facts["results"] = _results(document)
    return Told(kind, facts, number)
