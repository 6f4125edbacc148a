from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError

from .hospital_channel_error import ChannelError

MAX_DAYS = 14
PAGE_SIZE = 100
#: These serve whoever stands before them, wherever the number was booked.
DESKS = ("window", "kiosk")
MOVABLE = ("confirmed", "displaced", "cancelled")


class HospitalChannel(models.Model):
    """The questions of the booking channels; ``self`` is the one channel that asks."""

    _inherit = "hospital.channel"

    def _api_sessions(self, data):
        """Answer with the sessions of at most 14 days."""
        first, last = self._day(data, "from"), self._day(data, "to")
        if not timedelta(0) <= last - first < timedelta(days=MAX_DAYS):
            raise self._bad("to")
        page = self._whole(data, "page", 1)
        rows = self._told_sessions(
            first=first, last=last, limit=PAGE_SIZE + 1, offset=(page - 1) * PAGE_SIZE,
            department=self._text(data, "department", required=False),
            doctor=self._text(data, "doctor", required=False),
        )  # fmt: skip
        more = len(rows) > PAGE_SIZE
        return {"sessions": rows[:PAGE_SIZE], "next_page": page + 1 if more else None}

    def _api_periods(self, data):
        """Answer with the periods of one session."""
        periods = self._told_periods(self._named_session(data))
        if not periods:
            raise self._unknown_session()
        return {"periods": periods}

    def _api_booking(self, data):
        """Answer with one own booking, by its reference or by the key it was asked with."""
        name = "ref" if "ref" in data else "key"
        return self._told(self._own_booking(name, self._text(data, name)))

    def _api_bookings_of(self, data):
        """Answer with the own bookings whose visit is on one day."""
        page = self._whole(data, "page", 1)
        found_sudo = self.env["hospital.booking"].sudo().search(
            [("channel_id", "=", self.id), ("date", "=", self._day(data, "date"))],
            order="starts_at, id", limit=PAGE_SIZE + 1, offset=(page - 1) * PAGE_SIZE,
        )  # fmt: skip
        rows = self._told_bookings(found_sudo[:PAGE_SIZE].ids)
        return {"bookings": rows, "next_page": page + 1 if len(found_sudo) > PAGE_SIZE else None}

    def _api_hold(self, data, key):
        """Hold a number until it is confirmed or the hold runs out."""
        key, session = self._idempotency_key(key), self._named_session(data)
        period, number = self._wanted(data)
        result = self.env["hospital.booking"].sudo()._claim(
            self, self._named_patient(data), session, key, period_start=period, number=number
        )  # fmt: skip
        return self._claimed_answer(result, session)

    def _api_confirm(self, data):
        """Turn a hold into a booking."""
        booking_sudo = self._own_booking("ref", self._text(data, "ref"))
        with self._refusing("hold_over"):
            booking_sudo._confirm()
        return self._told(booking_sudo)

    def _api_cancel(self, data):
        """Give a number back, as the patient."""
        self._need("may_cancel")
        booking_sudo = self._own_booking("ref", self._text(data, "ref"))
        if booking_sudo.state != "cancelled":
            with self._refusing("cannot_cancel"):
                reason = self._text(data, "reason", required=False)
                booking_sudo._cancel(reason, "patient", self)
        return self._told(booking_sudo)

    def _api_reschedule(self, data, key):
        """Change a booking to another number; the old one stays when that is refused."""
        self._need("may_cancel")
        key, session = self._idempotency_key(key), self._named_session(data)
        period, number = self._wanted(data)
        booking_sudo = self._own_booking("ref", self._text(data, "ref"))
        with self._refusing("cannot_reschedule"):
            if booking_sudo.state not in MOVABLE:
                raise UserError(self.env._("Only a confirmed booking can be moved."))
            result = booking_sudo._reschedule(session, key, period_start=period, number=number)
        return self._claimed_answer(result, session)

    def _api_checkin(self, data):
        """Check a patient in, by the ticket's reference or by who they are."""
        self._need("may_checkin")
        booking_sudo = self._arriving(data)
        if booking_sudo.state != "checked_in":
            with self._refusing("cannot_checkin"):
                booking_sudo._check_in(self)
        return self._told(booking_sudo)

    def _arriving(self, data):
        if "ref" in data:
            return self._own_booking("ref", self._text(data, "ref"), self.code in DESKS)
        today = self.env["hospital.clock"]._today()
        domain = [
            ("patient_id", "=", self._named_patient(data).id),
            ("date", "=", today),
            ("state", "in", ("confirmed", "displaced", "checked_in")),
        ]
        if self.code not in DESKS:
            domain.append(("channel_id", "=", self.id))
        found_sudo = self.env["hospital.booking"].sudo().search(domain)
        waiting_sudo = found_sudo.filtered(lambda one: one.state != "checked_in") or found_sudo
        if not waiting_sudo:
            sentence = self.env._("There is no booking for today. Ask at the window.")
            raise ChannelError(404, "booking_unknown", sentence)
        if len(waiting_sudo) > 1:
            sentence = self.env._("There are several bookings today. Choose one of them.")
            choice = self._told_bookings(waiting_sudo.ids)
            raise ChannelError(409, "choose", sentence, bookings=choice)
        return waiting_sudo

    def _wanted(self, data):
        number = self._whole(data, "number") if data.get("number") is not None else None
        return self._moment(data, "period"), number

    def _told(self, booking):
        return {"booking": self._told_bookings(booking.ids)[0]}

    def _own_booking(self, name, value, anybodys=False):
        """Return the booking of this channel; another's does not exist for it."""
        domain = [(name, "=", value)]
        if not anybodys:
            domain.append(("channel_id", "=", self.id))
        booking_sudo = self.env["hospital.booking"].sudo().search(domain, limit=1)
        if not booking_sudo:
            sentence = self.env._("There is no such booking. Check the reference.")
            raise ChannelError(404, "booking_unknown", sentence)
        return booking_sudo
