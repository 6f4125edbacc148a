from odoo.tests import HttpCase

from .common import BookingCommon

PERIOD = "2031-03-04T08:00:00+08:00"
TIMEOUT_SECONDS = 30


class ApiCommon(BookingCommon, HttpCase):
    """Two channels with keys, and calls over real HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        channels = cls.env["hospital.channel"].search([])
        cls.phone = channels.filtered(lambda one: one.code == "phone")
        cls.kiosk = channels.filtered(lambda one: one.code == "kiosk")
        cls.keys = {cls.phone: cls.phone._new_key(), cls.kiosk: cls.kiosk._new_key()}
        cls.card = cls.env["hospital.patient.card"].create(
            {"patient_id": cls.patient.id, "kind": "visit", "number": "V-100200"}
        )
        cls.person = {"card": {"kind": "visit", "number": "v-100200"}}
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        # what a first request reads would keep a read-only test cursor from a second one
        self.opener.post(f"{self.base_url()}/hospital/api/v1/hold", timeout=TIMEOUT_SECONDS)

    def _send(self, method, name, channel=None, headers=None, **options):
        """Send one request and return (status, body, headers); English unless told."""
        key = self.keys[channel or self.phone]
        sent = {"Authorization": f"Bearer {key}", "Accept-Language": "en", **(headers or {})}
        reply = self.opener.request(
            method, f"{self.base_url()}/hospital/api/v1/{name}", timeout=TIMEOUT_SECONDS,
            headers={name: value for name, value in sent.items() if value is not None}, **options,
        )  # fmt: skip
        self.env.invalidate_all()
        self.assertEqual(reply.headers["Content-Type"], "application/json; charset=utf-8")
        return reply.status_code, reply.json(), reply.headers

    def _get(self, name, channel=None, **query):
        return self._send("GET", name, channel, params=query)[:2]

    def _post(self, name, channel=None, key=None, **data):
        headers = {"Idempotency-Key": key} if key else {}
        return self._send("POST", name, channel, headers, json=data)[:2]

    def _hold(self, key="call-0001", channel=None, **data):
        data = {"patient": self.person, "session": self.session.id, **data}
        return self._post("hold", channel, key, **data)

    def _held(self, **values):
        status, body = self._hold(**values)
        self.assertEqual(status, 200, body)
        return body["booking"]

    def _confirmed(self, **values):
        held = self._held(**values)
        status, body = self._post("confirm", values.get("channel"), ref=held["ref"])
        self.assertEqual((status, body["booking"]["state"]), (200, "confirmed"))
        return body["booking"]

    def _record(self, booking):
        return self.Booking.search([("ref", "=", booking["ref"])])

    def assertRefused(self, reply, status, code):
        self.assertEqual((reply[0], reply[1].get("error", {}).get("code")), (status, code), reply)
