from datetime import datetime, timedelta

from odoo.tests import freeze_time, tagged

from .common import NOW, TOMORROW, BookingCommon

FULL, REVISIT = 5000, 1200


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestRevisitFee(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type_expert.write({"revisit_days": 3, "revisit_fee_fen": REVISIT})

    def _visit(self):
        booking = self._booked()
        with freeze_time(datetime(2031, 3, 3, 23, 30)):  # half past seven in Shanghai
            booking._check_in(self.channel)
        return booking

    def _fee(self, days, patient=None, **values):
        session = self._session(TOMORROW + timedelta(days=days), **values)
        return self._booked(patient, session).fee_fen

    def test_who_was_seen_pays_less_until_the_last_day(self):
        self.assertEqual(self._visit().fee_fen, FULL)
        self.assertEqual(self._fee(3), REVISIT)
        self.assertEqual(self._fee(4), FULL)

    def test_another_patient_and_another_clinic_pay_in_full(self):
        self._visit()
        self.assertEqual(self._fee(1, self._patient(name="Another")), FULL)
        other = self.department.copy({"code": "OTHER", "name": "Other"})
        self.assertEqual(self._fee(2, department_id=other.id), FULL)

    def test_a_booking_alone_is_no_visit(self):
        self._booked()
        self.assertEqual(self._fee(1), FULL)

    def test_without_days_there_is_no_revisit_fee(self):
        self.type_expert.revisit_days = 0
        self._visit()
        self.assertEqual(self._fee(1), FULL)

    def test_a_session_that_costs_less_stays_as_it_is(self):
        self._visit()
        self.type_expert.fee_line_ids[0].amount_fen = 800
        self.type_expert.fee_line_ids[1:].unlink()
        self.assertEqual(self._fee(1), 800)
