-- What is owed, and the books of what was paid and given back.
CREATE TABLE bill (
    bill_no text PRIMARY KEY,
    patient_id bigint NOT NULL REFERENCES patient,
    visit_no text REFERENCES visit,
    reg_no text REFERENCES registration (reg_no),
    admission_no text REFERENCES admission,
    checkup_no text REFERENCES checkup_order (order_no),
    business text NOT NULL CHECK (business IN ('registration', 'outpatient', 'discharge', 'checkup')),
    version integer NOT NULL DEFAULT 1,           -- grows when lines change
    total_fen bigint NOT NULL CHECK (total_fen >= 0),
    insurance_fen bigint NOT NULL DEFAULT 0 CHECK (insurance_fen BETWEEN 0 AND total_fen),
    state text NOT NULL CHECK (state IN ('unpaid', 'settled', 'refunded', 'void')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX bill_patient ON bill (patient_id, state);
CREATE INDEX bill_visit ON bill (visit_no);
CREATE INDEX bill_registration ON bill (reg_no) WHERE reg_no IS NOT NULL;
CREATE INDEX bill_checkup ON bill (checkup_no) WHERE checkup_no IS NOT NULL;
CREATE UNIQUE INDEX bill_discharge_once ON bill (admission_no) WHERE business = 'discharge';
-- what is ordered while a visit's bill is unpaid joins that bill
CREATE UNIQUE INDEX bill_open_once ON bill (visit_no) WHERE business = 'outpatient' AND state = 'unpaid';
CREATE TABLE bill_line (
    bill_no text NOT NULL REFERENCES bill,
    line integer NOT NULL,
    order_no text REFERENCES medical_order,
    code text NOT NULL,
    name text NOT NULL,
    category text NOT NULL,
    quantity numeric(10, 2) NOT NULL,
    unit text NOT NULL,
    price_fen bigint NOT NULL,
    amount_fen bigint NOT NULL,
    PRIMARY KEY (bill_no, line)
);
CREATE INDEX bill_line_order ON bill_line (order_no);
-- the books: one row for each payment or refund that the HIS has confirmed; never changed
CREATE TABLE settlement (
    settlement_no text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('P', 'R')),
    business text NOT NULL CHECK (business IN ('registration', 'outpatient', 'deposit', 'discharge', 'checkup')),
    bill_no text REFERENCES bill,
    admission_no text REFERENCES admission,
    patient_id bigint NOT NULL REFERENCES patient,
    channel text NOT NULL,                        -- cash, pos, wechat, alipay, insurance, …
    trade_no text NOT NULL,                       -- the payer's number; the window makes one for cash
    refund_no text NOT NULL DEFAULT '',           -- refunds: the number of the refund
    amount_fen bigint NOT NULL CHECK (amount_fen >= 0),             -- through the channel
    insurance_fen bigint NOT NULL DEFAULT 0 CHECK (insurance_fen >= 0),   -- by the fund, besides
    receipt_no text NOT NULL UNIQUE,
    original_no text REFERENCES settlement,
    operator text NOT NULL,
    settled_at timestamptz NOT NULL,
    CHECK (amount_fen + insurance_fen > 0),
    CHECK ((kind = 'R') = (original_no IS NOT NULL))
);
CREATE UNIQUE INDEX settlement_trade ON settlement (channel, trade_no, kind, refund_no);
CREATE INDEX settlement_day ON settlement (settled_at);
CREATE INDEX settlement_bill ON settlement (bill_no);
CREATE INDEX settlement_admission ON settlement (admission_no);
CREATE INDEX settlement_original ON settlement (original_no);
