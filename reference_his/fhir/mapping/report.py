"""DiagnosticReport, Observation and ImagingStudy."""

from typing import Any

from reference_his.facts import Facts

from .. import codes
from ..build import Json, concept, decimal, finish, identifier, own, patient, reference


def _head(facts: Facts, category: str, text: str) -> Json:
    number = facts.take("report_no")
    order_no = facts.take("order_no")
    return {
        "resourceType": "DiagnosticReport",
        "id": number,
        "identifier": [identifier(own("report-no"), number)],
        "basedOn": [reference("ServiceRequest", order_no)],
        "status": "final" if facts.look("reported_at") else "registered",
        "category": [concept(codes.CATEGORY, category, text)],
        "code": {"text": facts.take("item")},
        "subject": patient(facts),
        "encounter": reference("Encounter", facts.take("visit_no")),
        "issued": facts.take("reported_at"),
        "performer": [_person(facts.take("reporter"))],
        "resultsInterpreter": [_person(facts.take("reviewer"))],
    }


def _person(name: str) -> Json | None:
    return {"display": name} if name else None


def laboratory(given: dict[str, Any], count: int) -> Json:
    """Return a laboratory report that refers to its ``count`` observations."""
    facts = Facts(given)
    for told in ("results", "state"):
        facts.take(told)  # of the observations; of the status
    number = facts.look("report_no")
    barcode, specimen = facts.take("barcode"), facts.take("specimen")
    made = _head(facts, "LAB", "检验")
    made["effectiveDateTime"] = facts.take("collected_at")
    made["specimen"] = [{"identifier": identifier(own("barcode"), barcode), "display": specimen}]
    made["result"] = [reference("Observation", f"{number}-{line}") for line in range(1, count + 1)]
    return finish(made, facts)


def imaging(given: dict[str, Any]) -> Json:
    """Return an imaging report; findings are its text, the impression its conclusion."""
    facts = Facts(given)
    facts.take("state")
    for told in ("modality", "body_part", "study_uid"):
        facts.take(told)  # of the study
    accession = facts.take("accession_no")
    made = _head(facts, "RAD", "检查")
    made["effectiveDateTime"] = facts.take("done_at")
    made["imagingStudy"] = [reference("ImagingStudy", accession)]
    made["conclusion"] = facts.take("impression")
    findings = facts.take("findings")
    if findings:
        made["extension"] = [{"url": own("StructureDefinition/findings"), "valueString": findings}]
    return finish(made, facts)


def study(given: dict[str, Any]) -> Json:
    """Return the images of an imaging report."""
    facts = Facts(given)
    accession, uid = facts.take("accession_no"), facts.take("study_uid")
    modality, part = facts.take("modality"), facts.take("body_part")
    reported = (
        "report_no",
        "reported_at",
        "reporter",
        "reviewer",
        "findings",
        "impression",
        "state",
    )
    for told in reported:
        facts.take(told)  # of the report
    made: Json = {
        "resourceType": "ImagingStudy",
        "id": accession,
        "identifier": [
            identifier("urn:dicom:uid", f"urn:oid:{uid}"),
            identifier(own("accession-no"), accession),
        ],
        "status": "available",
        "modality": [{"system": codes.DICOM, "code": modality}],
        "subject": patient(facts),
        "encounter": reference("Encounter", facts.take("visit_no")),
        "started": facts.take("done_at"),
        "basedOn": [reference("ServiceRequest", facts.take("order_no"))],
        "procedureCode": [{"text": facts.take("item")}],
        "description": part,
    }
    return finish(made, facts)


def observation(given: dict[str, Any]) -> Json:
    """Return one result of a laboratory report.

    :param dict given: the result's facts with ``report_no``, ``line``, ``patient_no`` and
        ``reported_at``.
    """
    facts = Facts(given)
    report_no, line, flag = facts.take("report_no"), facts.take("line"), facts.take("flag")
    value, unit = facts.take("value"), facts.take("unit")
    number = decimal(value)
    made: Json = {
        "resourceType": "Observation",
        "id": f"{report_no}-{line}",
        "status": "final",
        "category": [concept(codes.OBSERVATION_CATEGORY, "laboratory", "检验")],
        "code": concept(own("analyte"), facts.take("code"), facts.take("name")),
        "subject": reference("Patient", facts.take("patient_no")),
        "issued": facts.take("reported_at"),
        "interpretation": [concept(codes.FLAGS, flag)],
        "referenceRange": [_range(facts.take("low"), facts.take("high"), unit)],
    }
    if number is None or str(number) != value:
        made["valueString"] = value
        if unit:
            made["extension"] = [{"url": own("StructureDefinition/unit"), "valueString": unit}]
    else:
        made["valueQuantity"] = {"value": number, "unit": unit}
    return finish(made, facts)


def _range(low: str, high: str, unit: str) -> Json | None:
    """Return limits as numbers where they are numbers, and as text."""
    limits: Json = {}
    for name, text in (("low", low), ("high", high)):
        number = decimal(text)
        if number is not None:
            limits[name] = {"value": number, "unit": unit}
    if low or high:
        limits["text"] = f"{low}～{high}"
    return limits or None
