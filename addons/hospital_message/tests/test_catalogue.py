from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MessageCommon


@tagged("post_install", "-at_install")
class TestCatalogue(MessageCommon):
    def _template(self, body, title="Title"):
        return self.env["hospital.message.template"].create(
            {
                "event_id": self.event.id,
                "lang": "zh_CN",
                "port": "inapp",
                "title": title,
                "body": body,
            }
        )

    def test_template_uses_only_declared_variables(self):
        self.event.template_ids.unlink()
        for body in ("{nurse}", "{doctor.name}", "{doctor!r}", "{doctor:>9}", "{}", "{doctor"):
            with self.assertRaises(ValidationError, msg=body), self.cr.savepoint():
                self._template(body)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._template("fine", title="{nurse}")
        template = self._template("{patient} {doctor} {hospital} {{literal}}")
        self.assertEqual(template._placeholders(), ["patient", "doctor", "hospital"])

    def test_variable_in_use_cannot_be_taken_away(self):
        with self.assertRaises(ValidationError):
            self.event.variables = "doctor"

    @mute_logger("odoo.sql_db")
    def test_one_template_per_language_and_port(self):
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._template("again")

    @mute_logger("odoo.sql_db")
    def test_safety_event_cannot_be_switched_off(self):
        self.event.silenceable = False
        Preference = self.env["hospital.message.preference"]
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            Preference._set_enabled(self.account_a, self.event, False)
        self.env.flush_all()
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.cr.execute(
                "INSERT INTO hospital_message_preference (account_id, event_id, enabled)"
                " VALUES (%s, %s, false)",
                [self.account_a.id, self.event.id],
            )
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.event.default_on = False
            self.env.flush_all()

    def test_switch_is_dropped_when_the_event_becomes_a_safety_matter(self):
        Preference = self.env["hospital.message.preference"]
        Preference._set_enabled(self.account_a, self.event, False)
        self.assertIn((self.event, False), Preference._switches(self.account_a))
        self.event.silenceable = False
        self.env.flush_all()
        self.assertIn((self.event, True), Preference._switches(self.account_a))
        self.assertFalse(Preference.search([("event_id", "=", self.event.id)]))

    def test_every_field_is_classified(self):
        classes = self.env["hospital.data.class"]
        found = classes._unclassified_fields() + classes._unprotected_fields()
        self.assertEqual([name for name in found if name.startswith("hospital.message")], [])
