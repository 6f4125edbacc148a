"""Functions about schedules, numbers and registrations."""

from typing import Any

from ..services import registrations, schedules
from .functions import Asked, function

Rows = list[dict[str, Any]]
PAYMENT = "trade_no pay_channel amount_fen"


@function("register_departments", "可挂号科室", "first_day last_day", "department")
def register_departments(asked: Asked) -> Rows:
    """Return the departments that have sessions in the days asked for (the next week)."""
    first, last = asked.days(back=0, ahead=7)
    found = schedules.sessions(asked.hospital, first, last)
    names = {row["department_code"]: row["department"] for row in found}
    return [{"code": code, "name": names[code]} for code in sorted(names)]


@function(
    "schedule_group", "排班列表", "day first_day last_day department_code doctor_code", "session"
)
def schedule_group(asked: Asked) -> Rows:
    """Return sessions with free numbers, of a day or of some days."""
    first, last = asked.days(back=0, ahead=7)
    day = asked.get("day")
    return schedules.sessions(
        asked.hospital,
        day or first,
        day or last,
        asked.get("department_code"),
        asked.get("doctor_code"),
    )


@function("schedule_details", "号源明细（分时段）", "session_id!", "number")
def schedule_details(asked: Asked) -> Rows:
    """Return a session's numbers."""
    return schedules.numbers(asked.hospital, asked["session_id"])


@function("schedule_stopped", "停诊列表", "first_day last_day", "session")
def schedule_stopped(asked: Asked) -> Rows:
    """Return suspended sessions of some days (the next week)."""
    first, last = asked.days(back=0, ahead=7)
    found = schedules.sessions(asked.hospital, first, last)
    return [row for row in found if row["state"] == "suspended"]


@function("lock", "锁号", "session_id! patient_no! seq minutes")
def lock(asked: Asked) -> dict[str, Any]:
    """Keep a number for a patient."""
    return registrations.lock(
        asked.hospital,
        asked["session_id"],
        asked["patient_no"],
        asked.get("seq", None),
        channel=asked.partner.channel,
        minutes=asked.get("minutes", 15),
    )


@function("unlock", "释放号源", "lock_id!")
def unlock(asked: Asked) -> dict[str, Any]:
    """Give a locked number back."""
    registrations.unlock(asked.hospital, asked["lock_id"])
    return {"lock_id": asked["lock_id"]}


@function("commit", "挂号提交", f"lock_id! partner_no! {PAYMENT}", "registration")
def commit(asked: Asked) -> dict[str, Any]:
    """Make a registration from a lock, paid when a trade is named."""
    return registrations.commit(
        asked.hospital,
        asked["lock_id"],
        asked["partner_no"],
        asked.get("trade_no"),
        asked.get("pay_channel"),
        asked.get("amount_fen", None),
    )


@function(
    "direct", "直接挂号", f"session_id! patient_no! partner_no! seq {PAYMENT}", "registration"
)
def direct(asked: Asked) -> dict[str, Any]:
    """Register without a lock; where the platform gives numbers out, follow its booking."""
    return registrations.book(
        asked.hospital,
        asked["session_id"],
        asked["patient_no"],
        asked.partner.channel,
        asked["partner_no"],
        asked.get("seq", None),
        asked.get("trade_no"),
        asked.get("pay_channel"),
        asked.get("amount_fen", None),
    )


@function("cancel", "取消预约", "reg_no partner_no", "registration")
def cancel(asked: Asked) -> dict[str, Any]:
    """Give an unpaid registration back, by its number or the partner's."""
    return registrations.cancel(
        asked.hospital,
        reg_no=asked.get("reg_no"),
        partner_no=asked.get("partner_no"),
        channel=asked.partner.channel,
    )


@function("register_refund", "退号", "reg_no! trade_no! refund_no!", "settlement")
def register_refund(asked: Asked) -> dict[str, Any]:
    """Give a paid registration back."""
    return registrations.refund(
        asked.hospital, asked["reg_no"], asked["trade_no"], asked["refund_no"]
    )


def _of_patient(asked: Asked) -> Rows:
    first, last = asked.days(back=30, ahead=60)
    return registrations.of_patient(asked.hospital, asked["patient_no"], first, last)


@function("register_pre", "预约记录（未缴费）", "patient_no! first_day last_day", "registration")
def register_pre(asked: Asked) -> Rows:
    """Return a patient's unpaid bookings."""
    return [row for row in _of_patient(asked) if row["state"] == "booked"]


@function("register_list", "挂号记录", "patient_no! first_day last_day", "registration")
def register_list(asked: Asked) -> Rows:
    """Return a patient's registrations in every state."""
    return _of_patient(asked)


@function("register_query", "挂号状态查询", "reg_no partner_no", "registration")
def register_query(asked: Asked) -> dict[str, Any]:
    """Return one registration, by its number or the partner's: what became of a lost answer."""
    return registrations.get(
        asked.hospital,
        reg_no=asked.get("reg_no"),
        partner_no=asked.get("partner_no"),
        channel=asked.partner.channel,
    )


@function("sign", "门诊签到", "reg_no!", "registration")
def sign(asked: Asked) -> dict[str, Any]:
    """Note that the patient has come."""
    return registrations.sign(asked.hospital, asked["reg_no"])
