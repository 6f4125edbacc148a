from unittest.mock import patch

from odoo import Command
from odoo.addons.hospital_base.tests.common import HospitalCommon
from odoo.tools import SQL

from ..models.hospital_session import HospitalSession

#: What an addon above puts behind these is tested there.
HOOKS = (
    "_affected_bookings_count",
    "_affected_html",
    "_after_suspend",
    "_after_resume",
    "_after_substitute",
    "_after_move",
)


class ScheduleCommon(HospitalCommon):
    """One department, two doctors, two number types, a helper for sessions."""

    @classmethod
    def _stand_alone(cls):
        """Leave out what the floors above do with patients."""
        for hook in HOOKS:
            own = getattr(HospitalSession, hook)
            cls.startClassPatcher(patch.object(cls.registry["hospital.session"], hook, own))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.department.bookable = True
        cls.doctor = cls._doctor(name="Lin")
        cls.doctor2 = cls._doctor(name="Chen")
        cls.type_normal = cls._number_type("TN", "normal", 500)
        cls.type_expert = cls._number_type("TE", "expert", 5000)

    @classmethod
    def _number_type(cls, code, kind, fen):
        return cls.env["hospital.number.type"].create(
            {
                "name": kind,
                "code": code,
                "kind": kind,
                "fee_line_ids": [
                    Command.create({"name": "Registration", "code": "R", "amount_fen": fen})
                ],
            }
        )

    @classmethod
    def _plan(cls, periods=((8.0, 9.0, 10, ""),), **values):
        return cls.env["hospital.plan"].create(
            {
                "department_id": cls.department.id,
                "doctor_id": cls.doctor.id,
                "number_type_id": cls.type_expert.id,
                "weekday": "0",
                "date_from": "2031-01-01",
                "period_ids": [
                    Command.create(
                        {"start_hour": start, "end_hour": end, "capacity": count,
                         "pattern": pattern}
                    )
                    for start, end, count, pattern in periods
                ],
                **values,
            }
        )  # fmt: skip

    @classmethod
    def _session(cls, date, half_day="am", doctor=None, numbers=10, released=True, **values):
        """Make a session of three hours from 08:00, 14:00 or 18:00 local time.

        :param doctor: ``cls.doctor`` by default, ``False`` for the department's numbers.
        """
        doctor = cls.doctor if doctor is None else doctor
        number_type = cls.type_expert if doctor else cls.type_normal
        start = {"am": 8.0, "pm": 14.0, "evening": 18.0}[half_day]
        clock = cls.env["hospital.clock"]
        session = cls.env["hospital.session"].create(
            {
                "date": date,
                "half_day": half_day,
                "department_id": cls.department.id,
                "doctor_id": doctor.id if doctor else False,
                "number_type_id": number_type.id,
                "state": "released" if released else "draft",
                "release_at": "2000-01-01 00:00:00" if released else clock._utc(date, 0.0),
                "starts_at": clock._utc(date, start),
                "ends_at": clock._utc(date, start + 3),
                **values,
            }
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            SQL(
                "INSERT INTO hospital_slot (session_id, number, starts_at, ends_at, state, kind) "
                "SELECT s.id, k, s.starts_at + (s.ends_at - s.starts_at) * (k - 1) / %(count)s, "
                "s.starts_at + (s.ends_at - s.starts_at) * k / %(count)s, 'free', 'normal' "
                "FROM hospital_session s, generate_series(1, %(count)s) k "
                "WHERE s.id = %(session)s",
                count=numbers,
                session=session.id,
            )
        )
        session.invalidate_recordset()
        return session

    @classmethod
    def _take(cls, slots, state="taken"):
        cls.env.cr.execute(
            SQL("UPDATE hospital_slot SET state = %s WHERE id = ANY(%s)", state, slots.ids)
        )
        slots.invalidate_recordset(["state"])
        slots.session_id.invalidate_recordset()
