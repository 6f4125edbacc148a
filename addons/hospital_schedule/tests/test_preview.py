from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.sql_db import db_connect
from odoo.tests import freeze_time, get_db_name, tagged

from ..models.hospital_plan_generate import LOCK_NAME
from .common import ScheduleCommon

FIRST, LAST = date(2031, 1, 6), date(2031, 2, 2)


@tagged("post_install", "-at_install")
@freeze_time("2031-01-06 01:00:00")
class TestPreview(ScheduleCommon):
    """What is shown before is what is generated after."""

    def setUp(self):
        super().setUp()
        holidays = self.env["hospital.holiday"]
        holidays.create({"date": "2031-01-13", "name": "Feast", "is_workday": False})
        holidays.create({"date": "2031-01-18", "name": "Swap", "is_workday": True,
                         "roster_weekday": "0"})  # fmt: skip
        self.plan = self._plan([(8.0, 9.0, 6, ""), (9.0, 10.0, 4, "")], weekday="0")

    def _added(self, **range_):
        before = self.env["hospital.session"].search([("plan_id", "=", self.plan.id)])
        self.env["hospital.plan"]._generate(FIRST, LAST, [self.department.id])
        after = self.env["hospital.session"].search([("plan_id", "=", self.plan.id)])
        return (after - before).mapped("date")

    def test_plan_form_tells_the_days(self):
        self._session(date(2031, 1, 20))
        preview = self.plan._preview(FIRST, LAST)
        self.assertEqual([row[:2] for row in preview], [
            (date(2031, 1, 6), True), (date(2031, 1, 13), False), (date(2031, 1, 18), True),
            (date(2031, 1, 20), False), (date(2031, 1, 27), True),
        ])  # fmt: skip
        self.assertIn("Feast", preview[1][2])
        self.assertIn("make-up workday: Swap", preview[2][2])
        self.assertIn("2031-01-20", preview[3][2])
        self.assertEqual(self._added(), [day for day, made, _text in preview if made])
        self.assertNotIn(True, [row[1] for row in self.plan._preview(FIRST, LAST)])

    def test_reasons_for_nothing(self):
        self.department.bookable = False
        self.assertIn("not bookable", self.plan._preview(FIRST, LAST)[0][2])
        self.department.bookable = True
        self.plan.action_pause()
        self.assertIn("not active", self.plan.preview_html)
        self.assertEqual(self._added(), [])
        self.plan.action_resume()
        self.plan.date_from = "2032-01-01"
        self.assertIn("No day", self.plan.preview_html)
        self.assertEqual(self._added(), [])

    def test_the_past_is_not_generated(self):
        wizard = self.env["hospital.plan.generate"].create(
            {"date_from": date(2031, 1, 5), "date_to": LAST}
        )
        with self.assertRaisesRegex(ValidationError, "from today on"):
            wizard.action_generate()

    def test_two_generators_do_not_answer_nothing_to_do(self):
        wizard = self.env["hospital.plan.generate"].create({"date_from": FIRST, "date_to": LAST})
        with db_connect(get_db_name()).cursor() as other:
            other.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [LOCK_NAME])
            with self.assertRaisesRegex(UserError, "generated already"):
                wizard.action_generate()
        wizard.action_generate()
        self.assertEqual(len(self._added()), 0)

    def test_moved_and_substituted_sessions_count_as_made(self):
        self.env["hospital.plan"]._generate(FIRST, FIRST, [self.department.id])
        session = self.env["hospital.session"].search([("plan_id", "=", self.plan.id)])
        session._substitute(self.doctor2, "ill")
        session._move(self.env["hospital.clock"]._utc(date(2031, 1, 8), 8.0), "conference")
        self.assertFalse(self.plan._preview(FIRST, FIRST)[0][1])

    def test_wizard_counts_without_adding(self):
        wizard = (
            self.env["hospital.plan.generate"]
            .with_user(self.roles["outpatient_office"])
            .create({"date_from": FIRST, "date_to": LAST, "department_ids": self.department.ids})
        )
        sessions = self.env["hospital.session"]
        before = sessions.search_count([])
        plans = self.env["hospital.plan"]
        [(unit, count, numbers)] = plans._preview_generation(FIRST, LAST, self.department.ids)
        wizard.action_preview()
        self.assertEqual(sessions.search_count([]), before)
        self.assertEqual((unit, count, numbers), (self.department, 4, 40))
        self.assertIn(">40<", wizard.preview_html)
        self.assertIn("Feast", wizard.preview_html)
        wizard.action_generate()
        self.assertEqual(sessions.search_count([]), before + 4)
        wizard.action_preview()
        self.assertIn("Nothing would be added", wizard.preview_html)
