"""How far an order has come: OrderFillerStatusInfo…, ExamStatusInfo…, CheckStatusInfo…"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reference_his.refusals import refuse

from . import oids
from .dialect import Dialect
from .order import TYPES, encounter
from .parts import Facts, coded, ids, item, name, span, staff, stamp
from .v3 import Subject
from .xml import Element, el, find, find_all, value

FILLER_STATES = {
    "new": ("01", "已开立"),
    "charged": ("02", "已收费"),
    "doing": ("03", "执行中"),
    "done": ("04", "已完成"),
    "cancelled": ("05", "已取消"),
}
# what a laboratory or imaging system reports, as far as it moves an order here: the numbers of
# the last steps differ from site to site, so the words decide
FINISHED = ("已出报告", "报告发布", "审核", "已完成", "完成")
UNDONE = ("取消", "拒收", "删除")


def filled(given: Mapping[str, Any], dialect: Dialect) -> Subject:
    """Return an order's state (OrderFillerStatusInfoUpdate, POOR_IN200901UV)."""
    facts = Facts(given)
    code, text = FILLER_STATES[facts.take("state")]
    type_code, type_text = TYPES[facts.take("kind")]
    request = el(
        "observationRequest",
        el(
            "id",
            item(dialect.oid(oids.ORDER), facts.take("order_no")),
            item(dialect.oid(oids.REQUEST), facts.look("order_no")),
        ),
        coded("code", type_code, oids.ORDER_TYPE, type_text),
        el("statusCode"),
        el("effectiveTime"),
        _step(code, text),
        classCode="OBS",
    )
    group = el(
        "placerGroup",
        el("code"),
        el("statusCode", code="active"),
        _transcriber(facts),
        _where(facts, dialect),
        el("component2", request),
        encounter(facts, dialect),
    )
    return Subject(group, facts.left())


def _step(code: str, text: str) -> Element:
    step = el(
        "processStep",
        coded("code", code, oids.PROCESS_STEP, text),
        classCode="PROC",
    )
    return el("component1", step, contextConductionInd="false")


def _transcriber(facts: Facts) -> Element:
    who = staff(facts.take("doctor_code"), facts.take("doctor"))
    return el("transcriber", el("time"), who, typeCode="TRANS")


def _where(facts: Facts, dialect: Dialect) -> Element:
    organization = el(
        "serviceProviderOrganization",
        ids((dialect.oid(oids.DEPARTMENT), facts.take("department_code"))),
        name(facts.take("department")),
        classCode="ORG",
        determinerCode="INSTANCE",
    )
    return el(
        "location",
        el("time"),
        el("serviceDeliveryLocation", organization, classCode="SDLOC"),
        typeCode="LOC",
    )


def lab_reported(given: Mapping[str, Any], dialect: Dialect) -> Subject:
    """Return that a laboratory report is out (ExamStatusInfoUpdate, POLB_IN224000UV01)."""
    facts = Facts(given)
    done = facts.take("reported_at")
    verifier = el(
        "verifier",
        el("time", el("any", value=stamp(done))),
        el(
            "modeCode",
            el("displayName", value="已出报告"),
            el("originalText", value=""),
            code="SE09",
        ),
        el("assignedEntity", _named(facts.take("reviewer")), classCode="ASSIGNED"),
        typeCode="VRF",
    )
    step = el("specimenProcessStep", verifier, classCode="SPECCOLLECT", moodCode="EVN")
    specimen = el(
        "specimen",
        el("id", root=oids.SPECIMEN, extension=facts.take("barcode")),
        el("code", el("displayName", value=facts.take("specimen")), code=""),
        el("subjectOf1", step, typeCode="SUBJ"),
        classCode="SPEC",
    )
    report = el(
        "observationReport",
        ids((dialect.oid(oids.REQUEST), facts.take("order_no"))),
        el("code"),
        el("text", value=facts.take("item")),
        el("statusCode", code="completed"),
        el("priorityCode"),
        el("specimen", specimen, typeCode="SPC", contextControlCode="OP"),
        _of_visit(facts, dialect),
        classCode="OBS",
        moodCode="EVN",
    )
    facts.take("results")  # in the document that is registered with this message
    return Subject(report, facts.left())


def _named(who: str) -> Element:
    return el("assignedPerson", name(who), classCode="PSN", determinerCode="INSTANCE")


def _of_visit(facts: Facts, dialect: Dialect) -> Element:
    visit = encounter(facts, dialect)
    return el("componentOf", *visit, typeCode="COMP")


def exam_reported(given: Mapping[str, Any], dialect: Dialect) -> Subject:
    """Return that an imaging report is out (CheckStatusInfoUpdate, POOR_IN200902UV)."""
    facts = Facts(given)
    performer = el(
        "performer",
        span("time", facts.take("reported_at")),
        el("assignedEntity", _named(facts.take("reviewer")), classCode="ASSIGNED"),
        typeCode="PRF",
    )
    request = el(
        "observationRequest",
        ids((dialect.oid(oids.REQUEST), facts.take("order_no"))),
        el("code"),
        el("statusCode"),
        el("effectiveTime"),
        performer,
        _step("SC22", "检查报告审核"),
        classCode="OBS",
    )
    group = el("placerGroup", el("component2", request), encounter(facts, dialect))
    for told in ("findings", "impression"):  # in the document that is registered with this
        facts.take(told)
    return Subject(group, facts.left())


@dataclass(frozen=True)
class Report:
    """What a laboratory or imaging system tells of one order."""

    order_no: str
    code: str
    text: str

    @property
    def finished(self) -> bool:
        """Whether the order is done with this."""
        return any(word in self.text for word in FINISHED) and not self.undone

    @property
    def undone(self) -> bool:
        """Whether a step was taken back."""
        return any(word in self.text for word in UNDONE)


def reports_of(root: Element) -> list[Report]:
    """Read a status update of any of the three services.

    :raise Refusal: FIELD_MISSING when it names no order or no state.
    """
    subject = find(root, "controlActProcess/subject")
    report = find(subject, "observationReport")
    if report is not None:
        mode = "specimen/specimen/subjectOf1/specimenProcessStep/verifier/modeCode"
        return [_report(value(report, "id/item", "extension"), find(report, mode))]
    requests = find_all(subject, "placerGroup/component2/observationRequest")
    step = "component1/processStep/code"
    found = [_report(value(one, "id/item", "extension"), find(one, step)) for one in requests]
    if not found:
        raise refuse("FIELD_MISSING", "observationRequest")
    return found


def _report(order_no: str, state: Element | None) -> Report:
    if not order_no or state is None or not state.get("code"):
        raise refuse("FIELD_MISSING", "申请单编号或状态")
    return Report(order_no, str(state.get("code")), value(state, "displayName"))
