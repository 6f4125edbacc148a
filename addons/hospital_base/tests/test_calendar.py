from datetime import date, datetime

from psycopg2.errors import UniqueViolation

from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import HospitalCommon


@tagged("post_install", "-at_install")
class TestCalendar(HospitalCommon):
    def setUp(self):
        super().setUp()
        self.clock = self.env["hospital.clock"]

    def test_day_begins_at_local_midnight(self):
        with freeze_time("2026-03-09 16:29:00"):
            self.assertEqual(self.clock._today(), date(2026, 3, 10))
        with freeze_time("2026-03-09 15:59:59"):
            self.assertEqual(self.clock._today(), date(2026, 3, 9))

    def test_bounds_and_hours(self):
        self.assertEqual(
            self.clock._day_bounds(date(2026, 3, 10)),
            (datetime(2026, 3, 9, 16), datetime(2026, 3, 10, 16)),
        )
        self.assertEqual(self.clock._utc(date(2026, 3, 10), 7.5), datetime(2026, 3, 9, 23, 30))
        self.assertEqual(
            self.clock._local(datetime(2026, 3, 9, 16, 30)), datetime(2026, 3, 10, 0, 30)
        )

    def test_time_zone_setting_is_enforced(self):
        self.env.company.hospital_tz = "Asia/Tokyo"
        self.assertEqual(self.clock._utc(date(2026, 3, 10), 9.0), datetime(2026, 3, 10, 0))

    def test_public_holidays_and_make_up_days(self):
        """National Day 2025 (State Council notice): 1-8 October off, 28 September worked."""
        self.env["hospital.holiday"]._load_year(2025)
        self.assertTrue(self.clock._is_holiday(date(2025, 10, 1)))
        self.assertFalse(self.clock._is_workday(date(2025, 10, 8)))
        self.assertTrue(self.clock._is_workday(date(2025, 9, 28)))
        self.assertFalse(self.clock._is_workday(date(2025, 9, 27)))
        self.assertTrue(self.clock._is_workday(date(2025, 9, 26)))

    def test_loading_twice_adds_nothing_and_keeps_manual_days(self):
        Holiday = self.env["hospital.holiday"]
        Holiday._load_year(2025)
        Holiday.search([("date", "=", "2025-10-01")]).write({"name": "Open house"})
        self.assertEqual(Holiday._load_year(2025), 0)
        self.assertEqual(Holiday.search([("date", "=", "2025-10-01")]).name, "Open house")

    def test_names_are_in_both_languages(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        Holiday = self.env["hospital.holiday"]
        Holiday.search([("date", "=", "2025-10-01")]).unlink()
        Holiday._load_year(2025)
        day = Holiday.search([("date", "=", "2025-10-01")])
        self.assertEqual(day.with_context(lang="en_US").name, "National Day")
        self.assertEqual(day.with_context(lang="zh_CN").name, "国庆节")

    def test_unpublished_year_adds_nothing(self):
        self.assertEqual(self.env["hospital.holiday"]._load_year(2099), 0)

    @mute_logger("odoo.sql_db")
    def test_one_row_per_day(self):
        Holiday = self.env["hospital.holiday"]
        Holiday.create({"date": "2031-01-01", "name": "A"})
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            Holiday.create({"date": "2031-01-01", "name": "B"})
