"""Whether the figures look like those of a hospital; mixed into the test that builds it."""


class FigureChecks:
    """Needs ``self.env`` with a built demo hospital and ``self._rows(query)``."""

    def test_some_patients_do_not_come(self):
        [(missed, due)] = self._rows(
            "SELECT count(*) FILTER (WHERE state = 'no_show'), count(*) FROM hospital_booking"
            " WHERE state IN ('checked_in', 'called', 'done', 'no_show') AND date < %s",
            self.env["hospital.clock"]._today(),
        )
        self.assertGreater(due, 5000)
        self.assertGreater(missed / due, 0.03)
        self.assertLess(missed / due, 0.08)

    def _fullness(self):
        return dict(
            self._rows(
                "SELECT t.kind, avg((s.state = 'taken')::int)::float FROM hospital_slot s"
                " JOIN hospital_session e ON e.id = s.session_id"
                " JOIN hospital_number_type t ON t.id = e.number_type_id"
                " WHERE e.date < %s AND e.state = 'released' GROUP BY t.kind",
                self.env["hospital.clock"]._today(),
            )
        )

    def test_experts_are_fuller_than_the_ordinary_clinic(self):
        full = self._fullness()
        self.assertGreater(full["renowned"], full["expert"])
        self.assertGreater(full["expert"], full["special"])
        self.assertGreater(full["special"], full["normal"])
        self.assertGreater(full["renowned"], 0.85)
        self.assertLess(full["normal"], 0.6)

    def test_the_morning_is_fuller_than_the_afternoon(self):
        found = dict(
            self._rows(
                "SELECT extract(hour FROM s.starts_at + interval '8 hours')::int,"
                " avg((s.state = 'taken')::int)::float FROM hospital_slot s"
                " JOIN hospital_session e ON e.id = s.session_id"
                " WHERE e.date < %s AND e.state = 'released' AND s.kind = 'normal' GROUP BY 1",
                self.env["hospital.clock"]._today(),
            )
        )
        self.assertGreater(found[8], found[10])
        self.assertGreater(found[9], found[14])
        self.assertGreater(found[14], found[15])

    def test_all_seven_channels_are_used(self):
        found = self._rows(
            "SELECT c.code, count(*), count(*) FILTER (WHERE state = 'no_show')"
            " FROM hospital_booking b JOIN hospital_channel c ON c.id = b.channel_id GROUP BY 1"
        )
        self.assertEqual(len(found), 7)
        for code, bookings, missed in found:
            self.assertGreater(bookings, 100, code)
            self.assertGreater(missed, 5, code)

    def test_nothing_happened_in_the_future(self):
        now = self.env["hospital.clock"]._now()
        later = self._rows(
            "SELECT booking_id, to_state, at FROM hospital_booking_event WHERE at > %s", now
        )
        self.assertEqual(later, [])

    def test_steps_of_a_booking_are_in_order(self):
        wrong = self._rows(
            "SELECT booking_id FROM (SELECT booking_id, at, lag(at) OVER"
            " (PARTITION BY booking_id ORDER BY id) AS before FROM hospital_booking_event) e"
            " WHERE at < before"
        )
        self.assertEqual(wrong, [])

    def _kinds(self, table, column):
        return {kind for (kind,) in self._rows(f"SELECT DISTINCT {column} FROM {table}")}

    def test_every_kind_of_row_is_there(self):
        for model, field in (
            ("hospital.patient", "id_type"),
            ("hospital.patient", "verified_level"),
            ("hospital.patient.card", "kind"),
            ("hospital.patient.merge", "state"),
            ("hospital.account.member", "relation"),
            ("hospital.blacklist.entry", "state"),
            ("hospital.blacklist.rule", "kind"),
            ("hospital.credit.event", "kind"),
            ("hospital.disposal", "state"),
            ("hospital.incident", "state"),
            ("hospital.message", "state"),
            ("hospital.message.delivery", "state"),
            ("hospital.plan", "state"),
            ("hospital.risk.event", "kind"),
            ("hospital.slot", "kind"),
            ("hospital.slot", "state"),
            ("hospital.subject.request", "kind"),
            ("hospital.subject.request", "state"),
            ("hospital.suspension", "state"),
            ("hospital.waitlist", "state"),
        ):
            records = self.env[model]
            choices = records._fields[field]._description_selection(self.env)
            missing = {code for code, _label in choices} - self._kinds(records._table, field)
            self.assertEqual(missing - NOT_IN_THE_DEMO.get((model, field), set()), set(), model)

    def test_locks_of_every_sort(self):
        entries = self.env["hospital.blacklist.entry"].search([])
        self.assertTrue(entries.filtered("appeal_note"))
        self.assertTrue(entries.filtered(lambda row: row.state == "released" and row.released_by))
        self.assertTrue(
            entries.filtered(lambda row: row.state == "released" and not row.released_by)
        )
        self.assertTrue(entries.filtered(lambda row: row.state == "active" and row.requested_by))
        warned = self.env["hospital.message"].search_count(
            [("event_id.code", "=", "booking.lock_warning")]
        )
        self.assertGreater(warned, 0)

    def test_a_suspension_did_not_reach_everybody(self):
        suspension = self.env["hospital.suspension"].search(
            [("state", "=", "applied"), ("date_from", ">", self.env["hospital.clock"]._today())]
        )
        bookings = self.env["hospital.booking"].search(
            [("session_id", "in", suspension.session_ids.ids), ("state", "=", "displaced")]
        )
        reached = self.env["hospital.message"]._reached("hospital.booking", bookings.ids)
        self.assertEqual(set(reached.values()), {"reached", "not_reached"})


#: What no demo should hold, or what the product itself does not write yet.
NOT_IN_THE_DEMO = {
    ("hospital.patient", "verified_level"): {"ocr"},
    ("hospital.message", "state"): {"queued"},
    ("hospital.message.delivery", "state"): {"pending"},
    ("hospital.disposal", "state"): {"approved", "done"},
    ("hospital.slot", "kind"): {"walkin"},
}
