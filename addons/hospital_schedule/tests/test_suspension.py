from datetime import date

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import ScheduleCommon

DAY = date(2031, 1, 6)


@tagged("post_install", "-at_install")
@freeze_time("2031-01-02 02:00:00")
class TestSuspension(ScheduleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stand_alone()
        cls.session = cls._session(DAY, numbers=6)

    def _suspension(self, **values):
        return self.env["hospital.suspension"].create(
            {
                "doctor_id": self.doctor.id,
                "date_from": DAY,
                "date_to": DAY,
                "reason": "conference",
                **values,
            }
        )

    def test_suspend_whole_day_and_recover(self):
        self._take(self.session.slot_ids[:2])
        suspension = self._suspension()
        self.assertEqual(suspension.preview_ids, self.session)
        self.assertEqual(suspension.affected_count, 2)
        suspension.action_apply()
        self.assertEqual(self.session.state, "suspended")
        self.assertEqual(self.session.suspend_reason, "conference")
        suspension.action_recover()
        self.assertEqual(self.session.state, "released")
        self.assertEqual((self.session.free_count, self.session.taken_count), (4, 2))
        self.assertEqual(self.session.event_ids.mapped("kind"), ["resume", "suspend"])

    def test_suspend_hours_stops_those_numbers_only(self):
        self._take(self.session.slot_ids[:1])
        suspension = self._suspension(start_hour=8.0, end_hour=9.0)
        self.assertEqual(suspension.affected_count, 1)
        suspension.action_apply()
        self.assertEqual(self.session.state, "released")
        self.assertEqual(
            self.session.slot_ids.mapped("state"), ["stopped", "stopped"] + ["free"] * 4
        )
        suspension.action_recover()
        self.assertEqual(self.session.slot_ids.mapped("state"), ["taken"] + ["free"] * 5)

    def test_whole_hospital(self):
        other = self._department(name="Massage")
        sessions = self.session + self._session(DAY, half_day="pm", doctor=self.doctor2)
        sessions += self._session(DAY, doctor=False, department_id=other.id)
        suspension = self._suspension(doctor_id=False, whole_hospital=True)
        self.assertLessEqual(sessions, suspension.preview_ids)
        suspension.action_apply()
        self.assertEqual(set(sessions.mapped("state")), {"suspended"})
        suspension.action_recover()
        self.assertEqual(set(sessions.mapped("state")), {"released"})

    @mute_logger("odoo.sql_db")
    def test_whose_must_be_said(self):
        for values in ({"doctor_id": False}, {"whole_hospital": True}):
            with self.assertRaises(psycopg2.IntegrityError), self.env.cr.savepoint():
                self._suspension(**values)

    def test_first_level_department_and_number_type(self):
        self.department.parent_id = self._department(name="Internal medicine")
        normal = self._session(DAY, doctor=False)
        whole = self._suspension(doctor_id=False, department_id=self.department.parent_id.id)
        self.assertEqual(whole.preview_ids, self.session + normal)
        of_type = self._suspension(
            doctor_id=False, department_id=self.department.id, number_type_id=self.type_normal.id
        )
        self.assertEqual(of_type.preview_ids, normal)

    def test_button_of_a_session_suspends_this_one_only(self):
        normal = self._session(DAY, doctor=False)
        self._session(DAY, half_day="pm")
        for session in (self.session, normal):
            context = session.action_suspend()["context"]
            suspension = self.env["hospital.suspension"].with_context(**context).create(
                {"reason": "ill"}
            )  # fmt: skip
            self.assertEqual(suspension.preview_ids, session)

    def test_other_suspensions_stay(self):
        first = self._suspension()
        first.action_apply()
        both = self._suspension(half_day="am", doctor_id=False, department_id=self.department.id)
        with self.assertRaises(UserError):
            both.action_apply()
        self._session(DAY, doctor=self.doctor2)
        both.action_apply()
        both.action_recover()
        self.assertEqual((self.session.state, self.session.suspension_id), ("suspended", first))

    def test_nothing_to_suspend_is_refused(self):
        with self.assertRaises(UserError):
            self._suspension(half_day="pm").action_apply()
