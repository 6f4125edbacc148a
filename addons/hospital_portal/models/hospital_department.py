import hmac

from odoo import api, fields, models
from odoo.addons.hospital_base import crypto
from odoo.exceptions import AccessError

OFFICE = "hospital_base.group_outpatient_office"
#: Hex digits of the seal in an arrival address: 128 bits.
SEAL_DIGITS = 32
LANGUAGES = ("zh_CN", "en_US")


class HospitalDepartment(models.Model):
    """The printed code at the department's door, by which patients say that they have come."""

    _inherit = "hospital.department"

    arrival_version = fields.Integer(
        default=1, required=True, copy=False, readonly=True, groups="hospital_base.group_staff"
    )

    def _arrival_seal(self):
        self.ensure_one()
        text = f"{self.id}:{self.sudo().arrival_version}"
        return crypto.message_mac(text.encode(), "portal.arrival")[:SEAL_DIGITS]

    def _arrival_url(self):
        """Return the address that the printed code holds.

        :raise AccessError: for all but the outpatient office; who is not at the door
            must not have it.
        """
        self.ensure_one()
        if not self.env.user.has_group(OFFICE):
            raise AccessError(self.env._("Only the outpatient office prints arrival codes."))
        return f"{self.get_base_url()}/h5/arrive/{self.id}-{self._arrival_seal()}"

    @api.model
    def _by_arrival_token(self, token):
        """Return the department whose present code ``token`` is, else an empty record."""
        number, _sep, seal = token.partition("-")
        if not (number.isascii() and number.isdigit() and len(number) < 10 and seal.isascii()):
            return self.browse()
        department = self.search([("id", "=", int(number))])
        if department and hmac.compare_digest(department._arrival_seal(), seal):
            return department
        return self.browse()

    @api.model
    def _arrival_languages(self):
        """Return the codes of the languages a printed code speaks."""
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        return [code for code in LANGUAGES if code in installed]

    def action_new_arrival_code(self):
        """Make every printed code of these departments worthless; print them again after."""
        self.check_access("write")
        for department in self:
            department.arrival_version += 1
        return True
