from datetime import date, timedelta

from odoo.tests import freeze_time, tagged

from .common import ScheduleCommon

SPECS = {
    "hospital.session": dict.fromkeys(
        ["date", "half_day", "room", "room_conflict", "total_count", "free_count", "taken_count",
         "stopped_count", "fullness", "color", "state", "display_name"], {},
    ) | dict.fromkeys(
        ["department_id", "doctor_id", "original_doctor_id", "number_type_id"],
        {"fields": {"display_name": {}}},
    ),
    "hospital.slot": dict.fromkeys(["number", "starts_at", "state", "display_name"], {})
    | {"session_id": {"fields": {"display_name": {}}}},
    "hospital.plan": dict.fromkeys(
        ["weekday", "half_day", "capacity", "date_from", "state", "display_name"], {}
    ) | dict.fromkeys(
        ["department_id", "doctor_id", "number_type_id"], {"fields": {"display_name": {}}}
    ),
    "hospital.suspension": dict.fromkeys(["date_from", "reason", "state", "display_name"], {})
    | {"doctor_id": {"fields": {"display_name": {}}}},
}  # fmt: skip


@tagged("post_install", "-at_install")
@freeze_time("2031-01-02 02:00:00")
class TestListQueries(ScheduleCommon):
    """A page of 80 rows asks as often as a page of one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for index in range(80):
            doctor = cls._doctor(name=f"D{index}")
            day = date(2031, 1, 6) + timedelta(days=index % 7)
            cls._session(day, doctor=doctor, numbers=2, room=str(index % 3))
            cls._plan(doctor_id=doctor.id, weekday=str(index % 7))
            cls.env["hospital.suspension"].create(
                {"doctor_id": doctor.id, "date_from": day, "date_to": day, "reason": "x"}
            )

    def _page(self, model, context, limit):
        model = self.env[model].with_user(self.roles["outpatient_office"])
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        found = model.with_context(**context).web_search_read([], SPECS[model._name], limit=limit)
        self.assertEqual(len(found["records"]), limit)
        return self.env.cr.sql_log_count - before

    def test_pages_do_not_grow(self):
        for name in SPECS:
            for context in ({}, {"roster_titles": True}):
                with self.subTest(model=name, context=context):
                    self._page(name, context, 80)
                    self.assertEqual(self._page(name, context, 2), self._page(name, context, 80))

    def test_groups_do_not_grow(self):
        sessions = self.env["hospital.session"].with_user(self.roles["outpatient_office"])

        def count(domain):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = sessions.formatted_read_group(
                domain, ["doctor_id"], ["free_count:sum", "taken_count:sum", "total_count:sum"]
            )
            return self.env.cr.sql_log_count - before, len(rows)

        count([])
        few, many = count([("date", "=", "2031-01-06")]), count([])
        self.assertEqual(few[0], many[0])
        self.assertGreater(many[1], few[1])
