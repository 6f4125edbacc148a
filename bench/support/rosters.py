"""Run in ``odoo shell`` by the benchmarks: sessions to book.

``given``: ``numbers``, a list with the numbers of each session. Session k lies k + 1 days ahead
with a doctor of its own, so that one patient may book every one of them. Prints one JSON object.
"""

import json
from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

company = env.company  # noqa: F821
company.hospital_horizon_days = 90
clock = env["hospital.clock"]  # noqa: F821
campus = env["hospital.campus"].create({"name": "Bench", "code": "BENCH"})  # noqa: F821
parent = env["hospital.department"].create(  # noqa: F821
    {"name": "Bench", "code": "BENCH", "kind": "clinic", "campus_id": campus.id}
)
department = parent.create(
    {
        "name": "Bench clinic",
        "code": "BENCH1",
        "kind": "clinic",
        "campus_id": campus.id,
        "parent_id": parent.id,
        "bookable": True,
        "booking_horizon_days": 90,
    }
)
number_type = env["hospital.number.type"].create(  # noqa: F821
    {
        "name": "Expert",
        "code": "BENCH",
        "kind": "expert",
        "fee_line_ids": [
            fields.Command.create({"name": "Registration", "code": "R", "amount_fen": 5000})
        ],
    }
)
made = []
for index, count in enumerate(given["numbers"]):  # noqa: F821
    doctor = env["hospital.doctor"].create(  # noqa: F821
        {
            "name": f"Bench {index}",
            "code": f"BENCH{index}",
            "department_id": department.id,
            "department_ids": [fields.Command.set(department.ids)],
        }
    )
    day = clock._today() + timedelta(days=index + 1)
    session = env["hospital.session"].create(  # noqa: F821
        {
            "date": day,
            "half_day": "am",
            "department_id": department.id,
            "doctor_id": doctor.id,
            "number_type_id": number_type.id,
            "state": "released",
            "release_at": "2000-01-01 00:00:00",
            "starts_at": clock._utc(day, 8.0),
            "ends_at": clock._utc(day, 11.0),
        }
    )
    env.flush_all()  # noqa: F821
    env.cr.execute(  # noqa: F821
        SQL(
            """
            INSERT INTO hospital_slot (session_id, number, starts_at, ends_at, state, kind)
            SELECT s.id, k, s.starts_at, s.ends_at, 'free', 'normal'
              FROM hospital_session s, generate_series(1, %s) k
             WHERE s.id = %s
            """,
            count,
            session.id,
        )
    )
    made.append(
        {"id": session.id, "start": fields.Datetime.to_string(session.starts_at), "numbers": count}
    )
env.cr.commit()  # noqa: F821
print("BENCH:" + json.dumps({"sessions": made}))
