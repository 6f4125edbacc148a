-- What the hospital lets others read. Amounts are fen; updated_at with the key is the watermark.
CREATE SCHEMA his_view;
COMMENT ON SCHEMA his_view IS '对外只读视图';

CREATE VIEW his_view.v_dept AS
SELECT code, name, coalesce(parent_code, '') AS parent_code, kind, standard_code, place,
    pool_owner, updated_at
FROM department;

CREATE VIEW his_view.v_doctor AS
SELECT d.code, d.name, d.title, d.department_code, p.name AS department, d.specialty, d.updated_at
FROM doctor d JOIN department p ON p.code = d.department_code;

CREATE VIEW his_view.v_schedule AS
SELECT s.id AS session_id, s.day, s.half_day, s.department_code, p.name AS department,
    coalesce(s.doctor_code, '') AS doctor_code, coalesce(d.name, '') AS doctor, s.level, s.fee_fen,
    s.state, s.room,
    (SELECT count(*) FROM number n WHERE n.session_id = s.id) AS total,
    (SELECT count(*) FROM number n WHERE n.session_id = s.id AND n.state = 'free') AS free,
    s.updated_at
FROM session s
JOIN department p ON p.code = s.department_code
LEFT JOIN doctor d ON d.code = s.doctor_code;

CREATE VIEW his_view.v_number AS
SELECT n.session_id, n.seq, s.day, s.half_day, s.department_code,
    coalesce(s.doctor_code, '') AS doctor_code, n.starts_at, n.ends_at, n.state, n.locked_until,
    n.updated_at
FROM number n JOIN session s ON s.id = n.session_id;

CREATE VIEW his_view.v_registration AS
SELECT r.reg_no, coalesce(r.partner_no, '') AS partner_no, r.channel, r.state, r.session_id, r.seq,
    r.day, s.half_day, n.starts_at, n.ends_at, r.department_code, p.name AS department,
    coalesce(r.doctor_code, '') AS doctor_code, coalesce(d.name, '') AS doctor, s.level, s.room,
    r.fee_fen, q.patient_no, q.name, r.booked_at, r.signed_at, r.seen_at,
    greatest(r.updated_at, r.seen_at, r.signed_at, r.booked_at) AS updated_at
FROM registration r
JOIN session s ON s.id = r.session_id
JOIN number n ON n.session_id = r.session_id AND n.seq = r.seq
JOIN department p ON p.code = r.department_code
JOIN patient q ON q.id = r.patient_id
LEFT JOIN doctor d ON d.code = r.doctor_code;

CREATE VIEW his_view.v_patient AS
SELECT q.patient_no, q.name, q.sex, q.birth, q.id_type, coalesce(q.id_number, '') AS id_number,
    q.mobile, q.address, q.insurance,
    coalesce((SELECT string_agg(c.kind || ':' || c.card_no, ',' ORDER BY c.kind, c.card_no)
        FROM card c WHERE c.patient_id = q.id AND c.state = 'valid'), '') AS cards,
    coalesce(m.patient_no, '') AS into_patient_no, q.created_at, q.updated_at
FROM patient q LEFT JOIN patient m ON m.id = q.merged_into;

CREATE VIEW his_view.v_visit AS
SELECT v.visit_no, coalesce(v.reg_no, '') AS reg_no, q.patient_no, q.name, v.kind,
    v.department_code, p.name AS department, v.doctor_code, d.name AS doctor, v.complaint,
    v.diagnosis_code, v.diagnosis, v.started_at, v.ended_at,
    greatest(v.ended_at, v.started_at) AS updated_at
FROM visit v
JOIN patient q ON q.id = v.patient_id
JOIN department p ON p.code = v.department_code
JOIN doctor d ON d.code = v.doctor_code;

CREATE VIEW his_view.v_order AS
SELECT o.order_no, o.visit_no, q.patient_no, q.name, o.kind, o.code, o.name AS item, o.quantity,
    o.unit, o.usage, coalesce(o.rx_no, '') AS rx_no, o.state, o.doctor_code, d.name AS doctor,
    o.department_code, p.name AS department, o.ordered_at, o.updated_at
FROM medical_order o
JOIN patient q ON q.id = o.patient_id
JOIN doctor d ON d.code = o.doctor_code
JOIN department p ON p.code = o.department_code;

CREATE VIEW his_view.v_prescription AS
SELECT x.rx_no, x.visit_no, q.patient_no, q.name, x.kind, x.state, x.pharmacy_window AS "window",
    o.order_no, o.code, o.name AS drug, o.quantity, o.unit, o.usage, x.created_at, x.updated_at
FROM prescription x
JOIN patient q ON q.id = x.patient_id
JOIN medical_order o ON o.visit_no = x.visit_no AND o.rx_no = x.rx_no;

CREATE VIEW his_view.v_lab_report AS
SELECT l.report_no, l.order_no, l.visit_no, q.patient_no, q.name, l.name AS item, l.specimen,
    l.barcode, l.state, l.collected_at, l.reported_at, coalesce(a.name, '') AS reporter,
    coalesce(b.name, '') AS reviewer,
    greatest(l.updated_at, l.reported_at, l.collected_at) AS updated_at
FROM lab_report l
JOIN patient q ON q.id = l.patient_id
LEFT JOIN doctor a ON a.code = l.reporter_code
LEFT JOIN doctor b ON b.code = l.reviewer_code;

CREATE VIEW his_view.v_lab_result AS
SELECT r.report_no, r.line, q.patient_no, r.code, r.name, r.value, r.unit, r.low, r.high, r.flag,
    greatest(l.updated_at, l.reported_at, l.collected_at) AS updated_at
FROM lab_report l
JOIN lab_result r ON r.report_no = l.report_no
JOIN patient q ON q.id = l.patient_id
WHERE l.state = 'reported';

CREATE VIEW his_view.v_exam_report AS
SELECT e.report_no, e.order_no, e.visit_no, q.patient_no, q.name, e.name AS item, e.modality,
    e.body_part, e.accession_no, e.study_uid, e.state, e.findings, e.impression, e.done_at,
    e.reported_at, coalesce(a.name, '') AS reporter, coalesce(b.name, '') AS reviewer,
    greatest(e.updated_at, e.reported_at, e.done_at) AS updated_at
FROM exam_report e
JOIN patient q ON q.id = e.patient_id
LEFT JOIN doctor a ON a.code = e.reporter_code
LEFT JOIN doctor b ON b.code = e.reviewer_code;

CREATE VIEW his_view.v_drug AS
SELECT code, name, brand, spec, form, unit, maker, price_fen, category, insurance_class,
    insurance_code, leaflet, updated_at
FROM drug;

CREATE VIEW his_view.v_drug_stock AS
SELECT code, name, spec, unit, stock, updated_at FROM drug;

CREATE VIEW his_view.v_bill AS
SELECT b.bill_no, b.business, b.version, coalesce(b.visit_no, '') AS visit_no,
    coalesce(b.reg_no, '') AS reg_no, coalesce(b.admission_no, '') AS admission_no, q.patient_no,
    q.name, b.total_fen, b.insurance_fen, b.state, b.created_at, b.updated_at
FROM bill b JOIN patient q ON q.id = b.patient_id;

CREATE VIEW his_view.v_bill_detail AS
SELECT l.bill_no, l.line, coalesce(l.order_no, '') AS order_no, l.code, l.name AS item, l.category,
    l.quantity, l.unit, l.price_fen, l.amount_fen, b.updated_at
FROM bill b JOIN bill_line l ON l.bill_no = b.bill_no;

CREATE VIEW his_view.v_settlement AS
SELECT s.settlement_no, s.kind, s.business, coalesce(s.bill_no, '') AS bill_no,
    coalesce(s.admission_no, '') AS admission_no, q.patient_no, q.name, s.channel, s.trade_no,
    s.refund_no, s.amount_fen, s.insurance_fen, s.receipt_no,
    coalesce(s.original_no, '') AS original_no, s.operator, s.settled_at,
    s.settled_at AS updated_at
FROM settlement s JOIN patient q ON q.id = s.patient_id;

CREATE VIEW his_view.v_inpatient AS
SELECT a.admission_no, a.visit_no, q.patient_no, q.name, a.ward_code, p.name AS ward, a.bed,
    a.doctor_code, d.name AS doctor, a.state, a.admitted_at, a.discharged_at,
    greatest(a.updated_at, a.discharged_at, a.admitted_at) AS updated_at
FROM admission a
JOIN patient q ON q.id = a.patient_id
JOIN department p ON p.code = a.ward_code
JOIN doctor d ON d.code = a.doctor_code;

CREATE VIEW his_view.v_inpatient_fee AS
SELECT c.id, c.admission_no, q.patient_no, q.name, c.day, c.code, c.name AS item, c.category,
    c.quantity, c.unit, c.price_fen, c.amount_fen, c.charged_at AS updated_at
FROM inpatient_charge c
JOIN admission a ON a.admission_no = c.admission_no
JOIN patient q ON q.id = a.patient_id;

CREATE VIEW his_view.v_queue AS
SELECT e.id, e.day, e.queue, e.seq, q.patient_no, q.name, e.reference, e.room, e.state,
    e.entered_at, e.called_at, greatest(e.updated_at, e.called_at, e.entered_at) AS updated_at
FROM queue_entry e JOIN patient q ON q.id = e.patient_id;

CREATE VIEW his_view.v_call_event AS
SELECT id, kind, facts ->> 'queue' AS queue, (facts ->> 'seq')::integer AS seq, patient_no,
    facts ->> 'name' AS name, facts ->> 'reference' AS reference, facts ->> 'room' AS room,
    facts ->> 'state' AS state, at AS updated_at
FROM event WHERE kind IN ('queue.entered', 'queue.called', 'queue.passed');

CREATE VIEW his_view.v_checkup_package AS
SELECT code, name, sex, price_fen, items, description, updated_at FROM checkup_package;

CREATE VIEW his_view.v_checkup_report AS
SELECT o.order_no, o.package_code, p.name AS package, q.patient_no, q.name, o.day, o.state,
    o.summary, o.created_at, o.reported_at,
    greatest(o.updated_at, o.reported_at, o.created_at) AS updated_at
FROM checkup_order o
JOIN checkup_package p ON p.code = o.package_code
JOIN patient q ON q.id = o.patient_id;

CREATE VIEW his_view.v_event AS
SELECT id, kind, key, patient_no, facts, at AS updated_at FROM event;
