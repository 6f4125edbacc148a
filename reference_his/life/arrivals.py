"""People get numbers, come, sign, change their minds, or never come."""

import datetime

from ..services import directory, patients, registrations, schedules
from ..services.identity import CHECK_DIGITS, WEIGHTS
from . import names, rooms
from .stage import Content, Stage, step

EXPIRING_SHARE, REFUNDING_SHARE, MISSING_SHARE = 0.03, 0.015, 0.06
AT_ONCE = 20


def _patient(stage: Stage, content: Content) -> str:
    """Return the person's number; who is new gets a record first."""
    if content["patient_no"]:
        return str(content["patient_no"])
    dice = stage.dice("new", stage.at.date(), content["n"])
    born = stage.at.date() - datetime.timedelta(days=dice.randint(300, 30000))
    sex = dice.choice("12")
    last = dice.randint(0, 49) * 2 + (sex == "1")
    body = f"331102{born:%Y%m%d}{dice.randint(0, 9)}{last:02d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    number = body + CHECK_DIGITS[total % 11]
    found = patients.find(stage.hospital, id_number=number)
    if found:
        return str(found[0]["patient_no"])
    mobile = f"19{dice.randint(0, 10**9 - 1):09d}"
    name = names.draw(dice, sex)
    made = patients.create(stage.hospital, name=name, id_number=number, mobile=mobile)
    return str(made["patient_no"])


@step("lock")
def lock(stage: Stage, content: Content) -> None:
    """Lock a number on the phone; a few people never pay, and the lock runs out."""
    dice = stage.dice("lock", stage.at.date(), content["n"])
    patient_no = _patient(stage, content)
    held = registrations.lock(stage.hospital, content["session_id"], patient_no, channel="wechat")
    if dice.random() >= EXPIRING_SHARE:
        stage.later("commit", dice.uniform(0.3, 4), lock_id=held["lock_id"], comes=content["comes"])


@step("commit")
def commit(stage: Stage, content: Content) -> None:
    """Pay a locked number by WeChat."""
    trade_no = stage.trade_no(content["lock_id"])
    dice = stage.dice("commit", content["lock_id"])
    made = registrations.commit(stage.hospital, content["lock_id"], trade_no, trade_no, "wechat")
    comes = datetime.datetime.fromisoformat(content["comes"])
    minutes = max((comes - stage.at).total_seconds() / 60, 0)
    if dice.random() < REFUNDING_SHARE:
        stage.later("give_back", minutes / 2, reg_no=made["reg_no"])
    elif dice.random() >= MISSING_SHARE:
        stage.later("arrive", minutes, reg_no=made["reg_no"])


@step("walk_in")
def walk_in(stage: Stage, content: Content) -> None:
    """Register at a window or kiosk and go to the doctor's door."""
    dice = stage.dice("walk_in", stage.at.date(), content["n"])
    pays = dice.choice(("cash", "wechat", "alipay", "pos"))
    if content["channel"] == "kiosk":
        pays = dice.choice(("wechat", "alipay"))
    trade_no = stage.trade_no(stage.at.date().isoformat(), content["n"])
    made = registrations.book(
        stage.hospital,
        content["session_id"],
        _patient(stage, content),
        content["channel"],
        trade_no=trade_no,
        pay_channel=pays,
    )
    stage.later("arrive", dice.uniform(2, 12), reg_no=made["reg_no"])


@step("arrive")
def arrive(stage: Stage, content: Content) -> None:
    """Pay what was only booked, sign, and let the doctor know when nobody else waits."""
    hospital, reg_no = stage.hospital, content["reg_no"]
    if registrations.get(hospital, reg_no=reg_no)["state"] == "booked":
        registrations.pay(
            hospital,
            reg_no,
            stage.trade_no(reg_no),
            stage.dice(reg_no).choice(("cash", "wechat")),
        )
    signed = registrations.sign(hospital, reg_no)
    rooms.wake(stage, f"clinic:{signed['session_id']}")


@step("give_back")
def give_back(stage: Stage, content: Content) -> None:
    """Give a registration back: paid ones are refunded, unpaid ones cancelled."""
    hospital, reg_no = stage.hospital, content["reg_no"]
    found = registrations.get(hospital, reg_no=reg_no)
    if found["state"] == "booked" or not found["fee_fen"]:
        registrations.cancel(hospital, reg_no=reg_no)
        return
    paid = registrations.payment(hospital, reg_no)
    registrations.refund(hospital, reg_no, paid["trade_no"], f"TH{reg_no}")


@step("suspend")
def suspend(stage: Stage, content: Content) -> None:
    """Let a doctor fall ill; who has a number gives it back within half an hour."""
    number = content["session_id"]
    schedules.suspend(stage.hospital, number, "医生突发疾病")
    rows = stage.hospital.db.all(
        "SELECT reg_no FROM registration WHERE session_id = %s AND state IN ('booked', 'paid')"
        " ORDER BY reg_no",
        (int(number),),
    )
    for row in rows:
        minutes = stage.dice("stopped", row["reg_no"]).uniform(1, 30)
        stage.later("give_back", minutes, reg_no=row["reg_no"])


@step("close_half_day")
def close_half_day(stage: Stage, content: Content) -> None:
    """Note who never came, some at a time."""
    rows = stage.hospital.db.all(
        "SELECT r.reg_no FROM registration r JOIN session s ON s.id = r.session_id"
        " WHERE r.day = %s AND s.half_day = %s AND s.state = 'open'"
        " AND r.state IN ('booked', 'paid') ORDER BY r.reg_no LIMIT %s",
        (stage.at.date(), content["half_day"], AT_ONCE),
    )
    for row in rows:
        registrations.no_show(stage.hospital, row["reg_no"])
    if len(rows) == AT_ONCE:
        stage.later("close_half_day", 0, **content)


@step("drugs_change")
def drugs_change(stage: Stage, content: Content) -> None:
    """Change the price of one drug and fill up the stock of those that run out."""
    dice = stage.dice("drugs", stage.at.date(), content["n"])
    rows = stage.hospital.db.all("SELECT code, price_fen, stock FROM drug ORDER BY code")
    if not rows:
        return
    one = dice.choice(rows)
    price = max(int(one["price_fen"] * dice.uniform(0.9, 1.1)), 1)
    directory.set_drug(stage.hospital, one["code"], price_fen=price)
    for row in sorted(rows, key=lambda row: (row["stock"], row["code"]))[:3]:
        directory.set_drug(stage.hospital, row["code"], stock=row["stock"] + 500)
