from datetime import date

from psycopg2.errors import RaiseException

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import PrivacyCommon


@tagged("post_install", "-at_install")
class TestRegisters(PrivacyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.processing = cls.env["hospital.processing"].create(
            {
                "name": "Booking",
                "purpose": "Outpatient numbers",
                "legal_basis": "contract",
                "data_kinds": "Name, document, phone",
                "started_on": "2010-01-01",
            }
        )

    def _pia(self, assessed_on):
        return self.env["hospital.pia"].create(
            {
                "name": "Booking",
                "processing_id": self.processing.id,
                "assessed_on": assessed_on,
                "legality": "x",
                "risk": "x",
                "measures": "x",
            }
        )

    def test_assessment_is_kept_three_years(self):
        with freeze_time("2031-01-06"):
            pia = self._pia("2028-01-06")
            self.assertEqual(pia.retention_until, date(2031, 1, 6))
            with self.assertRaises(UserError):
                pia.sudo().unlink()
            self.assertTrue(pia.exists())
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(RaiseException), self.cr.savepoint():
            self.cr.execute("DELETE FROM hospital_pia WHERE id = %s", [pia.id])
        old = self._pia("2012-01-06")
        old.unlink()
        self.assertFalse(old.exists())

    def test_processing_in_force_is_kept(self):
        with self.assertRaises(UserError):
            self.processing.unlink()
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(RaiseException), self.cr.savepoint():
            self.cr.execute("DELETE FROM hospital_processing WHERE id = %s", [self.processing.id])
        self.processing.ended_on = "2012-01-01"
        self.assertEqual(self.processing.retention_until, date(2015, 1, 1))
        self.processing.unlink()
        self.assertFalse(self.processing.exists())

    def test_reminder_before_the_assessment_comes_once(self):
        filing = self.env["hospital.mlps"].create(
            {
                "system_name": "Booking platform",
                "responsible_id": self.security.id,
                "next_assessment_on": "2031-03-01",
                "remind_days": 30,
            }
        )
        with freeze_time("2031-01-29 01:00:00"):
            self.env["hospital.mlps"]._cron_remind()
        self.assertFalse(filing.activity_ids)
        with freeze_time("2031-01-30 01:00:00"):
            self.env["hospital.mlps"]._cron_remind()
            self.env["hospital.mlps"]._cron_remind()
        self.assertEqual(filing.activity_ids.user_id, self.security)
        self.assertEqual(len(filing.activity_ids), 1)
