import logging
import secrets

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .api_common import ApiCommon
from .common import NOW


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestApiKey(ApiCommon):
    """Who comes in, how often, and what stays behind."""

    def _knock(self, headers=None):
        return self._send("GET", "bookings", headers=headers, params={"date": "2031-03-04"})

    def test_a_missing_or_wrong_key_is_refused(self):
        wrong = (None, "Bearer ", "Bearer wrong", "Basic " + self.keys[self.phone],
                 "Bearer " + secrets.token_urlsafe(32), "Bearer " + "x" * 500)  # fmt: skip
        for header in wrong:
            reply = self._knock({"Authorization": header})
            self.assertRefused(reply, 401, "key_unknown")
            self.assertEqual(reply[2]["WWW-Authenticate"], "Bearer")
        self.assertEqual(self._knock()[0], 200)

    def test_an_archived_channel_is_refused(self):
        self.phone.active = False
        self.assertRefused(self._knock(), 401, "key_unknown")

    def test_a_new_key_ends_the_old_one_and_revoking_ends_all(self):
        admin = self.phone.with_user(self.admin_user)
        shown = admin.action_new_key()["params"]["message"]
        self.assertRefused(self._knock(), 401, "key_unknown")
        self.keys = {**self.keys, self.phone: shown}
        self.assertEqual(self._knock()[0], 200)
        admin.action_revoke_key()
        self.assertRefused(self._knock(), 401, "key_unknown")
        self.assertFalse(admin.has_key)
        rows = self.env["hospital.audit.log"].search(
            [("model", "=", "hospital.channel"), ("user_id", "=", self.admin_user.id)]
        )
        self.assertEqual(set(rows.mapped("reason")), {"key issued", "key revoked"})

    def test_only_administrator_and_integration_make_and_end_keys(self):
        before = self.phone.api_key_hash
        for user in (self.office, self.desk):
            for action in ("action_new_key", "action_revoke_key"):
                with self.assertRaises(AccessError):
                    getattr(self.phone.with_user(user), action)()
        self.assertEqual(self.phone.api_key_hash, before)
        engineer = self.phone.with_user(self.roles["integration"])
        with self.assertRaises(AccessError):
            engineer.may_hold = False
        shown = engineer.action_new_key()["params"]["message"]
        self.assertRefused(self._knock(), 401, "key_unknown")
        self.keys = {**self.keys, self.phone: shown}
        self.assertEqual(self._knock()[0], 200)

    def test_the_limit_of_a_minute_counts_per_channel(self):
        self.phone.requests_per_minute = 2
        with freeze_time("2031-03-03 00:00:20"):
            self.assertEqual([self._knock()[0] for _n in range(2)], [200, 200])
            reply = self._knock()
            self.assertRefused(reply, 429, "too_many")
            self.assertEqual(reply[2]["Retry-After"], "40")
            self.assertEqual(self._get("bookings", self.kiosk, date="2031-03-04")[0], 200)
        with freeze_time("2031-03-03 00:01:00"):
            self.assertEqual(self._knock()[0], 200)

    def test_a_refused_request_counts_too(self):
        self.phone.requests_per_minute = 1
        self.assertRefused(self._get("bookings", date="?"), 422, "bad_input")
        self.assertRefused(self._get("bookings", date="?"), 429, "too_many")

    def test_no_cookie_and_no_session_are_left(self):
        _status, _body, headers = self._knock()
        self.assertNotIn("Set-Cookie", headers)
        self.assertEqual(headers["Cache-Control"], "no-store")

    def test_a_signed_in_person_without_key_is_nobody(self):
        self.session = None  # the browser's, which has the name of the hospital's
        self.authenticate(self.admin_user.login, self.admin_user.login)
        self.assertRefused(self._knock({"Authorization": None}), 401, "key_unknown")

    def test_the_key_is_in_no_log(self):
        with self.assertLogs(level=logging.DEBUG) as logs, mute_logger("odoo.sql_db"):
            self._hold()
            self._knock({"Authorization": f"Basic {self.keys[self.phone]}"})
            self._send("POST", "hold", data="{")
        written = "\n".join(logs.output)
        self.assertIn("/hospital/api/v1/hold", written)
        self.assertNotIn(self.keys[self.phone], written)
        self.assertNotIn("V-100200", written)

    def test_only_the_hash_is_kept(self):
        self.env.cr.execute(
            "SELECT row_to_json(c)::text FROM hospital_channel c WHERE id = %s", [self.phone.id]
        )
        self.assertNotIn(self.keys[self.phone], self.env.cr.fetchone()[0])
