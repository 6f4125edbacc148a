from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import NOW, TOMORROW, BookingCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestBooking(BookingCommon):
    def test_a_claim_takes_the_first_number_and_tells_the_patient(self):
        booking = self._booked()
        self.assertEqual((booking.number, booking.state, booking.ordinal), (1, "confirmed", 1))
        self.assertEqual((booking.mode, booking.slot_id.state), ("advance", "taken"))
        self.assertEqual(booking.event_ids.mapped("to_state"), ["confirmed"])
        message = self.env["hospital.message"].search([("res_id", "=", booking.id)])
        self.assertEqual(message.event_id.code, "booking.confirmed")

    def test_the_same_key_books_once(self):
        first = self._claim(key="tap")
        second = self._claim(key="tap")
        self.assertEqual((first.outcome, second.outcome), ("ok", "replay"))
        self.assertEqual(first.booking_id, second.booking_id)
        other = self._claim(self._patient(name="Other"), key="tap")
        self.assertEqual((other.outcome, other.booking_id), ("key_reused", None))

    def test_one_number_per_doctor_and_two_doctors_a_day(self):
        self._booked()
        self.assertEqual(self._claim().outcome, "duplicate_doctor")
        self._booked(session=self._session(TOMORROW, doctor=self.doctor2))
        third = self._session(TOMORROW, half_day="pm", doctor=False)
        self.assertEqual(self._claim(session=third).outcome, "day_limit")
        self.env.company.hospital_day_limit = 3
        self.assertEqual(self._claim(session=third).outcome, "ok")

    def test_refusals(self):
        draft = self._session(TOMORROW + timedelta(days=1), released=False)
        self.assertEqual(self._claim(session=draft).outcome, "not_released")
        far = self._session(date(2031, 3, 20))
        self.assertEqual(self._claim(session=far).outcome, "horizon")
        self.channel.allow_advance = False
        self.assertEqual(self._claim().outcome, "channel")
        self.channel.allow_advance = True
        self.patient.active = False
        self.assertEqual(self._claim().outcome, "patient_inactive")
        self.patient.active = True
        account = self._account(self.portal_a)
        self.assertEqual(self._claim(account=account).outcome, "not_member")
        self.assertFalse(self.Booking.search_count([("patient_id", "=", self.patient.id)]))

    def test_quota_and_full(self):
        small = self._session(TOMORROW, doctor=self.doctor2, numbers=2)
        rule = self.env["hospital.channel.rule"].create(
            {"channel_id": self.channel.id, "maximum": 1}
        )
        self._booked(session=small)
        other = self._patient(name="Other")
        self.assertEqual(self._claim(other, small).outcome, "quota")
        rule.active = False
        self._booked(other, small)
        self.assertEqual(self._claim(self._patient(name="Third"), small).outcome, "full")

    def test_a_hold_expires_and_cannot_be_confirmed(self):
        booking = self._booked(confirm=False)
        with freeze_time("2031-03-03 00:15:00"):
            with self.assertRaises(UserError):
                booking._confirm()
            self.assertEqual(self.Booking._cron_expire_holds(), 1)
        self.assertEqual((booking.state, booking.slot_id.state), ("expired", "free"))

    def test_reschedule_leaves_exactly_one(self):
        booking = self._booked()
        result = booking._reschedule(self._session(TOMORROW, doctor=self.doctor2), "move-1")
        self.assertEqual(result.outcome, "ok")
        self.assertEqual((booking.state, booking.slot_id.state), ("cancelled", "free"))
        new = self.Booking.browse(result.booking_id)
        full = self._session(TOMORROW + timedelta(days=1), numbers=1)
        self._booked(self._patient(name="Other"), full)
        self.assertEqual(new._reschedule(full, "move-2").outcome, "full")
        self.assertEqual((new.state, new.slot_id.state), ("confirmed", "taken"))

    def test_a_moved_hold_stays_a_hold(self):
        hold = self._booked(confirm=False)
        result = hold._reschedule(self._session(TOMORROW, doctor=self.doctor2), "move-hold")
        self.assertEqual(self.Booking.browse(result.booking_id).state, "hold")

    def test_added_numbers_are_offered_to_those_who_wait(self):
        full = self._session(TOMORROW, numbers=1, doctor=self.doctor2)
        self._booked(self._patient(name="First"), full)
        waiting = self.env["hospital.waitlist"]._join(full, self.patient, self.channel)
        full._add_numbers(1, "Many patients")
        self.assertEqual((waiting.state, waiting.booking_id.state), ("offered", "hold"))

    def test_cancel_deadline_and_count(self):
        booking = self._booked()
        with freeze_time("2031-03-03 23:30:00"), self.assertRaises(UserError):
            booking._cancel("", "patient")
        self.env.company.hospital_cancel_limit = 1
        booking._cancel("", "patient")
        self.assertEqual((booking.state, booking.slot_id.state), ("cancelled", "free"))
        with self.assertRaises(UserError):
            self._booked()._cancel("", "patient")

    def test_check_in_on_time_late_and_refused(self):
        booking, other = self._booked(), self._booked(self._patient(name="Other"))
        with freeze_time("2031-03-03 23:50:00"):
            self.assertEqual(booking._check_in(), "checked_in")
        with freeze_time("2031-03-04 01:00:00"):
            self.assertEqual(other._check_in(), "walkin")
        self.assertTrue(other.is_late)
        self.assertEqual((other.walkin_number, other.slot_id.state), (4, "taken"))
        small = self._session(TOMORROW, doctor=self.doctor2, numbers=1)
        late = self._booked(session=small)
        with freeze_time("2031-03-04 01:00:00"), self.assertRaises(UserError):
            late._check_in()
        self.assertEqual(late.state, "confirmed")

    def test_three_no_shows_lock_after_nights_of_downtime_and_release_unlocks(self):
        self._missed((1, 2))
        with freeze_time("2031-03-07 12:00:00"):
            self.assertEqual(self.Booking._cron_no_show(), 2)
            self.assertEqual(self.Booking._cron_no_show(), 0)
            entries = self.env["hospital.blacklist.entry"]
            domain = [("patient_id", "=", self.patient.id)]
            self.assertFalse(entries.search(domain))
        self._missed((4,))
        with freeze_time("2031-03-09 12:00:00"):
            self.assertEqual(self.Booking._cron_no_show(), 1)
            entry = entries.search(domain)
            self.assertEqual((len(entry), entry.state), (1, "active"))
            coming = self._session(date(2031, 3, 11))
            self.assertEqual(self._claim(session=coming).outcome, "blocked")
            entry.with_user(self.office)._release("In hospital")
            self.env["hospital.blacklist.rule"]._apply(self.patient.ids)
            self.assertEqual(entries.search(domain), entry)
            self.assertEqual(self._claim(session=coming).outcome, "ok")

    def test_half_past_midnight_is_the_new_day(self):
        with freeze_time("2031-03-03 16:30:00"):
            self.assertEqual(self._booked().mode, "same_day")

    def test_a_freed_number_is_offered_to_the_next_in_line(self):
        small = self._session(TOMORROW, doctor=self.doctor2, numbers=1)
        booking = self._booked(session=small)
        entry = self.env["hospital.waitlist"]._join(small, self._patient(name="W"), self.channel)
        booking._cancel("", "patient")
        self.assertEqual((entry.state, entry.booking_id.state), ("offered", "hold"))
        entry.booking_id._confirm()
        self.assertEqual(entry.state, "accepted")

    def test_suspension_displaces_and_recovery_restores(self):
        booking = self._booked()
        suspension = self.env["hospital.suspension"].create(
            {"doctor_id": self.doctor.id, "date_from": TOMORROW, "date_to": TOMORROW,
             "reason": "Ill"}
        )  # fmt: skip
        suspension.action_apply()
        self.assertEqual(booking.state, "displaced")
        self.assertEqual(self._claim(self._patient(name="Other")).outcome, "closed")
        suspension.action_recover()
        self.assertEqual((booking.state, booking.slot_id.state), ("confirmed", "taken"))

    def test_substitution_keeps_the_number_and_asks(self):
        booking = self._booked()
        self.session._substitute(self.doctor2, "Ill")
        self.assertEqual(booking.state, "displaced")
        self.assertEqual(booking.doctor_id, self.doctor2)
        booking._choose_displaced("accept")
        self.assertEqual((booking.state, booking.number), ("confirmed", 1))

    def test_nobody_writes_a_booking_by_hand(self):
        with self.assertRaises(UserError):
            self._booked().write({"state": "done"})

    def test_portal_sees_the_own_family_only(self):
        self._account(self.portal_a, self.patient)
        booking = self._booked()
        self.assertEqual(self.Booking.with_user(self.portal_a).search([]), booking)
        self.assertFalse(self.Booking.with_user(self.portal_b).search([]))

    def test_channel_without_the_right_neither_cancels_nor_checks_in(self):
        booking = self._booked(session=self._session(date(2031, 3, 3), half_day="pm"))
        self.channel.write({"may_cancel": False, "may_checkin": False})
        with self.assertRaisesRegex(UserError, "window"):
            booking._cancel("", "patient")
        with self.assertRaisesRegex(UserError, "window"):
            booking._check_in(self.channel)
        self.assertEqual(booking.state, "confirmed")
        self.channel.write({"may_cancel": True, "may_checkin": True})
        booking._check_in(self.channel)
        self.assertEqual(booking.state, "checked_in")

    def test_one_phone_books_for_a_few_people(self):
        account = self._account(self.portal_a, self.patient, self._patient(), self._patient())
        people = account.member_ids.patient_id
        self.env.company.hospital_account_daily_limit = 2
        outcomes = [self._claim(person, account=account).outcome for person in people]
        self.assertEqual(outcomes, ["ok", "ok", "risk"])
        self.env.company.write(
            {"hospital_account_daily_limit": 9, "hospital_account_patient_limit": 2}
        )
        self.assertEqual(self._claim(people[2], account=account).outcome, "risk")
        log = self.env["hospital.risk.event"].search([("account_id", "=", account.id)])
        self.assertEqual(log.mapped("kind"), ["booking_limit"] * 2)

    def test_child_needs_a_guardian_to_book(self):
        child = self._patient(birth=date(2016, 3, 1))
        self.assertEqual(self._claim(child).outcome, "guardian")
        child.guardian_name = "Mother"
        self.assertEqual(self._claim(child).outcome, "ok")
