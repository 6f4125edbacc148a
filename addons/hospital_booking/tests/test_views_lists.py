from datetime import timedelta

from odoo.tests import freeze_time, tagged

from .common import NOW, TOMORROW, BookingCommon

LISTS = {
    "hospital.booking": "hospital_booking.hospital_booking_view_list",
    "hospital.waitlist": "hospital_booking.hospital_waitlist_view_list",
    "hospital.blacklist.entry": "hospital_booking.hospital_blacklist_entry_view_list",
    "hospital.booking.report": "hospital_booking.hospital_booking_report_view_list",
}


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestViewsLists(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.big = cls._session(cls.session.date, half_day="pm", numbers=90, doctor=cls.doctor2)
        rule = cls.env["hospital.blacklist.rule"].search([], limit=1)
        for index in range(80):
            patient = cls._patient(
                name=f"Row {index}", id_type="passport", id_number=f"X{index:07}"
            )
            cls.Booking._claim(cls.channel, patient, cls.big, f"row-{index}", confirm=True)
            cls.env["hospital.waitlist"]._join(cls.session, patient, cls.channel)
            cls.env["hospital.blacklist.entry"].create(
                {"patient_id": patient.id, "rule_id": rule.id, "start_at": "2031-03-01",
                 "until": "2031-04-01"}
            )  # fmt: skip

    def _queries(self, model, limit):
        records = self.env[model].with_user(self.office)
        arch = records.get_view(self.env.ref(LISTS[model]).id, "list")
        names = arch["models"][model]
        specification = {
            name: {"fields": {"display_name": {}}} if records._fields[name].relational else {}
            for name in names
            if name in records._fields and not name.endswith("_ids")
        }
        # a list of one record is written down like a form
        self.assertGreater(limit, 1)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        answer = records.web_search_read([], specification, limit=limit)
        self.assertEqual(len(answer["records"]), limit)
        return self.env.cr.sql_log_count - before

    def test_lists_of_80_rows_cost_as_many_queries_as_two(self):
        for model in LISTS:
            self._queries(model, 2)
            self.assertEqual(self._queries(model, 80), self._queries(model, 2), model)
            self.assertLess(self._queries(model, 80), 30, model)

    def test_statistics_of_80_bookings_cost_as_many_queries_as_of_two(self):
        report = self.env["hospital.booking.report"].with_user(self.office)
        aggregates = ["bookings:sum", "due:sum", "no_show_rate:avg"]

        def queries(domain):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            report.formatted_read_group(domain, ["department_id", "date:month"], aggregates)
            return self.env.cr.sql_log_count - before

        ids = self.Booking.search([("session_id", "=", self.big.id)]).ids
        queries([])
        self.assertEqual(queries([("id", "in", ids)]), queries([("id", "in", ids[:2])]))

    def test_position_in_line(self):
        entries = self.env["hospital.waitlist"].search([("session_id", "=", self.session.id)])
        self.assertEqual(entries.mapped("position"), list(range(1, 81)))
        entries[0]._cancel()
        entries.invalidate_recordset()
        self.assertEqual(entries[:3].mapped("position"), [0, 1, 2])

    def test_offer_counts_down(self):
        self.env.company.hospital_offer_minutes = 15
        small = self._session(self.session.date, doctor=self.doctor2, numbers=1)
        booking = self._booked(session=small)
        entry = self.env["hospital.waitlist"]._join(small, self._patient(), self.channel)
        booking._cancel("", "patient")
        self.assertEqual(entry.offer_left, 15)
        with freeze_time("2031-03-03 00:05:30"):
            entry.invalidate_recordset()
            self.assertEqual(entry.offer_left, 10)
        with freeze_time("2031-03-03 00:15:00"):
            entry.invalidate_recordset()
            self.assertEqual(entry.offer_left, 0)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestViewsStatistics(BookingCommon):
    def _rates(self, groupby, domain):
        report = self.env["hospital.booking.report"]
        rows = report._read_group(
            domain, groupby, ["bookings:sum", "due:sum", "no_show:sum", "no_show_rate:avg"]
        )
        return {row[0] if groupby else None: row[-4:] for row in rows}

    def test_rate_of_totals_is_no_shows_over_due_not_the_mean_of_rates(self):
        """Doctor 1: 1 of 4 missed, 2 cancelled; doctor 2: 1 of 1; still to come: 1."""
        second = self._session(self.session.date, doctor=self.doctor2)
        pm = self._session(self.session.date, half_day="pm", doctor=False)
        first = [self._booked(self._patient()) for _index in range(6)]
        first[4]._cancel("", "office")
        first[5]._cancel("", "office")
        self._booked(self._patient(), second)
        self._booked(self._patient(), pm)
        with freeze_time("2031-03-03 23:50:00"):
            for booking in first[1:4]:
                booking._check_in()
        with freeze_time("2031-03-04 04:00:00"):
            self.Booking._cron_no_show()
        self.env.flush_all()
        sessions = (self.session + second + pm).ids
        ids = self.Booking.search([("session_id", "in", sessions)]).ids
        by_doctor = self._rates(["doctor_id"], [("id", "in", ids)])
        self.assertEqual(by_doctor[self.doctor], (6, 4, 1, 0.25))
        self.assertEqual(by_doctor[self.doctor2], (1, 1, 1, 1.0))
        self.env.cr.execute(
            "SELECT count(*) FILTER (WHERE state = 'no_show')::float / count(*) FILTER "
            "(WHERE state NOT IN ('cancelled', 'confirmed')) FROM hospital_booking "
            "WHERE id = ANY(%s)",
            [ids],
        )
        (rate,) = self.env.cr.fetchone()
        total = self._rates([], [("id", "in", ids)])[None]
        self.assertEqual(total, (8, 5, 2, rate))
        self.assertEqual(total[-1], 0.4)

    def test_holds_and_moves_are_no_bookings_of_their_own(self):
        """Counted again from the history: what was confirmed once and not moved away."""
        day2 = self._session(TOMORROW + timedelta(days=1))
        kept, given, moved = (self._booked(self._patient()) for _n in range(3))
        given._cancel("", "patient")
        moved._reschedule(day2, "move")
        expired = self._booked(self._patient(), confirm=False)
        dropped = self._booked(self._patient(), confirm=False)
        dropped._cancel("", "patient")
        with freeze_time("2031-03-03 00:15:00"):
            self.Booking._cron_expire_holds()
        self._booked(self._patient(), confirm=False)
        self.env.flush_all()
        ids = self.Booking.search([("session_id", "in", (self.session + day2).ids)]).ids
        self.assertEqual((len(ids), expired.state), (7, "expired"))
        self.env.cr.execute(
            "SELECT count(DISTINCT e.booking_id), count(DISTINCT e.booking_id) FILTER (WHERE "
            "EXISTS (SELECT 1 FROM hospital_booking_event c WHERE c.booking_id = e.booking_id "
            "AND c.to_state = 'cancelled')) FROM hospital_booking_event e "
            "WHERE e.booking_id = ANY(%s) AND e.to_state = 'confirmed' AND NOT EXISTS ("
            "SELECT 1 FROM hospital_booking_event m WHERE m.booking_id = e.booking_id "
            "AND m.reason = 'Moved')",
            [ids],
        )
        counted = self.env.cr.fetchone()
        ((bookings, cancelled),) = self.env["hospital.booking.report"]._read_group(
            [("id", "in", ids)], [], ["bookings:sum", "cancelled:sum"]
        )
        self.assertEqual((bookings, cancelled), counted)
        self.assertEqual(counted, (3, 1))
        self.assertEqual(kept.state, "confirmed")
