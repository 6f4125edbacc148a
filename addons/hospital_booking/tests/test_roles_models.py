from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged

from .common import NOW, BookingCommon

#: Written by hand, not read from the access lines: who reads what.
READERS = {
    "hospital.booking": {"office", "desk", "doctor", "cashier", "manager", "admin", "finance"},
    "hospital.booking.event": {
        "office", "desk", "doctor", "cashier", "manager", "admin", "finance",
    },
    "hospital.booking.report": {
        "office", "desk", "doctor", "cashier", "manager", "admin", "finance",
    },
    "hospital.blacklist.entry": {"office", "desk", "manager", "admin"},
    "hospital.blacklist.rule": {"office", "desk", "manager", "admin"},
    "hospital.waitlist": {"office", "desk", "manager", "admin"},
}  # fmt: skip


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestRolesModels(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            "office": cls.office,
            "desk": cls.desk,
            "doctor": cls.doctor_user,
            "cashier": cls.cashier,
            "admin": cls.admin_user,
            **{
                role: cls.roles[role]
                for role in ("finance", "manager", "integration", "security_admin", "auditor")
            },
        }
        cls.doctor.user_id = cls.doctor_user
        cls.own = cls.Booking.browse(cls._one(cls.doctor))
        cls.foreign = cls.Booking.browse(cls._one(cls.doctor2))

    @classmethod
    def _one(cls, doctor):
        session = cls._session(cls.session.date, half_day="pm", doctor=doctor)
        patient = cls._patient(name="林小满")
        cls.env["hospital.waitlist"]._join(session, patient, cls.channel)
        return cls.Booking._claim(
            cls.channel, patient, session, f"of-{doctor.id}", confirm=True
        ).booking_id

    def test_who_reads_what(self):
        for model, readers in READERS.items():
            for role, user in self.users.items():
                allowed = self.env[model].with_user(user).has_access("read")
                self.assertEqual(allowed, role in readers, f"{model} {role}")

    def test_nobody_changes_bookings_or_statistics_by_hand(self):
        before = self.own.read(["state", "slot_id", "doctor_id"])
        for role, user in self.users.items():
            for model in ("hospital.booking", "hospital.booking.event", "hospital.booking.report"):
                for operation in ("write", "create", "unlink"):
                    allowed = self.env[model].with_user(user).has_access(operation)
                    self.assertFalse(allowed, f"{model} {operation} {role}")
            with self.assertRaises(UserError):
                self.own.with_user(user).write({"state": "done"})
        self.assertEqual(self.own.read(["state", "slot_id", "doctor_id"]), before)

    def test_a_doctor_sees_the_own_in_lists_history_and_statistics(self):
        ids = (self.own + self.foreign).ids
        for model, name in (
            ("hospital.booking", "id"),
            ("hospital.booking.event", "booking_id"),
            ("hospital.booking.report", "id"),
        ):
            records = self.env[model].with_user(self.doctor_user)
            found = {
                row[name] if name == "id" else row[name].id
                for row in records.search([(name, "in", ids)])
            }
            self.assertEqual(found, set(self.own.ids), model)
            self.assertEqual(
                len(self.env[model].with_user(self.office).search([(name, "in", ids)])), 2, model
            )
        with self.assertRaises(AccessError):
            self.foreign.with_user(self.doctor_user).read(["state"])

    def test_only_desk_and_office_check_in(self):
        with freeze_time("2031-03-04 05:50:00"):
            for role in ("doctor", "cashier", "manager", "integration", "auditor"):
                with self.assertRaises(AccessError):
                    self.own.with_user(self.users[role]).action_check_in()
            self.assertEqual(self.own.state, "confirmed")
            self.own.with_user(self.desk).action_check_in()
        self.assertEqual(self.own.state, "checked_in")

    def test_rules_and_channels_belong_to_the_administrator(self):
        rule = self.env["hospital.blacklist.rule"].create({"name": "R", "count": 4})
        for role in ("office", "desk", "manager", "doctor"):
            with self.assertRaises(AccessError):
                rule.with_user(self.users[role]).count = 1
            with self.assertRaises(AccessError):
                self.channel.with_user(self.users[role]).may_cancel = False
        self.assertEqual((rule.count, self.channel.may_cancel), (4, True))
        rule.with_user(self.admin_user).count = 5
        self.assertEqual(rule.count, 5)

    def test_export_wants_the_right_and_leaves_a_row(self):
        office = new_test_user(
            self.env, "booking_exporter",
            "hospital_base.group_outpatient_office,base.group_allow_export",
        )  # fmt: skip
        self.desk.group_ids -= self.env.ref("base.group_allow_export")
        columns = ["ref", "patient_id", "patient_id/name", "patient_id/mrn", "patient_id/phone"]
        logs = self.env["hospital.audit.log"]
        before = logs.search_count([("action", "=", "export")])
        with self.assertRaises(UserError):
            self.own.with_user(self.desk).export_data(columns)
        self.assertEqual(logs.search_count([("action", "=", "export")]), before)
        ((ref, patient, name, mrn, phone),) = self.own.with_user(office).export_data(columns)[
            "datas"
        ]
        self.assertEqual((ref, mrn), (self.own.ref, self.own.patient_id.mrn))
        self.assertEqual({patient, name, phone}, {"*小满"})
        row = logs.search([("action", "=", "export")], limit=1)
        self.assertEqual((row.user_id, row.model), (office, "hospital.booking"))
        self.assertEqual((row.res_ids, row.patient_ids), (self.own.ids, self.own.patient_id.ids))
        office.group_ids += self.env.ref("hospital_base.group_export_personal")
        rows = self.own.with_user(office).export_data(["patient_id/name"])["datas"]
        self.assertEqual(rows, [["林小满"]])

    def test_export_masks_through_the_history_too(self):
        office = new_test_user(
            self.env, "booking_exporter",
            "hospital_base.group_outpatient_office,base.group_allow_export",
        )  # fmt: skip
        paths = ["event_ids/booking_id/patient_id/name", "event_ids/booking_id/patient_id"]
        rows = self.own.with_user(office).export_data(paths)["datas"]
        self.assertNotIn("林", f"{rows}")

    def test_opening_one_booking_is_written_down(self):
        logs = self.env["hospital.audit.log"]
        self.own.with_user(self.office).web_read({"patient_id": {}})
        row = logs.search([], limit=1)
        self.assertEqual((row.action, row.model, row.user_id.id), (
            "read", "hospital.booking", self.office.id))  # fmt: skip
        self.assertEqual(row.patient_ids, self.own.patient_id.ids)
