from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged

from .common import ScheduleCommon

DAY = date(2031, 1, 6)


@tagged("post_install", "-at_install")
@freeze_time("2031-01-02 02:00:00")
class TestCompanies(ScheduleCommon):
    """The office of one hospital neither sees nor changes what is another's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Second hospital"})
        cls.stranger = new_test_user(
            cls.env,
            "second_office",
            "hospital_base.group_outpatient_office",
            company_id=cls.other.id,
            company_ids=[(6, 0, cls.other.ids)],
        )
        cls.session = cls._session(DAY)
        cls.session._log_event("extra", "+1", "test")
        cls.plan = cls._plan()
        cls.suspension = cls.env["hospital.suspension"].create(
            {"doctor_id": cls.doctor.id, "date_from": DAY, "date_to": DAY, "reason": "ill"}
        )

    def _snapshot(self):
        self.session.invalidate_recordset()
        return (
            self.session.date, self.session.doctor_id, self.session.state, self.session.room,
            self.session.slot_ids.mapped("state"), self.plan.state, self.suspension.state,
        )  # fmt: skip

    def test_sees_nothing(self):
        for record in (self.session, self.session.slot_ids, self.plan, self.plan.period_ids,
                       self.suspension, self.type_expert, self.type_expert.fee_line_ids,
                       self.session.event_ids):  # fmt: skip
            self.assertTrue(record)
            with self.subTest(model=record._name):
                model = self.env[record._name].with_user(self.stranger)
                self.assertFalse(model.search([("id", "in", record.ids)]))
                with self.assertRaises(AccessError):
                    model.browse(record.ids).read(["display_name"])
        sessions = self.env["hospital.session"].with_user(self.stranger)
        total = sessions._read_group([("date", "=", DAY)], [], ["total_count:sum"])
        self.assertFalse(total[0][0])
        monday = date(2031, 1, 6)
        self.assertEqual(list(sessions._sheet_rows(monday)), [])
        self.assertEqual(list(self.env["hospital.plan"].with_user(self.stranger)._sheet_rows(
            monday, DAY)), [])  # fmt: skip

    def test_changes_nothing(self):
        before = self._snapshot()
        session = self.session.with_user(self.stranger)
        starts_at = self.env["hospital.clock"]._utc(date(2031, 1, 7), 8.0)
        attempts = (
            lambda: session.write({"room": "9"}),
            lambda: session._move(starts_at, "x"),
            lambda: session._substitute(self.doctor2.with_user(self.stranger), "x"),
            lambda: session._add_numbers(1, "x"),
            lambda: session._withdraw_numbers(1, "x"),
            lambda: self.plan.with_user(self.stranger).action_pause(),
            lambda: self.suspension.with_user(self.stranger).action_apply(),
        )
        for attempt in attempts:
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                attempt()
        self.assertEqual(self._snapshot(), before)

    def test_wizards_take_no_foreign_ids(self):
        before = self._snapshot()
        plans = self.env["hospital.plan.generate"].with_user(self.stranger)
        wizard = plans.create({"date_from": DAY, "date_to": DAY})
        wizard.sudo().department_ids = self.department
        wizard.invalidate_recordset()
        wizard.action_preview()
        self.assertIn("Nothing would be added", wizard.preview_html)
        wizard.action_generate()
        suspension = (
            self.env["hospital.suspension"]
            .with_user(self.stranger)
            .create({"doctor_id": self.doctor.id, "date_from": DAY, "date_to": DAY, "reason": "x"})
        )
        with self.assertRaises(UserError), self.env.cr.savepoint():
            suspension.action_apply()
        self.assertEqual(self._snapshot(), before)
        self.assertFalse(self.env["hospital.session"].search([("plan_id", "=", self.plan.id)]))

    def test_own_generation_leaves_others_alone(self):
        wizard = (
            self.env["hospital.plan.generate"]
            .with_user(self.stranger)
            .create({"date_from": DAY, "date_to": DAY})
        )
        wizard.action_generate()
        self.assertFalse(self.env["hospital.session"].search([("plan_id", "=", self.plan.id)]))
