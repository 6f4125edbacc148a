from odoo.exceptions import UserError
from odoo.tests import tagged

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
