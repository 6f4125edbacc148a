import psycopg2

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ScheduleCommon


@tagged("post_install", "-at_install")
class TestNumberTypes(ScheduleCommon):
    def test_the_fee_is_the_sum_of_its_components(self):
        self.type_expert.fee_line_ids = [
            Command.create({"name": "Consultation", "code": "C", "amount_fen": 2450})
        ]
        self.assertEqual(self.type_expert.fee_fen, 5000 + 2450)
        self.type_expert.fee_line_ids[0].unlink()
        self.assertEqual(self.type_expert.fee_fen, 2450)

    @mute_logger("odoo.sql_db")
    def test_what_the_database_refuses(self):
        number_type, line = self.type_expert, self.type_expert.fee_line_ids
        for record, values in (
            (number_type, {"revisit_days": -1}),
            (number_type, {"revisit_days": 366}),
            (number_type, {"revisit_fee_fen": -1}),
            (number_type, {"code": self.type_normal.code}),
            (line, {"amount_fen": -1}),
            (number_type, {"fee_line_ids": [
                Command.create({"name": "Twice", "code": line.code, "amount_fen": 1})]}),
        ):  # fmt: skip
            with (
                self.subTest(values=values),
                self.assertRaises(psycopg2.IntegrityError),
                self.env.cr.savepoint(),
            ):
                record.write(values)
                record.flush_recordset()
        number_type.write({"revisit_days": 365, "revisit_fee_fen": 0})
        number_type.flush_recordset()

    def test_a_type_of_active_plans_is_not_archived(self):
        plan = self._plan()
        with self.assertRaisesRegex(UserError, plan.display_name):
            self.type_expert.active = False
        plan.action_pause()
        self.type_expert.active = False
        self.assertFalse(self.type_expert.active)
