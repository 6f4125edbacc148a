from pytz import UTC

from odoo import fields, http
from odoo.http import request


class BenchPages(http.Controller):
    """Routes the booking is measured against."""

    @http.route("/bench/noop", type="http", auth="user", methods=["POST"])
    def noop(self, **kwargs):
        """Do nothing: what the platform allows at best."""
        return request.make_response("ok")

    @http.route("/bench/naive", type="http", auth="user", methods=["POST"])
    def naive(self, **kwargs):
        """Book by search and write at Odoo's usual isolation level."""
        booking = request.env["hospital.bench.booking"].sudo()._book()
        return request.make_response("ok" if booking else "full")

    @http.route("/bench/resource", type="http", auth="user", methods=["POST"])
    def resource(self, kind="", month="", **kwargs):
        """Book the first free time of a month with OCA's resource_booking, as its portal does.

        The portal offers what is free in a month and then writes the time that was chosen.
        """
        user = request.env.user
        booking = (
            request.env["resource.booking"]
            .sudo()
            .create(
                {
                    "type_id": int(kind),
                    "partner_ids": [fields.Command.set(user.partner_id.ids)],
                    "duration": 0.25,
                }
            )
        )
        year, number = month.split("-")
        free = booking._get_calendar_context(int(year), int(number))["slots"]
        if not free:
            return request.make_response("full")
        first = min(min(times) for times in free.values())
        booking.start = first.astimezone(UTC).replace(tzinfo=None)
        booking.action_confirm()
        return request.make_response("ok" if booking.meeting_id else "unscheduled")
