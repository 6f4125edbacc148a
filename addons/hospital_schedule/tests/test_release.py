from datetime import date, datetime

from odoo.tests import freeze_time, tagged

from .common import ScheduleCommon

MONDAY = date(2031, 1, 6)


@tagged("post_install", "-at_install")
@freeze_time("2030-12-20 02:00:00")
class TestRelease(ScheduleCommon):
    """When numbers open: the settings of today decide, not those of the day of generation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._plan()
        cls.env["hospital.plan"]._generate(MONDAY, MONDAY, cls.department.ids)
        cls.session = cls.env["hospital.session"].search([("plan_id", "=", cls.plan.id)])

    def test_release_hour_and_horizon_of_the_hospital(self):
        self.assertEqual(self.session.release_at, datetime(2030, 12, 29, 23))
        self.env.company.hospital_release_hour = 12.5
        self.assertEqual(self.session.release_at, datetime(2030, 12, 30, 4, 30))
        self.env.company.hospital_horizon_days = 10
        self.assertEqual(self.session.release_at, datetime(2030, 12, 27, 4, 30))
        self.env.company.hospital_tz = "Asia/Tokyo"
        self.assertEqual(self.session.release_at, datetime(2030, 12, 27, 3, 30))

    def test_horizon_of_the_department(self):
        self.department.booking_horizon_days = 14
        self.assertEqual(self.session.release_at, datetime(2030, 12, 22, 23))
        self.department.booking_horizon_days = 0
        self.assertEqual(self.session.release_at, datetime(2030, 12, 29, 23))

    def test_what_is_open_stays_open(self):
        self.session._as_writer().write({"state": "released"})
        self.env.company.hospital_release_hour = 9.0
        self.assertEqual(self.session.release_at, datetime(2030, 12, 29, 23))
        suspended = self._session(MONDAY, half_day="pm", released=False)
        suspended._as_writer().write({"state": "suspended"})
        was_open = self._session(MONDAY, half_day="evening")
        was_open._as_writer().write({"state": "suspended"})
        self.env.company.hospital_release_hour = 10.0
        self.assertEqual(suspended.release_at, datetime(2030, 12, 30, 2))
        self.assertEqual(was_open.release_at, datetime(2000, 1, 1))

    def test_a_moved_session_opens_with_its_new_day(self):
        self.session._move(datetime(2031, 1, 8, 0), "conference")
        self.assertEqual(self.session.release_at, datetime(2030, 12, 31, 23))

    def test_another_hospital_keeps_its_own(self):
        other = self.env["res.company"].create({"name": "Second hospital"})
        other.hospital_release_hour = 12.0
        self.assertEqual(self.session.release_at, datetime(2030, 12, 29, 23))

    def test_horizon_of_departments_sets_how_far_is_generated(self):
        self.env.company.hospital_generate_days = 7
        far = self._department(name="Dentistry", bookable=True, booking_horizon_days=14)
        self._plan(department_id=far.id, doctor_id=self.doctor2.id)
        with freeze_time("2031-01-06 02:00:00"):
            self.env["hospital.plan"]._cron_generate()
        for doctor, days in ((self.doctor, 2), (self.doctor2, 3)):
            found = self.env["hospital.session"].search([("doctor_id", "=", doctor.id)])
            self.assertEqual(len(found), days)
