from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, JsonRpcException, freeze_time, tagged
from odoo.tools import mute_logger

from ..models import res_users
from .common import HospitalCommon


@tagged("post_install", "-at_install")
class TestWeb(HospitalCommon, HttpCase):
    def test_back_office_loads_for_the_office(self):
        login = self.roles["outpatient_office"].login
        self.authenticate(login, login.ljust(8, "x"))
        response = self.url_open("/odoo/hospital-departments")
        self.assertEqual(response.status_code, 200)

    @mute_logger("odoo.addons.base.models.res_users")
    def test_five_failures_lock_the_account_and_time_unlocks_it(self):
        login = self.roles["cashier"].login
        for _count in range(5):
            self.assertFalse(self._sign_in(login, "wrong"))
        self.assertFalse(self._sign_in(login, login.ljust(8, "x")))
        other = self.roles["finance"].login
        self.assertTrue(self._sign_in(other, other.ljust(8, "x")))
        with freeze_time(fields.Datetime.now() + timedelta(minutes=31)):
            self.assertTrue(self._sign_in(login, login.ljust(8, "x")))

    @mute_logger("odoo.addons.base.models.res_users")
    def test_security_administrator_unlocks_and_is_written_down(self):
        login = self.roles["cashier"].login
        for _count in range(5):
            self._sign_in(login, "wrong")
        lock = self.env["hospital.login.lock"].search([])
        with self.assertRaises(AccessError):
            lock.with_user(self.roles["admin"]).action_unlock()
        lock.with_user(self.roles["security_admin"]).action_unlock()
        self.assertTrue(self._sign_in(login, login.ljust(8, "x")))
        trail = self.env["hospital.audit.log"].search([("action", "=", "unlock")], limit=1)
        self.assertEqual(trail.user_id, self.roles["security_admin"])

    @mute_logger("odoo.addons.base.models.res_users")
    def test_every_sign_in_of_staff_is_written_down(self):
        user = self.roles["cashier"]
        Log = self.env["hospital.audit.log"]
        self._sign_in("nobody-of-this-name", "wrong")
        self._sign_in(user.login, "wrong")
        self._sign_in(user.login, user.login.ljust(8, "x"))
        rows = Log.search([("action", "=", "login")], limit=3).sorted("id")
        self.assertEqual(
            [(row.user_id, row.res_ids, row.result) for row in rows],
            [
                (user.browse(), False, "refused"),
                (user.browse(), user.ids, "refused"),
                (user, user.ids, "ok"),
            ],
        )
        self.assertTrue(all(row._is_intact() for row in rows))
        self.assertNotIn("nobody-of-this-name", str(rows.read()))

    @mute_logger("odoo.addons.base.models.res_users")
    def test_the_lock_list_tells_whose_account_it_is(self):
        login = self.roles["cashier"].login
        self._sign_in(login, "wrong")
        self._sign_in("nobody-of-this-name", "wrong")
        locks = self.env["hospital.login.lock"].with_user(self.roles["security_admin"]).search([])
        self.assertEqual(locks.user_id, self.roles["cashier"])
        self.assertEqual(len(locks), 2)

    def test_sign_ins_of_one_account_follow_one_another(self):
        """Else as many guesses as there are workers pass the lock at once."""
        login = self.roles["cashier"].login
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        Users = self.env["res.users"]
        with patch.object(res_users, "request", True), Users._assert_can_auth(user=login):
            self.env.cr.execute(held)
            self.assertEqual(self.env.cr.fetchone()[0], 1)

    def _sign_in(self, login, password):
        """Post the sign-in form of a new visitor; tell whether it let them in."""
        self.authenticate(None, None)
        page = self.url_open("/web/login").text
        token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        answer = self.url_open(
            "/web/login",
            data={"login": login, "password": password, "csrf_token": token},
            allow_redirects=False,
        )
        return answer.status_code == 303

    @mute_logger("odoo.http")
    def test_outsiders_get_no_traceback(self):
        with self.assertRaises(JsonRpcException):
            self.make_jsonrpc_request("/web/dataset/call_kw/res.users/read", {"model": "x"})
        body = self.url_open("/web/session/authenticate", json={"params": {"db": 1}}).text
        self.assertNotIn("Traceback", body)

    def test_department_list_needs_few_queries(self):
        for _count in range(20):
            self._department(parent_id=self.department.id)
        self.env.flush_all()
        self.env.invalidate_all()
        office = self.roles["outpatient_office"]
        Department = self.env["hospital.department"].with_user(office)
        spec = {
            "code": {},
            "name": {},
            "parent_id": {"fields": {"display_name": {}}},
            "campus_id": {"fields": {"display_name": {}}},
            "location": {},
        }
        Department.web_search_read([], spec, limit=80)
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            Department.web_search_read([], spec, limit=80)
