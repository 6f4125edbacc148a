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
    "displaced": ("hold", "confirmed"),
}
MESSAGES = {"confirmed", "cancelled", "no_show", "displaced", "expired", "checked_in"}
FREES = {"expired", "cancelled"}


class HospitalBooking(models.Model):
    _inherit = "hospital.booking"

    def _transition(self, target, reason="", channel=None, strict=True, **values):
        """Move these bookings to ``target``: state, history, message, freed number.

        :param bool strict: refuse when one of them may not go there.
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
        moved._after_transition(target)
        return moved

    def _after_transition(self, target):
        if target in FREES and self:
            self.env.execute_query(SQL("SELECT hospital_slot_release(%s)", self.sudo().slot_id.ids))
            self.env["hospital.slot"].invalidate_model(["state"])
        if target in MESSAGES:
            self._notify(f"booking.{target}")
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
            if by == "patient" and booking.state == "confirmed":
                booking._check_cancel(now)
            booking._transition(
                "cancelled", reason, channel, cancelled_at=now, cancel_reason=reason or None,
                cancel_by=by,
            )  # fmt: skip
            if by == "patient":
                self.env["hospital.blacklist.rule"].sudo()._apply(booking.patient_id.ids)

    def _check_cancel(self, now):
        company_sudo = self.company_id.sudo()
        if now > self.starts_at - timedelta(hours=company_sudo.hospital_cancel_hours):
            raise UserError(
                self.env._("It is too late to cancel here. Call the outpatient office.")
            )
        limit = company_sudo.hospital_cancel_limit
        since = now - timedelta(days=company_sudo.hospital_cancel_days)
        count = self.sudo().search_count(
            [
                ("patient_id", "=", self.patient_id.id),
                ("cancel_by", "=", "patient"),
                ("cancelled_at", ">", since),
            ]
        )
        if limit and count >= limit:
            raise UserError(
                self.env._("Too many bookings were cancelled. Call the outpatient office.")
            )

    def _reschedule(self, session, key, period_start=None, number=None, by="patient"):
        """Change to a number of ``session`` in one transaction; the old one stays on refusal.

        A hold stays a hold. The office (``by``) is not bound by the patient's deadline.

        :return: ClaimResult of the new booking.
        """
        self.ensure_one()
        self.check_access("read")
        self.env.flush_all()
        savepoint = self.env.cr.savepoint(flush=False)
        self._read_lock()
        replay = self.sudo().search([("channel_id", "=", self.channel_id.id), ("key", "=", key)])
        choice = {"displaced_choice": "move"} if self.state == "displaced" else {}
        confirm = self.state != "hold"
        if not replay:
            if not choice and by == "patient":
                self._check_cancel(self.env["hospital.clock"]._now())
            self._transition(
                "cancelled", self.env._("Moved"), cancel_by="system",
                cancelled_at=self.env["hospital.clock"]._now(), **choice,
            )  # fmt: skip
        result = self._claim(
            self.channel_id, self.patient_id, session, key, account=self.account_id,
            period_start=period_start, number=number, confirm=confirm,
        )  # fmt: skip
        savepoint.close(rollback=result.outcome not in ("ok", "replay"))
        self.invalidate_model()
        return result

    def _read_lock(self):
        self.env.cr.execute(
            SQL("SELECT 1 FROM hospital_booking WHERE id = ANY(%s) FOR UPDATE", self.ids)
        )

    def _check_in(self, channel=None, by=None):
        """Confirm the arrival; late patients get the next number of the session.

        :return: ``checked_in`` or ``walkin``.
        :raise UserError: on another day, or when a late patient finds no number left.
        """
        self.ensure_one()
        self.check_access("read")
        (channel or self.channel_id)._check_right("may_checkin")
        clock = self.env["hospital.clock"]
        now, company_sudo = clock._now(), self.company_id.sudo()
        if self.state != "confirmed" or self.date != clock._today():
            raise UserError(self.env._("Only today's confirmed bookings can check in."))
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

    def _told(self):
        """Return [(whether the patient was reached about a change, the patient's choice)]."""
        reached = (
            self.env["hospital.message"]
            .sudo()
            ._reached("hospital.booking", self.ids, "booking.displaced")
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

    def _choose_displaced(self, choice):
        """Answer a suspension or substitution: ``accept`` or ``cancel``; move by rescheduling."""
        self.ensure_one()
        self.check_access("read")
        if self.state != "displaced":
            raise UserError(self.env._("This booking needs no answer."))
        if choice == "accept":
            if self.session_id.sudo().state != "released" or self.slot_id.sudo().state != "taken":
                raise UserError(self.env._("The session is suspended. Choose another time."))
            self._transition("confirmed", displaced_choice="accept")
        elif choice == "cancel":
            self._transition(
                "cancelled", cancel_by="system", displaced_choice="cancel",
                cancelled_at=self.env["hospital.clock"]._now(),
            )  # fmt: skip
        else:
            raise UserError(self.env._("Choose a new time to move the booking."))

    def action_check_in(self):
        """Desk button: check the patient in."""
        self.env["hospital.channel"]._check_desk()
        window = self.env["hospital.channel"].sudo().search([("code", "=", "window")], limit=1)
        for booking in self:
            booking._check_in(window, self.env.user)
