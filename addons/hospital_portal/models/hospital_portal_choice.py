from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

FREE_COUNTS = """
    SELECT slot.session_id,
           count(*) FILTER (WHERE slot.state = 'free' AND slot.starts_at > %(now)s),
           count(*)
      FROM hospital_slot slot
     WHERE slot.session_id = ANY(%(sessions)s)
     GROUP BY slot.session_id
"""
PERIODS = """
    SELECT slot.starts_at, max(slot.ends_at),
           count(*) FILTER (WHERE slot.state = 'free'),
           count(*) FILTER (WHERE slot.state <> 'stopped')
      FROM hospital_slot slot
     WHERE slot.session_id = %(session)s AND slot.kind <> 'walkin'
     GROUP BY slot.starts_at
     ORDER BY slot.starts_at
"""


class HospitalPortalChoice(models.AbstractModel):
    """Days, sessions and periods a patient can choose; public facts, no patient's data."""

    _inherit = "hospital.portal"

    @api.model
    def _days(self, department, mode):
        """Return the local dates a patient can choose for ``department``.

        :param mode: ``same_day`` (today only) or ``advance`` (tomorrow to the horizon).
        """
        today = self.env["hospital.clock"]._today()
        if mode == "same_day":
            return [today]
        return [today + timedelta(days=count + 1) for count in range(department._horizon_days())]

    @api.model
    def _sessions(self, days, department=None, doctor=None):
        """Return public sessions on ``days`` as dicts with their free numbers.

        Sessions are published hospital facts, read with more rights because
        visitors have none on rosters; nothing about patients is touched.
        """
        domain = [
            ("date", "in", days),
            ("state", "in", ("released", "suspended")),
            ("company_id", "=", self.env.company.id),
        ]
        if department:
            domain.append(("department_id", "=", department.id))
        if doctor:
            domain.append(("doctor_id", "=", doctor.id))
        sessions_sudo = self.env["hospital.session"].sudo().search(domain, order="starts_at, id")
        counts = self._free_counts(sessions_sudo)
        rows = [self._session_row(session, *counts[session.id]) for session in sessions_sudo]
        return sorted(rows, key=lambda row: (row["starts_at"], bool(row["doctor"])))

    @api.model
    def _free_counts(self, sessions):
        """Return {session id: (free numbers still to come, all numbers)} in one query."""
        counts = dict.fromkeys(sessions.ids, (0, 0))
        if sessions:
            sessions.flush_model()
            self.env["hospital.slot"].flush_model()
            query = SQL(FREE_COUNTS, now=self.env["hospital.clock"]._now(), sessions=sessions.ids)
            counts.update(
                {session: (free, total) for session, free, total in self.env.execute_query(query)}
            )
        return counts

    @api.model
    def _session_row(self, session_sudo, free, total):
        """Return what the pages show of one session."""
        now = self.env["hospital.clock"]._now()
        status = "open"
        if session_sudo.state != "released":
            status = "suspended"
        elif session_sudo.ends_at and session_sudo.ends_at <= now:
            status = "over"
        elif session_sudo.release_at and session_sudo.release_at > now:
            status = "not_yet"
        elif not free:
            status = "full"
        local = self.env["hospital.clock"]._local
        return {
            "id": session_sudo.id,
            "date": session_sudo.date,
            "half_day": session_sudo.half_day,
            "doctor": session_sudo.doctor_id,
            "department": session_sudo.department_id,
            "type": session_sudo.number_type_id,
            "fee_fen": session_sudo.fee_fen,
            "room": session_sudo.room,
            "starts_at": session_sudo.starts_at,
            "release_at": session_sudo.release_at and local(session_sudo.release_at),
            "free": free,
            "total": total,
            "status": status,
        }

    @api.model
    def _public_session(self, session_id):
        """Return the row of one published session, or ``None``."""
        session_sudo = (
            self.env["hospital.session"]
            .sudo()
            .search([("id", "=", session_id), ("state", "in", ("released", "suspended"))])
        )
        if not session_sudo:
            return None
        return self._session_row(session_sudo, *self._free_counts(session_sudo)[session_sudo.id])

    @api.model
    def _periods(self, session_id):
        """Return the periods of a session: start (UTC), local times, free numbers, state."""
        self.env["hospital.slot"].flush_model()
        clock = self.env["hospital.clock"]
        now = clock._now()
        periods = []
        query = SQL(PERIODS, session=session_id)
        for starts_at, ends_at, free, total in self.env.execute_query(query):
            past = starts_at <= now
            periods.append(
                {
                    "starts_at": starts_at,
                    "value": starts_at.strftime("%Y%m%d%H%M"),
                    "from": clock._local(starts_at).strftime("%H:%M"),
                    "to": ends_at and clock._local(ends_at).strftime("%H:%M") or "",
                    "free": 0 if past else free,
                    "stopped": not total,
                    "past": past,
                }
            )
        return periods

    @api.model
    def _left(self, session_id):
        """Return {period start: free numbers} of one session, the same for everybody."""
        row = self._public_session(session_id)
        if not row:
            return None
        periods = self._periods(session_id) if row["status"] in ("open", "full") else []
        return {
            "free": row["free"] if row["status"] == "open" else 0,
            "periods": {period["value"]: period["free"] for period in periods},
        }
