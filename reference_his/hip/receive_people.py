"""Patients, cards, departments and doctors that partners tell or ask."""

from __future__ import annotations

from typing import Any

from reference_his.refusals import refuse
from reference_his.services import directory as books
from reference_his.services import patients
from reference_his.views.rows import read

from . import oids
from .answering import Context, Result, found, needed, subject_of, wanted
from .directory import organization, provider
from .parts import GB_TITLES, TITLES
from .patient import cards, registered
from .xml import Element, find, find_all, value

ROLE = "registrationRequest/subject1/patient"


def _name(element: Element | None, path: str) -> str:
    """Return a name in either form: parts with values, or plain text."""
    element = find(element, path)
    if element is None:
        return ""
    return value(element, "item/part") or value(element, "part") or (element.text or "").strip()


def _particulars(person: Element | None) -> dict[str, Any]:
    """Return what a message tells about a person, without what it leaves empty."""
    birth = value(person, "birthTime")
    read_out = {
        "name": _name(person, "name"),
        "id_number": value(person, "id/item", "extension"),
        "id_type": value(person, "idCategory", "code"),
        "sex": value(person, "administrativeGenderCode", "code"),
        "birth": f"{birth[:4]}-{birth[4:6]}-{birth[6:8]}" if birth else "",
        "mobile": value(person, "telecom/item") or value(person, "telecom"),
        "address": value(person, "addr/item/part") or value(person, "addr"),
    }
    return {name: text for name, text in read_out.items() if text}


def _card_list(person: Element | None, context: Context) -> list[tuple[str, str]]:
    kinds = {context.dialect.oid(root): kind for kind, root in oids.CARD_KINDS.items()}
    items = find_all(person, "asOtherIDs/id/item")
    found_cards = [
        (kinds.get(value(one, "", "root")), value(one, "", "extension")) for one in items
    ]
    return [(kind, number) for kind, number in found_cards if kind and number]


def _bind(context: Context, patient_no: str, held: list[tuple[str, str]]) -> dict[str, Any]:
    for kind, number in held:
        patients.add_card(context.hospital, patient_no, kind, number)
    return patients.get(context.hospital, patient_no)


def register(context: Context, root: Element) -> Result:
    """PatientInfoRegister: a new patient gets a number of this hospital."""
    person = find(subject_of(root, ROLE), "patientPerson")
    told = _particulars(person)
    made = patients.create(context.hospital, **{"name": "", **told})
    kept = _bind(context, made["patient_no"], _card_list(person, context))
    return Result("注册成功", [registered(kept, context.dialect, "Event")])


def update(context: Context, root: Element) -> Result:
    """PatientInfoUpdate: what the message tells replaces what was known."""
    role = subject_of(root, ROLE)
    patient_no = needed(role, "id/item", "extension")
    person = find(role, "patientPerson")
    patients.update(context.hospital, patient_no, **_particulars(person))
    kept = _bind(context, patient_no, _card_list(person, context))
    return Result("更新成功", [registered(kept, context.dialect, "Event")])


def merge(context: Context, root: Element) -> Result:
    """PatientInfoMerge: ``replacementOf`` names the record that is closed."""
    event = subject_of(root, "registrationEvent")
    into = needed(event, "subject1/patient/id/item", "extension")
    prior = "replacementOf/priorRegistration/subject1/priorRegisteredRole/id/item"
    kept = patients.merge(context.hospital, needed(event, prior, "extension"), into)
    return Result("合并成功", [registered(kept, context.dialect, "Event")])


def _asked(root: Element) -> dict[str, str]:
    parameters = find(root, "controlActProcess/queryByParameter/parameterList")
    return {
        "id": value(parameters, "id", "extension"),
        "id_number": value(parameters, "livingSubjectId/value/item", "extension"),
        "name": value(parameters, "livingSubjectName/value/item/part"),
        "sex": value(parameters, "livingSubjectAdministrativeGender/value", "code"),
    }


def _matching(context: Context, root: Element, by: str) -> list[dict[str, Any]]:
    """Return the patients that a query means; it must hold one number."""
    asked = _asked(root)
    keys = {by: asked["id"]} if asked["id"] else {"id_number": asked["id_number"]}
    matches = patients.find(context.hospital, **keys, name=asked["name"])
    return [one for one in matches if asked["sex"] in ("", one["sex"])][: wanted(root)]


def query(context: Context, root: Element) -> Result:
    """PatientInfoQuery: by our number or an identity number."""
    matches = _matching(context, root, "patient_no")
    return found(root, [registered(one, context.dialect, "Event") for one in matches])


def add_card(context: Context, root: Element) -> Result:
    """EncounterCardInfoAdd: binds cards to the patient with this identity number."""
    role = subject_of(root, ROLE)
    person = _particulars(find(role, "patientPerson"))
    number = person.get("id_number") or ""
    if not number:
        raise refuse("FIELD_MISSING", "patientPerson/id")
    owners = patients.find(context.hospital, id_number=number, name=person.get("name", ""))
    if not owners:
        raise refuse("PATIENT_UNKNOWN", number)
    kinds = {context.dialect.oid(root_): kind for kind, root_ in oids.CARD_KINDS.items()}
    held = [
        (kinds.get(value(one, "", "root"), "01"), value(one, "", "extension"))
        for one in find_all(role, "id/item")
    ]
    kept = _bind(context, owners[0]["patient_no"], held)
    return Result("新增成功", [cards(kept, context.dialect)])


def change_card(context: Context, root: Element) -> Result:
    """EncounterCardInfoUpdate: active, disable (lost) or retired (returned)."""
    role = subject_of(root, ROLE)
    number = needed(role, "id/item", "extension")
    states = {"active": "valid", "disable": "lost", "retired": "returned"}
    state = states.get(value(role, "statusCode", "code"))
    if state is None:
        raise refuse("FIELD_INVALID", "statusCode")
    hospital = context.hospital
    with hospital.db.transaction():
        row = hospital.db.one(
            "UPDATE card SET state = %s FROM patient p WHERE card_no = %s AND p.id = patient_id"
            " RETURNING p.patient_no",
            (state, number),
        )
        if row is None:
            raise refuse("CARD_UNKNOWN", number)
        hospital.db.run(
            "UPDATE patient SET updated_at = %s WHERE patient_no = %s",
            (hospital.now(), row["patient_no"]),
        )
        kept = patients.get(hospital, row["patient_no"])
        hospital.emit("patient.updated", kept["patient_no"], kept)
    return Result("更新成功", [cards(kept, context.dialect)])


def query_card(context: Context, root: Element) -> Result:
    """EncounterCardInfoQuery: by card number or identity number."""
    matches = _matching(context, root, "card_no")
    return found(root, [cards(one, context.dialect) for one in matches])


def set_organization(context: Context, root: Element) -> Result:
    """OrganizationInfoRegister and …Update: a department."""
    role = subject_of(root, "registrationRequest/subject1/assignedEntity")
    code = needed(role, "id/item", "extension")
    told = {
        "name": _name(role, "name"),
        "standard_code": value(role, "code", "code"),
        "place": value(role, "addr/item/part") or value(role, "addr"),
        "parent_code": value(
            role, "assignedPrincipalOrganization/asAffiliate/scoper2/id/item", "extension"
        ),
    }
    values = {name: text for name, text in told.items() if text}
    if "parent_code" in values:
        books.department(context.hospital, values["parent_code"])
    if not context.hospital.db.one("SELECT 1 FROM department WHERE code = %s", (code,)):
        values = {"kind": "clinic", **values}
        if "name" not in values:
            raise refuse("FIELD_MISSING", "name")
    kept = books.set_department(context.hospital, code, **values)
    return Result("操作成功", [organization(kept, context.dialect)])


def query_organization(context: Context, root: Element) -> Result:
    """OrganizationInfoQuery: by code or name; without both it is the whole list."""
    asked = find(root, "controlActProcess/queryByParameterPayload")
    code = value(asked, "organizationID/value", "extension")
    name = value(asked, "organizationName/value/part")
    rows = read(context.hospital.db, "v_dept", "code", 1000, code=code, name=name)
    return found(root, [organization(one, context.dialect) for one in rows])


def set_provider(context: Context, root: Element) -> Result:
    """ProviderInfoRegister and …Update: a doctor."""
    role = subject_of(root, "registrationRequest/subject1/healthCareProvider")
    code = needed(role, "id/item", "extension")
    person = find(role, "healthCarePrincipalPerson")
    department = "asAffiliate/affiliatedPrincipalOrganization/id/item"
    told = {
        "name": _name(person, "name"),
        "title": value(role, "code", "code"),
        "department_code": value(person, department, "extension"),
    }
    values = {name: text for name, text in told.items() if text}
    ours = {code: title for title, (code, _text) in GB_TITLES.items()}
    if values.get("title") in ours:
        values["title"] = ours[values["title"]]
    if values.get("title", "1") not in TITLES:
        raise refuse("FIELD_INVALID", "code")
    if "department_code" in values:
        books.department(context.hospital, values["department_code"])
    if not context.hospital.db.one("SELECT 1 FROM doctor WHERE code = %s", (code,)):
        if missing := {"name", "title", "department_code"} - set(values):
            raise refuse("FIELD_MISSING", min(missing))
    kept = books.set_doctor(context.hospital, code, **values)
    return Result("操作成功", [provider(kept, context.dialect)])


def query_provider(context: Context, root: Element) -> Result:
    """ProviderInfoQuery: by number or name; without both it is the whole list."""
    asked = find(root, "controlActProcess/queryByParameterPayload")
    code = value(asked, "providerID/value", "extension")
    name = value(asked, "providerName/value/part")
    rows = read(context.hospital.db, "v_doctor", "code", 1000, code=code, name=name)
    return found(root, [provider(one, context.dialect) for one in rows])
