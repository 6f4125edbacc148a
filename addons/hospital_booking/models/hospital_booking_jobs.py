from datetime import timedelta

from odoo import api, models


class HospitalBooking(models.Model):
    _inherit = "hospital.booking"

    @api.model
    def _cron_expire_holds(self):
        """End holds whose time is over; return how many."""
        self._read_committed()
        now = self.env["hospital.clock"]._now()
        due = self.search([("state", "=", "hold"), ("hold_until", "<=", now)], limit=1000)
        return len(due._transition("expired", strict=False)) if due else 0

    @api.model
    def _cron_no_show(self):
        """Find who never came, also after days of downtime; return how many."""
        self._read_committed()
        now, count = self.env["hospital.clock"]._now(), 0
        for company in self.env["res.company"].search([]):
            limit = now - timedelta(minutes=company.hospital_no_show_minutes)
            over = [("company_id", "=", company.id), ("ends_at", "<=", limit)]
            count += len(self._miss(over, now))
            self._close_unanswered(over, now)
        return count

    @api.model
    def _miss(self, over, now):
        due = self.search([*over, ("state", "=", "confirmed"), ("checkin_at", "=", False)])
        missed = due._transition("no_show", strict=False, no_show_at=now) if due else due
        if missed:
            self.env["hospital.credit.event"]._add(
                missed.mapped("patient_id.id"), "no_show", self.env._("Did not come")
            )
            self.env["hospital.blacklist.rule"]._apply(missed.patient_id.ids)
        return missed

    @api.model
    def _close_unanswered(self, over, now):
        """End displaced bookings whose time is over: not the patient's fault, never a no-show."""
        due = self.search([*over, ("state", "=", "displaced")])
        if due:
            due._transition(
                "cancelled", self.env._("Not answered"), strict=False, message="",
                cancel_by="system", cancelled_at=now,
            )  # fmt: skip
