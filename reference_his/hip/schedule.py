"""Sessions with their numbers: SourceAndScheduleInfo…"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import oids
from .dialect import Dialect
from .parts import TITLES, Facts, coded, ids, name, span
from .v3 import Subject
from .xml import Element, el

LEVELS = {"1": "普通号", "2": "专家号", "3": "特需号"}
HALF_DAYS = {"am": "上午", "pm": "下午", "night": "晚上"}
STATES = {"open": "active", "suspended": "suspended"}


def slot(
    given: Mapping[str, Any], dialect: Dialect, numbers: Sequence[Mapping[str, Any]] = ()
) -> Subject:
    """Return one session (PRSC_IN030101UV, 030102): with one time frame, or one per number.

    :param list numbers: ``seq``, ``starts_at``, ``ends_at`` and ``free`` (0 or 1) of each.
    """
    facts = Facts(given)
    level = facts.take("level")
    total = facts.take("total")
    resource = el(
        "resourceSlot",
        ids((dialect.oid(oids.SCHEDULE), facts.take("session_id"))),
        _profession(facts),
        el("totalNumber", value=total),
        ids_of_department(facts, dialect),
        coded("code", level, oids.SLOT_TYPE, LEVELS.get(level, ""), "排班资源类型代码"),
        el("statusCode", code=STATES.get(facts.look("state"), facts.look("state"))),
        el("effectiveTime"),
        el("priorityCode"),
        _doctor(facts, dialect),
        *(_frames(facts, total, numbers)),
        classCode="SLOT",
        moodCode="EVN",
    )
    return Subject(el("schedule", resource, classCode="SCH", moodCode="EVN"), facts.left())


def _profession(facts: Facts) -> Element | None:
    code = facts.take("standard_code")
    if not code:
        return None
    return coded("profession", code, oids.SUBJECT, facts.look("department"), "科室分类")


def ids_of_department(facts: Facts, dialect: Dialect) -> Element:
    """Return ``deptId``: the number with the identifier of departments."""
    number = ids((dialect.oid(oids.DEPARTMENT), facts.take("department_code")))
    number.tag = number.tag.replace("}id", "}deptId") if isinstance(number.tag, str) else number.tag
    return number


def _doctor(facts: Facts, dialect: Dialect) -> Element:
    title = facts.take("title")
    person = el("Person", name(facts.take("doctor")), classCode="PSN", determinerCode="INSTANCE")
    identified = el(
        "IdentifiedEntity",
        ids((dialect.oid(oids.EMPLOYEE), facts.take("doctor_code"))),
        coded("code", title, oids.TITLE, TITLES[title], "专业技术职务类别代码") if title else None,
        person,
        classCode="IDENT",
    )
    return el("directTarget", identified, typeCode="DIR")


def _frames(facts: Facts, total: str, numbers: Sequence[Mapping[str, Any]]) -> list[Element]:
    half_day, day, free = facts.take("half_day"), facts.take("day"), facts.take("free")
    if not numbers:
        low, high = f"{day}T00:00:00", f"{day}T23:59:59"
        return [_frame(half_day, HALF_DAYS.get(half_day, ""), total, low, high, free)]
    return [
        _frame(
            str(one["seq"]),
            f"{HALF_DAYS.get(half_day, '')}{one['seq']}号",
            "1",
            str(one["starts_at"]),
            str(one["ends_at"]),
            str(one["free"]),
        )
        for one in numbers
    ]


def _frame(code: str, text: str, total: str, low: str, high: str, remain: str) -> Element:
    return el(
        "timeFrame",
        coded("code", code, oids.TIME_FRAME, text, "分时段资源类型"),
        el("totalFrameNumber", value=total),
        span("effectiveTime", low, high),
        el("remainNumber", value=remain),
    )
