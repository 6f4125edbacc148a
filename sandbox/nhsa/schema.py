"""Tables of the platform; what must never be is refused here."""

DDL = """
CREATE TABLE IF NOT EXISTS nhsa_insured (
    psn_no TEXT PRIMARY KEY, person TEXT NOT NULL UNIQUE, card TEXT NOT NULL UNIQUE,
    card_sn TEXT NOT NULL, insutype TEXT NOT NULL
        CHECK (insutype IN ('310', '390')),
    psn_type TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('1', '2', '4')),
    area TEXT NOT NULL, employer TEXT NOT NULL DEFAULT '',
    balance INTEGER NOT NULL DEFAULT 0 CHECK (balance >= 0));
CREATE TABLE IF NOT EXISTS nhsa_year (
    psn_no TEXT NOT NULL REFERENCES nhsa_insured, year INTEGER NOT NULL,
    insutype TEXT NOT NULL, deductible INTEGER NOT NULL DEFAULT 0 CHECK (deductible >= 0),
    fund INTEGER NOT NULL DEFAULT 0 CHECK (fund >= 0),
    PRIMARY KEY (psn_no, year, insutype));
CREATE TABLE IF NOT EXISTS nhsa_voucher (
    token TEXT PRIMARY KEY, psn_no TEXT NOT NULL REFERENCES nhsa_insured,
    kind TEXT NOT NULL CHECK (kind IN ('ec', 'auth')), ends REAL NOT NULL);
CREATE TABLE IF NOT EXISTS nhsa_sign (
    sign_no TEXT PRIMARY KEY, hospital TEXT NOT NULL, opter TEXT NOT NULL, day TEXT NOT NULL,
    open INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS nhsa_message (
    msgid TEXT PRIMARY KEY, infno TEXT NOT NULL, hospital TEXT NOT NULL, digest TEXT NOT NULL,
    at REAL NOT NULL, infcode TEXT NOT NULL, error TEXT NOT NULL, output TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'done' CHECK (state IN ('done', 'pending', 'reversed')));
CREATE TABLE IF NOT EXISTS nhsa_visit (
    id INTEGER PRIMARY KEY, mdtrt_id TEXT UNIQUE, hospital TEXT NOT NULL,
    psn_no TEXT NOT NULL REFERENCES nhsa_insured, insutype TEXT NOT NULL,
    ipt_otp_no TEXT NOT NULL, med_type TEXT NOT NULL DEFAULT '', at REAL NOT NULL,
    dept TEXT NOT NULL DEFAULT '', diagnoses TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'undone')));
CREATE UNIQUE INDEX IF NOT EXISTS nhsa_visit_number
    ON nhsa_visit (hospital, ipt_otp_no) WHERE state = 'open';
CREATE TABLE IF NOT EXISTS nhsa_detail (
    id INTEGER PRIMARY KEY, mdtrt_id TEXT NOT NULL REFERENCES nhsa_visit (mdtrt_id),
    feedetl_sn TEXT NOT NULL, batch TEXT NOT NULL, code TEXT NOT NULL, total INTEGER NOT NULL,
    own INTEGER NOT NULL, over INTEGER NOT NULL, pre INTEGER NOT NULL, scope INTEGER NOT NULL,
    setl_id TEXT, pay_ord_id TEXT,
    UNIQUE (mdtrt_id, feedetl_sn), CHECK (own + over + pre + scope = total));
CREATE INDEX IF NOT EXISTS nhsa_detail_settlement ON nhsa_detail (setl_id)
    WHERE setl_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS nhsa_detail_order ON nhsa_detail (pay_ord_id)
    WHERE pay_ord_id IS NOT NULL;
CREATE TABLE IF NOT EXISTS nhsa_settlement (
    id INTEGER PRIMARY KEY, setl_id TEXT UNIQUE, hospital TEXT NOT NULL,
    mdtrt_id TEXT NOT NULL REFERENCES nhsa_visit (mdtrt_id), psn_no TEXT NOT NULL,
    insutype TEXT NOT NULL, clr_type TEXT NOT NULL, med_type TEXT NOT NULL,
    msgid TEXT NOT NULL, batch TEXT NOT NULL, at REAL NOT NULL, day TEXT NOT NULL,
    year INTEGER NOT NULL, total INTEGER NOT NULL, own INTEGER NOT NULL, over INTEGER NOT NULL,
    pre INTEGER NOT NULL, scope INTEGER NOT NULL, deductible INTEGER NOT NULL,
    ratio TEXT NOT NULL, fund INTEGER NOT NULL, account INTEGER NOT NULL, cash INTEGER NOT NULL,
    balance INTEGER NOT NULL, invono TEXT NOT NULL DEFAULT '', medins_setl_id TEXT NOT NULL,
    undoes TEXT REFERENCES nhsa_settlement (setl_id), clearing TEXT,
    state TEXT NOT NULL DEFAULT 'settled' CHECK (state IN ('settled', 'undone', 'reversed')),
    CHECK (fund + account + cash = total),
    CHECK (own + over + pre + scope = total),
    CHECK (undoes IS NOT NULL OR min(total, fund, account, cash, deductible) >= 0),
    CHECK (undoes IS NULL OR max(total, fund, account, cash, deductible) <= 0));
CREATE INDEX IF NOT EXISTS nhsa_settlement_visit ON nhsa_settlement (mdtrt_id);
CREATE INDEX IF NOT EXISTS nhsa_settlement_day ON nhsa_settlement (hospital, day);
CREATE INDEX IF NOT EXISTS nhsa_settlement_clearing ON nhsa_settlement (clearing)
    WHERE clearing IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS nhsa_settlement_undone_once
    ON nhsa_settlement (undoes) WHERE undoes IS NOT NULL AND state <> 'reversed';
CREATE TABLE IF NOT EXISTS nhsa_file (
    file_qury_no TEXT PRIMARY KEY, hospital TEXT NOT NULL, filename TEXT NOT NULL,
    content BLOB NOT NULL, ends REAL NOT NULL);
CREATE TABLE IF NOT EXISTS nhsa_clearing (
    id TEXT PRIMARY KEY, hospital TEXT NOT NULL, clr_type TEXT NOT NULL, insutype TEXT NOT NULL,
    begins TEXT NOT NULL, ends TEXT NOT NULL, total INTEGER NOT NULL, fund INTEGER NOT NULL,
    account INTEGER NOT NULL, count INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS nhsa_order (
    id INTEGER PRIMARY KEY, pay_ord_id TEXT UNIQUE, pay_token TEXT NOT NULL UNIQUE,
    hospital TEXT NOT NULL, med_org_ord TEXT NOT NULL, psn_no TEXT NOT NULL,
    mdtrt_id TEXT NOT NULL, batch TEXT NOT NULL, med_type TEXT NOT NULL, at REAL NOT NULL,
    use_account INTEGER NOT NULL DEFAULT 1, state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 16),
    setl_id TEXT, total INTEGER NOT NULL, fund INTEGER NOT NULL, account INTEGER NOT NULL,
    cash INTEGER NOT NULL, cash_paid INTEGER NOT NULL DEFAULT 0,
    cash_refunded INTEGER NOT NULL DEFAULT 0, insurance_refunded INTEGER NOT NULL DEFAULT 0,
    CHECK (fund + account + cash = total), CHECK (cash_paid IN (0, cash)),
    CHECK (cash_refunded BETWEEN 0 AND cash_paid),
    CHECK (insurance_refunded IN (0, fund + account)));
CREATE UNIQUE INDEX IF NOT EXISTS nhsa_order_number
    ON nhsa_order (hospital, med_org_ord) WHERE state <> 12;
CREATE INDEX IF NOT EXISTS nhsa_order_settlement ON nhsa_order (setl_id);
CREATE TABLE IF NOT EXISTS nhsa_refund (
    hospital TEXT NOT NULL, app_refd_sn TEXT NOT NULL, pay_ord_id TEXT NOT NULL,
    kind TEXT NOT NULL, total INTEGER NOT NULL, cash INTEGER NOT NULL, account INTEGER NOT NULL,
    fund INTEGER NOT NULL, status TEXT NOT NULL CHECK (status IN ('SUCC', 'FAIL', 'EXP')),
    at REAL NOT NULL, PRIMARY KEY (hospital, app_refd_sn), CHECK (cash + account + fund = total));
"""
