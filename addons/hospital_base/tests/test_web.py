from odoo.tests import HttpCase, tagged

from .common import HospitalCommon


@tagged("post_install", "-at_install")
class TestWeb(HospitalCommon, HttpCase):
    def test_back_office_loads_for_the_office(self):
        login = self.roles["outpatient_office"].login
        self.authenticate(login, login.ljust(8, "x"))
        response = self.url_open("/odoo/hospital-departments")
        self.assertEqual(response.status_code, 200)

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
