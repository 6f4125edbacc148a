from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL


class HospitalBooking(models.Model):
    _inherit = "hospital.booking"

    def _check_in(self, channel=None):
        """Confirm the arrival; late patients get the next number of the session.

        Who comes to a substitute without having answered accepts by coming.

        :return: ``checked_in`` or ``walkin``.
        :raise UserError: on another day, or when a late patient finds no number left.
        """
        self.ensure_one()
        self.check_access("read")
        (channel or self.channel_id)._check_right("may_checkin")
        clock = self.env["hospital.clock"]
        now, company_sudo = clock._now(), self.company_id.sudo()
        if self.state not in ("confirmed", "displaced") or self.date != clock._today():
            raise UserError(self.env._("Only today's confirmed bookings can check in."))
        if self.state == "displaced":
            self._choose_displaced("accept", self.env._("Came"), channel, message="")
        late = now > self.starts_at + timedelta(minutes=company_sudo.hospital_late_minutes)
        if late:
            self._take_walkin(now, company_sudo)
        self._transition("checked_in", channel=channel, checkin_at=now)
        if late:
            self.env["hospital.credit.event"]._add(
                self.patient_id.ids, "late", self.env._("Came after the booked time")
            )
            self.env["hospital.blacklist.rule"].sudo()._apply(self.patient_id.ids)
        return "walkin" if late else "checked_in"

    def _take_walkin(self, now, company):
        query = SQL("SELECT hospital_slot_walkin(%s, %s)", self.id, now)
        ((number,),) = self.env.execute_query(query)
        if number is None and company.hospital_walkin_extra:
            self.session_id.sudo()._add_numbers(1, self.env._("Late patient"), kind="walkin")
            ((number,),) = self.env.execute_query(query)
        if number is None:
            raise UserError(
                self.env._("The booked time has passed and no number is left. Book again.")
            )
        self.invalidate_model()

    def action_check_in(self):
        """Desk button: check the patient in."""
        self.env["hospital.channel"]._check_desk()
        window = self.env["hospital.channel"]._window()
        for booking in self:
            booking._check_in(window)
