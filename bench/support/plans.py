"""Run in ``odoo shell`` by slots.py: plans, generation and the bare insert, taking turns.

``given``: ``doctors`` (two half-days a day, 30 numbers each, 14 days) and ``rounds``.
Prints one JSON object.
"""

import json
import time
from datetime import date, timedelta

from odoo import fields

FIRST = date(2031, 3, 3)
LAST = FIRST + timedelta(days=13)
COLUMNS = "session_id, number, starts_at, ends_at, state, kind"
cr = env.cr  # noqa: F821
plan_model = env["hospital.plan"]  # noqa: F821
campus = env["hospital.campus"].create({"name": "Plans", "code": "PLANS"})  # noqa: F821
department = env["hospital.department"].create(  # noqa: F821
    {"name": "Plans", "code": "PLANS", "kind": "clinic", "campus_id": campus.id, "bookable": True}
)
number_type = env["hospital.number.type"].create(  # noqa: F821
    {"name": "Plans", "code": "PLANS", "kind": "expert"}
)
doctors = env["hospital.doctor"].create(  # noqa: F821
    [
        {
            "name": f"Plans {number}",
            "code": f"PLANS{number}",
            "department_id": department.id,
            "department_ids": [fields.Command.set(department.ids)],
        }
        for number in range(given["doctors"])  # noqa: F821
    ]
)
plan_model.create(
    [
        {
            "doctor_id": doctor.id,
            "department_id": department.id,
            "number_type_id": number_type.id,
            "weekday": str(weekday),
            "half_day": half_day,
            "date_from": FIRST,
            "holiday_policy": "keep",
            "period_ids": [
                fields.Command.create({"start_hour": hour, "end_hour": hour + 3, "capacity": 30})
            ],
        }
        for doctor in doctors
        for weekday in range(7)
        for half_day, hour in (("am", 8.0), ("pm", 14.0))
    ]
)
env.flush_all()  # noqa: F821
cr.execute("TRUNCATE hospital_slot CASCADE")
cr.execute("DELETE FROM hospital_session")
cr.commit()


def timed(call):
    begin = time.monotonic()
    call()
    env.flush_all()  # noqa: F821
    cr.commit()
    return round(time.monotonic() - begin, 3)


def generate():
    """Make the sessions and the numbers of two weeks."""
    plan_model._generate(FIRST, LAST)


def bare():
    """Insert the numbers that were generated, and nothing else."""
    cr.execute(f"INSERT INTO hospital_slot ({COLUMNS}) SELECT {COLUMNS} FROM bench_copy")


def count(table):
    cr.execute(f"SELECT count(*) FROM {table}")
    return cr.fetchone()[0]


found = {"generate": [], "bare": [], "again": []}
for _round in range(given["rounds"]):  # noqa: F821
    cr.execute("TRUNCATE hospital_slot CASCADE")
    cr.execute("DELETE FROM hospital_session")
    cr.commit()
    begin = cr.sql_log_count
    found["generate"].append(timed(generate))
    found["queries"] = cr.sql_log_count - begin
    found["slots"], found["sessions"] = count("hospital_slot"), count("hospital_session")
    found["again"].append(timed(generate))
    found["more"] = count("hospital_slot") - found["slots"]
    cr.execute(f"CREATE TEMP TABLE bench_copy AS SELECT {COLUMNS} FROM hospital_slot")
    cr.execute("TRUNCATE hospital_slot CASCADE")
    cr.commit()
    found["bare"].append(timed(bare))
    cr.execute("DROP TABLE bench_copy")
    cr.commit()
print("BENCH:" + json.dumps(found))
