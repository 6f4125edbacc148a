from datetime import date, timedelta

from odoo.addons.hospital_patient.tests.common import PatientCommon
from odoo.addons.hospital_schedule.tests.common import ScheduleCommon

NOW = "2031-03-03 00:00:00"  # 08:00 in Shanghai, a Monday
TOMORROW = date(2031, 3, 4)


class BookingCommon(ScheduleCommon, PatientCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel = cls.env["hospital.channel"].search([("code", "=", "window")])
        cls.Booking = cls.env["hospital.booking"]
        cls.patient = cls._patient()
        cls.session = cls._session(TOMORROW)
        cls.serial = 0

    def _claim(self, patient=None, session=None, confirm=True, key=None, **values):
        type(self).serial += 1
        return self.Booking._claim(
            self.channel, patient or self.patient, session or self.session,
            key or f"key-{self.serial}", confirm=confirm, **values,
        )  # fmt: skip

    def _booked(self, *args, **values):
        result = self._claim(*args, **values)
        self.assertEqual(result.outcome, "ok")
        return self.Booking.browse(result.booking_id)

    def _missed(self, days):
        """Let the patient miss one session on each of ``days`` after tomorrow."""
        for day in days:
            self._booked(session=self._session(TOMORROW + timedelta(days=day)))
