from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PatientCommon


@tagged("post_install", "-at_install")
class TestPatientRights(PatientCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._patient(name="Own")
        cls.other = cls._patient(name="Other")
        cls.account_a = cls._account(cls.portal_a, cls.own)
        cls.account_b = cls._account(cls.portal_b, cls.other)

    def test_portal_user_sees_the_own_family_only(self):
        for model, own in (
            ("hospital.patient", self.own),
            ("hospital.account", self.account_a),
            ("hospital.account.member", self.account_a.member_ids),
        ):
            self.assertEqual(self.env[model].with_user(self.portal_a).search([]), own, model)
        with self.assertRaises(AccessError):
            self.other.with_user(self.portal_a).read(["name"])

    def test_portal_user_changes_nothing_directly(self):
        for record in (self.own, self.account_a, self.account_a.member_ids):
            with self.assertRaises(AccessError):
                record.with_user(self.portal_a).write({})

    def test_nobody_reads_numbers_without_the_right(self):
        for user in (self.desk, self.office, self.admin_user, self.doctor_user, self.portal_a):
            for name in ("id_number", "phone", "address"):
                with self.assertRaises(AccessError):
                    self.own.with_user(user).read([name])
        masked = self.own.with_user(self.desk).read(["masked_id", "masked_phone"])[0]
        self.assertNotIn(self.own.id_number, str(masked))
        self.assertTrue(masked["masked_phone"].endswith(self.own.phone[-4:]))

    def test_desk_registers_without_seeing(self):
        desk_view = self.env["hospital.patient"].with_user(self.desk)
        number = self.own.id_number
        self.own.sudo().write({"id_type": "passport", "id_number": "P1234567"})
        self.env.flush_all()
        patient = desk_view.create(
            {"name": "New", "new_id_number": number, "new_phone": "19900005555"}
        )
        self.assertEqual((patient.sudo().id_number, patient.sudo().phone), (number, "19900005555"))

    def test_reveal_needs_the_right_and_leaves_a_reason(self):
        with self.assertRaises(AccessError):
            self.env["hospital.patient.reveal"].with_user(self.desk).create(
                {"patient_id": self.own.id, "reason": "x"}
            )
        wizard = self.env["hospital.patient.reveal"].with_user(self.revealer).create(
            {"patient_id": self.own.id, "reason": "call back about a result"}
        )
        self.assertFalse(wizard.id_number)
        wizard.action_show()
        wizard.invalidate_recordset()
        self.assertEqual(wizard.id_number, self.own.sudo().id_number)
        row = self.env["hospital.audit.log"].search([("action", "=", "reveal")], limit=1)
        self.assertEqual(
            (row.user_id, row.patient_ids, row.reason),
            (self.revealer, self.own.ids, "call back about a result"),
        )

    def test_opening_and_changing_are_written_down_without_values(self):
        Log = self.env["hospital.audit.log"]
        self.own.with_user(self.desk).web_read({"name": {}})
        self.own.with_user(self.desk).write({"new_phone": "19900006666"})
        self.env.flush_all()
        rows = Log.search([("user_id", "=", self.desk.id)])
        self.assertIn("read", rows.mapped("action"))
        self.assertIn("write", rows.mapped("action"))
        self.assertNotIn("19900006666", str(rows.read()))

    def test_patients_are_not_deleted(self):
        with self.assertRaises(AccessError):
            self.own.with_user(self.admin_user).unlink()

    def test_partner_of_invoices_is_a_pseudonym(self):
        partner = self.own._invoice_partner()
        self.assertEqual((partner.name, partner.phone, partner.email), (self.own.mrn, False, False))
        self.assertEqual(self.own._invoice_partner(), partner)

    def test_no_text_column_holds_a_number(self):
        """Plant a document and a phone, then look into every text column of the database."""
        number, phone = self.own.sudo().id_number, self.own.sudo().phone
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c"
            " JOIN pg_class t ON t.relname = c.table_name AND t.relkind = 'r'"
            " WHERE c.table_schema = 'public'"
            " AND c.data_type IN ('character varying', 'text', 'jsonb')"
            " AND (c.table_name LIKE 'hospital%' OR c.table_name LIKE 'res_%'"
            "      OR c.table_name LIKE 'mail%')"
        )
        columns = self.env.cr.fetchall()
        self.assertGreater(len(columns), 100)
        hits = []
        for table, column in columns:
            self.env.cr.execute(
                f'SELECT 1 FROM "{table}" WHERE "{column}"::text ~ %s LIMIT 1',
                [f"{number}|{phone}"],
            )
            if self.env.cr.fetchone():
                hits.append((table, column))
        self.assertEqual(hits, [])

    def test_every_field_is_classified_and_protected(self):
        classes = self.env["hospital.data.class"]
        ours = ("hospital.patient", "hospital.account", "hospital.consent", "hospital.phone")
        missing = classes._unclassified_fields() + classes._unprotected_fields()
        self.assertEqual([name for name in missing if name.startswith(ours)], [])

    def test_patient_list_needs_few_queries(self):
        for count in range(20):
            self._patient(name=f"Row {count}")
        self.env.flush_all()
        Patient = self.env["hospital.patient"].with_user(self.desk)
        names = ("mrn", "name", "sex", "age", "masked_id", "masked_phone", "verified_level")
        spec = {name: {} for name in names}
        Patient.web_search_read([], spec, limit=80)
        self.env.invalidate_all()
        with self.assertQueryCount(6):
            Patient.web_search_read([], spec, limit=80)
