from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .hospital_booking import HARD_DAY_LIMIT, LIVE_SQL

OPEN = ("hold", "confirmed", "displaced")
#: Bookings follow their numbers to another day, above the day's limit if need be: their patients
#: are asked. Who has the same doctor there already keeps the old day, and cannot accept.
MOVE = """
    UPDATE hospital_booking b
       SET date = e.date, starts_at = s.starts_at, ends_at = s.ends_at, ordinal = (
            SELECT min(seat) FROM generate_series(1, %(seats)s) seat WHERE NOT EXISTS (
                SELECT 1 FROM hospital_booking o
                 WHERE o.patient_id = b.patient_id AND o.date = e.date AND o.id <> b.id
                   AND o.ordinal = seat AND o.%(live)s))
      FROM hospital_slot s JOIN hospital_session e ON e.id = s.session_id
     WHERE s.id = b.slot_id AND b.id = ANY(%(ids)s) AND NOT EXISTS (
            SELECT 1 FROM hospital_booking o
             WHERE o.patient_id = b.patient_id AND o.date = e.date AND o.id <> b.id
               AND (o.doctor_id = b.doctor_id OR o.doctor_id IS NULL AND b.doctor_id IS NULL
                    AND o.department_id = b.department_id) AND o.%(live)s)
"""


class HospitalSession(models.Model):
    _inherit = "hospital.session"

    @api.depends_context("hospital_session_left")
    def _compute_display_name(self):
        super()._compute_display_name()
        if self.env.context.get("hospital_session_left"):
            for session in self:
                clinic = session.department_id.name if session.doctor_id else ""
                left = self.env._("%s left", session.free_count)
                parts = (session.display_name, clinic, session.number_type_id.name, left)
                session.display_name = " · ".join(filter(None, parts))

    @api.model
    def _before_change(self):
        """See every booking that was claimed before the sessions change."""
        self.env["hospital.booking"]._read_committed()
        return super()._before_change()

    def _open_bookings(self, slots=None, told=False):
        """Return who has a number here; ``told``: also who left after a change."""
        domain = Domain("session_id", "in", self.ids)
        if slots is not None:
            domain &= Domain("slot_id", "in", slots.ids)
        still = Domain("state", "in", OPEN)
        if told:
            still |= Domain("displaced_choice", "!=", False)
        return self.env["hospital.booking"].sudo().search(domain & still, order="starts_at, id")

    def _affected_bookings_count(self, slots=None):
        return len(self._open_bookings(slots))

    def _affected_html(self, slots=None, told=False):
        """List the patients, masked; after the change whether each was reached."""
        bookings = self._open_bookings(slots, told)
        if told:
            bookings = bookings.filtered(
                lambda row: row.state == "displaced" or row.displaced_choice
            )
        if not bookings:
            return ""
        head = [self.env._("Time"), self.env._("Doctor"), self.env._("Number"),
                self.env._("Patient")]  # fmt: skip
        if told:
            head += [self.env._("Message"), self.env._("Choice")]
        clock = self.env["hospital.clock"]
        rows = [
            [
                f"{clock._local(row.starts_at):%Y-%m-%d %H:%M}",
                row.doctor_id.name or row.department_id.name,
                row.number,
                Markup('<a href="/odoo/hospital-bookings/%s">%s</a>')
                % (row.id, row.patient_id.masked_name),
            ]
            for row in bookings
        ]
        if told:
            for cells, answer in zip(rows, bookings._told(), strict=True):
                cells += answer
        return self._affected_table(head, rows)

    @api.model
    def _affected_table(self, head, rows):
        def line(cell, cells):
            return Markup("<tr>%s</tr>") % Markup("").join(cell % text for text in cells)

        th, td = Markup("<th>%s</th>"), Markup("<td>%s</td>")
        return Markup(
            '<table class="table table-sm"><thead>%s</thead><tbody>%s</tbody></table>'
        ) % (line(th, head), Markup("").join(line(td, cells) for cells in rows))

    def _after_suspend(self, slots):
        super()._after_suspend(slots)
        self.env.flush_all()  # closing the sessions waits for claims in progress
        self._open_bookings(slots)._displace(self.env._("Suspended"), "booking.displaced")

    def _after_resume(self, slots):
        super()._after_resume(slots)
        bookings = self._open_bookings(slots).filtered(
            lambda row: row.state == "displaced" and row.doctor_id == row.session_id.doctor_id
        )
        if bookings:
            bookings._transition(
                "confirmed", self.env._("Recovered"), strict=False, message="booking.restored"
            )
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
                    "NULLIF(COALESCE(original_doctor_id, %(old)s), %(new)s) "
                    "WHERE session_id = %(session)s AND state = ANY(%(open)s) AND NOT EXISTS ("
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
        bookings._displace(self.env._("Substitution"), "booking.substituted")

    def _after_move(self, old_values):
        super()._after_move(old_values)
        bookings = self._open_bookings()
        self.env.flush_all()
        self.env.cr.execute(SQL(MOVE, ids=bookings.ids, seats=HARD_DAY_LIMIT, live=SQL(LIVE_SQL)))
        bookings.invalidate_model()
        bookings._displace(self.env._("Moved"), "booking.session_moved")
