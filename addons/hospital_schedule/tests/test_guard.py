import re
from datetime import date
from pathlib import Path

from psycopg2.extras import Json

from odoo.exceptions import UserError
from odoo.tests import BaseCase, freeze_time, tagged

from .common import ScheduleCommon

DAY = date(2031, 1, 6)
ADDON = Path(__file__).parents[1]


@tagged("post_install", "-at_install")
@freeze_time("2031-01-02 02:00:00")
class TestGuard(ScheduleCommon):
    """What a client may not write, whatever it sends."""

    def setUp(self):
        super().setUp()
        self.office = self.roles["outpatient_office"]
        self.session = self._session(DAY, numbers=4).with_user(self.office)

    def _refused(self, record, **vals):
        before = record.read(list(vals))
        for forged in (record, record.with_context(hospital_writer=True)):
            with self.assertRaises(UserError):
                forged.write(vals)
        record.invalidate_recordset()
        self.assertEqual(record.read(list(vals)), before)

    def test_session(self):
        self._refused(self.session, state="closed")
        self._refused(self.session, doctor_id=self.doctor2.id)
        self._refused(self.session, fee_fen=1)
        self._refused(self.session, suspension_id=False)
        self._refused(self.session, release_at="2031-01-01 00:00:00")
        self._refused(self.session, original_doctor_id=self.doctor2.id)
        self._refused(self.session, department_id=self._department().id)
        self._refused(self.session, number_type_id=self.type_normal.id)
        self._refused(self.session, plan_id=self._plan().id)
        self._refused(self.session, planned_date=DAY)
        self._refused(self.session, kind="plan")
        self._refused(self.session, suspend_reason="ill")
        self._refused(self.session, date="2031-01-07")
        self._refused(self.session, half_day="pm")
        self._refused(self.session, ends_at="2031-01-06 04:00:00")
        self.session.room = "302"
        self.assertEqual(self.session.room, "302")

    def test_plan(self):
        plan = self._plan().with_user(self.office)
        self._refused(plan, state="ended")
        plan.action_pause()
        self.assertEqual(plan.state, "paused")

    def test_suspension(self):
        suspensions = self.env["hospital.suspension"].with_user(self.office)
        vals = {"doctor_id": self.doctor.id, "date_from": DAY, "date_to": DAY, "reason": "ill"}
        suspension = suspensions.create(vals)
        self._refused(suspension, state="applied")
        self._refused(suspension, session_ids=self.session.ids)
        self._refused(suspension, slot_states={"1": "free"})
        suspension.action_apply()
        self._refused(suspension, date_to="2031-01-31")
        with self.assertRaises(UserError):
            suspensions.create({**vals, "state": "applied"})
        forged = suspensions.with_context(default_state="applied").create(vals)
        self.assertEqual(forged.state, "draft")

    def test_new_session_is_a_draft(self):
        vals = {
            "date": DAY,
            "half_day": "pm",
            "department_id": self.department.id,
            "number_type_id": self.type_expert.id,
            "starts_at": "2031-01-06 06:00:00",
            "ends_at": "2031-01-06 08:00:00",
        }
        sessions = self.env["hospital.session"].with_user(self.office)
        with self.assertRaises(UserError):
            sessions.create({**vals, "state": "released"})
        session = sessions.create(vals)
        self.assertEqual((session.state, session.fee_fen), ("draft", 5000))
        self.type_expert.fee_line_ids.amount_fen = 6000
        self.assertEqual((self.type_expert.fee_fen, session.fee_fen), (6000, 5000))

    def test_numbers_are_written_by_nobody(self):
        slot = self.session.slot_ids[0]
        self._refused(slot.sudo(), state="taken")
        with self.assertRaises(UserError):
            slot.sudo().copy({"number": 99})
        with self.assertRaises(UserError):
            slot.sudo().unlink()


@tagged("post_install", "-at_install")
class TestOnlyFunctionsWriteNumbers(BaseCase):
    def test_no_statement_of_the_addon_writes_numbers(self):
        writes = re.compile(
            r"(UPDATE|INTO|FROM)\s+hospital_slot\b.{0,80}?\b(SET|VALUES|SELECT)\b", re.S
        )
        found = [
            str(path.relative_to(ADDON))
            for path in ADDON.rglob("*.py")
            if "tests" not in path.parts and writes.search(path.read_text())
        ]
        self.assertEqual(found, [])
        self.assertRegex((ADDON / "sql/hospital_schedule.sql").read_text(), writes)


@tagged("post_install", "-at_install")
@freeze_time("2031-01-02 02:00:00")
class TestNumberFunctions(ScheduleCommon):
    """Each function takes only the numbers it may take."""

    def setUp(self):
        super().setUp()
        self.session = self._session(DAY, numbers=4)
        self.slots = self.env["hospital.slot"]

    def _states(self):
        return self.session.slot_ids.sorted("number").mapped("state")

    def test_stop_leaves_stopped_numbers_to_who_stopped_them(self):
        self._take(self.session.slot_ids[0])
        first = self.slots._run("stop", self.session.slot_ids[:2].ids)
        self.assertEqual(sorted(was for _slot, was in first), ["free", "taken"])
        again = self.slots._run("stop", self.session.slot_ids[:3].ids)
        self.assertEqual(again, [(self.session.slot_ids[2].id, "free")])

    def test_closed_sessions_keep_their_numbers(self):
        self.session._as_writer().state = "suspended"
        self.assertEqual(self.slots._run("stop", self.session.slot_ids.ids), [])
        self.assertEqual(self.slots._run("add", self.session.id, 1, "extra"), [])
        self.assertEqual(self.slots._run("withdraw", self.session.id, 1), [])
        self.assertEqual(self._states(), ["free"] * 4)

    def test_reopen_takes_stopped_numbers_only(self):
        self._take(self.session.slot_ids[0], "stopped")
        states = {str(slot.id): "taken" for slot in self.session.slot_ids}
        rows = self.slots._run("reopen", Json(states))
        self.assertEqual(rows, [(self.session.slot_ids[0].id,)])
        self.assertEqual(self._states(), ["taken", "free", "free", "free"])

    def test_spread_fills_an_empty_session_only(self):
        self.slots._run("spread", self.session.id, 9)
        self.assertEqual(len(self.session.slot_ids), 4)
