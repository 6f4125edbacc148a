"""Functions about the hospital itself, its catalogue and its patients."""

from typing import Any

from ..services import directory, patients
from .functions import Asked, function

NAME, CODE = "示范医院", "H33110000001"


@function("server_time", "HIS服务器时间")
def server_time(asked: Asked) -> dict[str, Any]:
    """Return the hospital's time: partners check theirs with it."""
    return {"time": asked.hospital.now().isoformat()}


@function("branches", "医院及院区信息", thing="branch")
def branches(asked: Asked) -> list[dict[str, Any]]:
    """Return the hospital's only site."""
    return [{"code": CODE, "name": NAME, "place": "浙江省丽水市"}]


@function("departments", "科室列表", "department_kind", "department")
def departments(asked: Asked) -> list[dict[str, Any]]:
    """Return departments of a kind, or all."""
    found = directory.departments(asked.hospital)
    return [row for row in found if asked.get("department_kind") in ("", row["kind"])]


@function("doctors", "医生列表", "department_code", "doctor")
def doctors(asked: Asked) -> list[dict[str, Any]]:
    """Return doctors of a department, or all."""
    return directory.doctors(asked.hospital, asked.get("department_code"))


@function("items", "收费项目", "item_kind", "item")
def items(asked: Asked) -> list[dict[str, Any]]:
    """Return charge items of a kind, or all."""
    found = directory.items(asked.hospital, asked.get("item_kind"))
    return [{name: row[name] for name in row if name != "details"} for row in found]


@function("drugs", "药品信息（价格、库存）", "text after length", "drug")
def drugs(asked: Asked) -> list[dict[str, Any]]:
    """Return drugs by a part of name or code, a page at a time."""
    length = min(asked.get("length", 500), 5000)
    return directory.drugs(asked.hospital, asked.get("text"), asked.get("after"), length)


@function("drug", "药品说明书", "drug_code!")
def drug(asked: Asked) -> dict[str, Any]:
    """Return one drug with its leaflet."""
    return directory.drug(asked.hospital, asked["drug_code"])


@function("patient_find", "查询患者档案", "card_no id_number patient_no mobile name", "patient")
def patient_find(asked: Asked) -> list[dict[str, Any]]:
    """Return the patients that a number (and name) finds."""
    return patients.find(asked.hospital, **asked.values)


@function(
    "patient_create",
    "患者建档",
    "name! sex birth id_type id_number mobile address",
    "patient",
)
def patient_create(asked: Asked) -> dict[str, Any]:
    """Take a patient in."""
    return patients.create(asked.hospital, **asked.values)


@function(
    "patient_update",
    "修改患者档案",
    "patient_no! name sex birth id_number mobile address",
    "patient",
)
def patient_update(asked: Asked) -> dict[str, Any]:
    """Change particulars."""
    values = dict(asked.values)
    return patients.update(asked.hospital, values.pop("patient_no"), **values)


@function("patient_card", "绑定就诊卡", "patient_no! card_kind! card_no!", "patient")
def patient_card(asked: Asked) -> dict[str, Any]:
    """Bind a card."""
    return patients.add_card(
        asked.hospital, asked["patient_no"], asked["card_kind"], asked["card_no"]
    )
