from odoo import api, models
from odoo.addons.hospital_base.masking import mask_name
from odoo.exceptions import UserError
from odoo.fields import Domain

ROWS = 30
COMING = ("hold", "confirmed", "displaced")
SEEN = ("patient_id", "state", "starts_at")


class HospitalDesk(models.AbstractModel):
    """What the check-in screen asks the server."""

    _name = "hospital.desk"
    _description = "Check-in desk"

    @api.model
    def find(self, text):
        """Return today's bookings for what was scanned or typed.

        :param str text: ticket, card, phone, document (or their last four), or name.
        :return: ``rows`` to show, ``sentence`` and ``kind`` (info, warning, danger).
        :rtype: dict
        :raise AccessError: for others than desk and office.
        """
        self.env["hospital.channel"]._check_desk()
        text = "".join(filter(str.isprintable, text)).strip() if isinstance(text, str) else ""
        if len(text) < 2:
            return self._answer(self.env._("Type at least two characters, or scan."), "info")
        bookings, domain = self._today(text)
        if bookings:
            return self._found(bookings)
        return self._other_days(domain)

    @api.model
    def check_in(self, booking_id):
        """Check the booking in; the answer has its row and the sentence to say.

        :raise AccessError: for others than desk and office, and for foreign bookings.
        """
        self.env["hospital.channel"]._check_desk()
        number = booking_id if type(booking_id) is int and 0 < booking_id < 2**31 else 0
        booking = self.env["hospital.booking"].search([("id", "=", number)])
        if not booking:
            return self._answer(self.env._("Nothing found. Search again."), "danger")
        window = self.env["hospital.channel"]._window()
        try:
            with self.env.cr.savepoint():
                outcome = booking._check_in(window)
        except UserError as error:
            return self._answer(str(error), "danger", booking)
        if outcome == "walkin":
            sentence = self.env._("Late. The new number is below.")
            return self._answer(sentence, "warning", booking) | {"big": booking.walkin_number}
        return self._answer(self.env._("Checked in."), "success", booking) | {"big": booking.number}

    @api.model
    def _today(self, text):
        Booking = self.env["hospital.booking"]
        ticket = Booking.search([("ref", "=", text)])
        domain = Domain("id", "in", ticket.ids)
        if not ticket:
            patients = self.env["hospital.patient"]._find_domain(text)
            domain = Domain("patient_id", "any", patients) & Domain("state", "!=", "expired")
        today = Domain("date", "=", self.env["hospital.clock"]._today())
        return Booking.search(domain & today, order="starts_at, id", limit=ROWS), domain

    @api.model
    def _found(self, bookings):
        blocked = self.env["hospital.blacklist.entry"]._is_blocked(
            bookings.patient_id.ids, self.env["hospital.clock"]._now()
        )
        if len(bookings) == 1:
            row = self._row(bookings)
            sentence = row["note"] or self.env._("Press Enter to check in.")
            answer = self._answer(sentence, "warning" if row["note"] else "info", bookings)
        else:
            answer = self._answer(
                self.env._("%(count)s bookings today. Choose one.", count=len(bookings)),
                "info",
                bookings,
            )
        if blocked:
            answer["blocked"] = self.env._(
                "Booking is paused after missed visits; the number of today is still good."
            )
        return answer

    @api.model
    def _other_days(self, domain):
        now = self.env["hospital.clock"]._now()
        Booking = self.env["hospital.booking"]
        coming = Booking.search(
            domain & Domain("starts_at", ">", now) & Domain("state", "in", COMING),
            order="starts_at, id", limit=ROWS,
        )  # fmt: skip
        if coming:
            sentence = self.env._("No booking today. The next one is on another day.")
            return self._answer(sentence, "warning", coming)
        past = Booking.search(domain, limit=1)
        if past:
            sentence = self.env._("No booking today; this is the last one. Book a new number.")
            return self._answer(sentence, "warning", past)
        return self._answer(
            self.env._("Nothing found. Check the spelling, or try the card, phone or document."),
            "danger",
        )

    @api.model
    def _answer(self, sentence, kind, bookings=None):
        rows = []
        if bookings:
            self.env["hospital.audit.log"]._record("read", bookings, bookings.patient_id.ids, SEEN)
            rows = [self._row(booking) for booking in bookings]
        return {"sentence": sentence, "kind": kind, "rows": rows, "big": 0, "blocked": ""}

    @api.model
    def _row(self, booking):
        clock = self.env["hospital.clock"]
        start, today = clock._local(booking.starts_at), clock._today()
        states = dict(booking._fields["state"]._description_selection(self.env))
        patient = booking.patient_id
        return {
            "id": booking.id,
            "patient": mask_name(patient.name),
            "last4": patient.phone_last4 or patient.id_last4 or "",
            "date": start.strftime("%Y-%m-%d"),
            "time": start.strftime("%H:%M"),
            "number": booking.walkin_number or booking.number,
            "department": booking.department_id.name,
            "doctor": booking.doctor_id.name or "",
            "room": booking.session_id.room or booking.department_id.room or "",
            "state": booking.state,
            "state_label": states[booking.state],
            "ready": self._is_ready(booking, today),
            "note": self._note(booking, today),
        }

    @api.model
    def _is_ready(self, booking, today):
        if booking.date != today:
            return False
        if booking.state == "displaced":
            return not booking._why_not_kept()
        return booking.state == "confirmed"

    @api.model
    def _note(self, booking, today):
        if booking.state in ("checked_in", "called", "done"):
            at = self.env["hospital.clock"]._local(booking.checkin_at)
            return self.env._("Already checked in at %(time)s.", time=f"{at:%H:%M}")
        if booking.date != today and booking.state in ("confirmed", "hold"):
            return self.env._("This booking is for %(date)s.", date=booking.date)
        if self._is_ready(booking, today) and booking.state == "displaced":
            return self.env._(
                "%(doctor)s stands in. Ask the patient; checking in accepts.",
                doctor=booking.doctor_id.name or booking.department_id.name,
            )
        return {
            "hold": self.env._("Not confirmed yet. Ask the patient to confirm or pay."),
            "cancelled": self.env._("This booking was cancelled. Book a new number."),
            "expired": self.env._("The hold has run out. Book a new number."),
            "no_show": self.env._("Counted as missed. Book a new number."),
            "displaced": self.env._("The session changed. Let the patient choose or move it."),
        }.get(booking.state, "")
