from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

#: Names the transaction-wide lock of the generator.
LOCK_NAME = "hospital_schedule.generate"

#: When the numbers of a day open, for a department ``e`` of a company ``c``.
RELEASE_AT = """
(%(day)s - COALESCE(NULLIF(e.booking_horizon_days, 0), c.hospital_horizon_days)
    + make_interval(secs => c.hospital_release_hour * 3600))
    AT TIME ZONE c.hospital_tz AT TIME ZONE 'UTC'
"""

SESSIONS = """
INSERT INTO hospital_session (
    plan_id, planned_date, date, half_day, department_id, doctor_id, number_type_id, fee_fen,
    room, company_id, kind, state, release_at, starts_at, ends_at,
    create_uid, create_date, write_uid, write_date)
SELECT p.id, d.day, d.day, p.half_day, p.department_id, p.doctor_id, p.number_type_id,
       t.fee_fen, p.room, p.company_id, 'plan', 'draft',
       %(release)s,
       (d.day + make_interval(secs => h.start_hour * 3600))
           AT TIME ZONE c.hospital_tz AT TIME ZONE 'UTC',
       (d.day + make_interval(secs => h.end_hour * 3600))
           AT TIME ZONE c.hospital_tz AT TIME ZONE 'UTC',
       %(uid)s, %(now)s, %(uid)s, %(now)s
  FROM hospital_plan p
  JOIN hospital_department e ON e.id = p.department_id AND e.active AND e.bookable
  JOIN res_company c ON c.id = p.company_id
  JOIN hospital_number_type t ON t.id = p.number_type_id
  LEFT JOIN hospital_doctor o ON o.id = p.doctor_id
  JOIN (SELECT plan_id, min(start_hour) AS start_hour, max(end_hour) AS end_hour
          FROM hospital_plan_period GROUP BY plan_id) h ON h.plan_id = p.id
  JOIN (SELECT g::date AS day, y.is_workday,
               COALESCE(y.roster_weekday, (extract(isodow FROM g)::int - 1)::text) AS weekday
          FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') g
          LEFT JOIN hospital_holiday y ON y.date = g::date) d
    ON d.weekday = p.weekday AND d.day >= p.date_from
   AND (p.date_to IS NULL OR d.day <= p.date_to)
 WHERE p.state = 'active'
   AND (p.doctor_id IS NULL OR o.active)
   AND (p.holiday_policy = 'keep' OR d.is_workday IS NOT FALSE)
   AND NOT EXISTS (SELECT 1 FROM hospital_session s
                    WHERE s.original_doctor_id = p.doctor_id AND s.date = d.day
                      AND s.half_day = p.half_day AND s.state <> 'closed')
   AND %(limits)s
ON CONFLICT DO NOTHING
RETURNING id
"""


class HospitalPlan(models.Model):
    _inherit = "hospital.plan"

    @api.model
    def _generate(self, date_from, date_to, department_ids=None):
        """Make the sessions and numbers of the active plans; repeat at will.

        What exists stays as it is, also when its plan has changed since.

        :return: number of sessions added; None while another generator is at work.
        """
        limits = SQL("TRUE")
        if department_ids is not None:
            limits = SQL("p.department_id = ANY(%s)", list(department_ids))
        return self._insert_sessions(date_from, date_to, limits)

    @api.model
    def _insert_sessions(self, date_from, date_to, limits):
        self.env.flush_all()
        [(locked,)] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(hashtext(%s))", LOCK_NAME)
        )
        if not locked:
            return None
        clock = self.env["hospital.clock"]
        rows = self.env.execute_query(
            SQL(
                SESSIONS,
                uid=self.env.uid,
                now=clock._now(),
                first=date_from,
                last=date_to,
                release=SQL(RELEASE_AT, day=SQL("d.day")),
                limits=limits,
            )
        )
        if rows:
            self.env["hospital.slot"]._run("generate", [row[0] for row in rows])
            self.env["hospital.session"].invalidate_model()
        return len(rows)

    @api.model
    def _cron_generate(self):
        """Generate as far ahead as each department is booked."""
        for company in self.env["res.company"].search([]):
            today = self.env["hospital.clock"].with_company(company)._today()
            limits = SQL(
                "p.company_id = %s AND d.day <= %s::date + GREATEST(c.hospital_generate_days, "
                "COALESCE(NULLIF(e.booking_horizon_days, 0), c.hospital_horizon_days))",
                company.id,
                today,
            )
            self._insert_sessions(today, today + timedelta(days=90), limits)

    @api.model
    def _cron_release(self):
        """Open every session whose release has come; catches up after downtime.

        :return: number of sessions released.
        """
        return self.env["hospital.session"]._release_due()
