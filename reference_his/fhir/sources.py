"""Where resources come from when one view is not enough, and how some numbers are looked up."""

from __future__ import annotations

from .build import own
from .mapping.organization import HOSPITAL
from .params import Binder, id_of

# each source is a tuple: its parts are searched, sorted and cut one by one, so that each can use
# its own indexes, and only then put together
Source = tuple[str, ...]

ORGANIZATION: Source = (
    """SELECT code, name, parent_code, kind, standard_code, place, updated_at
    FROM his_view.v_dept""",
    f"""SELECT '{HOSPITAL}' AS code, '丽水市示范医院' AS name, '' AS parent_code,
        'hospital' AS kind, '' AS standard_code, '' AS place,
        (SELECT min(updated_at) FROM department) AS updated_at""",  # noqa: S608
)
# a lock whose time is over is free without anybody tidying up
SLOT: Source = (
    """SELECT n.session_id, n.seq, n.day, n.half_day, n.department_code, n.doctor_code,
        n.starts_at, n.ends_at, n.updated_at, s.state AS session_state,
        CASE WHEN n.state = 'locked' AND n.locked_until <= %(now)s THEN 'free' ELSE n.state END
            AS state
    FROM his_view.v_number n JOIN session s ON s.id = n.session_id""",
)
APPOINTMENT: Source = (
    """SELECT reg_no, partner_no, channel, state, session_id, seq, day, half_day, starts_at,
        ends_at, department_code, department, doctor_code, doctor, level, room, fee_fen,
        patient_no, name, updated_at, NULL::timestamptz AS locked_until
    FROM his_view.v_registration""",
    """SELECT n.lock_id AS reg_no, '' AS partner_no, l.channel, 'pending' AS state, n.session_id,
        n.seq, s.day, s.half_day, n.starts_at, n.ends_at, s.department_code, d.name AS department,
        coalesce(s.doctor_code, '') AS doctor_code, coalesce(o.name, '') AS doctor, s.level,
        s.room, s.fee_fen, coalesce(p.patient_no, '') AS patient_no, coalesce(p.name, '') AS name,
        n.updated_at, n.locked_until
    FROM number n
    JOIN number_lock l ON l.lock_id = n.lock_id
    JOIN session s ON s.id = n.session_id
    JOIN department d ON d.code = s.department_code
    LEFT JOIN doctor o ON o.code = s.doctor_code
    LEFT JOIN patient p ON p.id = n.locked_for
    WHERE n.state = 'locked' AND n.locked_until > %(now)s""",
)
ENCOUNTER: Source = (
    """SELECT 'visit' AS type, visit_no, patient_no, kind, reg_no, '' AS admission_no,
        started_at AS date, updated_at, to_jsonb(v) AS record
    FROM his_view.v_visit v WHERE kind <> 'I'""",
    """SELECT 'stay' AS type, visit_no, patient_no, 'I' AS kind, '' AS reg_no, admission_no,
        admitted_at AS date, updated_at, to_jsonb(a) AS record
    FROM his_view.v_inpatient a""",
)
SERVICE_REQUEST: Source = (
    """SELECT 'order' AS type, order_no, patient_no, visit_no, kind, code, state,
        ordered_at AS date, updated_at, to_jsonb(o) AS record
    FROM his_view.v_order o WHERE kind <> 'drug'""",
    """SELECT 'checkup' AS type, order_no, patient_no, '' AS visit_no, 'checkup' AS kind,
        package_code AS code, state, created_at AS date, updated_at, to_jsonb(c) AS record
    FROM his_view.v_checkup_report c""",
)
MEDICATION_REQUEST: Source = ("SELECT * FROM his_view.v_order WHERE kind = 'drug'",)
DRUG: Source = ("SELECT d.*, s.stock FROM his_view.v_drug d JOIN drug s USING (code)",)
REPORT: Source = (
    """SELECT 'lab' AS type, report_no, order_no, patient_no, visit_no, state,
        collected_at AS date, reported_at AS issued, updated_at,
        to_jsonb(l) || jsonb_build_object('results_count',
            (SELECT count(*) FROM lab_result r WHERE r.report_no = l.report_no)) AS record
    FROM his_view.v_lab_report l""",
    """SELECT 'exam' AS type, report_no, order_no, patient_no, visit_no, state, done_at AS date,
        reported_at AS issued, updated_at, to_jsonb(e) AS record
    FROM his_view.v_exam_report e""",
)
OBSERVATION: Source = (
    """SELECT r.*, l.reported_at FROM his_view.v_lab_result r
    JOIN lab_report l ON l.report_no = r.report_no""",
)
CHARGE: Source = (
    """SELECT 'charge' AS type, d.bill_no AS document, d.line::bigint AS line, b.bill_no,
        b.patient_no, b.admission_no, b.visit_no, b.created_at AS date, b.updated_at,
        to_jsonb(d) || jsonb_build_object('charge_id', d.bill_no || '-' || d.line,
            'patient_no', b.patient_no, 'name', b.name, 'state', b.state, 'visit_no', b.visit_no,
            'admission_no', b.admission_no, 'created_at', b.created_at) AS record
    FROM his_view.v_bill_detail d JOIN his_view.v_bill b ON b.bill_no = d.bill_no""",
    """SELECT 'charge' AS type, f.admission_no AS document, f.id AS line, '' AS bill_no,
        f.patient_no, f.admission_no, a.visit_no, f.updated_at AS date, f.updated_at,
        (to_jsonb(f) - 'id') || jsonb_build_object('charge_id', f.admission_no || '-' || f.id,
            'visit_no', a.visit_no, 'state', a.state) AS record
    FROM his_view.v_inpatient_fee f JOIN admission a ON a.admission_no = f.admission_no""",
)
ACCOUNT: Source = (
    """SELECT a.*,
        (SELECT coalesce(sum(amount_fen), 0)::bigint FROM inpatient_charge c
            WHERE c.admission_no = a.admission_no) AS charged_fen,
        (SELECT coalesce(sum(CASE kind WHEN 'P' THEN amount_fen ELSE -amount_fen END), 0)::bigint
            FROM settlement s WHERE s.admission_no = a.admission_no) AS paid_fen
    FROM his_view.v_inpatient a""",
)
COVERAGE: Source = (
    """SELECT patient_no, name, insurance, updated_at FROM his_view.v_patient
    WHERE into_patient_no = ''""",
)


def view(name: str) -> Source:
    """Return a whole view as a source."""
    return (f"SELECT * FROM his_view.{name}",)  # noqa: S608


def schedule_actor(value: str, binder: Binder) -> str:
    """Find a session by its doctor or by its department's service."""
    if value.rpartition("/")[0].endswith("HealthcareService"):
        return f"department_code = {binder.bind(id_of('actor', value, 'HealthcareService'))}"
    return f"doctor_code = {binder.bind(id_of('actor', value, 'Practitioner'))}"


def encounter_number(value: str, binder: Binder) -> str:
    """Find an encounter by the number of the visit or the stay."""
    system, _bar, number = value.rpartition("|")
    columns = {own("visit-no"): ["visit_no"], own("admission-no"): ["admission_no"]}
    mark = binder.bind(number)
    wanted = columns.get(system, ["visit_no", "admission_no"] if not system else [])
    return " OR ".join(f"{column} = {mark}" for column in wanted) or "false"


def study_number(value: str, binder: Binder) -> str:
    """Find a study by accession number, or by its DICOM number as ``urn:oid:…``."""
    number = value.rpartition("|")[2]
    if number.startswith("urn:oid:"):
        return f"study_uid = {binder.bind(number[8:])}"
    return f"accession_no = {binder.bind(number)}"


def payment_number(value: str, binder: Binder) -> str:
    """Find a settlement by its own, its receipt's or its trade's number."""
    system, _bar, number = value.rpartition("|")
    mark = binder.bind(number)
    channel = system.removeprefix(own("trade-no/"))
    if system and channel != system:
        return f"(channel = {binder.bind(channel)} AND trade_no = {mark})"
    column = "receipt_no" if system == own("receipt-no") else "settlement_no"
    return f"{column} = {mark}"


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def of_schedule(value: str, binder: Binder) -> str:
    """Find numbers by their session."""
    number = id_of("schedule", value, "Schedule")
    return f"session_id = {binder.bind(int(number))}" if _digits(number) else "false"


def of_slot(value: str, binder: Binder) -> str:
    """Find bookings by their number within a session."""
    session, _hyphen, seq = id_of("slot", value, "Slot").rpartition("-")
    if not (_digits(session) and _digits(seq)):
        return "false"
    return f"(session_id = {binder.bind(int(session))} AND seq = {binder.bind(int(seq))})"
