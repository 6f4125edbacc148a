"""Refusals as HL7 says them: table 0357, and the acknowledgement code that goes with each."""

from dataclasses import dataclass

import psycopg2.errors

from simulation.messages import Refusal

from .codec import CodecError
from .values import ValueRefused

TEXTS = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "103": "Table value not found",
    "200": "Unsupported message type",
    "201": "Unsupported event code",
    "202": "Unsupported processing id",
    "203": "Unsupported version id",
    "204": "Unknown key identifier",
    "205": "Duplicate key identifier",
    "206": "Application record locked",
    "207": "Application internal error",
}
# a refusal of the hospital to table 0357; what is not here and not ..._UNKNOWN is 207
CODES = {
    "FIELD_MISSING": "101",
    "FIELD_INVALID": "102",
    "FUNCTION_UNKNOWN": "200",
    "PATIENT_EXISTS": "205",
    "CARD_TAKEN": "205",
    "ALREADY_REGISTERED": "205",
    "TRADE_USED": "205",
    "NUMBER_GONE": "206",
}
REJECTED = ("200", "201", "202", "203")


@dataclass(frozen=True)
class Problem:
    """Why a message was not accepted.

    :param str code: HL7 table 0357.
    :param str sentence: for people.
    :param str own: the hospital's own code, e.g. ``NUMBER_GONE``.
    :param str location: an address such as ``PID-3``, or a segment's name.
    :param bool again: the same message may succeed later: the answer is not kept.
    :param bool rejected: answered with AR whatever the code.
    """

    code: str
    sentence: str
    own: str = ""
    location: str = ""
    again: bool = False
    rejected: bool = False

    @property
    def ack(self) -> str:
        """Return AR for what is never accepted, AE for the rest."""
        return "AR" if self.rejected or self.code in REJECTED else "AE"


class Refused(Exception):
    """A message that is refused before the hospital's own rules are asked."""

    def __init__(self, code: str, sentence: str, location: str = "", own: str = ""):
        super().__init__(sentence)
        self.problem = Problem(code, sentence, own, location)


def missing(location: str) -> Refused:
    """Return the refusal of an empty field."""
    return Refused("101", f"缺少必填项：{location}", location, "FIELD_MISSING")


def invalid(location: str, value: str) -> Refused:
    """Return the refusal of a field nobody can read."""
    return Refused("102", f"字段内容不合法：{location} {value[:40]}", location, "FIELD_INVALID")


def problem_of(error: Exception) -> Problem | None:
    """Return an exception as a problem of the message; ``None`` for a fault of ours."""
    if isinstance(error, Refused):
        return error.problem
    if isinstance(error, Refusal):
        unknown = "204" if error.code.endswith("_UNKNOWN") else "207"
        code = CODES.get(error.code, unknown)
        return Problem(code, error.text, error.code, again=error.code == "MAINTENANCE")
    if isinstance(error, CodecError):
        return Problem(error.code, error.text, location=error.location)
    if isinstance(error, ValueRefused):
        return Problem("102", f"字段内容不合法：{error}", "FIELD_INVALID")
    if isinstance(error, psycopg2.errors.NotNullViolation):
        return Problem("101", f"缺少必填项：{error.diag.column_name}", "FIELD_MISSING")
    if isinstance(error, psycopg2.errors.ForeignKeyViolation):
        return Problem("204", f"没有找到：{error.diag.constraint_name}", "FIELD_INVALID")
    if isinstance(error, psycopg2.errors.CheckViolation | psycopg2.errors.DataError):
        return Problem("102", "字段内容不合法", "FIELD_INVALID")
    return None
