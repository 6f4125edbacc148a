import re
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import PatientCommon

PHONE = "19700001111"


@tagged("post_install", "-at_install")
class TestPhoneCode(PatientCommon):
    def setUp(self):
        super().setUp()
        self.Code = self.env["hospital.phone.code"]
        self.start = fields.Datetime.now()
        self.enterContext(self.enter_registry_test_mode())

    def _ask(self, seconds=0, phone=PHONE, **kwargs):
        """Ask for a code ``seconds`` after the start and read it from the phone."""
        with freeze_time(self.start + timedelta(seconds=seconds)):
            self.Code._request(phone, "sign_in", **kwargs)
        text = self.env["hospital.sms.sandbox"]._last_text(phone)
        return re.search(r"\b\d{6}\b", text).group()

    def _try(self, code, seconds=0):
        with freeze_time(self.start + timedelta(seconds=seconds)):
            return self.Code._verify(PHONE, "sign_in", code)

    def test_right_code_works_once(self):
        code = self._ask()
        self.assertTrue(self._try(code))
        self.assertFalse(self._try(code))

    def test_code_dies_after_five_minutes(self):
        code = self._ask()
        self.assertFalse(self._try(code, 300))
        self.assertTrue(self._try(code, 299))

    def test_five_tries(self):
        code = self._ask()
        wrong = "000000" if code != "000000" else "111111"
        for _count in range(5):
            self.assertFalse(self._try(wrong))
        self.assertFalse(self._try(code))

    def test_a_minute_between_codes_and_the_older_one_dies(self):
        first = self._ask()
        with self.assertRaisesRegex(UserError, "minute"):
            self._ask(59)
        second = self._ask(60)
        self.assertFalse(self._try(first, 61) and first != second)
        self.assertTrue(self._try(second, 61))

    def test_limits_per_phone_address_and_device(self):
        company = self.env.company
        for name, kwargs in (
            ("hospital_code_ip_limit", {"ip": "10.0.0.1"}),
            ("hospital_code_device_limit", {"device": "d1"}),
        ):
            company[name] = 1
            company.flush_recordset()
            self._ask(phone=f"1970000{len(name):04d}", **kwargs)
            with self.assertRaisesRegex(UserError, "Too many"):
                self._ask(phone=f"1970001{len(name):04d}", **kwargs)
            company[name] = 100
            company.flush_recordset()
        company.hospital_code_phone_limit = 1
        company.flush_recordset()
        self._ask(1000, phone="19700009999")
        with self.assertRaisesRegex(UserError, "Too many"):
            self._ask(2000, phone="19700009999")

    def test_code_belongs_to_phone_and_purpose(self):
        code = self._ask()
        self.assertFalse(self.Code._verify("19700002222", "sign_in", code))
        self.assertFalse(self.Code._verify(PHONE, "member", code))

    def test_code_is_not_stored_in_clear(self):
        code = self._ask()
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(c)::text FROM hospital_phone_code c")
        stored = " ".join(row[0] for row in self.env.cr.fetchall())
        self.assertNotRegex(stored, rf'"{code}"')

    def test_sign_in_opens_one_account_and_finds_it_again(self):
        Account = self.env["hospital.account"]
        user = Account._sign_in(PHONE, self._ask())
        self.assertTrue(user.share)
        again = Account._sign_in(PHONE, self._ask(60))
        self.assertEqual(again, user)
        self._ask(120)
        with self.assertRaises(UserError):
            Account._sign_in(PHONE, "wrong!")
