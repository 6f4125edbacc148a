from odoo import api, fields, models
from odoo.exceptions import UserError

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

        :raise UserError: for a patient of another family, a closed session or twice.
        """
        if account and patient not in account.sudo().member_ids.patient_id:
            raise UserError(self.env._("This person is not in the family. Add them first."))
        if session.sudo().state != "released":
            raise UserError(self.env._("This session is closed. Choose another one."))
        if self.sudo().search_count(
            [
                ("session_id", "=", session.id),
                ("patient_id", "=", patient.id),
                ("state", "in", ("waiting", "offered")),
            ]
        ):
            raise UserError(self.env._("The patient waits for this session already."))
        return self.sudo().create(
            {
                "session_id": session.id,
                "patient_id": patient.id,
                "account_id": account.id if account else False,
                "channel_id": channel.id,
            }
        )

    def _cancel(self):
        """Leave the list."""
        self.check_access("read")
        open_sudo = self.sudo().filtered(lambda row: row.state in ("waiting", "offered"))
        open_sudo.state = "cancelled"
        held = open_sudo.booking_id.filtered(lambda row: row.state == "hold")
        if held:
            held._transition("cancelled", cancel_by="patient")

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
            for entry in self.search(
                [("session_id", "=", session.id), ("state", "=", "waiting")]
            ):
                result = self.env["hospital.booking"]._claim(
                    entry.channel_id, entry.patient_id, session, f"wait:{entry.id}",
                    account=entry.account_id, hold_minutes=minutes,
                )  # fmt: skip
                if result.outcome in ("full", "closed", "not_released"):
                    break
                if result.outcome != "ok":
                    continue
                booking = self.env["hospital.booking"].browse(result.booking_id)
                entry.write(
                    {"state": "offered", "booking_id": booking.id,
                     "offer_until": booking.hold_until}
                )  # fmt: skip
                booking._notify("booking.offered")
