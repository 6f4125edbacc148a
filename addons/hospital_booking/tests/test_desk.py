from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common import NOW, BookingCommon

TODAY = "2031-03-03"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestDesk(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls._session(cls.env["hospital.clock"]._today(), half_day="pm", room="201")
        cls.person = cls._patient(name="林小满", phone="19955501234")
        cls.Desk = cls.env["hospital.desk"].with_user(cls.desk)

    def _rows(self, text):
        return [row["id"] for row in self.Desk.find(text)["rows"]]

    def test_finds_by_ticket_phone_document_name_and_card(self):
        booking = self._booked(self.person, self.today)
        self._booked(self._patient(name="Other"), self.today)
        self.env["hospital.patient.card"].create(
            {"patient_id": self.person.id, "kind": "visit", "number": "77881001"}
        )
        number = self.person.id_number
        for text in (booking.ref, "19955501234", "1234", number, number[-4:], "小满", "77881001"):
            self.assertIn(booking.id, self._rows(text), text)
        self.assertEqual(self._rows(booking.ref), booking.ids)
        row = self.Desk.find(booking.ref)["rows"][0]
        self.assertEqual((row["patient"], row["room"], row["time"]), ("*小满", "201", "14:00"))
        self.assertTrue(row["ready"])

    def test_nothing_found_and_what_is_too_short(self):
        self.assertEqual(self.Desk.find("nobody of this name")["kind"], "danger")
        self.assertEqual(self.Desk.find(" ")["rows"], [])

    def test_other_day_is_named_and_cannot_check_in(self):
        booking = self._booked(self.person)
        answer = self.Desk.find("小满")
        self.assertIn("another day", answer["sentence"])
        self.assertEqual([row["ready"] for row in answer["rows"]], [False])
        self.assertIn("2031-03-04", answer["rows"][0]["note"])
        self.assertEqual(self.Desk.check_in(booking.id)["kind"], "danger")
        self.assertEqual(booking.state, "confirmed")

    def test_cancelled_is_said(self):
        booking = self._booked(self.person, self.today)
        booking._cancel("ill", "office")
        answer = self.Desk.find(booking.ref)
        self.assertIn("cancelled", answer["sentence"])
        self.assertFalse(answer["rows"][0]["ready"])

    def test_check_in_once_and_already(self):
        booking = self._booked(self.person, self.today)
        with freeze_time(f"{TODAY} 05:50:00"):
            answer = self.Desk.check_in(booking.id)
            self.assertEqual((answer["kind"], answer["big"]), ("success", 1))
            self.assertEqual(
                (booking.state, booking.event_ids[:1].user_id), ("checked_in", self.desk)
            )
            self.assertEqual(self.Desk.check_in(booking.id)["kind"], "danger")
            self.assertIn("13:50", self.Desk.find(booking.ref)["sentence"])

    def test_late_shows_the_new_number(self):
        booking = self._booked(self.person, self.today)
        self._booked(self._patient(name="Other"), self.today)
        with freeze_time(f"{TODAY} 06:10:00"):
            answer = self.Desk.check_in(booking.id)
        self.assertEqual((answer["kind"], answer["big"]), ("warning", 3))
        self.assertEqual(answer["rows"][0]["number"], 3)

    def test_blocked_is_said_and_the_number_of_today_stays_good(self):
        booking = self._booked(self.person, self.today)
        self.env["hospital.blacklist.entry"].create(
            {"patient_id": self.person.id, "start_at": "2031-03-01", "until": "2031-04-01"}
        )
        answer = self.Desk.find(booking.ref)
        self.assertTrue(answer["blocked"])
        self.assertTrue(answer["rows"][0]["ready"])

    def test_looking_is_written_down_without_the_text(self):
        booking = self._booked(self.person, self.today)
        self.Desk.find("19955501234")
        row = self.env["hospital.audit.log"].search([], limit=1)
        self.assertEqual((row.action, row.user_id, row.res_ids), ("read", self.desk, booking.ids))
        self.assertEqual(row.patient_ids, self.person.ids)
        self.assertNotIn("19955501234", f"{row.read()}")

    def test_others_than_the_desk_are_refused(self):
        booking = self._booked(self.person, self.today)
        for user in (self.doctor_user, self.cashier, self.roles["manager"], self.portal_a):
            desk = self.env["hospital.desk"].with_user(user)
            with self.assertRaises(AccessError):
                desk.find("小满")
            with self.assertRaises(AccessError):
                desk.check_in(booking.id)
        self.assertEqual(booking.state, "confirmed")

    def test_queries_do_not_grow_with_the_rows(self):
        def queries():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            count = len(self.Desk.find("Crowd")["rows"])
            return count, self.env.cr.sql_log_count - before

        self._booked(self._patient(name="Crowd 1"), self.today)
        self._booked(self._patient(name="Crowd 2"), self.today)
        queries()
        few = queries()
        for index in range(3, 9):
            self._booked(self._patient(name=f"Crowd {index}"), self.today)
        many = queries()
        self.assertEqual((few[0], many[0]), (2, 8))
        self.assertEqual(few[1], many[1])
