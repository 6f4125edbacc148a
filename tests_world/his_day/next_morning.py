"""What the day does not bring by itself happens the next morning, by staff and by partners."""

from __future__ import annotations

from typing import Any



from .hospital import Hospital
from .platform import Platform

TOMORROW = "2026-03-03"


def pass_morning(his: Hospital) -> None:
    """Let one of each other kind of event happen; the clock stands still at eight."""
    his.running.post("/clock", at=f"{TOMORROW}T07:55:00+08:00", speed=0)
    platform = Platform(his.running)
    _directory(his, platform)
    session, people = _open_session(his), _people(his)
    _people_change(platform, people)
    _give_back(platform, session, people[0])
    _see_doctor(his, platform, session, people[1])
    _stay(platform, _admit(his, platform, people[2]))
    _check_up(platform, people[3])


def _people(his: Hospital) -> list[str]:
    """Return patients who were not here today."""
    rows = his.rows(
        "SELECT patient_no FROM v_patient p WHERE into_patient_no = '' AND sex = '2'"
        " AND birth BETWEEN '1956-01-01' AND '2000-01-01'"
        " AND NOT EXISTS (SELECT 1 FROM v_registration r WHERE r.patient_no = p.patient_no"
        " AND r.day >= '2026-03-02') AND NOT EXISTS (SELECT 1 FROM v_inpatient i"
        " WHERE i.patient_no = p.patient_no AND i.state = 'in') ORDER BY patient_no LIMIT 4"
    )
    return [row["patient_no"] for row in rows]


def _open_session(his: Hospital) -> str:
    row = his.rows(
        "SELECT session_id FROM v_schedule s JOIN v_dept d ON d.code = s.department_code"
        " WHERE day = %s AND half_day = 'am' AND doctor_code <> '' AND free > 1"
        " AND s.state = 'open' AND pool_owner = 'his' ORDER BY session_id LIMIT 1",
        TOMORROW,
    )[0]
    return str(row["session_id"])


def _directory(his: Hospital, platform: Platform) -> None:
    doctor = his.rows("SELECT code, department_code FROM v_doctor ORDER BY code LIMIT 1")[0]
    department = doctor["department_code"]
    platform.staff("set_department", code=department, place="门诊楼 9 层 <东>")
    platform.staff("set_doctor", code=doctor["code"], specialty="呼吸 & 慢病")
    session = platform.staff(
        "publish",
        day="2026-03-05",
        half_day="night",
        department_code=department,
        doctor_code=doctor["code"],
        level="2",
        fee_fen=2505,
        total=12,
        room="夜 1 诊室",
    )
    platform.staff("suspend", session_id=session["session_id"])
    platform.staff("resume", session_id=session["session_id"])


def _people_change(platform: Platform, people: list[str]) -> None:
    platform.data("patient/update", patient_id=people[0], address="莲都区“解放街”1号 \\ 2|3^4&5~6")
    made = platform.data(
        "patient/create", patient_name="临时患者", idcard_type="03", idcard="E12345678", sex="2",
        birthday="1990-05-06", mobile="13900000001",
    )  # fmt: skip
    platform.data("patient/card_bind", patient_id=people[1], card_type="03", card_no="EH000001")
    platform.staff("merge", patient_no=made["patient_id"], into=people[1])


def _give_back(platform: Platform, session: str, patient_no: str) -> None:
    """Book without paying, and think better of it."""
    booked = platform.data(
        "outpatient/register_direct", schedule_id=session, patient_id=patient_no, order_no="D-1"
    )
    platform.data("outpatient/register_cancel", register_no=booked["register_no"])


def _pay(platform: Platform, patient_no: str, trade_no: str) -> dict[str, Any]:
    [bill] = platform.data("outpatient/unpaidfees", patient_id=patient_no)
    paid: dict[str, Any] = platform.data(
        "outpatient/charge_commit",
        recipe_id=bill["recipe_id"],
        recipe_version=bill["recipe_version"],
        trade_no=trade_no,
        channel_id="weixin",
        amount=bill["should_money"],
    )
    return paid


def _see_doctor(his: Hospital, platform: Platform, session: str, patient_no: str) -> None:
    """Register, change the order, pay, and give everything back."""
    fee = his.rows("SELECT fee_fen FROM v_schedule WHERE session_id = %s", int(session))[0]
    made = platform.data(
        "outpatient/register_direct",
        schedule_id=session,
        patient_id=patient_no,
        order_no="D-2",
        trade_no="T-D-2",
        channel_id="weixin",
        amount=f"{fee['fee_fen'] / 100:.2f}",
    )
    platform.data("outpatient/register_sign", register_no=made["register_no"])
    visit = platform.staff("visit_start", reg_no=made["register_no"])["visit_no"]
    first, _second = platform.staff(
        "order", visit_no=visit, lines=[{"code": "L010"}, {"code": "L010"}]
    )
    platform.staff("order_cancel", order_no=first["order_no"])
    paid = _pay(platform, patient_no, "T-D-3")
    platform.data(
        "outpatient/charge_refund",
        reconciliation_no=paid["reconciliation_no"],
        his_refund_id="R-D-3",
        amount=paid["amount"],
    )
    third = platform.staff("order", visit_no=visit, lines=[{"code": "L010"}])[0]
    platform.staff("order_cancel", order_no=third["order_no"])
    platform.staff("visit_end", visit_no=visit, diagnosis_code="J06.900", diagnosis="上感")


def _admit(his: Hospital, platform: Platform, patient_no: str) -> str:
    ward = his.rows(
        "SELECT o.code, d.code AS ward_code FROM v_doctor o JOIN v_dept d"
        " ON d.parent_code = o.department_code WHERE d.kind = 'ward' ORDER BY o.code LIMIT 1"
    )[0]
    stay = platform.staff(
        "admit",
        patient_no=patient_no,
        ward_code=ward["ward_code"],
        doctor_code=ward["code"],
    )
    return str(stay["admission_no"])


def _stay(platform: Platform, number: str) -> None:
    platform.data(
        "inhospital/prepay", inhosp_no=number, trade_no="T-D-4", channel_id="weixin", amount="500.00"
    )
    platform.staff("charge", admission_no=number, lines=[{"code": "B001", "quantity": "0.5"}])
    platform.staff("discharge", admission_no=number)
    platform.data("inhospital/leave_settle", inhosp_no=number)


def _check_up(platform: Platform, patient_no: str) -> None:
    packages = platform.data("physical/package_list")
    fit = next(one for one in packages if one["sex"] in ("0", "2"))
    booked = platform.data(
        "physical/order_apply",
        package_id=fit["package_id"],
        patient_id=patient_no,
        physical_date=TOMORROW,
    )
    _pay(platform, patient_no, "T-D-5")
    platform.staff("checkup_arrive", order_no=booked["order_no"])
    platform.staff(
        "checkup_report",
        order_no=booked["order_no"],
        summary="总检：未见明显异常。\n建议复查血脂 <6 个月>。",
    )
