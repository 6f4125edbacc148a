"""The public library that templates are taken from, as far as a hospital needs it."""

from collections.abc import Mapping
from dataclasses import dataclass

CATEGORIES: Mapping[int, str] = {612: "公立医疗机构", 616: "就医服务"}
ONCE, LONG = 2, 3


@dataclass(frozen=True)
class Entry:
    """One entry: ``fields`` as (label, kind, example); ``constants`` for its const fields."""

    number: str
    title: str
    fields: tuple[tuple[str, str, str], ...]
    category: int = 616
    constants: tuple[str, ...] = ()

    def names(self, chosen: list[int] | None = None) -> list[tuple[str, str, str]]:
        """Return label, name of the field and example of the chosen keywords (from 1)."""
        places = chosen or list(range(1, len(self.fields) + 1))
        return [
            (self.fields[place - 1][0], f"{self.fields[place - 1][1]}{place}", example)
            for place in places
            for example in [self.fields[place - 1][2]]
        ]

    def content(self, chosen: list[int] | None = None) -> str:
        """Return the template's text."""
        return "".join(f"{label}:{{{{{name}.DATA}}}}\n" for label, name, _ in self.names(chosen))

    def example(self, chosen: list[int] | None = None) -> str:
        """Return the template's example."""
        return "".join(f"{label}:{example}\n" for label, _, example in self.names(chosen))


PATIENT = ("就诊人", "name", "李建国")
DEPARTMENT = ("就诊科室", "thing", "心血管内科")
DOCTOR = ("就诊医生", "thing", "王医生")
TIME = ("就诊时间", "time", "2026年11月26日 09:30")
PLACE = ("就诊地点", "thing", "门诊楼3楼A区")

# the number, under which the hospital's settings name the message, the title, the fields
ENTRIES: Mapping[str, Entry] = {
    "booking_success": Entry(
        "43216",
        "预约挂号成功通知",
        (PATIENT, DEPARTMENT, DOCTOR, TIME, ("就诊序号", "character_string", "A012"), PLACE),
    ),
    "visit_reminder": Entry(
        "43217",
        "就诊提醒",
        (PATIENT, DEPARTMENT, DOCTOR, TIME, PLACE),
    ),
    "suspension": Entry(
        "43218",
        "停诊通知",
        (PATIENT, DEPARTMENT, DOCTOR, TIME, ("停诊原因", "thing", "医生临时外出")),
    ),
    "cancellation": Entry(
        "43219",
        "预约取消通知",
        (PATIENT, DEPARTMENT, DOCTOR, TIME, ("取消原因", "thing", "本人取消")),
    ),
    "queue_call": Entry(
        "43220",
        "候诊排队提醒",
        (
            PATIENT,
            DEPARTMENT,
            ("我的号码", "character_string", "A012"),
            ("前面人数", "number", "3"),
            ("候诊地点", "thing", "3楼候诊区"),
            ("排队状态", "const", "请准备"),
        ),
        constants=("请准备", "请就诊", "已过号"),
    ),
    "payment_success": Entry(
        "43221",
        "缴费成功通知",
        (
            PATIENT,
            ("缴费项目", "thing", "门诊缴费"),
            ("缴费金额", "amount", "¥125.50"),
            ("订单号", "character_string", "H20261126000001"),
            ("缴费时间", "time", "2026-11-26 10:02"),
        ),
    ),
    "refund": Entry(
        "43222",
        "退费通知",
        (
            PATIENT,
            ("退费项目", "thing", "挂号费"),
            ("退费金额", "amount", "¥15.00"),
            ("订单号", "character_string", "H20261126000001"),
            ("退费时间", "time", "2026-11-26 10:12"),
        ),
    ),
    "report_ready": Entry(
        "43223",
        "检查检验报告通知",
        (
            PATIENT,
            ("报告名称", "thing", "血常规"),
            ("报告时间", "time", "2026-11-26 15:20"),
            ("开单科室", "thing", "呼吸内科"),
        ),
    ),
    "daily_list": Entry(
        "43224",
        "住院每日清单通知",
        (
            PATIENT,
            ("住院号", "character_string", "ZY0012345"),
            ("费用日期", "date", "2026年11月25日"),
            ("当日费用", "amount", "¥1280.00"),
            ("预交金余额", "amount", "¥3200.00"),
        ),
    ),
}
BY_NUMBER = {entry.number: entry for entry in ENTRIES.values()}
