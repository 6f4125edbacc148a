from datetime import date

from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
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
