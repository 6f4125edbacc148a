import time
from base64 import b32decode
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.auth_totp.models.totp import hotp
from odoo.addons.hospital_base import set_password_length
from odoo.exceptions import UserError
from odoo.tests import HttpCase, freeze_time, new_test_user, tagged

from ..controllers.second_factor import SECRET
from ..models import res_config_settings
from .common import HospitalCommon

ENROL = "/hospital/second-factor"


@tagged("post_install", "-at_install")
class TestSignIn(HospitalCommon, HttpCase):
    """GB/T 22239 level 3: second factor, idle exit, length of passwords."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Params = cls.env["ir.config_parameter"]

    def _enter(self, role):
        login = self.roles[role].login
        return self.authenticate(login, login)

    def _goes_to(self, address="/odoo"):
        answer = self.url_open(address, allow_redirects=False)
        return (answer.headers.get("Location") or "").removeprefix(self.base_url())

    def test_second_factor_is_asked_of_whom_the_setting_names(self):
        for rule, asked in (
            ("none", set()),
            ("privileged", {"admin"}),
            ("all", {"admin", "cashier"}),
        ):
            self.Params.set_param("hospital.second_factor", rule)
            for role in ("admin", "cashier"):
                self._enter(role)
                self.assertEqual(self._goes_to() == ENROL, role in asked, (rule, role))

    def test_remote_calls_are_closed_as_well(self):
        self.Params.set_param("hospital.second_factor", "privileged")
        self._enter("admin")
        params = {"model": "res.users", "method": "read", "args": [[1], ["name"]], "kwargs": {}}
        answer = self.url_open("/web/dataset/call_kw", json={"params": params}).json()
        self.assertEqual(answer["error"]["code"], 100)
        self.assertTrue(self.roles["admin"]._rpc_api_keys_only())
        self.assertFalse(self.roles["cashier"]._rpc_api_keys_only())

    def test_a_session_without_second_factor_calls_no_models_by_path(self):
        self.Params.set_param("hospital.second_factor", "privileged")
        browser = {
            "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Site": "same-origin", "Sec-Fetch-User": "?1",
        }  # fmt: skip
        for role, status in (("cashier", 200), ("admin", 403)):
            self._enter(role)
            answer = self.url_open(
                "/json/2/res.users/search_count", json={"domain": []}, headers=browser
            )
            self.assertEqual(answer.status_code, status, role)

    def test_setting_up_the_second_factor_opens_the_work(self):
        self.Params.set_param("hospital.second_factor", "privileged")
        session = self._enter("admin")
        page = self.url_open(ENROL).text
        token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        wrong = self.url_open(ENROL, data={"csrf_token": token, "code": "abc"})
        self.assertIn("alert-danger", wrong.text)
        self.assertEqual(self._goes_to(), ENROL)
        secret = page.split("<code>", 1)[1].split("<", 1)[0]
        code = f"{self._code(secret):06d}"
        answer = self.url_open(
            ENROL, data={"csrf_token": token, "code": code}, allow_redirects=False
        )
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(self.roles["admin"].totp_enabled)
        self.assertEqual(self._goes_to(), "")
        self.assertNotIn(SECRET, session)

    def _code(self, secret):
        return hotp(b32decode(secret), int(time.time() / 30))

    def test_idle_staff_sign_in_again(self):
        self.Params.set_param("hospital.idle_minutes", 5)
        now = fields.Datetime.now()
        self._enter("cashier")
        for minutes, address in ((0, ""), (4, ""), (8, ""), (14, "/web/login?redirect=%2Fodoo%3F")):
            with freeze_time(now + timedelta(minutes=minutes)):
                self.assertEqual(self._goes_to(), address, minutes)

    def test_saving_the_settings_keeps_the_rule_of_the_server(self):
        self.Params.search([("key", "=", "hospital.second_factor")]).unlink()
        with patch.object(res_config_settings, "configured_rule", lambda: "privileged"):
            self.env["res.config.settings"].create({"hospital_idle_minutes": 7}).execute()
        self.assertEqual(self.Params.get_param("hospital.second_factor"), "privileged")
        self.assertEqual(self.Params.get_param("hospital.idle_minutes"), "7")

    def test_nobody_is_signed_out_where_the_setting_is_zero(self):
        self.Params.set_param("hospital.idle_minutes", 0)
        now = fields.Datetime.now()
        self._enter("cashier")
        for hours in (0, 2):
            with freeze_time(now + timedelta(hours=hours)):
                self.assertEqual(self._goes_to(), "")

    def test_an_installation_asks_for_twelve_characters(self):
        set_password_length(self.env)
        with self.assertRaises(UserError):
            new_test_user(self.env, "short_password", password="elevenchars")
        self.assertTrue(new_test_user(self.env, "long_password", password="twelve-chars"))

    def test_staff_sign_in_again_after_twelve_hours_of_work(self):
        self.Params.set_param("hospital.idle_minutes", 600)
        now = fields.Datetime.now()
        self._enter("cashier")
        for hours, address in ((0, ""), (6, ""), (11, ""), (13, "/web/login?redirect=%2Fodoo%3F")):
            with freeze_time(now + timedelta(hours=hours)):
                self.assertEqual(self._goes_to(), address, hours)
