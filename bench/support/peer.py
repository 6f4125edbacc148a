"""Run in ``odoo shell`` by the booking bench: a hospital's week in OCA's resource_booking.

``given``: ``first`` day (ISO date), ``days``, ``doctors`` and ``bookings_a_day`` of those doctors.
One more doctor is free. Prints the id of the booking type that books with that one.
"""

import json

from odoo import fields
from odoo.tools import SQL

#: One booking made by the module itself, copied to the other doctors' quarters of an hour.
COPIES = """
WITH place AS (
    SELECT n, (%(combinations)s::integer[])[1 + n %% %(doctors)s] AS combination_id,
           %(first)s::timestamp + make_interval(
               days => n / %(a_day)s, mins => 15 * (n %% %(a_day)s / %(doctors)s)) AS start
      FROM generate_series(0, %(a_day)s * %(days)s - 1) n),
event AS (
    INSERT INTO calendar_event (name, location, show_as, privacy, active, allday, duration,
                                start, stop)
    SELECT p.n, e.location, e.show_as, e.privacy, true, false, e.duration,
           p.start, p.start + interval '15 minutes'
      FROM place p, calendar_event e WHERE e.id = %(event)s
    RETURNING id, name::integer AS n, start, stop)
INSERT INTO resource_booking (meeting_id, combination_id, type_id, state, active, start, stop,
                              duration, create_uid, create_date)
SELECT e.id, p.combination_id, b.type_id, b.state, true, e.start, e.stop,
       b.duration, b.create_uid, b.create_date
  FROM event e JOIN place p USING (n), resource_booking b WHERE b.id = %(booking)s
"""

hours = [
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
]
calendar = env["resource.calendar"].create(  # noqa: F821
    {"name": "Bench", "tz": "UTC", "attendance_ids": hours}
)
resources = env["resource.resource"].create(  # noqa: F821
    [
        {
            "name": f"Doctor {n}",
            "calendar_id": calendar.id,
            "resource_type": "material",
            "tz": "UTC",
        }
        for n in range(given["doctors"] + 1)  # noqa: F821
    ]
)
combinations = env["resource.booking.combination"].create(  # noqa: F821
    [{"resource_ids": [fields.Command.set(resource.ids)]} for resource in resources]
)
own, others = env["resource.booking.type"].create(  # noqa: F821
    [
        {
            "name": "Bench",
            "resource_calendar_id": calendar.id,
            "slot_duration": 0.25,
            "duration": 0.25,
            "modifications_deadline": 0,
            "combination_rel_ids": [
                fields.Command.create({"sequence": 1, "combination_id": one.id}) for one in chosen
            ],
        }
        for chosen in (combinations[:1], combinations[1:])
    ]
)
partner = env["res.partner"].search([], limit=1)  # noqa: F821
booking = env["resource.booking"].create(  # noqa: F821
    {
        "type_id": others.id,
        "partner_ids": [fields.Command.set(partner.ids)],
        "start": f"{given['first']} 00:00:00",  # noqa: F821
        "duration": 0.25,
    }
)
booking.action_confirm()
env.flush_all()  # noqa: F821
env.cr.execute(  # noqa: F821
    SQL(
        COPIES,
        combinations=combinations[1:].ids,
        doctors=given["doctors"],  # noqa: F821
        first=f"{given['first']} 00:15:00",  # noqa: F821
        days=given["days"],  # noqa: F821
        a_day=given["bookings_a_day"],  # noqa: F821
        event=booking.meeting_id.id,
        booking=booking.id,
    )
)
env.cr.commit()  # noqa: F821
print("BENCH:" + json.dumps({"kind": own.id}))
