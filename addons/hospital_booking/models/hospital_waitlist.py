from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .hospital_booking import LIVE_STATES

SESSIONS_AT_ONCE = 100
OPEN_SQL = "state IN ('waiting', 'offered')"


class HospitalWaitlist(models.Model):
    _name = "hospital.waitlist"
    _description = "Wait-list entry"
    _order = "id"

    session_id = fields.Many2one("hospital.session", required=True, index=True, ondelete="cascade")
    patient_id = fields.Many2one("hospital.patient", required=True, index=True, ondelete="restrict")
    account_id = fields.Many2one("hospital.account", index="btree_not_null", ondelete="set null")
    channel_id = fields.Many2one("hospital.channel", required=True, index=True, ondelete="restrict")
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("offered", "Offered"),
            ("accepted", "Accepted"),
            ("expired", "Expired"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="waiting",
        readonly=True,
    )
    booking_id = fields.Many2one(
        "hospital.booking", readonly=True, index="btree_not_null", ondelete="set null"
    )
    offer_until = fields.Datetime(readonly=True)

    _once = models.UniqueIndex(
        f"(session_id, patient_id) WHERE {OPEN_SQL}", "The patient waits for this session already."
    )

    @api.model
    def _join(self, session, patient, channel, account=None):
        """Put ``patient`` at the end of the session's list.

        :raise UserError: for a patient of another family, one who may not book or has a
            number already, a closed session, a channel without the right, or twice.
        """
        if account and patient not in account.sudo().member_ids.patient_id:
            raise UserError(self.env._("This person is not in the family. Add them first."))
        if account and self.env["hospital.consent"]._is_missing(account, patient):
            raise UserError(
                self.env._("A required consent is missing. Agree under My data first.")
            )
        channel._check_right("may_hold")
        self._check_session(session.sudo())
        self._check_patient(session.sudo(), patient)
        return self.sudo().create(
            {
                "session_id": session.id,
                "patient_id": patient.id,
                "account_id": account.id if account else False,
                "channel_id": channel.id,
            }
        )

    @api.model
    def _check_session(self, session):
        if session.state != "released" or session.ends_at <= self.env["hospital.clock"]._now():
            raise UserError(self.env._("This session is closed. Choose another one."))

    @api.model
    def _check_patient(self, session, patient):
        now = self.env["hospital.clock"]._now()
        if self.env["hospital.blacklist.entry"]._is_blocked(patient.ids, now):
            raise UserError(
                self.env._("Booking is paused after missed visits. Ask the outpatient office.")
            )
        here = [("session_id", "=", session.id), ("patient_id", "=", patient.id)]
        if self.sudo().search_count([*here, ("state", "in", ("waiting", "offered"))]):
            raise UserError(self.env._("The patient waits for this session already."))
        whose = [("patient_id", "=", patient.id), ("date", "=", session.date)]
        whose += [("doctor_id", "=", session.doctor_id.id), ("state", "in", LIVE_STATES)]
        if not session.doctor_id:
            whose += [("department_id", "=", session.department_id.id)]
        if self.env["hospital.booking"].sudo().search_count(whose):
            raise UserError(
                self.env._(
                    "There is a booking for this doctor or clinic on this day already. "
                    "Use that one."
                )
            )

    def action_confirm(self):
        """Desk button: accept the offer for a patient who calls or stands there."""
        self.env["hospital.channel"]._check_desk()
        self.sudo().booking_id._confirm(self.env["hospital.channel"]._window())

    def action_cancel(self):
        """Desk button: take the patient off the list."""
        self.env["hospital.channel"]._check_desk()
        self._cancel()

    def _tell_over(self):
        """Tell those who waited in vain."""
        self.env["hospital.message"]._emit(
            "booking.wait_over",
            [
                {
                    "patient_id": entry.patient_id.id,
                    "account_id": entry.account_id.id or None,
                    "dedup_key": f"booking.wait_over:{entry.id}",
                    "res_model": self._name,
                    "res_id": entry.id,
                    "variables": {
                        "doctor": self._both(entry.session_id.doctor_id),
                        "department": self._both(entry.session_id.department_id),
                        "date": f"{entry.session_id.date}",
                    },
                }
                for entry in self
            ],
        )

    @api.model
    def _both(self, record):
        """Return the name of ``record`` in the languages of messages."""
        return {lang: record.with_context(lang=lang).name or "" for lang in ("zh_CN", "en_US")}

    def _cancel(self):
        """Leave the list."""
        self.check_access("read")
        open_sudo = self.sudo().filtered(lambda row: row.state in ("waiting", "offered"))
        open_sudo.state = "cancelled"
        held = open_sudo.booking_id.filtered(lambda row: row.state == "hold")
        if held:
            now = self.env["hospital.clock"]._now()
            held._transition("cancelled", cancel_by="patient", cancelled_at=now)

    @api.model
    def _booking_changed(self, bookings, target):
        """Follow the offer's booking; a freed number goes to the next in line."""
        if target not in ("confirmed", "expired", "cancelled") or not bookings:
            return
        entries = self.search([("booking_id", "in", bookings.ids), ("state", "=", "offered")])
        entries.state = "accepted" if target == "confirmed" else "expired"
        if target != "confirmed":
            self._offer(bookings.session_id)

    @api.model
    def _offer(self, sessions):
        """Hold freed numbers for the next patients in line and tell them."""
        for session in sessions:
            minutes = session.company_id.hospital_offer_minutes
            for entry in self.search([("session_id", "=", session.id), ("state", "=", "waiting")]):
                result = self.env["hospital.booking"]._claim(
                    entry.channel_id, entry.patient_id, session, f"wait:{entry.id}",
                    account=entry.account_id, hold_minutes=minutes,
                )  # fmt: skip
                if result.outcome in ("full", "closed", "not_released"):
                    break
                if result.outcome == "duplicate_doctor":  # booked there meanwhile
                    entry.state = "cancelled"
                if result.outcome != "ok":
                    continue
                booking = self.env["hospital.booking"].browse(result.booking_id)
                entry.write(
                    {"state": "offered", "booking_id": booking.id,
                     "offer_until": booking.hold_until}
                )  # fmt: skip
                booking._notify("booking.offered")

    @api.model
    def _cron_serve(self):
        """Offer free numbers that nobody offered, and end the lists of sessions that are over.

        A number may become free by many ways, also while somebody is just joining.
        """
        self.env["hospital.booking"]._read_committed()
        now = self.env["hospital.clock"]._now()
        over = self.search([("state", "=", "waiting"), ("session_id.ends_at", "<=", now)])
        over.state = "expired"
        over._tell_over()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT w.session_id FROM hospital_waitlist w "
                "JOIN hospital_slot s ON s.session_id = w.session_id AND s.state = 'free' "
                "AND s.starts_at > %s WHERE w.state = 'waiting' LIMIT %s",
                now, SESSIONS_AT_ONCE,
            )
        )  # fmt: skip
        self._offer(self.env["hospital.session"].browse(row[0] for row in rows))
