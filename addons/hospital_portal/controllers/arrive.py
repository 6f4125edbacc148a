from odoo import http
from odoo.http import request

from .base import PEOPLE_ERRORS, PatientPages
from .confirm import CHANNEL

HERE_STATES = ("checked_in", "called", "done")
ASK_STATES = ("hold", "confirmed", "displaced")


class ArrivePages(PatientPages):
    """Saying "I am here" behind the code that hangs at a department's door."""

    def _today_bookings(self, *more):
        """Return today's bookings of the family, under the patient's own rights."""
        today = request.env["hospital.clock"]._today()
        return request.env["hospital.booking"].search(
            [("date", "=", today), ("state", "in", HERE_STATES + ASK_STATES), *more],
            order="starts_at, id",
        )

    def _arrive_page(self, token, department, problem=None, status=200):
        bookings = self._today_bookings()
        near = request.env["hospital.department"].search([("id", "child_of", department.id)])
        here = bookings.filtered(lambda booking: booking.department_id in near)
        later = request.env["hospital.booking"]
        if not here:
            later = later.search(
                [
                    ("date", ">", request.env["hospital.clock"]._today()),
                    ("department_id", "in", near.ids),
                    ("state", "in", ASK_STATES),
                ],
                order="starts_at",
                limit=1,
            )
        return self._page(
            "hospital_portal.arrive",
            {
                "token": token,
                "department": department,
                "bookings": here,
                "elsewhere": bookings - here,
                "later": later,
                "here_states": HERE_STATES,
                "problem": problem,
                "advice": problem and request.env._("If you are here, go to the triage desk."),
            },
            status,
        )

    def _unknown_code(self):
        _ = request.env._
        return self._sorry(
            _("This arrival code is not valid any more."),
            _("Scan the code at the door again, or check in at the triage desk."),
            status=404,
        )

    @http.route(
        "/h5/arrive/<string:token>", type="http", auth="user", website=True, methods=["GET"]
    )
    def arrive(self, token, **kwargs):
        """Today's bookings of the family in the department whose code was scanned."""
        department = request.env["hospital.department"]._by_arrival_token(token)
        if not department:
            return self._unknown_code()
        if not self._account():
            return self._go(f"/h5/sign-in?next=/h5/arrive/{token}")
        return self._arrive_page(token, department)

    @http.route(
        "/h5/arrive/<string:token>", type="http", auth="user", website=True, methods=["POST"]
    )
    def arrive_here(self, token, ref="", **kwargs):
        """Check one own booking in; the same tap twice changes nothing more."""
        department = request.env["hospital.department"]._by_arrival_token(token)
        if not department:
            return self._unknown_code()
        booking = self._today_bookings(
            ("ref", "=", ref), ("department_id", "child_of", department.id)
        )
        if not booking:
            problem = request.env._("You have no booking of today here.")
            return self._arrive_page(token, department, problem, 422)
        if booking.state not in HERE_STATES:
            channels_sudo = request.env["hospital.channel"].sudo()
            channel_id = request.env["hospital.portal"]._channel_id(CHANNEL)
            try:
                with request.env.cr.savepoint():
                    booking._check_in(channels_sudo.browse(channel_id))
            except PEOPLE_ERRORS as error:
                return self._arrive_page(token, department, self._sentence(error), 422)
        return self._go(f"/h5/arrive/{token}")
