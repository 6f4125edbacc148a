"""The tables. What must never happen is refused here, not only in Python."""

DDL = """
CREATE TABLE IF NOT EXISTS wxpay_merchant (
    mchid TEXT PRIMARY KEY, name TEXT NOT NULL, fee_rate INTEGER NOT NULL,
    settle TEXT NOT NULL, reserve INTEGER NOT NULL, refund_seconds REAL NOT NULL,
    callback_serial TEXT NOT NULL, signing_time TEXT NOT NULL,
    bill_header TEXT NOT NULL, bill_newline TEXT NOT NULL,
    refund_notify_url TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS wxpay_merchant_app (
    mchid TEXT NOT NULL REFERENCES wxpay_merchant, appid TEXT NOT NULL,
    PRIMARY KEY (mchid, appid));

CREATE TABLE IF NOT EXISTS wxpay_order (
    id INTEGER PRIMARY KEY AUTOINCREMENT, api TEXT NOT NULL,
    mchid TEXT NOT NULL REFERENCES wxpay_merchant, appid TEXT NOT NULL,
    out_trade_no TEXT NOT NULL, trade_type TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('NOTPAY', 'USERPAYING', 'SUCCESS', 'REFUND', 'CLOSED', 'REVOKED', 'PAYERROR')),
    total INTEGER NOT NULL CHECK (total > 0),
    description TEXT NOT NULL, attach TEXT NOT NULL, notify_url TEXT NOT NULL,
    openid TEXT NOT NULL, device TEXT NOT NULL, digest TEXT NOT NULL,
    created REAL NOT NULL, expires REAL, prepay_id TEXT UNIQUE, prepaid REAL,
    person TEXT NOT NULL DEFAULT '', queries_left INTEGER,
    transaction_id TEXT UNIQUE, bank_type TEXT NOT NULL DEFAULT '',
    paid REAL, paid_day TEXT, fee INTEGER NOT NULL DEFAULT 0, fee_rate INTEGER NOT NULL DEFAULT 0,
    ended REAL, refund_count INTEGER NOT NULL DEFAULT 0 CHECK (refund_count <= 50),
    refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND total),
    fee_returned INTEGER NOT NULL DEFAULT 0 CHECK (fee_returned BETWEEN 0 AND fee),
    CHECK ((paid IS NULL) = (transaction_id IS NULL)),
    UNIQUE (mchid, out_trade_no));
CREATE INDEX IF NOT EXISTS wxpay_order_day ON wxpay_order (mchid, paid_day);
CREATE INDEX IF NOT EXISTS wxpay_order_open ON wxpay_order (trade_type, state, id);
CREATE INDEX IF NOT EXISTS wxpay_order_person ON wxpay_order (person, state);

CREATE TABLE IF NOT EXISTS wxpay_refund (
    id INTEGER PRIMARY KEY AUTOINCREMENT, api TEXT NOT NULL,
    order_id INTEGER NOT NULL REFERENCES wxpay_order, mchid TEXT NOT NULL,
    out_refund_no TEXT NOT NULL, refund_id TEXT NOT NULL UNIQUE,
    is_reverse INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('PROCESSING', 'SUCCESS', 'ABNORMAL', 'CLOSED')),
    amount INTEGER NOT NULL CHECK (amount > 0), fee INTEGER NOT NULL, reason TEXT NOT NULL,
    notify_url TEXT NOT NULL, account TEXT NOT NULL, outcome TEXT NOT NULL,
    received_by TEXT NOT NULL, created REAL NOT NULL, day TEXT NOT NULL, ended REAL);
CREATE UNIQUE INDEX IF NOT EXISTS wxpay_refund_no ON wxpay_refund (mchid, out_refund_no)
    WHERE is_reverse = 0;
CREATE UNIQUE INDEX IF NOT EXISTS wxpay_refund_reverse ON wxpay_refund (order_id)
    WHERE is_reverse = 1;
CREATE INDEX IF NOT EXISTS wxpay_refund_day ON wxpay_refund (mchid, day);
CREATE INDEX IF NOT EXISTS wxpay_refund_order ON wxpay_refund (order_id);

CREATE TABLE IF NOT EXISTS wxpay_account (
    mchid TEXT NOT NULL REFERENCES wxpay_merchant, name TEXT NOT NULL,
    balance INTEGER NOT NULL CHECK (balance >= 0), PRIMARY KEY (mchid, name));
CREATE TABLE IF NOT EXISTS wxpay_flow (
    id INTEGER PRIMARY KEY AUTOINCREMENT, mchid TEXT NOT NULL, account TEXT NOT NULL,
    at REAL NOT NULL, day TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount <> 0),
    balance INTEGER NOT NULL, business TEXT NOT NULL, kind TEXT NOT NULL,
    business_no TEXT NOT NULL, flow_no TEXT NOT NULL UNIQUE, voucher TEXT NOT NULL,
    applicant TEXT NOT NULL, remark TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS wxpay_flow_day ON wxpay_flow (mchid, account, day);

CREATE TABLE IF NOT EXISTS wxpay_auth_code (
    code TEXT PRIMARY KEY, person TEXT NOT NULL, until REAL NOT NULL,
    used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS wxpay_wallet (
    person TEXT PRIMARY KEY, mode TEXT NOT NULL CHECK (mode IN ('free', 'password', 'no_money')));

CREATE TABLE IF NOT EXISTS wxpay_bill (
    token TEXT PRIMARY KEY, mchid TEXT NOT NULL, content BLOB NOT NULL, gzip INTEGER NOT NULL,
    until REAL NOT NULL);

CREATE TABLE IF NOT EXISTS wxpay_medical (
    id INTEGER PRIMARY KEY AUTOINCREMENT, mchid TEXT NOT NULL REFERENCES wxpay_merchant,
    appid TEXT NOT NULL, openid TEXT NOT NULL, out_trade_no TEXT NOT NULL,
    mix_trade_no TEXT NOT NULL UNIQUE, order_id INTEGER REFERENCES wxpay_order,
    kind TEXT NOT NULL CHECK (kind IN ('CASH_ONLY', 'INSURANCE_ONLY', 'CASH_AND_INSURANCE')),
    insured INTEGER NOT NULL CHECK (insured >= 0), cash INTEGER NOT NULL CHECK (cash >= 0),
    refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND insured),
    content TEXT NOT NULL, digest TEXT NOT NULL, callback_url TEXT NOT NULL,
    mix_state TEXT NOT NULL, self_state TEXT NOT NULL, med_state TEXT NOT NULL,
    fail_reason TEXT NOT NULL DEFAULT '', created REAL NOT NULL, paid REAL,
    UNIQUE (mchid, out_trade_no));
CREATE TABLE IF NOT EXISTS wxpay_medical_refund (
    medical INTEGER NOT NULL REFERENCES wxpay_medical, out_refund_no TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0), PRIMARY KEY (medical, out_refund_no));
"""
