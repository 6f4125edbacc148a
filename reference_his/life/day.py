"""The plan of a day: who comes, when doctors sit, what else happens."""

import datetime
from random import Random
from typing import Any

from ..db import Row
from ..hospital import Hospital
from ..services import queues, schedules
from .stage import Content, Planned, Stage, step

OPENS = {"am": "08:00", "pm": "13:30", "night": "18:00"}
CLOSES = {"am": "12:30", "pm": "17:30", "night": "21:30"}
# first and last arrivals, and when most come
WAVES = {
    "am": ("07:20", "11:00", "08:30"),
    "pm": ("13:00", "16:10", "14:00"),
    "night": ("17:40", "20:10", "18:30"),
}
NEW_SHARE, ONLINE_SHARE, KIOSK_SHARE, MISSING_SHARE = 0.05, 0.55, 0.2, 0.06
LAB_ROOMS = tuple(f"采血{number}号窗口" for number in range(1, 7))
EXAM_ROOMS = 3
PHARMACY_WINDOWS = 4
TRIES = 40


def clock_of(day: datetime.datetime, text: str) -> datetime.datetime:
    """Return a time of the day that a moment lies in."""
    time = datetime.time.fromisoformat(text)
    return day.replace(hour=time.hour, minute=time.minute, second=0, microsecond=0)


def arrival(day: datetime.datetime, half_day: str, dice: Random) -> datetime.datetime:
    """Return when somebody comes to a half-day's session."""
    first, last, most = (clock_of(day, text).timestamp() for text in WAVES[half_day])
    moment = dice.triangular(first, last, most)
    return datetime.datetime.fromtimestamp(int(moment), day.tzinfo)


@step("plan_day")
def plan_day(stage: Stage, content: Content) -> None:
    """Write down everything of a day that does not follow from something else."""
    hospital, day = stage.hospital, stage.at.date()
    hospital.db.run("DELETE FROM life_server")
    sessions = schedules.sessions(hospital, day, day)
    coming = [one for one in sessions if _closes(stage, one) > stage.at]
    opened = [one for one in coming if one["state"] == "open"]
    _open_rooms(stage, opened)
    steps: list[Planned] = []
    steps += _booked_people(stage)
    steps += _new_people(stage, opened, content["people"])
    steps += _closing(stage, coming)
    steps += _incidents(stage, opened)
    stage.plan([(max(at, stage.at), kind, what) for at, kind, what in steps])
    stage.later("wards", 5)
    if content["days_left"] > 1:
        tomorrow = clock_of(stage.at, "00:00") + datetime.timedelta(days=1, hours=6)
        left = content["days_left"] - 1
        stage.plan([(tomorrow, "plan_day", {**content, "days_left": left})])
    remember(stage, content)


def remember(stage: Stage, content: Content) -> None:
    """Note the day for its state page."""
    stage.hospital.db.run(
        "INSERT INTO life_day (day, seed, people, days_left, started_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (day) DO UPDATE SET seed = excluded.seed,"
        " people = excluded.people, days_left = excluded.days_left",
        (stage.at.date(), stage.seed, content["people"], content["days_left"], stage.at),
    )


def _closes(stage: Stage, session: dict[str, Any]) -> datetime.datetime:
    return clock_of(stage.at, CLOSES[session["half_day"]])


def _open_rooms(stage: Stage, sessions: list[dict[str, Any]]) -> None:
    """Put somebody into every room; doctors begin to call when their session begins."""
    hospital = stage.hospital
    rows = [(queues.clinic(one["session_id"]), "", True) for one in sessions]
    rows += [("lab", room, False) for room in LAB_ROOMS]
    modalities = hospital.db.all(
        "SELECT DISTINCT coalesce(details->>'modality', 'OT') AS name FROM item"
        " WHERE kind = 'exam' ORDER BY name"
    )
    rows += [
        (f"exam:{row['name']}", f"{row['name']}{number}室", False)
        for row in modalities
        for number in range(1, EXAM_ROOMS + 1)
    ]
    rows += [
        (f"pharmacy:{number}号窗口", f"{number}号窗口", False)
        for number in range(1, PHARMACY_WINDOWS + 1)
    ]
    hospital.db.many("INSERT INTO life_server (queue, room, busy) VALUES %s", rows)
    stage.plan(
        [
            (
                max(clock_of(stage.at, OPENS[one["half_day"]]), stage.at),
                "call",
                {"queue": queues.clinic(one["session_id"]), "room": ""},
            )
            for one in sessions
        ]
    )


def _booked_people(stage: Stage) -> list[Planned]:
    """Let those come who hold a registration already, a few excepted."""
    rows = stage.hospital.db.all(
        "SELECT r.reg_no, s.half_day, n.starts_at FROM registration r"
        " JOIN session s ON s.id = r.session_id"
        " JOIN number n ON n.session_id = r.session_id AND n.seq = r.seq"
        " WHERE r.day = %s AND r.state IN ('booked', 'paid') AND s.state = 'open'"
        " AND n.ends_at > %s ORDER BY r.reg_no",
        (stage.at.date(), stage.at),
    )
    steps: list[Planned] = []
    for row in rows:
        dice = stage.dice("booked", row["reg_no"])
        if dice.random() >= MISSING_SHARE:
            early = datetime.timedelta(seconds=int(dice.uniform(5, 35) * 60))
            steps.append((row["starts_at"] - early, "arrive", {"reg_no": row["reg_no"]}))
    return steps


def _new_people(stage: Stage, sessions: list[dict[str, Any]], people: int) -> list[Planned]:
    """Spread new people over the sessions that this system gives numbers for."""
    owned = {
        row["code"]
        for row in stage.hospital.db.all("SELECT code FROM department WHERE pool_owner = 'his'")
    }
    places = [
        one for one in sessions if one["department_code"] in owned for _n in range(one["free"])
    ]
    dice = stage.dice("people", stage.at.date())
    dice.shuffle(places)
    known = _known(stage.hospital, dice, min(people, len(places)))
    steps: list[Planned] = []
    for number, (session, patient_no) in enumerate(zip(places, known, strict=False)):
        steps.append(_person(stage, number, session, patient_no))
    return steps


def _known(hospital: Hospital, dice: Random, count: int) -> list[str]:
    """Return patients, each once; an empty number is somebody new."""
    row: Row = hospital.db.one("SELECT coalesce(max(id), 0) AS n FROM patient") or {}
    found: dict[str, None] = {}
    chosen: list[str] = []
    for _person in range(count):
        patient_no = ""
        for _try in range(TRIES if dice.random() >= NEW_SHARE and row["n"] else 0):
            one = hospital.db.one(
                "SELECT patient_no FROM patient WHERE id = %s AND merged_into IS NULL",
                (dice.randint(1, row["n"]),),
            )
            if one and one["patient_no"] not in found:
                patient_no = one["patient_no"]
                found[patient_no] = None
                break
        chosen.append(patient_no)
    return chosen


def _person(stage: Stage, number: int, session: dict[str, Any], patient_no: str) -> Planned:
    dice = stage.dice("person", stage.at.date(), number)
    comes = arrival(stage.at, session["half_day"], dice)
    content = {"n": number, "patient_no": patient_no, "session_id": session["session_id"]}
    if dice.random() < ONLINE_SHARE:
        before = max((comes - stage.at).total_seconds() - 1800, 0)
        books = stage.at + datetime.timedelta(seconds=int(dice.random() * before))
        return books, "lock", {**content, "comes": comes.isoformat()}
    how = "kiosk" if dice.random() < KIOSK_SHARE else "window"
    return comes, "walk_in", {**content, "channel": how}


def _closing(stage: Stage, sessions: list[dict[str, Any]]) -> list[Planned]:
    halves = sorted({one["half_day"] for one in sessions})
    return [
        (clock_of(stage.at, CLOSES[half]), "close_half_day", {"half_day": half}) for half in halves
    ]


def _incidents(stage: Stage, sessions: list[dict[str, Any]]) -> list[Planned]:
    """Let one doctor fall ill at ten, and drugs change twice."""
    steps: list[Planned] = [
        (clock_of(stage.at, text), "drugs_change", {"n": number})
        for number, text in enumerate(("09:30", "15:00"))
        if clock_of(stage.at, text) > stage.at
    ]
    afternoon = [one["session_id"] for one in sessions if one["half_day"] == "pm"]
    if afternoon and clock_of(stage.at, "10:00") > stage.at:
        ill = stage.dice("ill", stage.at.date()).choice(afternoon)
        steps.append((clock_of(stage.at, "10:00"), "suspend", {"session_id": ill}))
    return steps
