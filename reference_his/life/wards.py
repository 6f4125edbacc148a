"""In-patients: the day's charges, deposits, people who come and go."""

from typing import Any

from ..services import inpatients
from . import clinic
from .stage import Content, Planned, Stage, step

LEAVING_SHARE, PAYING_SHARE, DEPOSIT_FEN = 0.12, 0.15, 200_000
DAILY_KINDS = ("bed", "nursing")


@step("wards")
def wards(stage: Stage, _content: Content) -> None:
    """Charge everybody who lies in a ward; decide who pays and who leaves today."""
    rows = stage.hospital.db.all(
        "SELECT admission_no FROM admission WHERE state = 'in' ORDER BY admission_no"
    )
    for place, row in enumerate(rows):
        number = row["admission_no"]
        dice = stage.dice("stay", stage.at.date(), number)
        stage.later("charge_stay", place / 30, admission_no=number)
        if dice.random() < LEAVING_SHARE:
            stage.later("leave", dice.uniform(150, 270), admission_no=number)
        elif dice.random() < PAYING_SHARE:
            stage.later("deposit", dice.uniform(90, 400), admission_no=number)
    left = stage.hospital.db.all(
        "SELECT admission_no FROM admission WHERE state = 'leaving' ORDER BY admission_no"
    )
    for row in left:
        minutes = stage.dice("left", row["admission_no"]).uniform(100, 300)
        stage.later("settle_stay", minutes, admission_no=row["admission_no"])


def _daily_lines(stage: Stage) -> list[dict[str, Any]]:
    rows = stage.hospital.db.all(
        "SELECT DISTINCT ON (kind) code FROM item WHERE kind = ANY(%s) ORDER BY kind, code",
        (list(DAILY_KINDS),),
    )
    return [{"code": row["code"]} for row in rows]


@step("charge_stay")
def charge_stay(stage: Stage, content: Content) -> None:
    """Charge a day in bed."""
    lines = _daily_lines(stage)
    if lines:
        inpatients.charge(stage.hospital, content["admission_no"], lines)


@step("admit")
def admit(stage: Stage, content: Content) -> None:
    """Take a patient in, who brings a deposit and is charged the first day."""
    number = clinic.admit(stage, content["visit_no"])
    if number:
        stage.plan(_first_day(stage, number))


def _first_day(stage: Stage, number: str) -> list[Planned]:
    return [
        (stage.at, "deposit", {"admission_no": number}),
        (stage.at, "charge_stay", {"admission_no": number}),
    ]


@step("deposit")
def deposit(stage: Stage, content: Content) -> None:
    """Pay a deposit."""
    number = content["admission_no"]
    dice = stage.dice("deposit", number, stage.at)
    trade_no = stage.trade_no(number, f"{stage.at:%Y%m%d%H%M%S}")
    channel = dice.choice(("wechat", "alipay", "pos"))
    amount = DEPOSIT_FEN * dice.randint(1, 3)
    inpatients.deposit(stage.hospital, number, trade_no, channel, amount)


@step("leave")
def leave(stage: Stage, content: Content) -> None:
    """Discharge a patient, who settles within the hour."""
    inpatients.discharge(stage.hospital, content["admission_no"])
    minutes = stage.dice("leaves", content["admission_no"]).uniform(15, 60)
    stage.later("settle_stay", minutes, admission_no=content["admission_no"])


@step("settle_stay")
def settle_stay(stage: Stage, content: Content) -> None:
    """Pay what is missing, or get back what is left of the deposits."""
    number = content["admission_no"]
    stay = inpatients.get(stage.hospital, number)
    missing = max(-stay["balance_fen"], 0)
    trade_no = stage.trade_no(number, "CY")
    inpatients.settle_discharge(stage.hospital, number, trade_no, "wechat", missing)
