"""Run in ``odoo shell`` by the benchmarks: sessions to book, and a type of the OCA peer.

``given``: ``numbers``, a list with the numbers of each session, and ``peer``, how many bookings
the peer's calendar holds already. Session k lies k + 1 days ahead
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

calendar = env["resource.calendar"].create(  # noqa: F821
    {
        "name": "Bench",
        "tz": "UTC",
        "attendance_ids": [
            fields.Command.create(
                {
                    "name": str(day),
                    "dayofweek": str(day),
                    "hour_from": 0,
                    "hour_to": 24,
                    "day_period": "morning",
                }
            )
            for day in range(7)
        ],
    }
)
resource = env["resource.resource"].create(  # noqa: F821
    {"name": "Bench", "calendar_id": calendar.id, "resource_type": "material", "tz": "UTC"}
)
combination = env["resource.booking.combination"].create(  # noqa: F821
    {"resource_ids": [fields.Command.set(resource.ids)]}
)
kind = env["resource.booking.type"].create(  # noqa: F821
    {
        "name": "Bench",
        "resource_calendar_id": calendar.id,
        "slot_duration": 0.25,
        "duration": 0.25,
        "modifications_deadline": 0,
        "combination_rel_ids": [
            fields.Command.create({"sequence": 1, "combination_id": combination.id})
        ],
    }
)
first = fields.Datetime.now().replace(hour=0, minute=0, second=0) + timedelta(days=1)
partners = env["res.partner"].search([], limit=1)  # noqa: F821
for index in range(given.get("peer", 0)):  # noqa: F821
    booking = env["resource.booking"].create(  # noqa: F821
        {
            "type_id": kind.id,
            "partner_ids": [fields.Command.set(partners.ids)],
            "start": first + timedelta(minutes=15 * index),
            "duration": 0.25,
        }
    )
    booking.action_confirm()
env.cr.commit()  # noqa: F821
print("BENCH:" + json.dumps({"sessions": made, "kind": kind.id}))
