from datetime import date

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import PatientCommon


@tagged("post_install", "-at_install")
class TestConsent(PatientCommon):
    def setUp(self):
        super().setUp()
        self.Consent = self.env["hospital.consent"]
        self.patient = self._patient()
        self.account = self._account(self.portal_a, self.patient)

    def test_required_text_is_missing_until_given_and_again_when_changed(self):
        missing = self.Consent._missing(self.account, self.patient)
        self.assertEqual(missing.mapped("purpose"), ["service"])
        self.Consent._give(self.account, self.patient, missing, "portal", "10.0.0.1")
        self.assertFalse(self.Consent._missing(self.account, self.patient))
        missing.copy({"version": 2, "body": "New words"})
        self.assertEqual(self.Consent._missing(self.account, self.patient).version, 2)

    def test_the_claim_asks_the_database_the_same(self):
        def missing(patient=self.patient):
            self.assertEqual(
                self.Consent._is_missing(self.account, patient),
                bool(self.Consent._missing(self.account, patient)),
            )
            return self.Consent._is_missing(self.account, patient)

        self.assertTrue(missing())
        given = self._agree(self.account, self.patient)
        self.assertFalse(missing())
        given._withdraw()
        self.assertTrue(missing())
        given = self._agree(self.account, self.patient)
        given.text_id.copy({"version": 2, "body": "New words"})
        self.assertTrue(missing())
        child = self._patient(birth=date(2020, 1, 1), guardian_name="Mother")
        service = self.Consent._offered(child, "zh_CN").filtered(lambda t: t.purpose == "service")
        self.Consent._give(self.account, child, service, "test")
        self.assertTrue(missing(child))
        self._agree(self.account, child)
        self.assertFalse(missing(child))

    def test_consent_keeps_the_hash_of_the_words_shown(self):
        text = self.Consent._missing(self.account, self.patient)
        consent = self.Consent._give(self.account, self.patient, text, "portal")
        self.assertEqual((consent.text_hash, len(consent.text_hash)), (text.sm3_hash, 64))
        with self.assertRaises(UserError):
            text.body = "Other words"

    def test_giving_twice_is_one_consent(self):
        text = self.Consent._missing(self.account, self.patient)
        self.Consent._give(self.account, self.patient, text, "portal")
        self.assertFalse(self.Consent._give(self.account, self.patient, text, "portal"))

    @mute_logger("odoo.sql_db")
    def test_database_keeps_one_live_consent(self):
        text = self.Consent._missing(self.account, self.patient)
        consent = self.Consent._give(self.account, self.patient, text, "portal")
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            consent.copy()

    def test_withdrawal_asks_again(self):
        text = self.Consent._missing(self.account, self.patient)
        self.Consent._give(self.account, self.patient, text, "portal")._withdraw()
        self.assertEqual(self.Consent._missing(self.account, self.patient), text)

    def test_child_needs_the_text_for_children_until_fourteen(self):
        child = self._patient(birth=date(2012, 5, 20), guardian_name="Mother")
        with freeze_time("2026-05-19 12:00:00"):
            texts = self.Consent._missing(self.account, child)
            self.assertEqual(set(texts.mapped("purpose")), {"service", "child"})
            given = self.Consent._give(self.account, child, texts, "portal")
            self.assertEqual(given.mapped("by_guardian"), [True, True])
            self.Consent._cron_ask_at_fourteen()
            self.assertEqual(given.mapped("withdrawn_at"), [False, False])
        with freeze_time("2026-05-19 16:30:00"):
            self.Consent._cron_ask_at_fourteen()
            self.assertTrue(all(given.mapped("withdrawn_at")))
            missing = self.Consent._missing(self.account, child)
            self.assertEqual(missing.mapped("purpose"), ["service"])

    def test_desk_records_what_was_agreed_on_paper(self):
        Wizard = self.env["hospital.consent.wizard"].with_user(self.desk)
        wizard = Wizard.create({"patient_id": self.patient.id})
        self.assertFalse(wizard.text_ids)
        self.assertNotIn("child", wizard.offered_ids.mapped("purpose"))
        with self.assertRaises(UserError):
            wizard.action_record()
        text = wizard.offered_ids.filtered("required")
        wizard.text_ids = text
        wizard.action_record()
        given = self.Consent.search([("patient_id", "=", self.patient.id)])
        self.assertEqual(
            (given.text_id, given.channel, given.actor_id), (text, "window", self.desk)
        )
        self.assertNotIn(text, Wizard.create({"patient_id": self.patient.id}).offered_ids)
        with self.assertRaises(AccessError):
            self.env["hospital.consent.wizard"].with_user(self.doctor_user).create(
                {"patient_id": self.patient.id}
            )

    def test_desk_withdraws_as_the_person_asks(self):
        text = self.Consent._missing(self.account, self.patient)
        consent = self.Consent._give(self.account, self.patient, text, "portal")
        with self.assertRaises(AccessError):
            consent.with_user(self.doctor_user).action_withdraw()
        consent.with_user(self.desk).action_withdraw()
        self.assertTrue(consent.withdrawn_at)
        row = self.env["hospital.audit.log"].search([("action", "=", "withdraw")], limit=1)
        self.assertEqual((row.user_id, row.patient_ids), (self.desk, self.patient.ids))

    def test_a_new_version_waits_until_it_is_put_in_force(self):
        text = self.Consent._missing(self.account, self.patient).with_user(self.admin_user)
        self.Consent._give(self.account, self.patient, text, "portal")
        draft = text.browse(text.action_new_version()["res_id"])
        self.assertEqual((draft.version, draft.active), (text.version + 1, False))
        draft.body = "New words"
        self.assertFalse(self.Consent._missing(self.account, self.patient))
        draft.action_unarchive()
        self.assertEqual(self.Consent._missing(self.account, self.patient), draft)
        self.assertEqual(text.copy().version, text.version + 2)

    def test_texts_and_consents_are_kept(self):
        text = self.Consent._missing(self.account, self.patient)
        consent = self.Consent._give(self.account, self.patient, text, "portal")
        for record in (text, consent):
            with self.assertRaises(AccessError):
                record.with_user(self.admin_user).unlink()
        with self.assertRaises(AccessError):
            consent.with_user(self.office).write({"withdrawn_at": False})
