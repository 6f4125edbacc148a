from odoo import http
from odoo.http import request

from . import channel_dispatcher  # noqa: F401 the routes below name its type

BODY_BYTES = 16 * 1024


def api_route(name, method):
    """Declare a route of the booking channels, version 1."""
    return http.route(
        f"/hospital/api/v1/{name}",
        type="hospital_channel",
        auth="hospital_channel",
        methods=[method],
        readonly=method == "GET",
        save_session=False,
        max_content_length=BODY_BYTES,
    )


class ChannelApi(http.Controller):
    """What kiosks, the call centre, the clinic's system and the platforms may ask for.

    Every route answers for the channel whose key came with the request.
    """

    def _channel(self):
        return request.env["hospital.channel"].sudo().browse(request.hospital_channel_id)

    def _key(self):
        return request.httprequest.headers.get("Idempotency-Key", "")

    @api_route("sessions", "GET")
    def sessions(self, data):
        return self._channel()._api_sessions(data)

    @api_route("periods", "GET")
    def periods(self, data):
        return self._channel()._api_periods(data)

    @api_route("booking", "GET")
    def booking(self, data):
        return self._channel()._api_booking(data)

    @api_route("bookings", "GET")
    def bookings(self, data):
        return self._channel()._api_bookings_of(data)

    @api_route("hold", "POST")
    def hold(self, data):
        return self._channel()._api_hold(data, self._key())

    @api_route("confirm", "POST")
    def confirm(self, data):
        return self._channel()._api_confirm(data)

    @api_route("cancel", "POST")
    def cancel(self, data):
        return self._channel()._api_cancel(data)

    @api_route("reschedule", "POST")
    def reschedule(self, data):
        return self._channel()._api_reschedule(data, self._key())

    @api_route("checkin", "POST")
    def checkin(self, data):
        return self._channel()._api_checkin(data)
