from markupsafe import Markup

from odoo import api, models
from odoo.tools import SQL

from .hospital_booking import LIVE_SQL

OPEN = ("hold", "confirmed", "displaced")


class HospitalSession(models.Model):
    _inherit = "hospital.session"

    @api.model
    def _before_change(self):
        """See every booking that was claimed before the sessions change."""
        self.env["hospital.booking"]._read_committed()
        return super()._before_change()

    def _open_bookings(self):
        return self.env["hospital.booking"].sudo().search(
            [("session_id", "in", self.ids), ("state", "in", OPEN)], order="starts_at, id"
        )

    def _affected_bookings_count(self):
        return len(self._open_bookings())

    def _affected_html(self):
        """List the patients by number, masked, and whether they were reached."""
        bookings = self._open_bookings()
        if not bookings:
            return ""
        reached = self.env["hospital.message"].sudo()._reached("hospital.booking", bookings.ids)
        labels = {
            "reached": self.env._("Reached"),
            "not_reached": self.env._("Not reached"),
            "pending": self.env._("Being told"),
        }
        rows = Markup("").join(
            Markup("<li>%s · %s · %s</li>")
            % (row.number, row.patient_id.masked_name, labels[reached.get(row.id, "not_reached")])
            for row in bookings
        )
        return Markup("<ul>%s</ul>") % rows

    def _after_suspend(self, slots):
        super()._after_suspend(slots)
        self.env.flush_all()  # closing the sessions waits for claims in progress
        bookings = self._open_bookings().filtered(
            lambda row: row.slot_id in slots and row.state != "displaced"
        )
        if bookings:
            bookings._transition("displaced", self.env._("Suspended"), strict=False)

    def _after_resume(self, slots):
        super()._after_resume(slots)
        bookings = self._open_bookings().filtered(
            lambda row: row.slot_id in slots and row.state == "displaced"
        )
        if bookings:
            bookings._transition("confirmed", self.env._("Recovered"), strict=False)
        # numbers whose patients left meanwhile
        if slots:
            self.env.cr.execute("SELECT hospital_slot_release(%s)", [slots.ids])
            slots.invalidate_recordset(["state"])
        self._offer_numbers()

    def _add_numbers(self, count, reason, kind="extra"):
        slots = super()._add_numbers(count, reason, kind)
        if kind != "walkin":  # that one is for the patient who stands at the desk
            self._offer_numbers()
        return slots

    def _offer_numbers(self):
        """Hold numbers that have become free for those who wait."""
        self.env["hospital.waitlist"].sudo()._offer(self.sudo())

    def _after_substitute(self, old_doctor):
        super()._after_substitute(old_doctor)
        bookings = self._open_bookings()
        if not bookings:
            return
        for session in self:
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    "UPDATE hospital_booking b SET doctor_id = %(new)s, original_doctor_id = "
                    "COALESCE(original_doctor_id, %(old)s) WHERE session_id = %(session)s "
                    "AND state = ANY(%(open)s) AND NOT EXISTS ("
                    "SELECT 1 FROM hospital_booking o WHERE o.patient_id = b.patient_id "
                    "AND o.date = b.date AND o.doctor_id = %(new)s AND o.id <> b.id "
                    "AND o.%(live)s)",
                    new=session.doctor_id.id,
                    old=old_doctor.id,
                    session=session.id,
                    open=list(OPEN),
                    live=SQL(LIVE_SQL),
                )
            )
        bookings.invalidate_model()
        moving = bookings.filtered(lambda row: row.state != "displaced")
        moving._transition("displaced", self.env._("Substitution"), strict=False)

    def _after_move(self, old_values):
        super()._after_move(old_values)
        bookings = self._open_bookings()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE hospital_booking b SET date = e.date, starts_at = s.starts_at, "
            "ends_at = s.ends_at FROM hospital_slot s JOIN hospital_session e "
            "ON e.id = s.session_id WHERE s.id = b.slot_id AND b.id = ANY(%s)",
            [bookings.ids],
        )
        bookings.invalidate_model()
        moving = bookings.filtered(lambda row: row.state != "displaced")
        if moving:
            moving._transition("displaced", self.env._("Moved"), strict=False)
