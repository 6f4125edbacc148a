"""Records as the facts of their events: one statement each."""

from typing import Any

from ..hospital import Hospital
from ..refusals import refuse
from .common import Facts, facts

REGISTRATION = """
SELECT r.reg_no, r.partner_no, r.channel, r.state, r.session_id::text AS session_id, r.seq, r.day,
    s.half_day, n.starts_at, n.ends_at, r.department_code, d.name AS department, r.doctor_code,
    o.name AS doctor, s.level, s.room, r.fee_fen, p.patient_no, p.name
FROM registration r JOIN session s ON s.id = r.session_id
JOIN number n ON n.session_id = r.session_id AND n.seq = r.seq
JOIN department d ON d.code = r.department_code LEFT JOIN doctor o ON o.code = r.doctor_code
JOIN patient p ON p.id = r.patient_id
"""
VISIT = """
SELECT v.visit_no, v.reg_no, p.patient_no, p.name, v.kind, v.department_code,
    d.name AS department, v.doctor_code, o.name AS doctor, v.diagnosis_code, v.diagnosis,
    v.started_at, v.ended_at
FROM visit v JOIN patient p ON p.id = v.patient_id
JOIN department d ON d.code = v.department_code JOIN doctor o ON o.code = v.doctor_code
"""
ORDER = """
SELECT m.order_no, m.visit_no, p.patient_no, p.name, m.kind, m.code, m.name AS item, m.quantity,
    m.unit, m.usage, m.rx_no, m.state, m.doctor_code, o.name AS doctor, m.department_code,
    d.name AS department, m.ordered_at
FROM medical_order m JOIN patient p ON p.id = m.patient_id
JOIN doctor o ON o.code = m.doctor_code JOIN department d ON d.code = m.department_code
"""
ADMISSION = """
SELECT a.admission_no, a.visit_no, p.patient_no, p.name, a.ward_code, d.name AS ward, a.bed,
    a.doctor_code, o.name AS doctor, a.state, a.admitted_at, a.discharged_at
FROM admission a JOIN patient p ON p.id = a.patient_id
JOIN department d ON d.code = a.ward_code JOIN doctor o ON o.code = a.doctor_code
"""
QUEUE = """
SELECT q.queue, q.seq, p.patient_no, p.name, q.reference, q.room, q.state, q.called_at
FROM queue_entry q JOIN patient p ON p.id = q.patient_id
"""
LAB_REPORT = """
SELECT l.report_no, l.order_no, l.visit_no, p.patient_no, p.name, l.name AS item, l.specimen,
    l.barcode, l.collected_at, l.reported_at, a.name AS reporter, b.name AS reviewer,
    coalesce((SELECT jsonb_agg(jsonb_build_object('code', r.code, 'name', r.name, 'value', r.value,
        'unit', r.unit, 'low', r.low, 'high', r.high, 'flag', r.flag) ORDER BY r.line)
        FROM lab_result r WHERE r.report_no = l.report_no), '[]') AS results
FROM lab_report l JOIN patient p ON p.id = l.patient_id
LEFT JOIN doctor a ON a.code = l.reporter_code LEFT JOIN doctor b ON b.code = l.reviewer_code
"""
EXAM_REPORT = """
SELECT e.report_no, e.order_no, e.visit_no, p.patient_no, p.name, e.name AS item, e.modality,
    e.body_part, e.accession_no, e.study_uid, e.findings, e.impression, e.done_at, e.reported_at,
    a.name AS reporter, b.name AS reviewer
FROM exam_report e JOIN patient p ON p.id = e.patient_id
LEFT JOIN doctor a ON a.code = e.reporter_code LEFT JOIN doctor b ON b.code = e.reviewer_code
"""
PRESCRIPTION = """
SELECT x.rx_no, x.visit_no, p.patient_no, p.name, x.kind, x.state, x.pharmacy_window AS window,
    coalesce((SELECT jsonb_agg(jsonb_build_object('order_no', m.order_no, 'code', m.code,
        'drug', m.name, 'quantity', trim_scale(m.quantity)::text, 'unit', m.unit,
        'usage', m.usage) ORDER BY m.order_no)
        FROM medical_order m WHERE m.rx_no = x.rx_no AND m.state <> 'cancelled'), '[]') AS lines
FROM prescription x JOIN patient p ON p.id = x.patient_id
"""
CHECKUP = """
SELECT c.order_no, c.package_code, k.name AS package, p.patient_no, p.name, c.day, c.state
FROM checkup_order c JOIN checkup_package k ON k.code = c.package_code
JOIN patient p ON p.id = c.patient_id
"""


def every(hospital: Hospital, select: str, where: str, values: Any) -> list[Facts]:
    """Return all records of a kind that a condition holds for."""
    return [facts(row) for row in hospital.db.all(f"{select} WHERE {where}", values)]


def _one(hospital: Hospital, select: str, column: str, number: str, code: str) -> Facts:
    row = hospital.db.by_key(f"{select} WHERE {column} = $1", number)
    if row is None:
        raise refuse(code, number)
    return facts(row)


def registration(hospital: Hospital, reg_no: str) -> Facts:
    """Return a registration, or refuse with REGISTRATION_UNKNOWN."""
    return _one(hospital, REGISTRATION, "r.reg_no", reg_no, "REGISTRATION_UNKNOWN")


def visit(hospital: Hospital, visit_no: str) -> Facts:
    """Return a visit; an unknown one is refused as its registration would be."""
    return _one(hospital, VISIT, "v.visit_no", visit_no, "REGISTRATION_UNKNOWN")


def order(hospital: Hospital, order_no: str) -> Facts:
    """Return an order, or refuse with ORDER_UNKNOWN."""
    return _one(hospital, ORDER, "m.order_no", order_no, "ORDER_UNKNOWN")


def admission(hospital: Hospital, admission_no: str) -> Facts:
    """Return a stay, or refuse with ADMISSION_UNKNOWN."""
    return _one(hospital, ADMISSION, "a.admission_no", admission_no, "ADMISSION_UNKNOWN")


def lab_report(hospital: Hospital, report_no: str) -> Facts:
    """Return a laboratory report, or refuse with REPORT_UNKNOWN."""
    return _one(hospital, LAB_REPORT, "l.report_no", report_no, "REPORT_UNKNOWN")


def exam_report(hospital: Hospital, report_no: str) -> Facts:
    """Return an imaging report, or refuse with REPORT_UNKNOWN."""
    return _one(hospital, EXAM_REPORT, "e.report_no", report_no, "REPORT_UNKNOWN")


def prescription(hospital: Hospital, rx_no: str) -> Facts:
    """Return a prescription with its lines, or refuse with ORDER_UNKNOWN."""
    return _one(hospital, PRESCRIPTION, "x.rx_no", rx_no, "ORDER_UNKNOWN")


def checkup(hospital: Hospital, order_no: str) -> Facts:
    """Return a check-up booking, or refuse with ORDER_UNKNOWN."""
    return _one(hospital, CHECKUP, "c.order_no", order_no, "ORDER_UNKNOWN")


def queue_entry(hospital: Hospital, entry_id: int) -> Facts:
    """Return one place in a queue."""
    row = hospital.db.by_key(f"{QUEUE} WHERE q.id = $1::bigint", str(entry_id))
    return facts(row or {})
