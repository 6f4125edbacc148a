from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PatientCommon


@tagged("post_install", "-at_install")
class TestMerge(PatientCommon):
    def setUp(self):
        super().setUp()
        self.first, self.second = self._patient(name="A"), self._patient(name="A")
        self.enterContext(self.enter_registry_test_mode())
        self.Merge = self.env["hospital.patient.merge"].with_user(self.office)

    def test_merge_moves_rows_and_undo_brings_them_back(self):
        card = self.env["hospital.patient.card"].create(
            {"patient_id": self.second.id, "kind": "visit", "number": "M1"}
        )
        account = self._account(self.portal_a, self.second)
        merge = self.Merge._merge(self.first, self.second, "same person")
        self.assertEqual((card.patient_id, account.member_ids.patient_id), (self.first, self.first))
        self.assertEqual((self.second.active, self.second._live()), (False, self.first))
        self.assertEqual(merge.moved_words, "Patient of a phone account: 1\nPatient card: 1")
        merge.action_undo()
        self.assertEqual(
            (card.patient_id, account.member_ids.patient_id), (self.second, self.second)
        )
        self.assertTrue(self.second.active)
        self.assertFalse(self.second.merged_into_id)
        with self.assertRaises(UserError):
            merge.action_undo()

    def test_rows_that_break_a_rule_stay_and_are_listed(self):
        account = self._account(self.portal_a, self.first, self.second)
        merge = self.Merge._merge(self.first, self.second, "same person")
        stuck = account.member_ids.filtered(lambda row: row.patient_id == self.second)
        self.assertEqual(merge.kept, {"hospital_account_member.patient_id": stuck.ids})

    def test_old_cards_still_lead_to_the_person(self):
        number = self.second.sudo().mrn
        self.Merge._merge(self.first, self.second, "same person")
        Patient = self.env["hospital.patient"]
        self.assertEqual(Patient._resolve_card("record", number), self.first)
        document = self.second.sudo().id_number
        self.assertEqual(Patient._resolve_card("id", document), self.first)
        vals = {"name": "A", "id_number": document, "phone": "19900001111"}
        self.assertEqual(Patient._register_person(vals), self.first)

    def test_merging_twice_or_with_oneself_is_refused(self):
        with self.assertRaises(UserError):
            self.Merge._merge(self.first, self.first, "x")
        self.Merge._merge(self.first, self.second, "x")
        with self.assertRaises(UserError):
            self.Merge._merge(self.second, self._patient(), "x")

    def test_every_reference_to_a_patient_is_known(self):
        """Counted from the database's own foreign keys."""
        self.env.cr.execute(
            "SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c"
            " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
            " WHERE c.contype = 'f' AND c.confrelid = 'hospital_patient'::regclass"
        )
        keys = {
            (table, column)
            for table, column in self.env.cr.fetchall()
            if table not in self._not_moved() and column != "merged_into_id"
        }
        self.assertEqual(keys - set(self.Merge._references()), set())

    def _not_moved(self):
        transient = {m._table for m in self.env.values() if m._transient}
        return transient | {"hospital_patient_merge"}

    def test_undo_is_the_offices_and_begins_with_the_latest(self):
        third = self._patient(name="A")
        early = self.Merge._merge(self.second, third, "same person")
        late = self.Merge._merge(self.first, self.second, "same person")
        with self.assertRaises(AccessError):
            early.with_user(self.desk).action_undo()
        with self.assertRaisesRegex(UserError, "later merge"):
            early.action_undo()
        self.assertEqual((early.state, third._live()), ("merged", self.first))
        late.action_undo()
        early.action_undo()
        self.assertEqual((early.state, late.state), ("undone", "undone"))
        self.assertEqual((third + self.second).mapped("merged_into_id"), self.first.browse())

    def test_undo_leaves_what_was_given_to_somebody_else(self):
        cards = self.env["hospital.patient.card"].create(
            [
                {"patient_id": self.second.id, "kind": "visit", "number": number}
                for number in ("M1", "M2")
            ]
        )
        third = self._patient(name="C")
        merge = self.Merge._merge(self.first, self.second, "same person")
        cards[0].patient_id = third
        merge.action_undo()
        self.assertEqual(cards.mapped("patient_id"), third + self.second)

    @mute_logger("odoo.sql_db")
    def test_undo_tells_when_the_document_is_on_file_again(self):
        number = self.second.sudo().id_number
        merge = self.Merge._merge(self.first, self.second, "same person")
        self.env.flush_all()
        self._patient(name="A", id_number=number)
        with self.assertRaisesRegex(UserError, "registered again"):
            merge.action_undo()
        self.assertEqual((merge.state, self.second._live()), ("merged", self.first))

    def test_undo_returns_what_it_can_when_one_row_must_stay(self):
        account = self._account(self.portal_a, self.second)
        card = self.env["hospital.patient.card"].create(
            {"patient_id": self.second.id, "kind": "visit", "number": "M3"}
        )
        other = self._account(self.portal_b, self.second)
        merge = self.Merge._merge(self.first, self.second, "same person")
        # the person came back to one family in the meantime
        self.env.cr.execute("ALTER TABLE hospital_account_member DISABLE TRIGGER follow_merge")
        account._add_member(self.second)
        self.env.cr.execute("ALTER TABLE hospital_account_member ENABLE TRIGGER follow_merge")
        merge.action_undo()
        self.env.invalidate_all()
        self.assertEqual(card.patient_id, self.second)
        self.assertEqual(other.member_ids.patient_id, self.second)
        self.assertEqual(account.member_ids.patient_id, self.first + self.second)

    def test_a_number_of_another_system_follows(self):
        Identifier = self.env["hospital.identifier"]
        Identifier._set(self.second, "HIS", "P-7")
        self.Merge._merge(self.first, self.second, "same person")
        self.assertEqual(Identifier._find("HIS", "hospital.patient", "P-7"), self.first)

    def test_every_table_with_a_patient_follows_merges(self):
        """Asked of the database, for the addons that are installed."""
        self.env.cr.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'follow_merge'"
        )
        followed = {row[0] for row in self.env.cr.fetchall()}
        tables = {table for table, column in self.Merge._references() if column == "patient_id"}
        self.assertEqual(tables - followed, set())
        self.assertGreater(len(tables), 4)

    def test_rows_that_come_later_land_with_the_survivor(self):
        self.Merge._merge(self.first, self.second, "same person")
        self.env.flush_all()
        event = self.env["hospital.credit.event"]._add(self.second.ids, "late", "x")
        event.invalidate_recordset()
        self.assertEqual(event.patient_id, self.first)

    def test_wizard_merges_the_two_that_were_chosen(self):
        Wizard = self.env["hospital.patient.merge.wizard"].with_user(self.office)
        chosen = (self.second + self.first).ids
        context = {"active_model": "hospital.patient", "active_ids": chosen}
        wizard = Wizard.with_context(**context).create({"reason": "same person"})
        self.assertEqual((wizard.survivor_id, wizard.merged_id), (self.first, self.second))
        self.assertIn(self.first.mrn, wizard.survivor_facts)
        self.assertNotIn(self.first.sudo().id_number, wizard.survivor_facts)
        merge = self.env["hospital.patient.merge"].browse(wizard.action_merge()["res_id"])
        self.assertEqual(merge.merged_id, self.second)
        self.assertEqual(merge.display_name, f"{self.second.mrn} → {self.first.mrn}")
        with self.assertRaises(AccessError):
            self.env["hospital.patient.merge.wizard"].with_user(self.desk).create(
                {"survivor_id": 1, "merged_id": 2, "reason": "x"}
            )
