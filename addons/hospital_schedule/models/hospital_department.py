from odoo import models
from odoo.tools import SQL


class HospitalDepartment(models.Model):
    _inherit = "hospital.department"

    def write(self, vals):
        result = super().write(vals)
        if "booking_horizon_days" in vals:
            self.env["hospital.session"].sudo()._plan_release(SQL("e.id = ANY(%s)", self.ids))
        return result

    def _with_children(self):
        """Return these departments and the second-level ones below them."""
        return self.search([("id", "child_of", self.ids)]) if self else self
