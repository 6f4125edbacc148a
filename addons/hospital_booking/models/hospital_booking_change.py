from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: Events that ask the patient what to do.
ASKING = ("booking.displaced", "booking.substituted", "booking.session_moved")


class HospitalBooking(models.Model):
    """Moving a booking, and what happens when the hospital changes its session."""

    _inherit = "hospital.booking"

    def _reschedule(self, session, key, period_start=None, number=None, by="patient"):
        """Change to a number of ``session`` in one transaction; the old one stays on refusal.

        A hold stays a hold. The patient is bound by the deadline and the number of moves,
        unless the hospital displaced the booking; the office (``by``) never is.

        :return: ClaimResult of the new booking.
        """
        self.ensure_one()
        self.check_access("read")
        self.env.flush_all()
        savepoint = self.env.cr.savepoint(flush=False)
        self._lock()
        replay = self.sudo().search([("channel_id", "=", self.channel_id.id), ("key", "=", key)])
        choice = {"displaced_choice": "move"} if self.state == "displaced" else {}
        confirm = self.state != "hold"
        counted = confirm and not choice and by == "patient"
        if not replay:
            self._leave(choice, by, counted)
        result = self._claim(
            self.channel_id, self.patient_id, session, key, account=self.account_id,
            period_start=period_start, number=number, confirm=confirm,
        )  # fmt: skip
        if result.outcome == "ok":
            self.browse(result.booking_id)._remember_move(self, counted)
        savepoint.close(rollback=result.outcome not in ("ok", "replay"))
        self.invalidate_model()
        return result

    def _leave(self, choice, by, counted):
        """Give the number up for another one."""
        now = self.env["hospital.clock"]._now()
        if not choice and by == "patient":
            self._check_deadline(now)
        if counted:
            self._check_moves()
        self._transition(
            "cancelled", self.env._("Moved"), cancel_by="system", cancelled_at=now, **choice
        )

    def _check_moves(self):
        limit = self.company_id.sudo().hospital_move_limit
        if limit and self.moves >= limit:
            raise UserError(
                self.env._("This booking was moved too often. Call the outpatient office.")
            )

    def _remember_move(self, origin, counted):
        self.env.cr.execute(
            SQL(
                "UPDATE hospital_booking SET moved_from_id = %s, moves = %s WHERE id = %s",
                origin.id, origin.moves + counted, self.id,
            )
        )  # fmt: skip

    def _displace(self, reason, code):
        """Ask the patients of these bookings what they want, as their session has changed.

        Numbers that were only held are given up: their patients are still choosing. Who has
        not answered an earlier change yet is told of this one too.

        :param str code: the event that tells them.
        """
        if not self:
            return
        self._lock()
        held = self.filtered(lambda row: row.state == "hold")
        held._transition(
            "cancelled", reason, strict=False, cancel_by="system",
            cancelled_at=self.env["hospital.clock"]._now(),
        )  # fmt: skip
        asked = self.filtered(lambda row: row.state == "displaced")
        asked._notify(code)
        (self - held - asked)._transition("displaced", reason, strict=False, message=code)

    def _told(self):
        """Return [(whether the patient was reached about a change, the patient's choice)]."""
        reached = (
            self.env["hospital.message"].sudo()._reached("hospital.booking", self.ids, *ASKING)
        )
        words = {
            "reached": self.env._("Reached"),
            "not_reached": self.env._("Not reached"),
            "pending": self.env._("Being told"),
        }
        choices = dict(self._fields["displaced_choice"]._description_selection(self.env))
        return [
            (
                words[reached[row.id]],
                choices.get(row.displaced_choice) or self.env._("No answer yet"),
            )
            for row in self
        ]

    def _choose_displaced(self, choice, reason="", channel=None, message=None):
        """Answer a suspension or substitution: ``accept`` or ``cancel``; move by rescheduling.

        :raise UserError: when the booking needs no answer, or cannot be kept.
        """
        self.ensure_one()
        self.check_access("read")
        if self.state != "displaced":
            raise UserError(self.env._("This booking needs no answer."))
        if choice == "accept":
            self._check_acceptable()
            self._transition(
                "confirmed", reason, channel, message=message, displaced_choice="accept"
            )
        elif choice == "cancel":
            self._transition(
                "cancelled", reason, channel, cancel_by="system", displaced_choice="cancel",
                cancelled_at=self.env["hospital.clock"]._now(), cancel_reason=reason or None,
            )  # fmt: skip
        else:
            raise UserError(self.env._("Choose a new time to move the booking."))

    def _check_acceptable(self):
        """Refuse to keep a number that is no longer there; holds off further changes."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT 1 FROM hospital_session e JOIN hospital_slot s ON s.session_id = e.id "
                "WHERE s.id = %s FOR SHARE",
                self.sudo().slot_id.id,
            )
        )
        self.sudo().session_id.invalidate_recordset(["state", "doctor_id", "date"])
        self.sudo().slot_id.invalidate_recordset(["state"])
        refusal = self._why_not_kept()
        if refusal:
            raise UserError(refusal)

    def _why_not_kept(self):
        """Tell why a displaced booking cannot be kept; ``""`` when it can, as with a substitute."""
        self.ensure_one()
        session_sudo = self.sudo().session_id
        if session_sudo.state != "released" or self.sudo().slot_id.state != "taken":
            return self.env._("The session is suspended. Choose another time.")
        if (session_sudo.doctor_id, session_sudo.date) != (self.sudo().doctor_id, self.date):
            return self.env._(
                "The patient has another number of this doctor on this day. "
                "Cancel or move this one."
            )
        if session_sudo.ends_at <= self.env["hospital.clock"]._now():
            return self.env._("This session is over. Book again.")
        return ""

    def action_accept(self):
        """Desk button: the patient keeps the number, for example with the substitute."""
        self.env["hospital.channel"]._check_desk()
        window = self.env["hospital.channel"]._window()
        for booking in self:
            booking._choose_displaced("accept", self.env._("Asked by the desk"), window)

    def action_messages(self):
        """Show what was sent about this booking, and whether it arrived."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Messages"),
            "res_model": "hospital.message",
            "views": [(False, "list"), (False, "form")],
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
        }
