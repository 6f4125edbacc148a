"""Numbers that WeChat Pay gives out, and its forms of times and amounts."""

import secrets

from simulation.clock import moment

DAY_SECONDS = 86_400


def day_of(at: float) -> str:
    """Return the Beijing day of a time, as bills name it."""
    return moment(at).strftime("%Y-%m-%d")


def rfc3339(at: float) -> str:
    """Return a time as API v3 writes it."""
    return moment(at).isoformat(timespec="seconds")


def compact(at: float) -> str:
    """Return a time as v2 writes it (yyyyMMddHHmmss)."""
    return moment(at).strftime("%Y%m%d%H%M%S")


def yuan(fen: int) -> str:
    """Return fen as yuan with two decimals."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _digits(count: int) -> str:
    return str(secrets.randbelow(10**count)).zfill(count)


def transaction_id(at: float) -> str:
    """Return a new payment number (28 digits)."""
    return f"4200{_digits(6)}{moment(at):%Y%m%d}{_digits(10)}"


def refund_id(at: float) -> str:
    """Return a new refund number (29 digits)."""
    return f"5030{_digits(7)}{moment(at):%Y%m%d}{_digits(10)}"


def flow_no(at: float) -> str:
    """Return a new number of an account movement."""
    return f"{moment(at):%Y%m%d}{_digits(16)}"


def prepay_id(at: float) -> str:
    """Return a new prepay_id."""
    return f"wx{moment(at):%d%H%M%S}{_digits(10)}{secrets.token_hex(8)}0000"


def auth_code() -> str:
    """Return a new payment code: 18 digits that begin with 10 to 15."""
    return f"1{secrets.randbelow(6)}{_digits(16)}"


def mix_trade_no(at: float) -> str:
    """Return a new number of a medical-insurance order."""
    return f"{moment(at):%Y%m%d}{_digits(22)}"
