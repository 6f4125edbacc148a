from datetime import timedelta

from odoo import api, models


class HospitalBooking(models.Model):
    _inherit = "hospital.booking"

    @api.model
    def _cron_expire_holds(self):
        """End holds whose time is over; return how many."""
        now = self.env["hospital.clock"]._now()
        due = self.search([("state", "=", "hold"), ("hold_until", "<=", now)], limit=1000)
        return len(due._transition("expired", strict=False)) if due else 0

    @api.model
    def _cron_no_show(self):
        """Find who never came, also after days of downtime; return how many."""
        now, count = self.env["hospital.clock"]._now(), 0
        for company in self.env["res.company"].search([]):
            limit = now - timedelta(minutes=company.hospital_no_show_minutes)
            due = self.search(
                [
                    ("state", "=", "confirmed"),
                    ("company_id", "=", company.id),
                    ("ends_at", "<=", limit),
                    ("checkin_at", "=", False),
                ]
            )
            missed = due._transition("no_show", strict=False, no_show_at=now) if due else due
            if missed:
                people = missed.patient_id.ids
                self.env["hospital.credit.event"]._add(
                    missed.mapped("patient_id.id"), "no_show", self.env._("Did not come")
                )
                self.env["hospital.blacklist.rule"]._apply(people)
            count += len(missed)
        return count
