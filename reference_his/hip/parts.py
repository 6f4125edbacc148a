"""The small pieces that all messages are made of."""

from __future__ import annotations

import datetime
from typing import Any

from reference_his import facts

from . import oids
from .xml import Element, clean, el

SEXES = {"0": "未知的性别", "1": "男性", "2": "女性", "9": "未说明的性别"}
ID_TYPES = {
    "01": "居民身份证",
    "02": "居民户口簿",
    "03": "护照",
    "04": "军官证",
    "05": "驾驶证",
    "06": "港澳居民来往内地通行证",
    "07": "台湾居民来往内地通行证",
    "99": "其他法定有效证件",
}
CLASSES = {"1": "门诊", "2": "急诊", "3": "住院", "9": "其他"}
CLASS_OF_VISIT = {"O": "1", "E": "2", "I": "3"}
# GB/T 8561: what the titles 1 to 5 are called among all professions
GB_TITLES = {
    "1": ("231", "主任医师"),
    "2": ("232", "副主任医师"),
    "3": ("233", "主治医师"),
    "4": ("234", "医师"),
    "5": ("235", "医士"),
}
TITLES = {"1": "正高", "2": "副高", "3": "中级", "4": "师级/助理", "5": "士级", "6": "待聘"}


class Facts(facts.Facts):
    """Facts without the characters that XML cannot carry."""

    def _text(self, fact: Any) -> str:
        return clean(str(fact))


def stamp(iso: str) -> str:
    """Return an ISO time or day as digits (YYYYMMDD[hhmmss]); empty stays empty."""
    if len(iso) <= 10:
        return iso.replace("-", "")
    return datetime.datetime.fromisoformat(iso).strftime("%Y%m%d%H%M%S")


def item(root: str, extension: str) -> Element:
    """Return one number with the identifier of who gave it."""
    return el("item", root=root, extension=extension)


def ids(*pairs: tuple[str, str]) -> Element:
    """Return ``<id>`` with all numbers."""
    return el("id", *(item(root, extension) for root, extension in pairs))


def shown(text: str) -> Element:
    """Return what a code means in words."""
    return el("displayName", value=text)


def coded(tag: str, code: str, system: str, text: str, system_name: str = "") -> Element:
    """Return a code with its system and meaning."""
    named = {"codeSystemName": system_name} if system_name else {}
    return el(tag, shown(text), code=code, codeSystem=system, **named)


def name(text: str) -> Element:
    """Return a name."""
    return el("name", el("item", el("part", value=text)), xsi="DSET_EN")


def telecom(number: str) -> Element:
    """Return a telephone number."""
    return el("telecom", el("item", use="MC", value=number), xsi="BAG_TEL")


def addr(text: str) -> Element:
    """Return an address in one line."""
    line = el("item", el("part", type="SAL", value=text), use="H")
    return el("addr", line, xsi="BAG_AD")


def span(tag: str, low: str, high: str = "", both: bool = False) -> Element:
    """Return a time span of ISO times; the end is left out when unknown, or empty if ``both``."""
    end = el("high", value=stamp(high)) if high or both else None
    return el(tag, el("low", value=stamp(low)), end, xsi="IVL_TS")


def moment(tag: str, iso: str) -> Element:
    """Return a time the way roles carry it."""
    return el(tag, el("any", value=stamp(iso)), xsi="DSET_TS")


def person(tag: str, text: str) -> Element:
    """Return somebody of whom only the name is told."""
    return el(tag, name(text), classCode="PSN", determinerCode="INSTANCE")


def place(tag: str, root: str, code: str, text: str, class_code: str = "ORG") -> Element:
    """Return a department, ward, bed or organization."""
    return el(tag, ids((root, code)), name(text), classCode=class_code, determinerCode="INSTANCE")


def staff(code: str, text: str) -> Element:
    """Return an employee by number and name."""
    return el(
        "assignedEntity",
        ids((oids.EMPLOYEE, code)),
        person("assignedPerson", text),
        classCode="ASSIGNED",
    )


def system_author(application: str, tag: str = "author") -> Element:
    """Return that this system itself, and no person, is behind a registration."""
    who = staff(application, "系统")
    return el(tag, who, typeCode="CST" if tag == "custodian" else "AUT")


def sex(code: str) -> Element:
    """Return a sex by its GB/T 2261.1 code."""
    return coded(
        "administrativeGenderCode",
        code,
        oids.SEX,
        SEXES.get(code, SEXES["9"]),
        "生理性别代码表(GB/T 2261.1)",
    )


def patient_class(kind: str) -> Element:
    """Return what kind of visit it is; O, E and I become 1, 2 and 3."""
    code = CLASS_OF_VISIT.get(kind, "9")
    return coded("code", code, oids.PATIENT_CLASS, CLASSES[code], "患者类型代码表")
