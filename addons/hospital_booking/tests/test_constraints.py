import psycopg2
import psycopg2.extras

from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger

from .common import NOW, TOMORROW, BookingCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestConstraints(BookingCommon):
    """PostgreSQL refuses by itself, whatever the code above it does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._patient(name="Other")
        cls.second = cls._session(TOMORROW, half_day="pm", doctor=cls.doctor2)
        cls.general = cls._session(TOMORROW, half_day="pm", doctor=False)

    def _copy(self, booking, **changes):
        """Insert the row of ``booking`` again, alike but for ``changes``."""
        fresh = self.session.slot_ids.filtered(lambda slot: slot.number == 9)
        values = {
            "ref": f"{booking.ref}-2", "key": f"{booking.ref}-2", "slot_id": fresh.id,
            "patient_id": self.other.id, "ordinal": 1, "quota_ordinal": None, **changes,
        }  # fmt: skip
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "INSERT INTO hospital_booking SELECT (jsonb_populate_record(b, "
                "%s::jsonb || jsonb_build_object('id', nextval('hospital_booking_id_seq')))).* "
                "FROM hospital_booking b WHERE id = %s RETURNING id",
                psycopg2.extras.Json(values),
                booking.id,
            )
        )
        return self.Booking.browse(self.env.cr.fetchone()[0])

    def _refused(self, rule, run):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.IntegrityError) as caught,
            self.env.cr.savepoint(),
        ):
            run()
        self.assertEqual(caught.exception.diag.constraint_name, rule)

    def _refused_copy(self, rule, booking, **changes):
        self._refused(rule, lambda: self._copy(booking, **changes))

    def _refused_update(self, rule, record, column, value):
        record.flush_recordset()
        statement = SQL(
            "UPDATE %s SET %s = %s WHERE id = %s",
            SQL.identifier(record._table), SQL.identifier(column), value, record.id,
        )  # fmt: skip
        self._refused(rule, lambda: self.env.cr.execute(statement))

    def test_a_different_row_is_accepted(self):
        copy = self._copy(self._booked())
        self.assertEqual((copy.patient_id, copy.slot_id.number), (self.other, 9))

    def test_reference_and_key(self):
        booking = self._booked()
        self._refused_copy("hospital_booking_ref_once", booking, ref=booking.ref)
        self._refused_copy("hospital_booking_key_once", booking, key=booking.sudo().key)

    def test_one_live_booking_of_a_number(self):
        booking = self._booked()
        slot = booking.slot_id.id
        for state in ("hold", "confirmed", "checked_in", "called", "done", "displaced"):
            self._refused_copy(
                "hospital_booking_slot_once", booking, slot_id=slot, state=state
            )  # fmt: skip
        for state in ("expired", "cancelled", "no_show"):
            key = f"{booking.ref}-{state}"
            self._copy(booking, slot_id=slot, state=state, ref=key, key=key)

    def test_one_live_booking_of_a_doctor_and_day(self):
        self._refused_copy(
            "hospital_booking_doctor_once",
            self._booked(), patient_id=self.patient.id, ordinal=2,
        )  # fmt: skip

    def test_one_live_booking_of_a_department_and_day(self):
        booking = self._booked(session=self.general)
        self._refused_copy(
            "hospital_booking_department_once",
            booking, patient_id=self.patient.id, ordinal=2,
        )  # fmt: skip

    def test_ordinals_of_a_day(self):
        booking = self._booked()
        self._refused_copy(
            "hospital_booking_day_ordinal_once",
            booking, patient_id=self.patient.id, doctor_id=self.doctor2.id,
        )  # fmt: skip
        for ordinal in (0, 11):
            self._refused_copy("hospital_booking_ordinal_in_range", booking, ordinal=ordinal)

    def test_ordinals_of_a_quota(self):
        self.env["hospital.channel.rule"].create({"channel_id": self.channel.id, "maximum": 5})
        booking = self._booked()
        self.assertEqual(booking.quota_ordinal, 1)
        self._refused_copy("hospital_booking_quota_once", booking, quota_ordinal=1)
        self.assertEqual(self._copy(booking, quota_ordinal=2).quota_ordinal, 2)

    def test_waiting_once_for_a_session(self):
        entry = self.env["hospital.waitlist"]._join(self.session, self.patient, self.channel)
        other = self.env["hospital.waitlist"]._join(self.session, self.other, self.channel)
        entry.flush_recordset()
        self._refused_update("hospital_waitlist_once", other, "patient_id", self.patient.id)

    def test_locks(self):
        entries = self.env["hospital.blacklist.entry"].create(
            [
                {"patient_id": patient.id, "start_at": NOW, "until": "2031-04-01 00:00:00"}
                for patient in (self.patient, self.other)
            ]
        )
        entry = entries[0]
        self._refused_update(
            "hospital_blacklist_entry_one_open_lock", entry, "patient_id", self.other.id
        )
        self._refused_update(
            "hospital_blacklist_entry_until_after_start", entry, "until", entry.start_at
        )

    def test_rules_in_range(self):
        rule = self.env["hospital.blacklist.rule"].create({"name": "R"})
        for column, values in (
            ("count", (0, 101)), ("window_days", (0, 731)), ("lock_days", (0, 731)),
        ):  # fmt: skip
            for value in values:
                self._refused_update("hospital_blacklist_rule_in_range", rule, column, value)
        quota = self.env["hospital.channel.rule"].create({"channel_id": self.channel.id})
        for value in (-1, 1001):
            self._refused_update(
                "hospital_channel_rule_maximum_in_range", quota, "maximum", value
            )  # fmt: skip

    def test_channels_have_different_codes(self):
        phone = self.env["hospital.channel"].search([("code", "=", "phone")])
        self._refused_update("hospital_channel_code_once", phone, "code", "window")

    def test_settings_in_range(self):
        company = self.session.company_id
        for value in (0, 11):
            self._refused_update(
                "res_company_hospital_day_limit_in_range", company, "hospital_day_limit", value
            )
        for column, value in (
            ("hold_minutes", 0), ("offer_minutes", 0), ("late_minutes", -1),
            ("no_show_minutes", -1), ("cancel_hours", -1), ("cancel_limit", -1),
            ("cancel_days", 0),
        ):  # fmt: skip
            self._refused_update(
                "res_company_hospital_booking_minutes", company, f"hospital_{column}", value
            )
