"""Number types, weekly plans and the sessions that the real generator makes."""

from datetime import timedelta

from .structure import translate

DAYS_BACK = 21
DAYS_AHEAD = 14

#: code, kind, (Chinese, English), registration fee and treatment fee in fen
NUMBER_TYPES = (
    ("PT", "normal", ("普通号", "Normal number"), 400, 600),
    ("ZK", "special", ("专科普通号", "Special clinic number"), 400, 1100),
    ("ZJ", "expert", ("专家号", "Expert number"), 600, 2400),
    ("MZ", "renowned", ("名中医号", "Renowned doctor number"), 1000, 9000),
)
MORNING = ((8.0, 9.0), (9.0, 10.0), (10.0, 11.0))
HALVES = [(day, half) for day in range(7) for half in ("am", "pm") if day < 5 or half == "am"]
#: The first doctor of this clinic has a login and is there every day, holidays included.
SIGNED_IN = "NK01"
AFTERNOON = ((14.0, 15.0), (15.0, 16.0))
TYPE_BY_TITLE = {"chief": "ZJ", "associate_chief": "ZJ", "attending": "ZK", "resident": "ZK"}


def build_number_types(env):
    """Return {code: number type}; fee lines in fen."""
    found = {}
    for code, kind, names, registration, treatment in NUMBER_TYPES:
        found[code] = env["hospital.number.type"].create(
            {
                "code": code,
                "name": names[1],
                "kind": kind,
                "fee_line_ids": [
                    (0, 0, {"name": "挂号费", "code": "GH", "amount_fen": registration}),
                    (0, 0, {"name": "诊查费", "code": "ZC", "amount_fen": treatment}),
                ],
                "revisit_days": 7 if kind == "normal" else 0,
                "revisit_fee_fen": registration if kind == "normal" else 0,
            }
        )
        translate(found[code], name=names)
    return found


def build_plans(env, rng, departments, doctors, types, today):
    """Create weekly plans of every clinic and every doctor; return their number."""
    vals_list = []
    start, end = today - timedelta(days=DAYS_BACK), today + timedelta(days=180)
    for code, people in doctors.items():
        department = departments[code]
        base = {"department_id": department.id, "date_from": start, "date_to": end}
        open_always = {"holiday_policy": "keep"}
        for weekday in range(7):
            for half_day in ("am", "pm") if weekday < 5 else ("am",):
                vals_list.append(
                    {
                        **base,
                        **_half(half_day, 5),
                        **open_always,
                        "number_type_id": types["PT"].id,
                        "weekday": str(weekday),
                        "room": department.room,
                    }
                )
        for rank, doctor in enumerate(people, 1):
            kind = "MZ" if code.startswith("GY") else TYPE_BY_TITLE[doctor.title]
            room = f"{department.room}-{rank}"
            halves, more = rng.sample(HALVES, 4), {}
            if doctor == doctors[SIGNED_IN][0]:
                halves, more = HALVES, open_always
            vals_list += _doctor_plans(base | more, doctor, types[kind], room, halves)
    env["hospital.plan"].create(vals_list)
    return len(vals_list)


def _doctor_plans(base, doctor, number_type, room, halves):
    return [
        {
            **_half(half_day, 4),
            **base,
            "doctor_id": doctor.id,
            "number_type_id": number_type.id,
            "weekday": str(weekday),
            "room": room,
        }
        for weekday, half_day in sorted(halves)
    ]


def _half(half_day, capacity):
    hours = MORNING if half_day == "am" else AFTERNOON
    return {
        "half_day": half_day,
        "holiday_policy": "skip",
        "state": "active",
        "period_ids": [
            (0, 0, {"start_hour": start, "end_hour": end, "capacity": capacity})
            for start, end in hours
        ],
    }


def generate(env, today):
    """Run the real generator over five weeks and release what is due."""
    env["hospital.plan"]._generate(
        today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD)
    )
    env["hospital.plan"]._cron_release()
