"""Documents: CDA R2 as the national templates C0002, C0006 and C0007 shape it, in brief."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from . import oids
from .dialect import Dialect
from .parts import Facts, coded, person, stamp
from .xml import Element, el, write

TYPES = {"C0002": "门急诊病历", "C0006": "检查报告", "C0007": "检验报告"}
# sections by LOINC, as the national templates name them
COMPLAINT = ("10154-3", "主诉")
DIAGNOSIS = ("29548-5", "诊断")
LABORATORY = ("30954-2", "检验")
OTHER = ("51848-0", "其他")
IMAGING = ("18782-3", "检查报告")
FINDINGS, IMPRESSION = (
    ("DE04.50.131.00", "检查报告结果-客观所见"),
    (
        "DE04.50.132.00",
        "检查报告结果-主观提示",
    ),
)


def document(kind: str, number: str, given: Mapping[str, Any], dialect: Dialect) -> bytes:
    """Return a whole document of one of the ``TYPES``.

    :param dict given: facts of ``lab.reported``, ``exam.reported`` or a visit.
    """
    facts = Facts(given)
    sections = {"C0002": _visit, "C0006": _exam, "C0007": _lab}[kind](facts)
    when = facts.look("reported_at") or facts.look("ended_at") or facts.look("started_at")
    root = el(
        "ClinicalDocument",
        el("realmCode", code="CN"),
        el("typeId", root="2.16.840.1.113883.1.3", extension="POCD_MT000040"),
        el("templateId", root=f"{oids.BASE}.2.1.1.{20 + int(kind[1:])}"),
        el("id", root=oids.DOCUMENT, extension=number),
        el(
            "code",
            code=kind,
            codeSystem=oids.DOCUMENT_TYPE,
            codeSystemName="卫生信息共享文档规范编码体系",
        ),
        _text("title", TYPES[kind]),
        el("effectiveTime", value=stamp(when)),
        el("confidentialityCode", code="N", codeSystem="2.16.840.1.113883.5.25"),
        el("languageCode", code="zh-CN"),
        _patient(facts, dialect),
        _custodian(dialect),
        *_authors(facts),
        _order(facts, dialect),
        _encounter(facts),
    )
    if left := facts.left():
        sections.append(_section(OTHER, *(_observation(n, n, str(left[n])) for n in left)))
    body = el("structuredBody", *(el("component", one) for one in sections))
    root.append(el("component", body))
    return write(root, types=True)


def _text(tag: str, text: str) -> Element:
    element = el(tag)
    element.text = text
    return element


def _patient(facts: Facts, dialect: Dialect) -> Element:
    role = el(
        "patientRole",
        el("id", root=dialect.oid(oids.PATIENT), extension=facts.take("patient_no")),
        el(
            "patient",
            _text("name", facts.take("name")),
            classCode="PSN",
            determinerCode="INSTANCE",
        ),
        classCode="PAT",
    )
    return el("recordTarget", role, typeCode="RCT", contextControlCode="OP")


def _custodian(dialect: Dialect) -> Element:
    organization = el(
        "representedCustodianOrganization",
        el("id", root=oids.ORGANIZATION, extension=dialect.organization),
        _text("name", dialect.organization_name),
    )
    return el("custodian", el("assignedCustodian", organization))


def _authors(facts: Facts) -> Iterable[Element]:
    """Return who wrote and who reviewed it, in the roles of the templates."""
    reporter, reviewer = facts.take("reporter"), facts.take("reviewer")
    when = stamp(facts.take("reported_at"))
    if reporter:
        author = el("assignedAuthor", person("assignedPerson", reporter), classCode="ASSIGNED")
        yield el("author", el("time", value=when), author, typeCode="AUT")
    if reviewer:
        entity = el("assignedEntity", person("assignedPerson", reviewer), classCode="ASSIGNED")
        yield el("legalAuthenticator", el("time", value=when), entity, typeCode="LA")


def _order(facts: Facts, dialect: Dialect) -> Element | None:
    order_no = facts.take("order_no")
    if not order_no:
        return None
    order = el("order", el("id", root=dialect.oid(oids.REQUEST), extension=order_no))
    return el("inFulfillmentOf", order, typeCode="FLFS")


def _encounter(facts: Facts) -> Element:
    number = el("id", root=oids.VISIT, extension=facts.take("visit_no"))
    return el("componentOf", el("encompassingEncounter", number), typeCode="COMP")


def _section(title: tuple[str, str], *entries: Element) -> Element:
    code, text = title
    return el(
        "section",
        el("code", code=code, displayName=text, codeSystem=oids.LOINC, codeSystemName="LOINC"),
        el("text"),
        *(el("entry", one) for one in entries),
    )


def _observation(code: str, text: str, value: str, *more: Element) -> Element:
    return el(
        "observation",
        el("code", code=code, displayName=text),
        el("statusCode", code="completed"),
        *more,
        _said(value),
        classCode="OBS",
        moodCode="EVN",
    )


def _said(value: str) -> Element:
    said = _text("value", value)
    said.set("{http://www.w3.org/2001/XMLSchema-instance}type", "ST")
    return said


def _fact(facts: Facts, name: str, text: str) -> Element:
    return _observation(name, text, facts.take(name))


def _visit(facts: Facts) -> list[Element]:
    facts.take("ended_at")
    diagnosis = _observation(facts.take("diagnosis_code"), "诊断", facts.take("diagnosis"))
    return [
        _section(COMPLAINT, _fact(facts, "complaint", "主诉")),
        _section(DIAGNOSIS, diagnosis),
    ]


def _exam(facts: Facts) -> list[Element]:
    named = (
        ("report_no", "检查报告单编号"),
        ("item", "检查项目"),
        ("modality", "检查方法"),
        ("body_part", "检查部位"),
        ("accession_no", "检查号"),
        ("study_uid", "检查实例号"),
        ("done_at", "检查日期时间"),
    )
    findings, impression = facts.take("findings"), facts.take("impression")
    return [
        _section(IMAGING, *(_fact(facts, name, text) for name, text in named)),
        _section(FINDINGS, _observation(*FINDINGS, findings)),
        _section(IMPRESSION, _observation(*IMPRESSION, impression)),
    ]


def _lab(facts: Facts) -> list[Element]:
    named = (
        ("report_no", "检验报告单编号"),
        ("item", "检验项目"),
        ("specimen", "标本类别"),
        ("barcode", "标本条码"),
        ("collected_at", "采样日期时间"),
    )
    heads = [_fact(facts, name, text) for name, text in named]
    results = [_result(one) for one in facts.objects("results")]
    return [_section(LABORATORY, *heads, *results)]


def _result(result: Mapping[str, Any]) -> Element:
    """Return one analyte with value, unit, range and flag."""
    text = {name: str(result.get(name, "")) for name in ("value", "unit", "low", "high", "flag")}
    value = el("value", value=text["value"], unit=text["unit"], xsi="PQ")
    limits = el("value", el("low", value=text["low"]), el("high", value=text["high"]), xsi="IVL_PQ")
    observation = el(
        "observation",
        el("code", code=str(result["code"]), displayName=str(result["name"])),
        el("statusCode", code="completed"),
        value,
        coded("interpretationCode", text["flag"], oids.FLAG, text["flag"]),
        el("referenceRange", el("observationRange", limits)),
        classCode="OBS",
        moodCode="EVN",
    )
    return observation
