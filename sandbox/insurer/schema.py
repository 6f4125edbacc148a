"""Tables of the insurer; what must never be is refused here."""

DDL = """
CREATE TABLE IF NOT EXISTS insurer_policy (
    policy_no TEXT PRIMARY KEY, product TEXT NOT NULL, person TEXT NOT NULL, hash TEXT NOT NULL,
    since TEXT NOT NULL, until TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'lapsed')),
    deductible INTEGER NOT NULL DEFAULT 0 CHECK (deductible >= 0),
    paid INTEGER NOT NULL DEFAULT 0 CHECK (paid >= 0), UNIQUE (product, person));
CREATE INDEX IF NOT EXISTS insurer_policy_hash ON insurer_policy (hash);
CREATE TABLE IF NOT EXISTS insurer_claim (
    id INTEGER PRIMARY KEY, claim_no TEXT UNIQUE, app TEXT NOT NULL, case_no TEXT NOT NULL,
    policy_no TEXT NOT NULL REFERENCES insurer_policy, digest TEXT NOT NULL,
    visit_no TEXT NOT NULL, visit_type TEXT NOT NULL, visit_day TEXT NOT NULL,
    notify_url TEXT NOT NULL, at REAL NOT NULL, state TEXT NOT NULL DEFAULT 'reported' CHECK
        (state IN ('reported', 'listed', 'approved', 'review', 'refused', 'paid', 'cancelled',
        'reversed')),
    fees TEXT NOT NULL DEFAULT '', setl_id TEXT NOT NULL DEFAULT '', total INTEGER NOT NULL
        DEFAULT 0, cash INTEGER NOT NULL DEFAULT 0, excluded INTEGER NOT NULL DEFAULT 0,
    deductible INTEGER NOT NULL DEFAULT 0, payable INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '', pay_no TEXT NOT NULL DEFAULT '',
    UNIQUE (app, case_no), CHECK (payable BETWEEN 0 AND cash), CHECK (cash <= total));
CREATE TABLE IF NOT EXISTS insurer_payment (
    id INTEGER PRIMARY KEY, app TEXT NOT NULL, pay_no TEXT NOT NULL, claim_no TEXT NOT NULL
        REFERENCES insurer_claim (claim_no), kind TEXT NOT NULL CHECK (kind IN ('PAY', 'CANCEL')),
    product TEXT NOT NULL, amount INTEGER NOT NULL, day TEXT NOT NULL, at REAL NOT NULL,
    UNIQUE (app, pay_no), UNIQUE (claim_no, kind),
    CHECK ((kind = 'PAY') = (amount >= 0) OR amount = 0));
CREATE INDEX IF NOT EXISTS insurer_payment_day ON insurer_payment (app, day);
CREATE INDEX IF NOT EXISTS insurer_payment_product ON insurer_payment (product, day);
"""
