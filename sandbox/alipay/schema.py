"""Tables of the gateway. What must never be is refused here.

``PREPARED`` is an order whose code nobody has scanned: for Alipay there is no trade yet.
"""

from dataclasses import dataclass

from simulation.store import Row

DDL = """
CREATE TABLE IF NOT EXISTS alipay_app (
    app_id TEXT PRIMARY KEY, seller_id TEXT NOT NULL, seller_email TEXT NOT NULL,
    seller_name TEXT NOT NULL, mode TEXT NOT NULL CHECK (mode IN ('any', 'key', 'cert')),
    merchant_public TEXT NOT NULL, fee_bp INTEGER NOT NULL CHECK (fee_bp BETWEEN 0 AND 10000),
    refund_days INTEGER NOT NULL CHECK (refund_days > 0), forbidden TEXT NOT NULL,
    notices TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS alipay_seller (
    seller_id TEXT PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0),
    style TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS alipay_wallet (
    person TEXT PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0));
CREATE TABLE IF NOT EXISTS alipay_trade (
    id INTEGER PRIMARY KEY AUTOINCREMENT, app_id TEXT NOT NULL, seller_id TEXT NOT NULL,
    out_trade_no TEXT NOT NULL, trade_no TEXT UNIQUE,
    status TEXT NOT NULL CHECK (status IN (
        'PREPARED', 'WAIT_BUYER_PAY', 'TRADE_SUCCESS', 'TRADE_FINISHED', 'TRADE_CLOSED')),
    product TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0), buyer TEXT NOT NULL DEFAULT '',
    code TEXT UNIQUE, code_expires REAL, lifetime REAL NOT NULL, deadline REAL,
    prepared REAL NOT NULL, created REAL, expires REAL, paid REAL, closed REAL,
    fee INTEGER NOT NULL DEFAULT 0 CHECK (fee BETWEEN 0 AND amount),
    refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND amount),
    reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved BETWEEN 0 AND amount),
    fee_returned INTEGER NOT NULL DEFAULT 0 CHECK (fee_returned BETWEEN 0 AND fee),
    auth_code TEXT NOT NULL DEFAULT '', waits INTEGER, cancelled TEXT NOT NULL DEFAULT '',
    notify_url TEXT NOT NULL, return_url TEXT NOT NULL, charset TEXT NOT NULL,
    sign_type TEXT NOT NULL, passback TEXT NOT NULL, store_id TEXT NOT NULL,
    operator_id TEXT NOT NULL, terminal_id TEXT NOT NULL,
    CHECK ((trade_no IS NULL) = (created IS NULL)),
    CHECK (status NOT IN ('TRADE_SUCCESS', 'TRADE_FINISHED') OR paid IS NOT NULL),
    CHECK (refunded + reserved <= amount),
    CHECK (status != 'TRADE_CLOSED' OR paid IS NULL OR refunded = amount),
    UNIQUE (seller_id, out_trade_no));
CREATE INDEX IF NOT EXISTS alipay_trade_paid ON alipay_trade (seller_id, paid);
CREATE INDEX IF NOT EXISTS alipay_trade_waiting
    ON alipay_trade (buyer) WHERE status = 'WAIT_BUYER_PAY';
CREATE TABLE IF NOT EXISTS alipay_refund (
    id INTEGER PRIMARY KEY AUTOINCREMENT, trade INTEGER NOT NULL REFERENCES alipay_trade (id),
    seller_id TEXT NOT NULL, out_request_no TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0), fee INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('stuck', 'done')), reason TEXT NOT NULL,
    asked REAL NOT NULL, done REAL, CHECK ((state = 'done') = (done IS NOT NULL)),
    UNIQUE (trade, out_request_no));
CREATE INDEX IF NOT EXISTS alipay_refund_done ON alipay_refund (seller_id, done);
CREATE TABLE IF NOT EXISTS alipay_entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT, seller_id TEXT NOT NULL, at REAL NOT NULL,
    trade INTEGER NOT NULL REFERENCES alipay_trade (id), kind TEXT NOT NULL,
    amount INTEGER NOT NULL, balance INTEGER NOT NULL, note TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS alipay_entry_at ON alipay_entry (seller_id, at);
CREATE TABLE IF NOT EXISTS alipay_payment_code (
    code TEXT PRIMARY KEY, person TEXT NOT NULL, expires REAL NOT NULL,
    used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS alipay_grant (
    code TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('code', 'access', 'refresh')),
    app_id TEXT NOT NULL, person TEXT NOT NULL, scope TEXT NOT NULL, expires REAL NOT NULL,
    used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS alipay_bill_link (
    token TEXT PRIMARY KEY, seller_id TEXT NOT NULL, bill_type TEXT NOT NULL,
    bill_date TEXT NOT NULL, expires REAL NOT NULL, damage TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Trade:
    """One row of ``alipay_trade``; amounts in fen, times in seconds since 1970."""

    id: int
    app_id: str
    seller_id: str
    out_trade_no: str
    trade_no: str | None
    status: str
    product: str
    subject: str
    body: str
    amount: int
    buyer: str
    code: str | None
    code_expires: float | None
    lifetime: float
    deadline: float | None
    prepared: float
    created: float | None
    expires: float | None
    paid: float | None
    closed: float | None
    fee: int
    refunded: int
    reserved: int
    fee_returned: int
    auth_code: str
    waits: int | None
    cancelled: str
    notify_url: str
    return_url: str
    charset: str
    sign_type: str
    passback: str
    store_id: str
    operator_id: str
    terminal_id: str

    @classmethod
    def of(cls, row: Row) -> "Trade":
        """Return a row as an object."""
        return cls(**dict(row))

    @property
    def refundable(self) -> int:
        """Fen that can still be given back."""
        return self.amount - self.refunded - self.reserved
