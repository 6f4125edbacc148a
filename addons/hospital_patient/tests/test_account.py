from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import PatientCommon


@tagged("post_install", "-at_install")
class TestAccount(PatientCommon):
    def test_family_limit_is_a_setting(self):
        account = self._account(self.portal_a)
        self.env.company.hospital_member_limit = 2
        account._add_member(self._patient(), "self")
        account._add_member(self._patient(), "child")
        with self.assertRaisesRegex(UserError, "2"):
            account._add_member(self._patient(), "child")
        self.assertEqual(account.member_ids.mapped("ordinal"), [1, 2])
        account.member_ids[1].with_user(self.portal_a)._remove()
        account._add_member(self._patient(), "child")
        self.assertEqual(len(account.member_ids), 2)

    def test_same_person_is_added_once_and_first_is_default(self):
        account, patient = self._account(self.portal_a), self._patient()
        first = account._add_member(patient, "self")
        self.assertEqual(account._add_member(patient, "self"), first)
        second = account._add_member(self._patient(), "child")
        self.assertEqual((first.is_default, second.is_default), (True, False))
        second.with_user(self.portal_a)._set_default()
        self.assertEqual((first.is_default, second.is_default), (False, True))

    @mute_logger("odoo.sql_db")
    def test_database_holds_the_limits(self):
        account, patient = self._account(self.portal_a), self._patient()
        account._add_member(patient)
        Member = self.env["hospital.account.member"]
        vals = {"account_id": account.id, "patient_id": self._patient().id}
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            Member.create({**vals, "ordinal": 1})
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            Member.create({**vals, "ordinal": 21})
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            Member.create({**vals, "patient_id": patient.id, "ordinal": 2})
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.env.company.hospital_member_limit = 21
            self.env.flush_all()

    def test_credit_is_the_sum_of_its_reasons(self):
        patient = self._patient()
        Credit = self.env["hospital.credit.event"]
        Credit._add(patient.ids, "no_show", "2031-01-06 expert number")
        Credit._add(patient.ids, "attended", "2031-01-07")
        Credit._add(patient.ids, "manual", "proved ill", points=15)
        self.assertEqual(patient.credit_score, 100 - 20 + 1 + 15)

    def test_device_opens_a_few_accounts_a_day(self):
        self.env.company.hospital_device_account_limit = 1
        Account = self.env["hospital.account"]
        account = Account.sudo()._open("19700000001", "device-1")
        self.assertEqual(account.user_id.group_ids, self.env.ref("base.group_portal"))
        self.assertNotIn("19700000001", account.user_id.login + account.user_id.name)
        with self.assertRaisesRegex(UserError, "desk"):
            Account.sudo()._open("19700000002", "device-1")
        self.assertTrue(Account.sudo()._open("19700000003", "device-2"))

    def test_name_and_number_alone_open_nobodys_record(self):
        """Both leak; the phone on file must be proved as well."""
        victim = self._patient(name="Victim", phone="19700005551")
        stranger = self._account(self.portal_a, phone="19700005552")
        vals = {"name": "Victim", "id_number": victim.id_number, "phone": "19700005551"}
        Patient = self.env["hospital.patient"].sudo()
        for phone in ("19700005551", "19700005552"):
            with self.assertRaisesRegex(UserError, "another phone"), self.cr.savepoint():
                Patient._register_person({**vals, "phone": phone}, account=stranger)
        self.assertFalse(stranger.member_ids)
        own = self._account(self.portal_b, phone="19700005551")
        self.assertEqual(Patient._register_person(vals, account=own), victim)
        self.assertEqual(own.member_ids.patient_id, victim)

    @mute_logger("odoo.sql_db")
    def test_a_limit_is_at_least_one(self):
        for name in (
            "hospital_code_phone_limit",
            "hospital_code_ip_limit",
            "hospital_code_device_limit",
            "hospital_device_account_limit",
            "hospital_account_patient_limit",
            "hospital_account_daily_limit",
        ):
            with self.assertRaises(CheckViolation), self.cr.savepoint():
                self.env.company[name] = 0
                self.env.flush_all()

    def test_account_list_needs_few_queries(self):
        for serial in range(10):
            user = new_test_user(self.env, f"account_list_{serial}", "base.group_portal")
            self._account(user, self._patient())
        self.env.flush_all()
        Account = self.env["hospital.account"].with_user(self.desk)
        spec = {name: {} for name in ("masked_phone", "state", "lang", "elder_mode", "create_date")}
        Account.web_search_read([], spec, limit=80)
        self.env.invalidate_all()
        with self.assertQueryCount(5):
            Account.web_search_read([], spec, limit=80)

    def test_desk_finds_an_account_by_phone_or_person(self):
        patient = self._patient(name="Account Holder")
        account = self._account(self.portal_a, patient, phone="19700006661")
        Account = self.env["hospital.account"].with_user(self.desk)
        for domain in (
            [("find_phone", "ilike", "197-0000-6661")],
            [("find_phone", "=", "+86 197 0000 6661")],
            [("find_phone", "ilike", "6661")],
            [("member_ids.patient_id.find", "ilike", "Account Holder")],
        ):
            self.assertEqual(Account.search(domain), account, domain)
        self.assertFalse(Account.search([("find_phone", "ilike", "1970000")]))
