from datetime import date, datetime
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import ScheduleCommon

DAY = date(2031, 1, 6)


@tagged("post_install", "-at_install")
@freeze_time("2031-01-02 02:00:00")
class TestChanges(ScheduleCommon):
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

    def test_what_is_over_is_left_alone(self):
        over = self._session(DAY, half_day="pm")
        starts_at = datetime(2031, 1, 8, 6)
        with freeze_time("2031-01-06 09:00:00"):  # 17:00 local, the end
            self.assertFalse(self._suspension().preview_ids)
            for attempt in (
                lambda: over._substitute(self.doctor2, "x"),
                lambda: over._move(starts_at, "x"),
                lambda: over._add_numbers(1, "x"),
                lambda: over._withdraw_numbers(1, "x"),
            ):
                with self.assertRaisesRegex(UserError, "is over"), self.env.cr.savepoint():
                    attempt()
        with freeze_time("2031-01-06 08:59:59"):
            self.assertEqual(self._suspension().preview_ids, over)

    def test_substitution_keeps_numbers_and_times(self):
        self._take(self.session.slot_ids[:2])

        def kept():
            self.session.invalidate_recordset()
            return (
                self.session.date, self.session.half_day, self.session.starts_at,
                self.session.fee_fen, self.session.room,
                [(slot.id, slot.number, slot.starts_at, slot.ends_at, slot.state)
                 for slot in self.session.slot_ids],
            )  # fmt: skip

        before = kept()
        self.session._substitute(self.doctor2, "ill")
        self.assertEqual(kept(), before)
        self.assertEqual(self.session.doctor_id, self.doctor2)
        self.assertEqual(self.session.original_doctor_id, self.doctor)
        self.assertEqual(self.session.event_ids.mapped("kind"), ["substitute"])

    def test_who_comes_back_substitutes_nobody(self):
        self.session._substitute(self.doctor2, "ill")
        self.session._substitute(self.doctor, "well again")
        self.assertEqual(
            (self.session.doctor_id, self.session.original_doctor_id),
            (self.doctor, self.env["hospital.doctor"]),
        )

    def test_substitutes_work_here(self):
        company = self.env["res.company"].create({"name": "Second hospital"})
        campus = self.campus.create({"name": "S", "code": "S-T", "company_id": company.id})
        stranger = self._doctor(department_id=self._department(campus_id=campus.id).id)
        retired = self._doctor(active=False)
        for doctor in (stranger, retired):
            with self.assertRaisesRegex(UserError, "works in this hospital"):
                self.session._substitute(doctor, "ill")

    def test_several_sessions_are_substituted_at_once(self):
        sessions = self.session + self._session(date(2031, 1, 7))
        context = sessions.action_substitute()["context"]
        self.env["hospital.session.substitute"].with_context(**context).create(
            {"doctor_id": self.doctor2.id, "reason": "ill"}
        ).action_substitute()
        self.assertEqual(sessions.doctor_id, self.doctor2)

    def test_a_doctor_is_in_one_place(self):
        afternoon = self._session(date(2031, 1, 7), half_day="pm")
        late_morning = datetime(2031, 1, 7, 3, 30)  # 11:30 to 14:30
        self.assertEqual(self.session._clash(late_morning), afternoon)
        with self.assertRaisesRegex(UserError, "taken already"):
            self.session._move(late_morning, "x")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.ExclusionViolation),
            self.env.cr.savepoint(),
        ):
            self._session(date(2031, 1, 7), starts_at=late_morning,
                          ends_at=datetime(2031, 1, 7, 6, 30))  # fmt: skip
        afternoon._as_writer().state = "closed"
        self.session._move(late_morning, "x")
        self.assertEqual(self.session.half_day, "am")

    def test_move_takes_all_numbers_along(self):
        self.session._move(datetime(2031, 1, 7, 6), "conference")
        self.assertEqual((self.session.date, self.session.half_day), (date(2031, 1, 7), "pm"))
        self.assertEqual(self.session.slot_ids[0].starts_at, datetime(2031, 1, 7, 6))
        self.assertEqual(self.session.slot_ids[-1].ends_at, datetime(2031, 1, 7, 9))

    def test_drag_changes_nothing_and_leads_to_the_wizard(self):
        self._take(self.session.slot_ids[:1])
        with self.assertRaises(RedirectWarning):
            self.session.write({"starts_at": datetime(2031, 1, 7, 6)})
        with self.assertRaises(UserError):
            self.session.write({"date": "2031-01-07"})
        self.assertEqual(self.session.date, DAY)
        wizard = self.env["hospital.session.move"].create(
            {"session_id": self.session.id, "starts_at": datetime(2031, 1, 7, 6), "reason": "x"}
        )
        self.assertEqual(wizard.affected_count, 1)
        wizard.action_move()
        self.assertEqual(self.session.date, date(2031, 1, 7))

    def test_no_move_into_the_past(self):
        with self.assertRaises(UserError):
            self.session._move(datetime(2031, 1, 1), "x")

    def test_extra_numbers_need_reason_and_right(self):
        slots = self.session._add_numbers(2, "regular patient")
        self.assertEqual(slots.mapped("number"), [7, 8])
        self.assertEqual(set(slots.mapped("kind")), {"extra"})
        with self.assertRaises(UserError):
            self.session._add_numbers(1, "")
        with self.assertRaises(AccessError):
            self.session.with_user(self.roles["doctor"])._add_numbers(1, "friend")

    def test_withdraw_takes_free_numbers_from_the_end(self):
        self._take(self.session.slot_ids[5])
        stopped = self.session._withdraw_numbers(2, "conference")
        self.assertEqual(sorted(stopped.mapped("number")), [4, 5])
        self.assertEqual((self.session.free_count, self.session.taken_count), (3, 1))
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.session._withdraw_numbers(4, "conference")
        self.assertEqual(self.session.free_count, 3)

    def test_half_day_that_is_taken_is_told_before(self):
        self._session(date(2031, 1, 7), half_day="pm")
        wizard = self.env["hospital.session.move"].create(
            {"session_id": self.session.id, "starts_at": datetime(2031, 1, 7, 6), "reason": "x"}
        )
        self.assertEqual(wizard.clash_id.half_day, "pm")
        with self.assertRaisesRegex(UserError, "taken already"):
            wizard.action_move()
        self._session(DAY, doctor=self.doctor2)
        with self.assertRaisesRegex(UserError, "taken already"):
            self.session._substitute(self.doctor2, "ill")
        self.assertEqual((self.session.date, self.session.doctor_id), (DAY, self.doctor))

    def test_adhoc_session(self):
        wizard = self.env["hospital.session.adhoc"].create(
            {
                "department_id": self.department.id,
                "doctor_id": self.doctor2.id,
                "number_type_id": self.type_expert.id,
                "date": DAY,
                "start_hour": 14.0,
                "end_hour": 16.0,
                "capacity": 4,
                "reason": "demand",
            }
        )
        session = self.env["hospital.session"].browse(wizard.action_create()["res_id"])
        self.assertEqual((session.state, session.half_day, session.free_count),
                         ("released", "pm", 4))  # fmt: skip
        self.assertEqual(session.slot_ids[1].starts_at, datetime(2031, 1, 6, 6, 30))

    def test_adhoc_session_does_not_meet_another(self):
        wizard = self.env["hospital.session.adhoc"].create(
            {
                "department_id": self.department.id,
                "doctor_id": self.doctor.id,
                "number_type_id": self.type_expert.id,
                "date": DAY,
                "start_hour": 10.5,
                "end_hour": 13.0,
                "reason": "demand",
            }
        )
        with self.assertRaisesRegex(UserError, self.session.display_name):
            wizard.action_create()

    def test_room_conflict(self):
        other = self._session(DAY, doctor=self.doctor2, room="301")
        self.session.room = "301"
        self.assertTrue(other.room_conflict and self.session.room_conflict)
        other.room = "302"
        (other + self.session).invalidate_recordset()
        self.assertFalse(other.room_conflict or self.session.room_conflict)

    def test_numbers_are_not_written_by_hand(self):
        with self.assertRaises(UserError):
            self.session.slot_ids[0].write({"state": "taken"})
        with self.assertRaises(UserError):
            self.session.slot_ids[0].with_context(hospital_writer=True).unlink()

    @mute_logger("odoo.sql_db")
    def test_sessions_that_cannot_be(self):
        plan = self._plan()
        at_noon = {"starts_at": datetime(2031, 1, 6, 3, 30), "ends_at": datetime(2031, 1, 6, 4)}
        evening = {"half_day": "evening", "doctor": self.doctor2}
        self._session(DAY, doctor=False)
        self._session(DAY, plan_id=plan.id, planned_date=DAY, **evening)
        for index, values in (
            ("doctor_half_day_once", {**at_noon}),
            ("department_half_day_once", {**at_noon, "doctor": False}),
            ("planned_once", {"half_day": "pm", "plan_id": plan.id, "planned_date": DAY}),
            ("times_in_order", {"half_day": "pm", "ends_at": datetime(2031, 1, 6, 6)}),
        ):
            with (
                self.subTest(index=index),
                self.assertRaisesRegex(psycopg2.IntegrityError, index),
                self.env.cr.savepoint(),
            ):
                self._session(DAY, **values)
                self.env.flush_all()

    def test_doctor_reads_and_does_not_write(self):
        session = self.session.with_user(self.roles["doctor"])
        self.assertEqual(session.free_count, 6)
        with self.assertRaises(AccessError):
            session.write({"room": "1"})

    def test_patients_and_visitors_have_no_access(self):
        for xmlid in ("base.group_portal", "base.group_public"):
            found = self.env["ir.model.access"].search(
                [
                    ("group_id", "=", self.env.ref(xmlid).id),
                    (
                        "model_id.model",
                        "in",
                        ("hospital.session", "hospital.slot", "hospital.plan"),
                    ),
                ]
            )
            self.assertEqual(len(found), 0)


@tagged("post_install", "-at_install")
@freeze_time("2031-01-02 02:00:00")
class TestBeforeChange(ScheduleCommon):
    """Every change announces itself before it reads or writes anything."""

    def setUp(self):
        super().setUp()
        self.calls = []
        sessions = self.registry["hospital.session"]

        def log(name):
            def call(model, *args, **kwargs):
                self.calls.append(name)

            return patch.object(sessions, name, call)

        for name in ("_before_change", "check_access", "_after_move", "_after_substitute",
                     "_after_suspend", "_after_resume"):  # fmt: skip
            self.startPatcher(log(name))
        self.session = self._session(DAY)
        self.calls.clear()

    def _kinds(self):
        return [name for name in self.calls if name != "check_access"]

    def test_suspension_and_recovery(self):
        suspension = self.env["hospital.suspension"].create(
            {"doctor_id": self.doctor.id, "date_from": DAY, "date_to": DAY, "reason": "ill"}
        )
        self.calls.clear()
        suspension.action_apply()
        self.assertEqual(self.calls[0], "_before_change")
        self.assertEqual(self._kinds(), ["_before_change", "_after_suspend"])
        self.calls.clear()
        suspension.action_recover()
        self.assertEqual(self.calls[0], "_before_change")
        self.assertEqual(self._kinds(), ["_before_change", "_after_resume"])

    def test_substitution(self):
        wizard = self.env["hospital.session.substitute"].create(
            {"session_ids": self.session.ids, "doctor_id": self.doctor2.id, "reason": "ill"}
        )
        self.calls.clear()
        wizard.action_substitute()
        self.assertEqual(self.calls[0], "_before_change")
        self.assertEqual(self._kinds()[-1], "_after_substitute")

    def test_move(self):
        wizard = self.env["hospital.session.move"].create(
            {"session_id": self.session.id, "starts_at": datetime(2031, 1, 7, 6), "reason": "x"}
        )
        self.calls.clear()
        wizard.action_move()
        self.assertEqual(self.calls[0], "_before_change")
        self.assertEqual(self._kinds()[-1], "_after_move")
