"""With the doctor: what past visits of the department were like, today's are like."""

from typing import Any

from ..db import Row
from ..services import inpatients, orders, patients, visits
from .stage import Stage

ADMITTED_SHARE = 0.02
FALLBACK = ("J06.900", "急性上呼吸道感染")
MODELS = 60
BEFORE, AFTER = ("lab", "exam"), ("drug", "treatment")


def begin(stage: Stage, reg_no: str) -> float:
    """Begin a visit, or go on with it when the results are there; return its minutes."""
    dice = stage.dice("minutes", reg_no, stage.at)
    with stage.attempt():  # refused, they still sit here for some minutes
        visits.start(stage.hospital, reg_no, _doctor(stage, reg_no))
    return dice.uniform(2.5, 6.5)


def _doctor(stage: Stage, reg_no: str) -> str:
    """Return a doctor of the department, for registrations that name nobody."""
    rows = stage.hospital.db.all(
        "SELECT o.code FROM registration r JOIN doctor o USING (department_code)"
        " WHERE r.reg_no = %s ORDER BY o.code",
        (reg_no,),
    )
    return str(stage.dice("doctor", reg_no).choice(rows)["code"]) if rows else ""


def _model(stage: Stage, visit: Row) -> Row:
    """Return a visit of the past to copy: its number, diagnosis and complaint."""
    rows = stage.hospital.db.all(
        "SELECT visit_no, diagnosis_code, diagnosis, complaint FROM visit"
        " WHERE department_code = %s AND kind <> 'I' AND diagnosis_code <> ''"
        " AND started_at < %s ORDER BY visit_no DESC LIMIT %s",
        (visit["department_code"], visit["started_at"].date(), MODELS),
    )
    if rows:
        return stage.dice("model", visit["visit_no"]).choice(rows)
    code, name = FALLBACK
    return {"visit_no": "", "diagnosis_code": code, "diagnosis": name, "complaint": "咽痛2天"}


def _wanted(stage: Stage, visit_no: str, model: Row) -> dict[str, list[dict[str, Any]]]:
    """Return what is ordered, by kind: as in the model, or something common."""
    rows = stage.hospital.db.all(
        "SELECT kind, code, quantity, usage FROM medical_order WHERE visit_no = %s"
        " AND state <> 'cancelled' ORDER BY order_no",
        (model["visit_no"],),
    )
    rows = rows if model["visit_no"] else _common(stage, visit_no)
    wanted: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        line = {name: row[name] for name in ("code", "quantity", "usage")}
        wanted.setdefault(row["kind"], []).append(line)
    return wanted


def _common(stage: Stage, visit_no: str) -> list[Row]:
    dice = stage.dice("common", visit_no)
    found: list[Row] = []
    for kind, chance in (("lab", 0.5), ("exam", 0.25), ("treatment", 0.2)):
        rows = stage.hospital.db.all("SELECT code FROM item WHERE kind = %s ORDER BY code", (kind,))
        if rows and dice.random() < chance:
            found.append({"kind": kind, **dice.choice(rows), "quantity": 1, "usage": ""})
    drugs = stage.hospital.db.all("SELECT code FROM drug ORDER BY code LIMIT 50")
    if drugs:
        usage = "口服 每日三次 每次一粒"
        found.append({"kind": "drug", **dice.choice(drugs), "quantity": 2, "usage": usage})
    return found


def finish(stage: Stage, reg_no: str) -> None:
    """End a consultation: order tests first, and drugs when their results are there."""
    hospital = stage.hospital
    visit = hospital.db.one("SELECT * FROM visit WHERE reg_no = %s", (reg_no,))
    if visit is None or visit["ended_at"]:
        return
    model = _model(stage, visit)
    wanted = _wanted(stage, visit["visit_no"], model)
    tests = [line for kind in BEFORE for line in wanted.get(kind, ())]
    tested = hospital.db.one(
        "SELECT 1 FROM medical_order WHERE visit_no = %s AND kind IN ('lab', 'exam') LIMIT 1",
        (visit["visit_no"],),
    )
    if tests and not tested and _order(stage, visit["visit_no"], tests):
        _go_and_pay(stage, visit["visit_no"])
        return
    rest = [line for kind in AFTER for line in wanted.get(kind, ())]
    ordered = _order(stage, visit["visit_no"], rest)
    close(stage, visit, model)
    if ordered:
        _go_and_pay(stage, visit["visit_no"])
    if stage.dice("admitted", reg_no).random() < ADMITTED_SHARE:
        stage.later("admit", 20, visit_no=visit["visit_no"])


def close(stage: Stage, visit: Row, model: Row | None = None) -> None:
    """End a visit with its diagnosis."""
    found = model or _model(stage, visit)
    visits.end(
        stage.hospital,
        visit["visit_no"],
        found["diagnosis_code"],
        found["diagnosis"],
        found["complaint"],
    )


def go_home(stage: Stage, visit_no: str) -> None:
    """End a visit whose patient does not come back to the doctor today."""
    visit = stage.hospital.db.one(
        "SELECT * FROM visit WHERE visit_no = %s AND ended_at IS NULL", (visit_no,)
    )
    if visit:
        close(stage, visit)


def place_of(stage: Stage, visit_no: str) -> Row | None:
    """Return where the patient of an open visit waits: session, half-day, registration."""
    return stage.hospital.db.one(
        "SELECT r.reg_no, r.session_id, s.half_day, p.patient_no FROM visit v"
        " JOIN registration r ON r.reg_no = v.reg_no JOIN session s ON s.id = r.session_id"
        " JOIN patient p ON p.id = r.patient_id WHERE v.visit_no = %s AND v.ended_at IS NULL",
        (visit_no,),
    )


def _order(stage: Stage, visit_no: str, lines: list[dict[str, Any]]) -> bool:
    """Order what there is, all together or, when something is missing, one by one."""
    made: list[Any] = []
    if lines:
        with stage.attempt():
            made = orders.place(stage.hospital, visit_no, lines)
    if lines and not made:
        for line in lines:
            with stage.attempt():
                made += orders.place(stage.hospital, visit_no, [line])
    return bool(made)


def _go_and_pay(stage: Stage, visit_no: str) -> None:
    minutes = stage.dice("walks", visit_no, stage.at).uniform(2, 15)
    stage.later("pay", minutes, visit_no=visit_no)


def _ward(stage: Stage, visit_no: str, department_code: str) -> str:
    """Return the ward that took this department's last patient, or any."""
    last = stage.hospital.db.one(
        "SELECT a.ward_code FROM admission a JOIN doctor o ON o.code = a.doctor_code"
        " WHERE o.department_code = %s AND a.admitted_at < %s::date"
        " ORDER BY a.admission_no DESC LIMIT 1",
        (department_code, stage.at.date()),
    )
    if last:
        return str(last["ward_code"])
    rows = stage.hospital.db.all("SELECT code FROM department WHERE kind = 'ward' ORDER BY code")
    return str(stage.dice("ward", visit_no).choice(rows)["code"]) if rows else ""


def admit(stage: Stage, visit_no: str) -> str:
    """Take the patient of a visit into a ward and return the stay's number.

    :raise Refusal: when no bed is free, or the patient lies in a ward already.
    """
    hospital = stage.hospital
    visit = hospital.db.one(
        "SELECT p.patient_no, v.diagnosis_code, v.diagnosis, v.doctor_code, v.department_code"
        " FROM visit v JOIN patient p ON p.id = v.patient_id WHERE v.visit_no = %s",
        (visit_no,),
    )
    ward = _ward(stage, visit_no, visit["department_code"]) if visit else ""
    if visit is None or not ward:
        return ""
    patient_no = patients.get(hospital, visit["patient_no"])["patient_no"]
    stay = inpatients.admit(
        hospital,
        patient_no,
        ward,
        visit["doctor_code"],
        diagnosis_code=visit["diagnosis_code"],
        diagnosis=visit["diagnosis"],
    )
    return str(stay["admission_no"])
