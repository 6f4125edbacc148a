from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import ROLES, HospitalCommon


@tagged("post_install", "-at_install")
class TestRoles(HospitalCommon):
    def test_what_each_role_may_do(self):
        """Written by hand: (read, write, create, unlink) of departments."""
        expected = dict.fromkeys(ROLES, (True, False, False, False))
        expected["outpatient_office"] = (True, True, True, False)
        expected["admin"] = (True, True, True, True)
        for role, user in self.roles.items():
            Department = self.env["hospital.department"].with_user(user)
            got = tuple(
                Department.has_access(mode) for mode in ("read", "write", "create", "unlink")
            )
            self.assertEqual(got, expected[role], role)

    def test_only_the_auditor_reads_the_trail(self):
        readers = [
            role
            for role, user in self.roles.items()
            if self.env["hospital.audit.log"].with_user(user).has_access("read")
        ]
        self.assertEqual(readers, ["auditor"])

    def test_duties_are_kept_apart(self):
        with self.assertRaises(ValidationError):
            new_test_user(
                self.env,
                "both_duties_user",
                "hospital_base.group_admin,hospital_base.group_auditor",
            )

    def test_menus_of_each_role(self):
        """The configuration is for those who configure."""
        menu = self.env.ref("hospital_base.hospital_department_menu")
        visible = {
            role
            for role, user in self.roles.items()
            if menu.id in self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
        }
        self.assertEqual(visible, {"outpatient_office", "admin"})

    def test_public_reads_open_doctors_without_staff_fields(self):
        doctor = self._doctor()
        hidden = self._doctor(active=False)
        public = self.env.ref("base.public_user")
        Doctor = self.env["hospital.doctor"].with_user(public)
        found = Doctor.with_context(active_test=False).search([("id", "in", (doctor + hidden).ids)])
        self.assertEqual(found, doctor)
        with self.assertRaises(AccessError):
            found.read(["code"])
        with self.assertRaises(AccessError):
            found.write({"name": "x"})
