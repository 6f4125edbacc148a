from datetime import date

from odoo.tests import freeze_time, tagged

from .common import ScheduleCommon


@tagged("post_install", "-at_install")
@freeze_time("2031-01-06 02:00:00")
class TestCalendar(ScheduleCommon):
    def test_short_titles(self):
        session = self._session(date(2031, 1, 6), numbers=10)
        self._take(session.slot_ids[:3])
        session = session.with_context(roster_titles=True)
        self.assertEqual(session.display_name, "Lin 7/10 free · Morning")
        self.assertIn("2031-01-06", session.with_context(roster_titles=False).display_name)

    def test_opens_on_the_own_department(self):
        other = self._department(name="Massage")
        self._session(date(2031, 1, 6))
        self.doctor2.write({"user_id": self.roles["doctor"].id, "department_id": other.id})
        for role, department in (("doctor", other), ("outpatient_office", self.department)):
            with self.subTest(role=role):
                found = self.env.ref("hospital_schedule.hospital_roster_action")
                action = found.with_user(self.roles[role]).run()
                self.assertEqual(action["context"]["search_default_department_id"], department.id)

    def test_holidays_and_make_up_days_are_marked(self):
        holidays = self.env["hospital.holiday"]
        holidays.create({"date": "2031-01-07", "name": "Feast", "is_workday": False})
        holidays.create({"date": "2031-01-11", "name": "Feast", "is_workday": True})
        sessions = self.env["hospital.session"].with_user(self.roles["doctor"])
        days = sessions.get_unusual_days("2031-01-05 16:00:00", "2031-01-12 15:59:59")
        self.assertEqual(
            [day for day, off in days.items() if off], ["2031-01-05", "2031-01-07", "2031-01-12"]
        )
        self.assertEqual(len(days), 8)
