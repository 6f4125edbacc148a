from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, freeze_time, tagged

from .figures import FigureChecks
from .menus import MenuChecks

STATES = {
    "hold",
    "confirmed",
    "checked_in",
    "called",
    "done",
    "expired",
    "cancelled",
    "no_show",
    "displaced",
}
LIVE = ("hold", "confirmed", "checked_in", "called", "done", "no_show", "displaced")


@freeze_time("2026-06-10 02:30:00")
@tagged("post_install", "-at_install", "hospital_demo_build")
class TestBuild(MenuChecks, FigureChecks, TransactionCase):
    """The demo hospital fills every list and keeps every rule; built once for all of it."""

    allow_inherited_tests_method = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.was_built = cls.env["hospital.demo"]._build()
        cls.env.flush_all()

    def _rows(self, query, *parameters):
        self.env.cr.execute(query, parameters)
        return self.env.cr.fetchall()

    def test_second_call_does_nothing(self):
        self.assertTrue(self.was_built)
        before = self.env["hospital.booking"].search_count([])
        self.assertFalse(self.env["hospital.demo"]._build())
        self.assertEqual(self.env["hospital.booking"].search_count([]), before)

    def test_refuses_a_database_in_use(self):
        self.env["ir.config_parameter"].set_param("hospital_demo.built_with_seed", False)
        with self.assertRaises(UserError):
            self.env["hospital.demo"]._build()

    def test_there_is_a_booking_in_every_state(self):
        found = {state for (state,) in self._rows("SELECT DISTINCT state FROM hospital_booking")}
        self.assertEqual(found, STATES)

    def test_no_number_is_given_twice(self):
        twice = self._rows(
            "SELECT slot_id FROM hospital_booking WHERE state = ANY(%s)"
            " GROUP BY slot_id HAVING count(*) > 1",
            list(LIVE),
        )
        self.assertEqual(twice, [])

    def test_taken_numbers_are_the_ones_with_a_live_booking(self):
        taken = self._rows("SELECT id FROM hospital_slot WHERE state = 'taken' ORDER BY id")
        booked = self._rows(
            "SELECT DISTINCT slot_id FROM hospital_booking WHERE state = ANY(%s)"
            " AND slot_id IN (SELECT id FROM hospital_slot WHERE state <> 'stopped')"
            " ORDER BY slot_id",
            list(LIVE),
        )
        self.assertEqual(taken, booked)

    def test_last_step_of_every_booking_is_its_state(self):
        different = self._rows(
            """SELECT b.id, b.state, e.to_state FROM hospital_booking b
                 LEFT JOIN LATERAL (SELECT to_state FROM hospital_booking_event
                                     WHERE booking_id = b.id ORDER BY at DESC, id DESC LIMIT 1) e
                        ON TRUE
                WHERE e.to_state IS DISTINCT FROM b.state"""
        )
        self.assertEqual(different, [])

    def test_nobody_has_more_than_two_doctors_a_day(self):
        many = self._rows(
            "SELECT patient_id, date FROM hospital_booking WHERE state = ANY(%s)"
            " GROUP BY patient_id, date HAVING count(*) > 2",
            list(LIVE),
        )
        self.assertEqual(many, [])

    def test_plenty_of_everything(self):
        count = self.env["hospital.doctor"].search_count([])
        self.assertGreaterEqual(count, 60)
        self.assertGreaterEqual(self.env["hospital.patient"].search_count([]), 1990)
        today = self.env["hospital.clock"]._today()
        first, last = self._rows("SELECT min(date), max(date) FROM hospital_session")[0]
        self.assertEqual(first, today - timedelta(days=21))
        self.assertEqual(last, today + timedelta(days=14))

    def test_everybody_introduces_themselves_in_both_languages(self):
        for model in ("hospital.department", "hospital.doctor"):
            records = self.env[model].search([])
            if model == "hospital.department":
                records = records.filtered("bookable")
            for lang, letter in (("en_US", "s"), ("zh_CN", "，")):
                for record in records.with_context(lang=lang):
                    self.assertIn(letter, record.introduction or "", record.display_name)

    def test_one_login_per_role_works(self):
        for _label, login, _password in self.env["hospital.demo"]._logins()[:-1]:
            user = self.env["res.users"].search([("login", "=", login)])
            self.assertEqual(len(user), 1, login)
            self.assertTrue(user.has_group("hospital_base.group_staff"), login)
