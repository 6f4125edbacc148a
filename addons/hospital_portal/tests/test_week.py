from datetime import date, timedelta

from odoo.tests import freeze_time, tagged

from .common import PortalCommon

WEDNESDAY = date(2031, 1, 8)


@tagged("post_install", "-at_install")
@freeze_time("2031-01-08 00:30:00")
class TestWeek(PortalCommon):
    """The doctor's page shows calendar weeks from today to the end of the horizon."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.department.booking_horizon_days = 14
        cls.free = cls.clinic
        cls.full = cls._session(WEDNESDAY + timedelta(days=1), "pm", numbers=2)
        cls._take(cls.full.slot_ids)
        cls.stopped = cls._session(
            WEDNESDAY + timedelta(days=5), "evening", numbers=2, state="suspended"
        )

    def _weeks(self):
        portal = self.env["hospital.portal"]
        days = [WEDNESDAY + timedelta(days=count) for count in range(15)]
        return portal._weeks(days, portal._sessions(days, doctor=self.doctor))

    def test_weeks_run_from_monday_to_sunday_without_the_days_gone_by(self):
        weeks = self._weeks()
        self.assertEqual([len(week["days"]) for week in weeks], [5, 7, 7])
        self.assertEqual([week["days"][0]["date"].weekday() for week in weeks], [2, 0, 0])
        last = weeks[-1]["days"]
        self.assertEqual([day["open"] for day in last], [True] * 3 + [False] * 4)

    def test_sessions_stand_in_their_half_day(self):
        cells = {
            (day["date"], column): [(row["id"], row["status"]) for row in cell]
            for week in self._weeks()
            for day in week["days"]
            for column, cell in enumerate(day["cells"])
            if cell
        }
        self.assertEqual(
            cells,
            {
                (WEDNESDAY + timedelta(days=1), 1): [(self.full.id, "full")],
                (WEDNESDAY + timedelta(days=2), 0): [(self.free.id, "open")],
                (WEDNESDAY + timedelta(days=5), 2): [(self.stopped.id, "suspended")],
            },
        )

    def test_the_page_is_a_table_with_heads_and_says_each_state(self):
        page = self.url_open(f"/h5/doctor/{self.doctor.public_ref}").text
        self.assertEqual(page.count('scope="col"'), 4 * 3)
        self.assertEqual(page.count('scope="row"'), 5 + 7 + 7)
        for clinic, state in (
            (self.free, "open"),
            (self.full, "full"),
            (self.stopped, "suspended"),
        ):
            self.assertIn(f'class="cell {state}" href="/h5/session/{clinic.id}"', page)

    def test_more_sessions_need_no_more_queries(self):
        portal = self.env["hospital.portal"]
        days = [WEDNESDAY + timedelta(days=count) for count in range(15)]

        def count_queries():
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            portal._weeks(days, portal._sessions(days, doctor=self.doctor))
            return self.cr.sql_log_count - before

        count_queries()
        few = count_queries()
        for count in range(6, 13):
            self._session(WEDNESDAY + timedelta(days=count), numbers=3)
        self.assertEqual(count_queries(), few)
