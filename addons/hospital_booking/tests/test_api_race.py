from datetime import datetime
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.addons.hospital_base.models.hospital_clock import HospitalClock
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import tagged

from ..models.hospital_channel_error import ChannelError
from . import test_concurrency


@tagged("post_install", "-at_install", "concurrency")
class TestApiRace(test_concurrency.TestConcurrency):
    """The same races as the bare claim's, asked the way a channel asks."""

    allow_inherited_tests_method = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        now = datetime(2031, 3, 3)
        cls.startClassPatcher(patch.object(HospitalClock, "_now", lambda _self: now))
        cls.startClassPatcher(patch.object(Registry, "_lock", DummyRLock()))

    def _claim(self, cr, patient, key):
        env = api.Environment(cr, SUPERUSER_ID, {})
        record = env["hospital.patient"].browse(patient).mrn
        data = {
            "session": self.ids["session"],
            "patient": {"card": {"kind": "record", "number": record}},
        }
        channel = env["hospital.channel"].browse(self.ids["channel"])
        try:
            return "ok" if channel._api_hold(data, f"race-{key:>08}")["booking"]["ref"] else "?"
        except ChannelError as refusal:
            return refusal.reason

    def test_a_double_tap_books_once(self):
        self.assertEqual(self._race([(self.ids["patients"][0], "tap")] * 2), ["ok", "ok"])
        with self.db.cursor() as cr:
            cr.execute(
                "SELECT count(*) FROM hospital_booking WHERE session_id = %(session)s", self.ids
            )
            self.assertEqual(cr.fetchone()[0], 1)

    def test_requests_of_one_minute_are_all_counted(self):
        with self.db.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            key = env["hospital.channel"].browse(self.ids["channel"])._new_key()
        self.addCleanup(self._end_key)

        def admit(_cr, _patient, _key):
            with self.db.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                return env["hospital.channel.rate"]._admit(key)[0]

        with patch.object(self, "_claim", admit):
            self.assertEqual(self._race([(0, "")] * 8), [self.ids["channel"]] * 8)
        with self.db.cursor() as cr:
            cr.execute(
                "SELECT requests FROM hospital_channel_rate WHERE channel_id = %(channel)s",
                self.ids,
            )
            self.assertEqual(cr.fetchone()[0], 8)

    def _end_key(self):
        with self.db.cursor() as cr:
            cr.execute(
                "UPDATE hospital_channel SET api_key_hash = NULL WHERE id = %(channel)s", self.ids
            )
            cr.execute("DELETE FROM hospital_channel_rate")
