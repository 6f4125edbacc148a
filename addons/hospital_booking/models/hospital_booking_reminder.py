from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL


class HospitalBooking(models.Model):
    _inherit = "hospital.booking"

    @api.model
    def _cron_remind(self):
        """Remind of the visits of tomorrow, and of today's whose reminder was missed.

        Each visit once: the moment of its reminder is part of the message's key.
        """
        clock = self.env["hospital.clock"]
        for company in self.env["res.company"].search([("hospital_reminder_hour", ">", 0)]):
            clock = clock.with_company(company)
            today = clock._today()
            for day in (today, today + timedelta(days=1)):
                at = clock._utc(day - timedelta(days=1), float(company.hospital_reminder_hour))
                if at <= clock._now():
                    self._remind(company, day, at, clock._tz_name())

    @api.model
    def _remind(self, company, day, at, tz):
        """Write the reminders of ``day`` that were due ``at``; who booked later needs none."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT hospital_booking_notify(b.id, 'booking.reminder', %(at)s, %(tz)s) "
                "FROM hospital_booking b WHERE b.company_id = %(company)s AND b.date = %(day)s "
                "AND b.state = 'confirmed' AND b.starts_at > %(now)s AND b.create_date < %(at)s",
                at=at, tz=tz, company=company.id, day=day,
                now=self.env["hospital.clock"]._now(),
            )
        )  # fmt: skip
