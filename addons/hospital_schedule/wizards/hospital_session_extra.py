from odoo import fields, models


class HospitalSessionExtra(models.TransientModel):
    _name = "hospital.session.extra"
    _description = "Extra numbers"

    session_id = fields.Many2one("hospital.session", required=True)
    count = fields.Integer("Numbers", required=True, default=1)
    reason = fields.Char(required=True)

    def action_add(self):
        """Add the numbers to the session."""
        self.ensure_one()
        self.session_id._add_numbers(self.count, self.reason)
