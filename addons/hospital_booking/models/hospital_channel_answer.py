import pytz

from odoo import models
from odoo.addons.hospital_base.masking import mask_name
from odoo.tools import SQL

from .hospital_booking import LIVE_SQL

NAMED = """
    d.code AS department_code, COALESCE(d.name ->> %(lang)s, d.name ->> 'en_US') AS department,
    o.code AS doctor_code, COALESCE(o.name ->> %(lang)s, o.name ->> 'en_US') AS doctor,
    t.code AS type_code, COALESCE(t.name ->> %(lang)s, t.name ->> 'en_US') AS type
"""
BOOKINGS = """
    SELECT b.id, b.ref, b.state, b.date, e.half_day, e.id AS session, e.room, b.starts_at,
           b.ends_at, b.number, b.walkin_number, b.is_late, b.fee_fen, b.hold_until,
           p.name AS patient, c.hospital_tz AS tz, %(named)s
      FROM hospital_booking b
      JOIN hospital_session e ON e.id = b.session_id
      JOIN hospital_patient p ON p.id = b.patient_id
      JOIN res_company c ON c.id = b.company_id
      JOIN hospital_department d ON d.id = b.department_id
      JOIN hospital_number_type t ON t.id = b.number_type_id
      LEFT JOIN hospital_doctor o ON o.id = b.doctor_id
     WHERE b.id = ANY(%(ids)s)
     ORDER BY b.starts_at, b.id
"""
SESSIONS = """
    SELECT e.id AS session, e.date, e.half_day, e.starts_at, e.ends_at, e.state, e.room,
           e.fee_fen, c.hospital_tz AS tz, %(named)s,
           (SELECT count(*) FROM hospital_slot s
             WHERE s.session_id = e.id AND s.state = 'free' AND s.starts_at > %(now)s) AS free,
           (SELECT count(*) FROM hospital_booking b
             WHERE b.session_id = e.id AND b.channel_id = %(channel)s
               AND b.quota_ordinal IS NOT NULL AND b.%(live)s) AS used,
           (SELECT min(r.maximum) FROM hospital_channel_rule r
             WHERE r.channel_id = %(channel)s AND r.active
               AND (r.department_id IS NULL OR r.department_id = e.department_id)
               AND (r.number_type_id IS NULL OR r.number_type_id = e.number_type_id)) AS quota
      FROM hospital_session e
      JOIN res_company c ON c.id = e.company_id
      JOIN hospital_department d ON d.id = e.department_id
      JOIN hospital_number_type t ON t.id = e.number_type_id
      LEFT JOIN hospital_doctor o ON o.id = e.doctor_id
     WHERE e.date BETWEEN %(first)s AND %(last)s AND e.state IN ('released', 'suspended')
       AND (e.release_at IS NULL OR e.release_at <= %(now)s) AND e.ends_at > %(now)s
       AND e.company_id = %(company)s
       AND (%(department)s = '' OR d.code = %(department)s)
       AND (%(doctor)s = '' OR o.code = %(doctor)s)
     ORDER BY e.date, e.starts_at, e.id LIMIT %(limit)s OFFSET %(offset)s
"""
PERIODS = """
    SELECT s.starts_at, max(s.ends_at) AS ends_at, c.hospital_tz AS tz, count(*) FILTER (
               WHERE s.state = 'free' AND s.starts_at > %(now)s AND e.state = 'released') AS free
      FROM hospital_slot s
      JOIN hospital_session e ON e.id = s.session_id
      JOIN res_company c ON c.id = e.company_id
     WHERE e.id = %(session)s AND e.state IN ('released', 'suspended')
       AND (e.release_at IS NULL OR e.release_at <= %(now)s) AND e.company_id = %(company)s
     GROUP BY s.starts_at, c.hospital_tz ORDER BY s.starts_at
"""


class HospitalChannel(models.Model):
    """What a channel is told: one statement per list, patients masked, times with offset."""

    _inherit = "hospital.channel"

    def _rows(self, query, **values):
        """Run one of the queries above and return dicts."""
        self.env.flush_all()
        lang = self.env.context.get("lang") or "en_US"
        values = {
            "now": self.env["hospital.clock"]._now(),
            "channel": self.id,
            "live": SQL(LIVE_SQL),
            "named": SQL(NAMED, lang=lang),
            **values,
        }
        self.env.cr.execute(SQL(query, **values))
        return self.env.cr.dictfetchall()

    def _time(self, row, name):
        """Return a naive UTC moment of a row as ISO 8601 with its hospital's offset."""
        if not row[name]:
            return None
        local = pytz.utc.localize(row[name]).astimezone(pytz.timezone(row["tz"]))
        return local.isoformat(timespec="seconds")

    def _common(self, row):
        doctor = {"code": row["doctor_code"], "name": row["doctor"]}
        return {
            "session": row["session"],
            "date": row["date"].isoformat(),
            "half_day": row["half_day"],
            "starts_at": self._time(row, "starts_at"),
            "ends_at": self._time(row, "ends_at"),
            "department": {"code": row["department_code"], "name": row["department"]},
            "doctor": doctor if row["doctor_code"] else None,
            "number_type": {"code": row["type_code"], "name": row["type"]},
            "room": row["room"],
            "fee_fen": row["fee_fen"],
        }

    def _told_bookings(self, booking_ids):
        """Return what a channel may know of these bookings, in order of time."""
        return [
            {
                "ref": row["ref"],
                "state": row["state"],
                "number": row["walkin_number"] or row["number"],
                "late": bool(row["is_late"]),
                "hold_until": self._time(row, "hold_until"),
                "patient": mask_name(row["patient"]),
                **self._common(row),
            }
            for row in self._rows(BOOKINGS, ids=list(booking_ids))
        ]

    def _told_sessions(self, **wanted):
        """Return sessions with the numbers that are left for this channel."""
        told = []
        for row in self._rows(SESSIONS, company=self.env.company.id, **wanted):
            left = row["free"] if row["state"] == "released" else 0
            if row["quota"] is not None:
                left = max(0, min(left, row["quota"] - row["used"]))
            told.append({"state": row["state"], "left": left, **self._common(row)})
        return told

    def _told_periods(self, session):
        """Return the periods of a published session, an empty list when it is none."""
        return [
            {
                "period": self._time(row, "starts_at"),
                "ends_at": self._time(row, "ends_at"),
                "left": row["free"],
            }
            for row in self._rows(PERIODS, company=self.env.company.id, session=session.id)
        ]
