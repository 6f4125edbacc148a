from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: target state → states it may follow
TRANSITIONS = {
    "confirmed": ("hold", "displaced"),
    "checked_in": ("confirmed",),
    "called": ("checked_in",),
    "done": ("called", "checked_in"),
    "expired": ("hold",),
    "cancelled": ("hold", "confirmed", "displaced"),
    "no_show": ("confirmed",),
    "displaced": ("confirmed",),
}
MESSAGES = {"confirmed", "cancelled", "no_show", "displaced", "expired", "checked_in"}
FREES = {"expired", "cancelled"}


class HospitalBooking(models.Model):
    _inherit = "hospital.booking"

    def _transition(
        self, target, reason="", channel=None, strict=True, message=None, **values
    ):  # fmt: skip
        """Move these bookings to ``target``: state, history, message, freed number.

        :param bool strict: refuse when one of them may not go there.
        :param str message: code of another event than the target's own, ``""`` for none.
        :return: the bookings that moved.
        :raise UserError: when a booking is in a state from which it cannot go there.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "WITH old AS (SELECT id, state FROM hospital_booking WHERE id = ANY(%(ids)s) "
                "AND state = ANY(%(sources)s) ORDER BY id FOR UPDATE), moved AS ("
                "UPDATE hospital_booking b SET state = %(target)s, write_uid = %(uid)s, "
                "write_date = %(now)s%(more)s FROM old WHERE b.id = old.id RETURNING b.id) "
                "INSERT INTO hospital_booking_event (booking_id, from_state, to_state, at, "
                "user_id, channel_id, reason) SELECT old.id, old.state, %(target)s, %(now)s, "
                "%(uid)s, %(channel)s, %(reason)s FROM old JOIN moved USING (id) "
                "RETURNING booking_id",
                ids=self.ids,
                sources=list(TRANSITIONS[target]),
                target=target,
                uid=self.env.uid,
                now=self.env["hospital.clock"]._now(),
                more=SQL("").join(
                    SQL(", %s = %s", SQL.identifier(name), value) for name, value in values.items()
                ),
                channel=channel.id if channel else None,
                reason=reason or None,
            )
        )
        moved = self.browse(row[0] for row in rows)
        if strict and len(moved) != len(self):
            raise UserError(
                self.env._("This booking has changed meanwhile. Open it again and look.")
            )
        self.invalidate_model()
        moved._after_transition(target, message)
        return moved

    def _after_transition(self, target, message=None):
        if target in FREES and self:
            self.env.execute_query(SQL("SELECT hospital_slot_release(%s)", self.sudo().slot_id.ids))
            self.env["hospital.slot"].invalidate_model(["state"])
        if message is None and target in MESSAGES:
            message = f"booking.{target}"
        if message:
            self._notify(message)
        self.env["hospital.waitlist"].sudo()._booking_changed(self.sudo(), target)

    def _notify(self, code):
        if self:
            clock = self.env["hospital.clock"]
            self.env.cr.execute(
                SQL(
                    "SELECT hospital_booking_notify(id, %s, %s, %s) "
                    "FROM unnest(%s::integer[]) AS id",
                    code, clock._now(), clock._tz_name(), self.ids,
                )
            )  # fmt: skip

    def _confirm(self, channel=None):
        """Confirm a hold that has not run out.

        :param channel: where it is confirmed, for the history.
        :raise UserError: when it has, or the booking is no hold.
        """
        self.check_access("read")
        now = self.env["hospital.clock"]._now()
        for booking in self:
            if booking.state == "confirmed":
                continue
            if booking.state != "hold" or booking.hold_until <= now:
                raise UserError(self.env._("The hold has run out. Choose a number again."))
            booking._transition("confirmed", channel=channel, hold_until=None)

    def _cancel(self, reason, by, channel=None):
        """Give the number back; ``by`` is ``patient``, ``office`` or ``system``.

        :param channel: where it is cancelled; the booking's own by default.
        :raise UserError: for patients after the deadline or above the limit, and for
            channels without the right.
        """
        self.check_access("read")
        if by == "patient":
            (channel or self.channel_id)._check_right("may_cancel")
        now = self.env["hospital.clock"]._now()
        for booking in self:
            if by == "patient" and booking.state == "displaced":
                booking._choose_displaced("cancel", reason, channel)
                continue
            if by == "patient" and booking.state == "confirmed":
                booking._check_deadline(now)
                booking._check_cancel_count(now)
            booking._transition(
                "cancelled", reason, channel, cancelled_at=now, cancel_reason=reason or None,
                cancel_by=by,
            )  # fmt: skip
            if by == "patient":
                self.env["hospital.blacklist.rule"].sudo()._apply(booking.patient_id.ids)

    def _check_deadline(self, now):
        hours = self.company_id.sudo().hospital_cancel_hours
        if now > self.starts_at - timedelta(hours=hours):
            raise UserError(
                self.env._("It is too late to cancel here. Call the outpatient office.")
            )

    def _check_cancel_count(self, now):
        """Refuse above the limit; holds that were given back do not count."""
        company_sudo = self.company_id.sudo()
        limit = company_sudo.hospital_cancel_limit
        since = now - timedelta(days=company_sudo.hospital_cancel_days)
        count = self.sudo().search_count(
            [
                ("patient_id", "=", self.patient_id.id),
                ("cancel_by", "=", "patient"),
                ("cancelled_at", ">", since),
                ("hold_until", "=", False),
            ]
        )
        if limit and count >= limit:
            raise UserError(
                self.env._("Too many bookings were cancelled. Call the outpatient office.")
            )

    def _lock(self):
        """Wait for others who change these bookings, then read what they decided.

        In a READ COMMITTED transaction; elsewhere a collision runs the request again.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT 1 FROM hospital_booking WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                self.ids,
            )
        )
        self.invalidate_recordset()

    def action_confirm(self):
        """Desk button: confirm a hold for the patient who stands or calls there."""
        self.env["hospital.channel"]._check_desk()
        self._confirm(self.env["hospital.channel"]._window())
