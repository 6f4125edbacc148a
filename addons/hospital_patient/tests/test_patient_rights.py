from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

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

    def test_reveal_shows_nothing_before_its_row_and_nobody_else(self):
        Reveal = self.env["hospital.patient.reveal"].with_user(self.revealer)
        vals = {"patient_id": self.own.id, "reason": "call back about a result"}
        with self.assertRaises(AccessError):
            Reveal.create({**vals, "shown": True})
        self.assertFalse(Reveal.with_context(default_shown=True).create(vals).id_number)
        wizard = Reveal.create(vals)
        for change in ({"shown": True}, {"patient_id": self.other.id}):
            with self.assertRaises(AccessError):
                wizard.write(change)
        wizard.reason = " x "
        with self.assertRaisesRegex(UserError, "few words"):
            wizard.action_show()
        self.assertFalse(self.env["hospital.audit.log"].search([("action", "=", "reveal")]))
        wizard.reason = "call back"
        wizard.action_show()
        with self.assertRaises(AccessError):
            wizard.write({"reason": "another"})

    def test_the_right_to_reveal_reads_nothing_without_a_reason(self):
        card = self.env["hospital.patient.card"].create(
            {"patient_id": self.own.id, "kind": "visit", "number": "R1"}
        )
        for record, names in (
            (self.own, ("id_number", "phone", "address", "guardian_id_number", "guardian_phone")),
            (self.account_a, ("phone",)),
            (card, ("number",)),
        ):
            for name in names:
                with self.assertRaises(AccessError):
                    record.with_user(self.revealer).read([name])
        for domain in ([("phone", "=", "1")], [("id_number", "ilike", "1234")]):
            with self.assertRaises(AccessError):
                self.env["hospital.patient"].with_user(self.revealer).search(domain)

    def test_reading_in_clear_is_written_down(self):
        exporter = new_test_user(
            self.env,
            "patient_exporter",
            "hospital_base.group_triage_desk,hospital_base.group_export_personal",
        )
        people = self.own + self.other
        rows = people.with_user(exporter).read(["phone", "sex"])
        self.assertEqual([row["phone"] for row in rows], people.sudo().mapped("phone"))
        row = self.env["hospital.audit.log"].search([("action", "=", "export")], limit=1)
        self.assertEqual(
            (row.user_id, row.patient_ids, row.field_names), (exporter, people.ids, "phone")
        )
        self.account_a.with_user(exporter).read(["phone"])
        row = self.env["hospital.audit.log"].search([("action", "=", "export")], limit=1)
        self.assertEqual((row.model, row.patient_ids), ("hospital.account", self.own.ids))

    def test_auditor_finds_who_looked_at_a_person(self):
        self.own.with_user(self.desk).web_read({"name": {}})
        self.other.with_user(self.desk).web_read({"name": {}})
        auditor = new_test_user(self.env, "patient_auditor", "hospital_base.group_auditor")
        Log = self.env["hospital.audit.log"].with_user(auditor)
        mine = [("user_id", "=", self.desk.id)]
        for text in (self.own.mrn, self.own.sudo().phone, "Own"):
            found = Log.search([("patients", "ilike", text), *mine])
            self.assertEqual(found.mapped("patient_ids"), [self.own.ids], text)
            self.assertEqual(found.patients, self.own.mrn)

    def test_system_facts_are_not_set_by_hand(self):
        for values in ({"mrn": "X"}, {"verified_level": "police"}, {"merged_into_id": 1}):
            with self.assertRaises(AccessError):
                self.own.with_user(self.desk).write(values)
            with self.assertRaises(AccessError):
                self.env["hospital.patient"].with_user(self.desk).create({"name": "X", **values})

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

    def test_other_lists_need_few_queries(self):
        Consent, Text = self.env["hospital.consent"], self.env["hospital.consent.text"]
        for count in range(12):
            patient = self._patient(name=f"Row {count}")
            self.env["hospital.credit.event"]._add(patient.ids, "late", "x")
            self.env["hospital.risk.event"]._record("wrong_code", patient=patient)
            Consent._give(self.account_a, patient, Text._current(), "window")
        self.env.flush_all()
        for model, names, limit in (
            ("hospital.consent", ("at", "purpose", "legal_basis", "channel", "withdrawn_at"), 6),
            ("hospital.credit.event", ("at", "kind", "points", "reason"), 6),
            ("hospital.risk.event", ("at", "kind", "detail"), 6),
        ):
            Model = self.env[model].with_user(self.office)
            spec = {name: {} for name in names}
            spec["patient_id"] = {"fields": {"display_name": {}}}
            Model.web_search_read([], spec, limit=80)
            self.env.invalidate_all()
            with self.subTest(model), self.assertQueryCount(limit):
                Model.web_search_read([], spec, limit=80)
