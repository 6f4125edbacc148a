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
    def resource(self, kind="", start="", **kwargs):
        """Book with OCA's resource_booking."""
        user = request.env.user
        booking = (
            request.env["resource.booking"]
            .sudo()
            .create(
                {
                    "type_id": int(kind),
                    "partner_ids": [fields.Command.set(user.partner_id.ids)],
                    "start": start,
                    "duration": 0.25,
                }
            )
        )
        booking.action_confirm()
        return request.make_response("ok" if booking.meeting_id else "unscheduled")
