"""Functions about reports, prescriptions, queues and check-ups."""

from typing import Any

from ..services import checkups, orders, pharmacy, queues, results
from .functions import Asked, function

Rows = list[dict[str, Any]]
PERIOD = "patient_no! first_day last_day"


@function("lab_list", "检验报告列表", PERIOD, "lab")
def lab_list(asked: Asked) -> Rows:
    """Return reviewed laboratory reports, without their results."""
    found = results.lab_list(asked.hospital, asked["patient_no"], *asked.days(back=365))
    return [{name: row[name] for name in row if name != "results"} for row in found]


@function("lab_report", "检验报告内容", "report_no!", "lab")
def lab_report(asked: Asked) -> dict[str, Any]:
    """Return a laboratory report."""
    return results.lab_report(asked.hospital, asked["report_no"])


@function("exam_list", "检查报告列表", PERIOD, "exam")
def exam_list(asked: Asked) -> Rows:
    """Return reviewed imaging reports, without their texts."""
    found = results.exam_list(asked.hospital, asked["patient_no"], *asked.days(back=365))
    texts = ("findings", "impression")
    return [{name: row[name] for name in row if name not in texts} for row in found]


@function("exam_report", "检查报告内容", "report_no!", "exam")
def exam_report(asked: Asked) -> dict[str, Any]:
    """Return an imaging report."""
    return results.exam_report(asked.hospital, asked["report_no"])


@function("inspect_list", "检验检查申请及状态", PERIOD, "order")
def inspect_list(asked: Asked) -> Rows:
    """Return what was ordered of laboratory and imaging, and how far it is."""
    found = orders.of_patient(asked.hospital, asked["patient_no"], *asked.days(back=30))
    return [row for row in found if row["kind"] in ("lab", "exam")]


@function("prescriptions", "处方状态", "patient_no!", "prescription")
def prescriptions(asked: Asked) -> Rows:
    """Return a patient's prescriptions, their state and window."""
    return pharmacy.prescriptions(asked.hospital, asked["patient_no"])


@function("prescription", "处方信息", "rx_no!", "prescription")
def prescription(asked: Asked) -> dict[str, Any]:
    """Return one prescription."""
    return pharmacy.get(asked.hospital, asked["rx_no"])


@function("queue_serving", "当前叫号", "queue", "queue")
def queue_serving(asked: Asked) -> Rows:
    """Return who is called now, in one queue or all."""
    return queues.serving(asked.hospital, asked.get("queue"))


@function("queue_mine", "我的排队", "patient_no!", "queue")
def queue_mine(asked: Asked) -> Rows:
    """Return a patient's places of today with how many come before."""
    return queues.of_patient(asked.hospital, asked["patient_no"])


@function("queue_events", "叫号事件", "cursor length", "queue")
def queue_events(asked: Asked) -> Rows:
    """Return entries and calls after a cursor: polled every few seconds."""
    length = min(asked.get("length", 200), 1000)
    return queues.events(asked.hospital, asked.get("cursor", 0), length)


@function("packages", "体检套餐", thing="package")
def packages(asked: Asked) -> Rows:
    """Return all check-up packages."""
    return checkups.packages(asked.hospital)


@function("checkup_book", "体检预约", "package_code! patient_no! day!", "checkup")
def checkup_book(asked: Asked) -> dict[str, Any]:
    """Book a package; it is paid like any bill."""
    return checkups.book(asked.hospital, asked["package_code"], asked["patient_no"], asked["day"])


@function("checkup_cancel", "取消体检预约", "order_no!", "checkup")
def checkup_cancel(asked: Asked) -> dict[str, Any]:
    """Give an unpaid booking back."""
    return checkups.cancel(asked.hospital, asked["order_no"])


@function("checkup_list", "体检预约列表", "patient_no!", "checkup")
def checkup_list(asked: Asked) -> Rows:
    """Return a patient's bookings."""
    return checkups.of_patient(asked.hospital, asked["patient_no"])


@function("checkup_report", "体检报告", "order_no!", "checkup")
def checkup_report(asked: Asked) -> dict[str, Any]:
    """Return a booking with its report."""
    return checkups.get(asked.hospital, asked["order_no"])
