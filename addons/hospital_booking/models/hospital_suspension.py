from odoo import models


class HospitalSuspension(models.Model):
    _inherit = "hospital.suspension"

    def action_apply(self):
        """Apply, and see every booking that was claimed before the sessions closed."""
        self.env["hospital.booking"]._read_committed()
        return super().action_apply()
