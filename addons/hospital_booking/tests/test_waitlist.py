from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import NOW, TOMORROW, BookingCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestWaitlist(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Wait = cls.env["hospital.waitlist"]
        cls.small = cls._session(TOMORROW, doctor=cls.doctor2, numbers=1)
        cls.holder = cls.Booking.browse(
            cls.Booking._claim(
                cls.channel, cls._patient(name="H"), cls.small, "holder", confirm=True
            ).booking_id
        )

    def _join(self, patient=None, **values):
        return self.Wait._join(self.small, patient or self.patient, self.channel, **values)

    def _refused(self, words, **values):
        with self.assertRaisesRegex(UserError, words):
            self._join(**values)
        self.assertFalse(self.Wait.search([("session_id", "=", self.small.id)]))

    def test_who_may_not_book_may_not_wait(self):
        self._refused("already", patient=self.holder.patient_id)
        account = self._account(self.portal_a)
        self._refused("family", account=account)
        self.channel.may_hold = False
        self._refused("window")
        self.channel.may_hold = True
        lock = self.env["hospital.blacklist.entry"].create(
            {"patient_id": self.patient.id, "start_at": NOW, "until": "2031-04-01"}
        )
        self._refused("paused")
        lock._release("Seen the papers")
        self.assertEqual(self._join().state, "waiting")
        with self.assertRaisesRegex(UserError, "waits"):
            self._join()

    def test_nobody_waits_for_a_session_that_is_over(self):
        with freeze_time("2031-03-04 03:00:00"):
            self._refused("closed")

    def test_the_line_is_kept(self):
        first, second = self._join(), self._join(self._patient(name="Second"))
        self.holder._cancel("", "office")
        self.assertEqual((first.state, second.state), ("offered", "waiting"))
        with freeze_time("2031-03-03 00:15:00"):
            self.Booking._cron_expire_holds()
        self.assertEqual((first.state, second.state), ("expired", "offered"))

    def test_who_cannot_take_it_is_passed_over_and_stays(self):
        first, second = self._join(), self._join(self._patient(name="Second"))
        lock = self.env["hospital.blacklist.entry"].create(
            {"patient_id": self.patient.id, "start_at": NOW, "until": "2031-04-01"}
        )
        self.holder._cancel("", "office")
        self.assertEqual((first.state, second.state), ("waiting", "offered"))
        lock._release("Seen the papers")
        second._cancel()
        self.assertEqual((first.state, second.state), ("offered", "cancelled"))
        self.assertEqual(second.booking_id.state, "cancelled")

    def test_a_number_that_nobody_offered_is_found(self):
        entry = self._join()
        self._take(self.small.slot_ids, "free")  # as when it came free while somebody joined
        self.env.cr.execute(
            "UPDATE hospital_booking SET state = 'cancelled' WHERE id = %s", [self.holder.id]
        )
        self.Wait._cron_serve()
        self.assertEqual((entry.state, entry.booking_id.state), ("offered", "hold"))
        self.Wait._cron_serve()
        self.assertEqual(self.Booking.search_count([("session_id", "=", self.small.id)]), 2)

    def test_who_booked_there_meanwhile_leaves_the_line(self):
        entry, second = self._join(), self._join(self._patient(name="Second"))
        pm = self._session(TOMORROW, half_day="pm", doctor=self.doctor2)
        self._booked(session=pm)
        self.holder._cancel("", "office")
        self.assertEqual((entry.state, second.state), ("cancelled", "offered"))

    def test_lists_of_sessions_that_are_over_end_and_it_is_told(self):
        entry = self._join()
        with freeze_time("2031-03-04 02:59:00"):
            self.Wait._cron_serve()
            self.assertEqual(entry.state, "waiting")
        with freeze_time("2031-03-06 03:00:00"):
            self.Wait._cron_serve()
            self.Wait._cron_serve()
        self.assertEqual(entry.state, "expired")
        message = self.env["hospital.message"].search(
            [("event_id.code", "=", "booking.wait_over"), ("res_id", "=", entry.id)]
        )
        self.assertEqual(len(message), 1)
        self.assertEqual(message.variables["date"], "2031-03-04")
        self.assertEqual(message.variables["doctor"]["en_US"], self.doctor2.name)

    def test_the_desk_joins_accepts_and_leaves_for_the_patient(self):
        wizard = (
            self.env["hospital.booking.window"]
            .with_user(self.desk)
            .create({"patient_id": self.patient.id, "session_id": self.small.id})
        )
        self.assertTrue(wizard.is_full)
        with self.assertRaisesRegex(UserError, "No number is left"):
            wizard.action_book()
        entry = self.Wait.browse(wizard.action_wait()["res_id"])
        self.holder._cancel("", "office")
        entry.with_user(self.desk).action_confirm()
        self.assertEqual((entry.state, entry.booking_id.state), ("accepted", "confirmed"))
        other = self._join(self._patient(name="Second"))
        for user in (self.doctor_user, self.cashier, self.roles["manager"], self.portal_a):
            for action in ("action_cancel", "action_confirm"):
                with self.assertRaises(AccessError):
                    getattr(other.with_user(user), action)()
        self.assertEqual(other.state, "waiting")
        other.with_user(self.desk).action_cancel()
        self.assertEqual(other.state, "cancelled")

    def test_a_session_with_numbers_is_not_full(self):
        Window = self.env["hospital.booking.window"].with_user(self.desk)
        wizard = Window.create({"patient_id": self.patient.id, "session_id": self.session.id})
        self.assertFalse(wizard.is_full)
        with freeze_time(datetime(2031, 3, 4) + timedelta(hours=3)):
            wizard.invalidate_recordset()
            self.assertTrue(wizard.is_full)
