from markupsafe import Markup

from odoo import http
from odoo.addons.hospital_base.qr import qr_svg
from odoo.http import request

from .base import PEOPLE_ERRORS, PatientPages

TABS = {
    "coming": ("hold", "confirmed", "checked_in", "called", "displaced"),
    "visited": ("done",),
    "cancelled": ("cancelled", "expired"),
    "missed": ("no_show",),
}
PER_PAGE = 20


class BookingPages(PatientPages):
    """A patient's own bookings, found by their opaque reference under record rules."""

    def _own(self, ref):
        return request.env["hospital.booking"].search([("ref", "=", ref)], limit=1)

    @http.route("/h5/bookings", type="http", auth="user", website=True, methods=["GET"])
    def bookings(self, tab="coming", page="1", **kwargs):
        tab = tab if tab in TABS or tab == "waiting" else "coming"
        number = max(1, self._number(page))
        values = {"tab": tab, "waiting": None, "bookings": None, "page": number, "more": False}
        if not self._account():
            return self._go("/h5/sign-in?next=/h5/bookings")
        if tab == "waiting":
            values["waiting"] = request.env["hospital.waitlist"].search(
                [("state", "in", ("waiting", "offered"))], limit=PER_PAGE
            )
            return self._page("hospital_portal.bookings", values)
        bookings = request.env["hospital.booking"].search(
            [("state", "in", TABS[tab])],
            order="starts_at" if tab == "coming" else "starts_at desc",
            limit=PER_PAGE + 1,
            offset=(number - 1) * PER_PAGE,
        )
        values.update(bookings=bookings[:PER_PAGE], more=len(bookings) > PER_PAGE)
        return self._page("hospital_portal.bookings", values)

    @http.route("/h5/booking/<string:ref>", type="http", auth="user", website=True, methods=["GET"])
    def booking(self, ref, **kwargs):
        """Hold with countdown, ticket, or what became of the booking."""
        booking = self._own(ref)
        if not booking:
            return self._not_found()
        return self._booking_page(booking)

    def _booking_page(self, booking, problem=None, status=200):
        now = request.env["hospital.clock"]._now()
        seconds = 0
        if booking.state == "hold" and booking.hold_until:
            seconds = max(0, int((booking.hold_until - now).total_seconds()))
        live = booking.state in ("confirmed", "checked_in", "called")
        return self._page(
            "hospital_portal.booking",
            {
                "booking": booking,
                "session": booking.session_id.sudo(),
                "seconds": seconds,
                "qr": Markup(qr_svg(booking.ref)) if live else None,
                "upcoming": booking.starts_at > now,
                "problem": problem,
            },
            status,
        )

    def _change(self, ref, method, *args):
        """Call one method of an own booking and show its page, with a sentence on refusal."""
        booking = self._own(ref)
        if not booking:
            return self._not_found()
        try:
            with request.env.cr.savepoint():
                getattr(booking, method)(*args)
        except PEOPLE_ERRORS as error:
            return self._booking_page(booking, self._sentence(error), 422)
        return self._go(f"/h5/booking/{ref}")

    @http.route(
        "/h5/booking/<string:ref>/confirm",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def booking_confirm(self, ref, **kwargs):
        return self._change(ref, "_confirm")

    @http.route(
        "/h5/booking/<string:ref>/cancel", type="http", auth="user", website=True, methods=["GET"]
    )
    def booking_cancel_ask(self, ref, **kwargs):
        booking = self._own(ref)
        if not booking:
            return self._not_found()
        return self._page(
            "hospital_portal.booking_cancel",
            {"booking": booking, "session": booking.session_id.sudo()},
        )

    @http.route(
        "/h5/booking/<string:ref>/cancel", type="http", auth="user", website=True, methods=["POST"]
    )
    def booking_cancel(self, ref, reason="", **kwargs):
        return self._change(ref, "_cancel", reason.strip()[:200], "patient")

    @http.route(
        "/h5/booking/<string:ref>/choose",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def booking_choose(self, ref, choice="", **kwargs):
        """Answer a displaced booking: keep the substitute, or give the number back."""
        if choice not in ("accept", "cancel"):
            return self._not_found()
        return self._change(ref, "_choose_displaced", choice)

    @http.route(
        "/h5/wait/<int:entry_id>/cancel", type="http", auth="user", website=True, methods=["POST"]
    )
    def wait_cancel(self, entry_id, **kwargs):
        entry = request.env["hospital.waitlist"].search([("id", "=", entry_id)])
        if not entry:
            return self._not_found()
        entry._cancel()
        return self._go("/h5/bookings?tab=waiting")

    @http.route(
        "/h5/booking/<string:ref>/move", type="http", auth="user", website=True, methods=["GET"]
    )
    def booking_move(self, ref, **kwargs):
        """Other open sessions of the booking's department."""
        booking = self._own(ref)
        if not booking:
            return self._not_found()
        portal = request.env["hospital.portal"]
        department = booking.department_id
        days = portal._days(department, "same_day") + portal._days(department, "advance")
        sessions = [
            row for row in portal._sessions(days, department=department) if row["status"] == "open"
        ]
        return self._page(
            "hospital_portal.booking_move", {"booking": booking, "sessions": sessions}
        )
