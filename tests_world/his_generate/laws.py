"""What must be true in every hospital, each as SQL that finds the offenders."""

# sentence: query of what breaks it
MONEY = {
    "the total of a bill is the sum of its lines": """
        SELECT b.bill_no FROM bill b LEFT JOIN bill_line l USING (bill_no)
        GROUP BY b.bill_no HAVING b.total_fen <> coalesce(sum(l.amount_fen), -1)""",
    "the amount of a line is price times quantity": """
        SELECT bill_no FROM bill_line WHERE amount_fen <> quantity * price_fen
        UNION ALL SELECT admission_no FROM inpatient_charge
        WHERE amount_fen <> quantity * price_fen""",
    "prices on bills are those of the catalogue": """
        SELECT l.bill_no FROM bill_line l LEFT JOIN item i USING (code)
        LEFT JOIN drug d USING (code) LEFT JOIN checkup_package p USING (code)
        WHERE l.price_fen IS DISTINCT FROM coalesce(i.price_fen, d.price_fen, p.price_fen)""",
    "a settled bill has one payment, of its total": """
        SELECT b.bill_no FROM bill b
            LEFT JOIN settlement s ON s.bill_no = b.bill_no AND s.kind = 'P'
        WHERE b.state = 'settled' AND b.business <> 'discharge' GROUP BY b.bill_no
        HAVING count(s.*) <> 1 OR sum(s.amount_fen + s.insurance_fen) <> b.total_fen
            OR sum(s.insurance_fen) <> b.insurance_fen""",
    "an unpaid or void bill has no settlement": """
        SELECT b.bill_no FROM bill b JOIN settlement s USING (bill_no)
        WHERE b.state IN ('unpaid', 'void')""",
    "a refunded bill was given back whole": """
        SELECT b.bill_no FROM bill b LEFT JOIN settlement s USING (bill_no)
        WHERE b.state = 'refunded' GROUP BY b.bill_no HAVING
            sum((s.amount_fen + s.insurance_fen) * CASE s.kind WHEN 'P' THEN 1 ELSE -1 END) <> 0
            OR count(s.*) <> 2""",
    "no more is refunded than was paid, and by the same way": """
        SELECT p.settlement_no FROM settlement p JOIN settlement r
            ON r.original_no = p.settlement_no
        GROUP BY p.settlement_no HAVING sum(r.amount_fen) > p.amount_fen
            OR sum(r.insurance_fen) > p.insurance_fen
            OR bool_or(r.channel <> p.channel OR r.trade_no <> p.trade_no
                OR r.settled_at < p.settled_at OR p.kind <> 'P' OR r.business <> p.business)""",
    "a settlement belongs to the patient of its bill": """
        SELECT settlement_no FROM settlement s JOIN bill b USING (bill_no)
        WHERE s.patient_id <> b.patient_id OR s.business <> b.business""",
    "deposits and the payment at discharge make the total": """
        SELECT a.admission_no FROM admission a JOIN bill b USING (admission_no)
        WHERE a.state = 'out' AND b.total_fen <> (SELECT
            sum((s.amount_fen + s.insurance_fen) * CASE s.kind WHEN 'P' THEN 1 ELSE -1 END)
            FROM settlement s WHERE s.admission_no = a.admission_no)""",
    "the bill of a stay is the sum of its daily fees": """
        SELECT a.admission_no FROM admission a JOIN bill b USING (admission_no)
        WHERE b.total_fen <> (SELECT sum(c.amount_fen) FROM inpatient_charge c
            WHERE c.admission_no = a.admission_no)""",
    "a stay that is over has its bill, and no other has one": """
        SELECT a.admission_no FROM admission a LEFT JOIN bill b USING (admission_no)
        WHERE (a.state = 'out') <> (b.state IS NOT DISTINCT FROM 'settled')""",
    "a partial refund gives back what was cancelled": """
        SELECT r.bill_no FROM settlement r JOIN bill b USING (bill_no)
        WHERE r.kind = 'R' AND b.state = 'settled' AND r.amount_fen <> (SELECT sum(l.amount_fen)
            FROM bill_line l JOIN medical_order o USING (order_no)
            WHERE l.bill_no = b.bill_no AND o.state = 'cancelled')""",
}
NUMBERS = {
    "a taken number has one live registration, a free one none": """
        SELECT n.session_id, n.seq FROM number n LEFT JOIN registration r
            ON (r.session_id, r.seq) = (n.session_id, n.seq)
            AND r.state NOT IN ('cancelled', 'refunded')
        GROUP BY 1, 2 HAVING (n.state = 'taken') <> (count(r.*) = 1)""",
    "a registration is for its session": """
        SELECT r.reg_no FROM registration r JOIN session s ON s.id = r.session_id
        WHERE (r.day, r.department_code) <> (s.day, s.department_code)
            OR r.doctor_code IS DISTINCT FROM s.doctor_code OR r.fee_fen <> s.fee_fen""",
    "nobody is registered twice for one doctor and day": """
        SELECT patient_id FROM registration WHERE state NOT IN ('cancelled', 'refunded', 'no_show')
        GROUP BY patient_id, day, department_code, doctor_code HAVING count(*) > 1""",
    "the state of a registration fits its times": """
        SELECT reg_no FROM registration r JOIN number n USING (session_id, seq) WHERE
            (r.state IN ('signed', 'seen')) <> (r.signed_at IS NOT NULL)
            OR (r.state = 'seen') <> (r.seen_at IS NOT NULL)
            OR r.signed_at > r.seen_at OR r.booked_at > coalesce(r.signed_at, n.starts_at)
            OR (r.state IN ('signed', 'seen', 'no_show') AND r.day > :present::date)
            OR (r.state IN ('booked', 'paid') AND r.day < :present::date)
            OR (r.state = 'no_show' AND n.starts_at > :present)""",
    "the bill of a registration is its fee and fits its state": """
        SELECT r.reg_no FROM registration r LEFT JOIN bill b ON b.reg_no = r.reg_no
        WHERE b.total_fen IS DISTINCT FROM r.fee_fen OR b.state <> CASE r.state
            WHEN 'booked' THEN 'unpaid' WHEN 'cancelled' THEN 'void' WHEN 'refunded' THEN 'refunded'
            ELSE 'settled' END""",
    "a suspended session has no live registration": """
        SELECT s.id FROM session s JOIN registration r ON r.session_id = s.id
        WHERE s.state = 'suspended' AND r.state IN ('booked', 'paid')""",
    "numbers lie in their half-day": """
        SELECT session_id FROM number n JOIN session s ON s.id = n.session_id
        WHERE n.starts_at::date <> s.day OR n.ends_at <= n.starts_at
            OR (s.half_day = 'am') <> (n.starts_at::time < '12:00')""",
    "every day around today has sessions of every clinic": """
        SELECT day FROM generate_series(:present::date - 7, :present::date + 14, '1 day') AS day,
            department d WHERE d.kind = 'clinic' AND EXISTS (SELECT 1 FROM session s
                WHERE s.department_code = d.code)
            AND NOT EXISTS (SELECT 1 FROM session s
                WHERE s.day = day.day AND s.department_code = d.code)""",
}
CARE = {
    "a visit belongs to its registration": """
        SELECT v.visit_no FROM visit v JOIN registration r USING (reg_no)
        WHERE v.patient_id <> r.patient_id OR v.department_code <> r.department_code
            OR r.state <> 'seen' OR v.started_at <> r.seen_at
            OR (r.doctor_code IS NOT NULL AND r.doctor_code <> v.doctor_code)""",
    "a registration that was seen has its visit": """
        SELECT reg_no FROM registration r LEFT JOIN visit v USING (reg_no)
        WHERE r.state = 'seen' AND v.visit_no IS NULL""",
    "a visit that is over has a diagnosis": """
        SELECT visit_no FROM visit WHERE ended_at IS NOT NULL AND diagnosis_code = ''""",
    "the flag of a value follows its range": """
        SELECT report_no, code FROM lab_result WHERE value ~ '^-?[0-9.]+$' AND CASE
            WHEN low <> '' AND value::numeric < low::numeric THEN flag NOT IN ('L', 'LL')
            WHEN high <> '' AND value::numeric > high::numeric THEN flag NOT IN ('H', 'HH')
            ELSE flag <> 'N' END""",
    "a word as result is normal or abnormal": """
        SELECT report_no, code FROM lab_result WHERE value !~ '^-?[0-9.]+$'
            AND ((flag = 'N') <> (value IN ('阴性', '未见', 'Ⅱ')) OR flag NOT IN ('N', 'A'))""",
    "ranges are those of the patient's sex and age": """
        SELECT r.report_no FROM lab_report r JOIN lab_result x USING (report_no)
            JOIN patient p ON p.id = r.patient_id
            JOIN visit v USING (visit_no)
        WHERE x.code = 'HGB' AND x.low <> CASE
            WHEN extract(year FROM age(v.started_at, p.birth)) BETWEEN 13 AND 14 THEN x.low
            WHEN extract(year FROM age(v.started_at, p.birth)) < 14 THEN '112'
            WHEN p.sex = '1' THEN '130' ELSE '115' END""",
    "a reported laboratory order has every value of its item": """
        SELECT r.report_no FROM lab_report r JOIN medical_order o USING (order_no)
            JOIN item i USING (code) LEFT JOIN lab_result x USING (report_no)
        WHERE r.state = 'reported' GROUP BY r.report_no, i.code
        HAVING count(x.*) <> jsonb_array_length(i.details->'analytes')""",
    "an order is done when it is reported": """
        SELECT o.order_no FROM medical_order o LEFT JOIN lab_report l USING (order_no)
            LEFT JOIN exam_report e USING (order_no)
        WHERE o.kind IN ('lab', 'exam') AND CASE coalesce(l.state, e.state, '-')
            WHEN 'reported' THEN o.state <> 'done' WHEN '-' THEN o.state IN ('doing', 'done')
            ELSE o.state <> 'doing' END""",
    "an exam report has words and signatures when it is reported": """
        SELECT report_no FROM exam_report WHERE (state = 'reported') <> (findings <> ''
            AND impression <> '' AND reporter_code IS NOT NULL AND reviewer_code IS NOT NULL
            AND reported_at >= done_at)""",
    "orders of a visit are paid when they are done": """
        SELECT o.order_no FROM medical_order o JOIN visit v USING (visit_no)
            JOIN bill_line l USING (order_no) JOIN bill b USING (bill_no)
        WHERE v.kind <> 'I' AND CASE b.state WHEN 'unpaid' THEN o.state <> 'new'
            WHEN 'settled' THEN o.state = 'new' ELSE o.state <> 'cancelled' END""",
    "every order of an outpatient is on one bill": """
        SELECT o.order_no FROM medical_order o JOIN visit v USING (visit_no)
            LEFT JOIN bill_line l USING (order_no) WHERE v.kind <> 'I'
        GROUP BY o.order_no HAVING count(l.*) <> 1""",
    "drugs of outpatients are on a prescription of the same visit": """
        SELECT o.order_no FROM medical_order o JOIN visit v USING (visit_no)
            LEFT JOIN prescription p USING (rx_no)
        WHERE v.kind <> 'I'
            AND (o.kind = 'drug') <> (p.visit_no IS NOT DISTINCT FROM o.visit_no)""",
    "what is dispensed is done": """
        SELECT p.rx_no FROM prescription p JOIN medical_order o USING (rx_no)
        WHERE (p.state = 'dispensed' AND o.state <> 'done')
            OR (p.state = 'cancelled' AND o.state <> 'cancelled')""",
    "only women are pregnant and only men have a prostate": """
        SELECT v.visit_no FROM visit v JOIN patient p ON p.id = v.patient_id
        WHERE (v.department_code IN ('0501', '0502', 'B0501') AND p.sex <> '2')
            OR (v.diagnosis_code = 'N40.x00' AND p.sex <> '1')""",
    "children go to paediatrics": """
        SELECT v.visit_no FROM visit v JOIN patient p ON p.id = v.patient_id
        WHERE v.department_code IN ('07', 'B07') AND age(v.started_at, p.birth) > '15 years'""",
    "a stay lies in a bed of its ward": """
        SELECT a.admission_no FROM admission a JOIN department d ON d.code = a.ward_code
        WHERE d.kind <> 'ward' OR a.bed !~ '^[0-9]{2}$'
            OR (a.state = 'in') <> (a.discharged_at IS NULL)""",
    "nobody is in the clinic while in a ward": """
        SELECT v.visit_no FROM visit v JOIN admission a USING (patient_id)
        WHERE v.kind <> 'I' AND v.started_at BETWEEN a.admitted_at
            AND coalesce(a.discharged_at, 'infinity')""",
}
PEOPLE = {
    "a merged record has no visit and its card leads to the other": """
        SELECT p.id FROM patient p LEFT JOIN visit v ON v.patient_id = p.id
            LEFT JOIN card c ON c.patient_id = p.id
        WHERE p.merged_into IS NOT NULL AND (v.visit_no IS NOT NULL OR c.card_no IS NOT NULL)""",
    "everybody else has a valid hospital card": """
        SELECT p.id FROM patient p WHERE p.merged_into IS NULL AND NOT EXISTS (SELECT 1 FROM card c
            WHERE c.patient_id = p.id AND c.kind = '01' AND c.state = 'valid')""",
    "only children lack an identity number": """
        SELECT id FROM patient
        WHERE id_number IS NULL AND age(:present, birth) > '6 years 3 days'""",
    "nobody is born in the future or older than a century": """
        SELECT id FROM patient
        WHERE birth > :present::date OR age(:present, birth) > '101 years'""",
    "the record is older than everything about the patient": """
        SELECT p.id FROM patient p WHERE p.created_at > least(
            (SELECT min(booked_at) FROM registration r WHERE r.patient_id = p.id),
            (SELECT min(started_at) FROM visit v WHERE v.patient_id = p.id),
            (SELECT min(settled_at) FROM settlement s WHERE s.patient_id = p.id))""",
    "who waits has come": """
        SELECT q.id FROM queue_entry q JOIN registration r ON r.reg_no = q.reference
        WHERE r.state <> CASE q.state WHEN 'done' THEN 'seen' ELSE 'signed' END
            OR q.day <> :present::date""",
    "whoever came today is in a queue": """
        SELECT r.reg_no FROM registration r LEFT JOIN queue_entry q ON q.reference = r.reg_no
        WHERE r.day = :present::date AND r.state IN ('signed', 'seen') AND q.id IS NULL""",
    "one person is called in a queue at a time": """
        SELECT queue FROM queue_entry WHERE state = 'called' GROUP BY queue HAVING count(*) > 1""",
    "stock is never below zero": "SELECT code FROM drug WHERE stock < 0",
}
# columns that tell when something happened
MOMENTS = (
    "patient.created_at",
    "card.issued_at",
    "session.updated_at",
    "registration.booked_at",
    "registration.signed_at",
    "registration.seen_at",
    "visit.started_at",
    "visit.ended_at",
    "medical_order.ordered_at",
    "medical_order.updated_at",
    "prescription.updated_at",
    "lab_report.collected_at",
    "lab_report.reported_at",
    "exam_report.done_at",
    "exam_report.reported_at",
    "admission.admitted_at",
    "admission.discharged_at",
    "inpatient_charge.charged_at",
    "checkup_order.created_at",
    "checkup_order.reported_at",
    "bill.updated_at",
    "settlement.settled_at",
    "queue_entry.entered_at",
    "queue_entry.called_at",
)
LAWS = {**MONEY, **NUMBERS, **CARE, **PEOPLE}
PRESENT = "current_setting('his.present')::timestamptz"
